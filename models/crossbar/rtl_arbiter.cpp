#include <verilated_models.h>  // before SystemC

#include "models/crossbar/rtl_engines.h"
#include "models/crossbar/rtl_model.h"

namespace sparsim {
namespace {

template <class Built>
class RtlArbiter final : public Arbiter {
 public:
  RtlArbiter() {
    outputs_.grant.resize(Built::kShape.lanes);
    reset(1);
  }

  void reset(std::uint32_t passes) override { rtl_.reset(passes); }
  const ArbiterOutputs& evaluate(const ArbiterInputs& inputs) override {
    SPARSIM_CHECK((inputs.request & ~low_bits(Built::kShape.inputs)) == 0, "request {:#x} of {}", inputs.request,
                  to_string(Built::kShape));
    rtl_->window_valid_i = inputs.window_valid;
    write_port(rtl_->request_i, inputs.request);
    rtl_->last_i = inputs.last;
    rtl_->beat_ready_i = inputs.beat_ready;
    rtl_.settle();
    outputs_.window_ready = rtl_->window_ready_o;
    outputs_.load = rtl_->load_o;
    outputs_.beat_valid = rtl_->beat_valid_o;
    read_grants(rtl_->grant_o, Built::kShape.inputs, outputs_.grant);
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
  RtlModel<typename Built::Arbiter> rtl_;
  ArbiterOutputs outputs_;
};

}  // namespace

std::unique_ptr<Arbiter> rtl_arbiter(const CrossbarShape& shape) {
  return make_built<Arbiter>(VerilatedModels{}, shape,
                             [](auto built) { return std::make_unique<RtlArbiter<decltype(built)>>(); });
}

}  // namespace sparsim
