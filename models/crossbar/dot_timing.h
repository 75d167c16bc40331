#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

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

  /// A window that is there from `arrival` on; windows in order. Each filter holds the multipliers with it for `pass`
  /// cycles; 0: it is a zero window that is skipped. Returns the date at which it enters. The results that it completes
  /// are sent before the next window begins.
  Cycles begin(Cycles arrival, Cycles pass, bool last);

  /// Steps and dates run alike: nothing that still matters was ever held up.
  bool straight() const { return jumps_.size() == 1; }
  class Passes;

  /// A result has to be sent.
  bool sending() const { return unsent_ > 0; }
  /// The date from which on it is valid.
  Cycles result_valid() const { return loaded_ + 1; }
  /// It left at this date, which is not before it was valid.
  void sent(Cycles date);

  /// Each further result of the window is valid `stride()` after the one before it left.
  Cycles stride() const { return load_stride_; }
  /// So many of the results to send leave before the window's last beat: of these, only the last date matters later.
  std::int64_t early_results() const { return flushing_ ? 0 : unsent_ - 1 - stages_ / load_stride_; }
  /// The next `count` results left, 1..early_results() of them, the last at this date.
  void sent_early(std::int64_t count, Cycles date);

  /// All of it at once, for a window of `nonzeros`: `Cycles sink(Cycles valid)` says for each result when it leaves.
  template <class Sink>
  Cycles enter(Cycles arrival, int nonzeros, bool last, Sink&& sink) {
    const Cycles entry = begin(arrival, pass_cycles(shape_, nonzeros), last);
    while (sending()) sent(sink(result_valid()));
    return entry;
  }

  /// Date of the last beat of the windows entered so far; -1 before the first.
  Cycles end() const { return last_step_ < 0 ? -1 : date(last_step_); }

 private:
  struct Jump {
    std::int64_t step;  // from this step on
    Cycles date;        // dates go on from here, a cycle a step
  };

  Cycles begin_straight(Cycles arrival, Cycles pass, bool last);
  Cycles date(std::int64_t step) const;
  std::int64_t step_from(Cycles date) const;
  void jump(std::int64_t step, Cycles to);
  void forget(std::int64_t step);
  Cycles reach(std::int64_t step);
  void load_result();

  const CrossbarShape shape_;
  const std::int64_t filters_;
  const int stages_;

  // Rising in both. A queue with its storage in one piece: there are rarely more than two.
  class Jumps {
   public:
    std::size_t size() const { return jumps_.size() - first_; }
    const Jump& front() const { return jumps_[first_]; }
    const Jump& back() const { return jumps_.back(); }
    const Jump* begin() const { return jumps_.data() + first_; }
    const Jump* end() const { return jumps_.data() + jumps_.size(); }
    void push_back(const Jump& jump) { jumps_.push_back(jump); }
    void assign(const Jump& jump) {
      jumps_.assign(1, jump);
      first_ = 0;
    }
    void pop_back() { jumps_.pop_back(); }
    void pop_front() {
      if (++first_ < kMostForgotten) return;
      jumps_.erase(jumps_.begin(), jumps_.begin() + kMostForgotten);
      first_ = 0;
    }

   private:
    static constexpr std::ptrdiff_t kMostForgotten = 64;
    std::vector<Jump> jumps_{{0, 0}};
    std::ptrdiff_t first_ = 0;
  };
  Jumps jumps_;
  std::int64_t last_step_ = -1;  // of the last beat so far
  Cycles entered_ = -1;          // date at which the last window entered
  int skipped_ = 0;              // windows in the skip buffer behind the last beat
  bool closed_ = false;          // one of them, or the one at work, was skipped and ends its group

  // The results to send: a step each, in which one is loaded into the result register.
  std::int64_t unsent_ = 0;
  std::int64_t load_step_ = 0, load_stride_ = 1;
  Cycles loaded_ = 0;  // date of load_step_
  bool flushing_ = false;
  // The last flush: a beat that sends or flushes waits for its end.
  std::int64_t flush_end_step_ = 0;  // the first step behind it, where nothing holds it up
  Cycles flush_end_ = 0;             // and its date
};

