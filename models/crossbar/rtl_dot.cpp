#include <verilated_models.h>  // before SystemC

#include "models/crossbar/rtl_engines.h"
#include "models/crossbar/rtl_model.h"

namespace sparsim {
namespace {

/// Both engines; only the sparse one has grants and counts the windows that end.
template <class Built, bool sparse>
class RtlDot final : public VectorDot {
 public:
  RtlDot() {
    constexpr std::size_t lanes = Built::kShape.lanes;
    if (sparse) outputs_.grant.resize(lanes);
    outputs_.lane_data.resize(lanes);
    outputs_.lane_weight.resize(lanes);
    reset(1);
  }

  void reset(std::uint32_t filters) override { rtl_.reset(filters); }
  const DotOutputs& evaluate(const DotInputs& inputs) override {
    constexpr std::size_t operands = Built::kShape.inputs;
    SPARSIM_CHECK(inputs.window.size() == operands && inputs.weight.size() == operands,
                  "{} operands and {} weights for {}", inputs.window.size(), inputs.weight.size(),
                  to_string(Built::kShape));
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
      read_grants(rtl_->grant_o, Built::kShape.inputs, outputs_.grant);
      outputs_.ended = rtl_->ended_o;
    }
    return outputs_;
  }
  void clock() override { rtl_.clock(); }

 private:
  RtlModel<std::conditional_t<sparse, typename Built::SparseDot, typename Built::DenseDot>> rtl_;
  DotOutputs outputs_;
};

template <bool sparse>
std::unique_ptr<VectorDot> rtl_dot(const CrossbarShape& shape) {
  return make_built<VectorDot>(VerilatedModels{}, shape,
                               [](auto built) { return std::make_unique<RtlDot<decltype(built), sparse>>(); });
}

}  // namespace

std::unique_ptr<VectorDot> rtl_sparse_dot(const CrossbarShape& shape) { return rtl_dot<true>(shape); }
std::unique_ptr<VectorDot> rtl_dense_dot(const CrossbarShape& shape) { return rtl_dot<false>(shape); }

}  // namespace sparsim
