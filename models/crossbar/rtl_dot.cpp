#include <verilated_models.h>  // before SystemC
#include <verilated_shapes.h>

#include "models/crossbar/rtl_engines.h"
#include "models/crossbar/rtl_model.h"
#include "models/crossbar/rtl_shapes.h"

namespace sparsim {
namespace {

/// Both engines; only the sparse one has grants and counts the windows that end.
template <class Model, bool sparse>
class RtlDot final : public VectorDot {
 public:
  explicit RtlDot(const CrossbarShape& shape) : shape_(shape) {
    const auto lanes = static_cast<std::size_t>(shape.lanes);
    if (sparse) outputs_.grant.resize(lanes);
    outputs_.lane_data.resize(lanes);
    outputs_.lane_weight.resize(lanes);
    reset(1);
  }

  void reset(std::uint32_t filters) override { rtl_.reset(filters); }
  const DotOutputs& evaluate(const DotInputs& inputs) override {
    const auto operands = static_cast<std::size_t>(shape_.inputs);
    SPARSIM_CHECK(inputs.window.size() == operands && inputs.weight.size() == operands,
                  "{} operands and {} weights for {}", inputs.window.size(), inputs.weight.size(), to_string(shape_));
    rtl_->window_valid_i = inputs.window_valid;
    write_operands(rtl_->window_i, inputs.window);
    rtl_->last_i = inputs.last;
    write_operands(rtl_->weight_i, inputs.weight);
    rtl_->result_ready_i = inputs.result_ready;
    rtl_.settle();
    outputs_.window_ready = rtl_->window_ready_o;
    outputs_.weight_row = rtl_->weight_row_o;
    outputs_.result_valid = rtl_->result_valid_o;
    outputs_.result = static_cast<std::int64_t>(rtl_->result_o << 16) >> 16;  // 48 bits, signed
    outputs_.result_end = rtl_->result_end_o;
    outputs_.beat = rtl_->beat_o;
    read_operands(rtl_->lane_data_o, outputs_.lane_data);
    read_operands(rtl_->lane_weight_o, outputs_.lane_weight);
    outputs_.pass = rtl_->pass_o;
    if constexpr (sparse) {
      for (int lane = 0; lane < shape_.lanes; ++lane)
        outputs_.grant[static_cast<std::size_t>(lane)] = port_bits(rtl_->grant_o, lane * shape_.inputs, shape_.inputs);
      outputs_.ended = rtl_->ended_o;
    }
    return outputs_;
  }
  void clock() override { rtl_.clock(); }

 private:
  const CrossbarShape shape_;
  RtlModel<Model> rtl_;
  DotOutputs outputs_;
};

}  // namespace

std::unique_ptr<VectorDot> rtl_sparse_dot(const CrossbarShape& shape) {
#define SPARSIM_MAKERS(inputs, lanes)                                                              \
  {{inputs, lanes, false}, make_rtl<VectorDot, RtlDot<Vsparse_dot_##inputs##x##lanes##_0, true>>}, \
      {{inputs, lanes, true}, make_rtl<VectorDot, RtlDot<Vsparse_dot_##inputs##x##lanes##_1, true>>},
  static const RtlMaker<VectorDot> makers[] = {SPARSIM_RTL_SHAPES(SPARSIM_MAKERS)};
#undef SPARSIM_MAKERS
  return make_rtl(makers, shape);
}

std::unique_ptr<VectorDot> rtl_dense_dot(const CrossbarShape& shape) {
#define SPARSIM_MAKERS(inputs, lanes) \
  {{inputs, lanes, false}, make_rtl<VectorDot, RtlDot<Vdense_dot_##inputs##x##lanes, false>>},
  static const RtlMaker<VectorDot> makers[] = {SPARSIM_RTL_SHAPES(SPARSIM_MAKERS)};
#undef SPARSIM_MAKERS
  return make_rtl(makers, {shape.inputs, shape.lanes, false});
}

}  // namespace sparsim
