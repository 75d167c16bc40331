#include "models/crossbar/dealer.h"

#include <fmt/ranges.h>

#include <utility>

#include "models/core/error.h"

namespace sparsim {

Cycles FastDealer::deal(std::uint64_t requests) { return pass_cycles(shape_, __builtin_popcountll(requests)); }

ArbiterDealer::ArbiterDealer(std::unique_ptr<Arbiter> arbiter, std::uint32_t filters)
    : arbiter_(std::move(arbiter)), filters_(filters) {
  arbiter_->reset(filters);
}

Cycles ArbiterDealer::deal(std::uint64_t requests) {
  ArbiterInputs pins;
  pins.window_valid = true;
  pins.request = requests;
  SPARSIM_CHECK(arbiter_->evaluate(pins).load, "an arbiter at rest takes no window");
  arbiter_->clock();
  pins.window_valid = false;
  // No window may take longer than one lane would.
  const Cycles limit = filters_ * std::max<Cycles>(1, __builtin_popcountll(requests));
  for (Cycles cycles = 1; cycles <= limit; ++cycles) {
    const bool ends = arbiter_->evaluate(pins).ended != 0;
    arbiter_->clock();
    if (!ends) continue;
    SPARSIM_CHECK(cycles % filters_ == 0, "{} cycles for {} passes of one window", cycles, filters_);
    return cycles / filters_;
  }
  throw ModelError(fmt::format("a window of requests {:#x} is not dealt in {} cycles", requests, limit));
}

LockstepArbiter::LockstepArbiter(std::unique_ptr<Arbiter> expected, std::unique_ptr<Arbiter> seen)
    : expected_(std::move(expected)), seen_(std::move(seen)) {}

void LockstepArbiter::reset(std::uint32_t passes) {
  expected_->reset(passes);
  seen_->reset(passes);
}

template <class T>
void LockstepArbiter::hold(const char* pin, const T& expected, const T& seen) const {
  if (expected == seen) return;
  throw ModelError(
      fmt::format("cycle {}: {} windows entered: {}: expected {}, seen {}", cycle_, window_, pin, expected, seen));
}

const ArbiterOutputs& LockstepArbiter::evaluate(const ArbiterInputs& inputs) {
  const ArbiterOutputs &expected = expected_->evaluate(inputs), &seen = seen_->evaluate(inputs);
  hold("window_ready", expected.window_ready, seen.window_ready);
  hold("load", expected.load, seen.load);
  hold("beat_valid", expected.beat_valid, seen.beat_valid);
  enters_ = inputs.window_valid && expected.window_ready;
  if (!expected.beat_valid) return expected;
  hold("grant", expected.grant, seen.grant);
  hold("pass", expected.pass, seen.pass);
  hold("dealt", expected.dealt, seen.dealt);
  hold("pass_start", expected.pass_start, seen.pass_start);
  hold("pass_end", expected.pass_end, seen.pass_end);
  hold("first", expected.first, seen.first);
  hold("last", expected.last, seen.last);
  hold("ended", expected.ended, seen.ended);
  hold("flush", expected.flush, seen.flush);
  hold("flush_empty", expected.flush_empty, seen.flush_empty);
  return expected;
}

void LockstepArbiter::clock() {
  expected_->clock();
  seen_->clock();
  ++cycle_;
  if (enters_) ++window_;
}

}  // namespace sparsim