/// Windows, one after the other, that neither end a group nor are skipped: as begin(), with the engine's clock in
/// registers as long as this lives. Only where it is straight().
class DotTiming::Passes {
 public:
  explicit Passes(DotTiming& timing)
      : timing_(timing),
        delta_(timing.jumps_.front().date - timing.jumps_.front().step),
        entered_(timing.entered_),
        free_(timing.last_step_ + delta_) {}
  ~Passes() {
    if (entered_ == timing_.entered_) return;
    timing_.entered_ = entered_;
    timing_.last_step_ = free_ - delta_;
    timing_.skipped_ = 0;
    timing_.closed_ = false;
  }
  Passes(const Passes&) = delete;
  Passes& operator=(const Passes&) = delete;

  Cycles begin(Cycles arrival, Cycles pass) {
    entered_ = std::max({arrival, entered_ + 1, free_});
    free_ = entered_ + timing_.filters_ * pass;
    return entered_;
  }

 private:
  DotTiming& timing_;
  const Cycles delta_;  // from a step to its date
  Cycles entered_, free_;
};

inline Cycles DotTiming::date(std::int64_t step) const {
  if (const Jump& last = jumps_.back(); step >= last.step) return last.date + (step - last.step);
  const auto after = std::upper_bound(jumps_.begin(), jumps_.end(), step,
                                      [](std::int64_t s, const Jump& jump) { return s < jump.step; });
  const Jump& jump = *std::prev(after);
  return jump.date + (step - jump.step);
}

// The first step at `date` or later.
inline std::int64_t DotTiming::step_from(Cycles date) const {
  if (const Jump& last = jumps_.back(); date >= last.date) return last.step + (date - last.date);
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

// Steps before this one will not be asked for.
inline void DotTiming::forget(std::int64_t step) {
  while (jumps_.size() > 1 && (jumps_.begin() + 1)->step <= step) jumps_.pop_front();
}

// The date at which the accumulators take the beat of `step`, which sends or flushes: behind the flush before it.
inline Cycles DotTiming::reach(std::int64_t step) {
  if (step < flush_end_step_) {
    jump(step, flush_end_);
    flush_end_step_ = step;
  }
  return date(step);
}

inline void DotTiming::load_result() { loaded_ = flushing_ ? date(load_step_) : reach(load_step_); }

inline void DotTiming::sent_early(std::int64_t count, Cycles date_left) {
  load_step_ += count * load_stride_;
  unsent_ -= count;
  jumps_.assign({load_step_ - load_stride_ + 1, date_left});
  loaded_ = date_left + load_stride_ - 1;
}

inline void DotTiming::sent(Cycles date_left) {
  jump(load_step_ + 1, date_left);
  load_step_ += load_stride_;
  loaded_ = date_left + load_stride_ - 1;
  if (--unsent_ > 0 || !flushing_) return;
  flush_end_step_ = load_step_;
  flush_end_ = date(load_step_);
}

// begin() where steps and dates run alike and the window is not skipped.
inline Cycles DotTiming::begin_straight(Cycles arrival, Cycles pass, bool last) {
  const Cycles delta = jumps_.front().date - jumps_.front().step;
  const Cycles entry = std::max({arrival, entered_ + 1, last_step_ + delta});
  const std::int64_t first = entry + 1 - delta;
  last_step_ = first + filters_ * pass - 1;
  skipped_ = 0;
  closed_ = false;
  entered_ = entry;
  if (!last) return entry;
  unsent_ = filters_;
  flushing_ = false;
  load_step_ = first + pass - 1 + stages_;
  load_stride_ = pass;
  load_result();
  return entry;
}

inline Cycles DotTiming::begin(Cycles arrival, Cycles pass, bool last) {
  if (pass != 0 && straight()) return begin_straight(arrival, pass, last);
  Cycles entry = std::max(arrival, entered_ + 1);
  const bool skipped = pass == 0;
  const Cycles free = end();
  std::int64_t first_pass_end = last_step_;
  if (skipped && entry < free && skipped_ < CrossbarShape::kSkipDepth && !closed_) {
    ++skipped_;
    closed_ = last;
  } else {
    entry = std::max(entry, free);
    const std::int64_t first = std::max(last_step_ + 1, step_from(entry + 1));
    forget(first);
    first_pass_end = skipped ? first : first + pass - 1;
    last_step_ = skipped ? first : first + filters_ * pass - 1;
    skipped_ = 0;
    closed_ = skipped && last;
  }
  entered_ = entry;
  if (!last) return entry;

  unsent_ = filters_;
  flushing_ = skipped;
  load_step_ = first_pass_end + stages_;
  load_stride_ = pass;
  if (flushing_) {
    reach(load_step_);
    ++load_step_;
    load_stride_ = 1;
  }
  load_result();
  return entry;
}

}  // namespace sparsim
