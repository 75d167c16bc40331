#include "models/core/error.h"
#include "models/crossbar/arbiter.h"

namespace sparsim {

ArbiterStep::ArbiterStep(const CrossbarShape& shape) : shape_(shape) {
  outputs_.grant.resize(static_cast<std::size_t>(shape.lanes));
}

void ArbiterStep::reset(std::uint32_t passes) {
  SPARSIM_CHECK(passes >= 1 && passes <= kMaxPasses, "an arbiter of {} passes", passes);
  passes_ = passes;
  state_ = State();
  deal();
}

// Depends on the state alone, so it is done once a cycle.
void ArbiterStep::deal() {
  left_ = state_.pending;
  next_ = state_.next;
  for (std::uint64_t& grant : outputs_.grant) {
    grant = 0;
    for (int tried = 0; tried < shape_.inputs && left_ != 0 && grant == 0; ++tried) {
      const std::uint64_t input = std::uint64_t{1} << next_;
      next_ = next_ + 1 == shape_.inputs ? 0 : next_ + 1;
      grant = left_ & input;
    }
    left_ &= ~grant;
  }
}

const ArbiterOutputs& ArbiterStep::evaluate(const ArbiterInputs& inputs) {
  inputs_ = inputs;
  const State& s = state_;
  const bool pass_ends = left_ == 0;
  const bool window_ends = pass_ends && (!s.dealt || s.pass + 1 == passes_);
  const bool free = !s.busy || (inputs.beat_ready && window_ends);
  const bool zero = shape_.skip_zero_window && inputs.request == 0;
  const bool room = s.skipped < CrossbarShape::kSkipDepth && !s.flush;
  ArbiterOutputs& o = outputs_;
  o.window_ready = free || (zero && room);
  o.load = inputs.window_valid && free;
  o.beat_valid = s.busy;
  o.pass = s.pass;
  o.dealt = s.dealt;
  o.pass_start = s.dealt && s.start;
  o.pass_end = s.dealt && pass_ends;
  o.first = s.dealt && s.first;
  o.last = s.last;
  o.ended = window_ends ? s.skipped + 1 : 0;
  o.flush = window_ends && s.flush;
  o.flush_empty = o.flush && s.flush_empty;
  return o;
}

void ArbiterStep::clock() {
  const ArbiterOutputs& o = outputs_;
  State s = state_;
  if (s.busy && inputs_.beat_ready) {
    const bool pass_ends = left_ == 0;
    s.pending = pass_ends ? s.window : left_;
    s.start = pass_ends;
    s.next = next_;
    if (pass_ends) ++s.pass;
    if (o.ended != 0) {
      s.busy = false;
      s.skipped = 0;
      s.flush = false;
    }
  }
  if (inputs_.window_valid && o.window_ready) {
    const bool zero = shape_.skip_zero_window && inputs_.request == 0;
    if (o.load) {
      s.busy = s.start = true;
      s.dealt = !zero;
      s.first = !state_.open;
      s.last = inputs_.last && !zero;
      s.window = s.pending = inputs_.request;
      s.pass = 0;
    } else {
      ++s.skipped;
    }
    if (zero && inputs_.last) {
      s.flush = true;
      s.flush_empty = !state_.open;
    }
    s.open = !inputs_.last && (state_.open || !zero);
  }
  state_ = s;
  deal();
}

}  // namespace sparsim
