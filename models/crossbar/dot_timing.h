#pragma once

#include <algorithm>
#include <cstdint>
#include <deque>

#include "models/core/cycles.h"
#include "models/crossbar/crossbar_shape.h"

namespace sparsim {

/// The fast form of rtl/sparse_vector_dot.sv: a recurrence over windows in place of cycles, exact to the cycle under
/// stalls of both streams. It costs a few operations a window, and one more for each result.
///
/// The pipeline from the arbiter to the accumulators stands still as a whole while a result is not taken. So beats are
/// numbered by the cycles in which it moves, its *steps*, in which nothing stalls, and a list of jumps turns steps into
/// dates. A result is known once its window has entered, whatever comes later: a part that holds this never waits for
/// the next window in order to send a result.
class DotTiming {
 public:
  /// `shape` is without problems(); `filters` use each window.
  DotTiming(const CrossbarShape& shape, std::int64_t filters)
      : shape_(shape), filters_(filters), stages_(dot_stages(shape)) {}

  /// A window that is there from `arrival` on, of `nonzeros` operands that are not zero; windows in order. Returns the
  /// date at which it enters. For each result that it completes, `Cycles sink(Cycles valid)` is called: the result is
  /// there from `valid` on, and leaves at the date that it returns, no sooner.
  template <class Sink>
  Cycles enter(Cycles arrival, int nonzeros, bool last, Sink&& sink);

  /// Date of the last beat of the windows entered so far; -1 before the first.
  Cycles end() const { return last_step_ < 0 ? -1 : date(last_step_); }
  /// Beats so far, those that only end skipped windows not counted: cycles of work of the multipliers.
  std::int64_t beats() const { return beats_; }

 private:
  struct Jump {
    std::int64_t step;  // from this step on
    Cycles date;        // dates go on from here, a cycle a step
  };

  Cycles date(std::int64_t step) const;
  std::int64_t step_from(Cycles date) const;
  void jump(std::int64_t step, Cycles to);
  /// Steps before this one will not be asked for.
  void forget(std::int64_t step);
  /// The date at which the accumulators take the beat of `step`, which sends or flushes: behind the flush before it.
  Cycles reach(std::int64_t step);
  template <class Sink>
  void send(std::int64_t step, Sink&& sink);
  template <class Sink>
  void flush(std::int64_t step, Sink&& sink);

  const CrossbarShape shape_;
  const std::int64_t filters_;
  const int stages_;

  std::deque<Jump> jumps_{{0, 0}};  // rising in both
  std::int64_t last_step_ = -1;     // of the last beat so far
  Cycles entered_ = -1;             // date at which the last window entered
  int skipped_ = 0;                 // windows in the skip buffer behind the last beat
  bool closed_ = false;             // one of them ends its group
  std::int64_t beats_ = 0;
  std::int64_t flush_end_step_ = 0;  // of the last flush: the first step behind it, where nothing holds it up
  Cycles flush_end_ = 0;             // and its date
};

inline Cycles DotTiming::date(std::int64_t step) const {
  const auto after = std::upper_bound(jumps_.begin(), jumps_.end(), step,
                                      [](std::int64_t s, const Jump& jump) { return s < jump.step; });
  const Jump& jump = *std::prev(after);
  return jump.date + (step - jump.step);
}

// The first step at `date` or later.
inline std::int64_t DotTiming::step_from(Cycles date) const {
  const auto after =
      std::upper_bound(jumps_.begin(), jumps_.end(), date, [](Cycles d, const Jump& jump) { return d < jump.date; });
  if (after == jumps_.begin()) return after->step;
  const Jump& jump = *std::prev(after);
  const std::int64_t step = jump.step + (date - jump.date);
  return after == jumps_.end() ? step : std::min(step, after->step);
}

inline void DotTiming::jump(std::int64_t step, Cycles to) {
  while (jumps_.back().step >= step) jumps_.pop_back();
  if (const Jump& last = jumps_.back(); last.date + (step - last.step) != to) jumps_.push_back({step, to});
}

inline void DotTiming::forget(std::int64_t step) {
  while (jumps_.size() > 1 && jumps_[1].step <= step) jumps_.pop_front();
}

inline Cycles DotTiming::reach(std::int64_t step) {
  if (step < flush_end_step_) {
    jump(step, flush_end_);
    flush_end_step_ = step;
  }
  return date(step);
}

template <class Sink>
void DotTiming::send(std::int64_t step, Sink&& sink) {
  jump(step + 1, sink(reach(step) + 1));
}

template <class Sink>
void DotTiming::flush(std::int64_t step, Sink&& sink) {
  reach(step);
  for (std::int64_t filter = 0; filter < filters_; ++filter) jump(step + filter + 2, sink(date(step + 1 + filter) + 1));
  flush_end_step_ = step + 1 + filters_;
  flush_end_ = date(flush_end_step_);
}

template <class Sink>
Cycles DotTiming::enter(Cycles arrival, int nonzeros, bool last, Sink&& sink) {
  Cycles entry = std::max(arrival, entered_ + 1);
  const bool zero = shape_.skip_zero_window && nonzeros == 0;
  const Cycles free = end();
  const bool waits = zero && entry < free && skipped_ < CrossbarShape::kSkipDepth && !closed_;
  if (waits) {
    ++skipped_;
    closed_ = last;
  } else {
    entry = std::max(entry, free);
    const std::int64_t first = std::max(last_step_ + 1, step_from(entry + 1));
    forget(first);
    const Cycles pass = zero ? 1 : pass_cycles(shape_, nonzeros);
    const std::int64_t passes = zero ? 1 : filters_;
    last_step_ = first + passes * pass - 1;
    skipped_ = 0;
    closed_ = zero && last;
    if (!zero) beats_ += passes * pass;
    if (!zero && last)
      for (std::int64_t filter = 1; filter <= filters_; ++filter) send(first + filter * pass - 1 + stages_, sink);
  }
  if (zero && last) flush(last_step_ + stages_, sink);
  entered_ = entry;
  return entry;
}

}  // namespace sparsim
