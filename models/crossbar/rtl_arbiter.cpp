#include <verilated_models.h>  // before SystemC
#include <verilated_shapes.h>

#include "models/crossbar/rtl_engines.h"
#include "models/crossbar/rtl_model.h"
#include "models/crossbar/rtl_shapes.h"

namespace sparsim {
namespace {

template <class Model>
class RtlArbiter final : public Arbiter {
 public:
  explicit RtlArbiter(const CrossbarShape& shape) : shape_(shape) {
    outputs_.grant.resize(static_cast<std::size_t>(shape.lanes));
    reset(1);
  }

  void reset(std::uint32_t passes) override { rtl_.reset(passes); }
  const ArbiterOutputs& evaluate(const ArbiterInputs& inputs) override {
    SPARSIM_CHECK((inputs.request & ~low_bits(shape_.inputs)) == 0, "request {:#x} of {}", inputs.request,
                  to_string(shape_));
    rtl_->window_valid_i = inputs.window_valid;
    write_port(rtl_->request_i, inputs.request);
    rtl_->last_i = inputs.last;
    rtl_->beat_ready_i = inputs.beat_ready;
    rtl_.settle();
    outputs_.window_ready = rtl_->window_ready_o;
    outputs_.load = rtl_->load_o;
    outputs_.beat_valid = rtl_->beat_valid_o;
    for (int lane = 0; lane < shape_.lanes; ++lane)
      outputs_.grant[static_cast<std::size_t>(lane)] = port_bits(rtl_->grant_o, lane * shape_.inputs, shape_.inputs);
    outputs_.pass = rtl_->pass_o;
    outputs_.dealt = rtl_->dealt_o;
    outputs_.pass_start = rtl_->pass_start_o;
    outputs_.pass_end = rtl_->pass_end_o;
    outputs_.first = rtl_->first_o;
    outputs_.last = rtl_->last_o;
    outputs_.ended = rtl_->ended_o;
    outputs_.flush = rtl_->flush_o;
    outputs_.flush_empty = rtl_->flush_empty_o;
    return outputs_;
  }
  void clock() override { rtl_.clock(); }

 private:
  const CrossbarShape shape_;
  RtlModel<Model> rtl_;
  ArbiterOutputs outputs_;
};

}  // namespace

std::unique_ptr<Arbiter> rtl_arbiter(const CrossbarShape& shape) {
#define SPARSIM_MAKERS(inputs, lanes)                                                       \
  {{inputs, lanes, false}, make_rtl<Arbiter, RtlArbiter<Varbiter_##inputs##x##lanes##_0>>}, \
      {{inputs, lanes, true}, make_rtl<Arbiter, RtlArbiter<Varbiter_##inputs##x##lanes##_1>>},
  static const RtlMaker<Arbiter> makers[] = {SPARSIM_RTL_SHAPES(SPARSIM_MAKERS)};
#undef SPARSIM_MAKERS
  return make_rtl(makers, shape);
}

}  // namespace sparsim
