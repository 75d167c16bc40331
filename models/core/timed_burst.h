#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <limits>

#include "models/core/cycles.h"
#include "models/core/timed_fifo.h"
#include "models/core/timed_process.h"

namespace sparsim {

/// The reader's end of a FIFO of tokens for a process that keeps clocks of its own: a node made of several parts, or a
/// loop over many items. Dates are the caller's; this holds the FIFO's counters in registers as long as it lives, and
/// nothing else may use the port meanwhile. Not for a run that keeps its critical path.
class BurstIn {
 public:
  explicit BurstIn(TimedIn<>& port)
      : fifo_(*port.fifo_),
        slots_(fifo_.slots_.data()),
        mask_(fifo_.mask_),
        read_(fifo_.read_),
        written_(fifo_.written_),
        high_water_(fifo_.high_water_) {}
  ~BurstIn() {
    const bool moved = fifo_.read_ != read_;
    fifo_.read_ = read_;
    fifo_.high_water_ = high_water_;
    fifo_.starvation_ += starvation_;
    if (moved) fifo_.wake_writer();
  }
  BurstIn(const BurstIn&) = delete;
  BurstIn& operator=(const BurstIn&) = delete;

  /// Items that can be read without blocking the simulation.
  std::size_t ready() const { return static_cast<std::size_t>(written_ - read_); }
  /// The date from which on the front item can be read.
  Cycles available() const { return slots_[static_cast<std::size_t>(read_) & mask_].date; }
  /// The front item leaves at `date`, not before it is available; it was asked for at `asked`.
  void leave(Cycles date, Cycles asked) {
    TimedFifoBase::Slot& item = slots_[static_cast<std::size_t>(read_) & mask_];
    const Cycles entered = item.date - fifo_.forward_;
    const Cycles left = slots_[static_cast<std::size_t>(read_ - high_water_) & mask_].date;
    starvation_ += std::max<Cycles>(item.date - asked, 0);
    high_water_ += left - fifo_.backward_ > entered;
    item.date = date + fifo_.backward_;
    ++read_;
  }

 private:
  TimedFifoBase& fifo_;
  TimedFifoBase::Slot* const slots_;
  const std::size_t mask_;
  std::uint64_t read_;
  const std::uint64_t written_;
  std::size_t high_water_;
  Cycles starvation_ = 0;
};

/// The writer's end, likewise.
class BurstOut {
 public:
  explicit BurstOut(TimedOut<>& port)
      : fifo_(*port.fifo_),
        slots_(fifo_.slots_.data()),
        mask_(fifo_.mask_),
        depth_(fifo_.depth_),
        read_(fifo_.read_),
        written_(fifo_.written_),
        last_entry_(fifo_.last_entry_) {}
  ~BurstOut() {
    const bool moved = fifo_.written_ != written_;
    fifo_.written_ = written_;
    fifo_.last_entry_ = last_entry_;
    fifo_.stall_ += stall_;
    if (moved) fifo_.wake_reader();
  }
  BurstOut(const BurstOut&) = delete;
  BurstOut& operator=(const BurstOut&) = delete;

  /// Items that can be written without blocking the simulation.
  std::size_t ready() const { return depth_ - static_cast<std::size_t>(written_ - read_); }
  /// The date from which on the next place is free.
  Cycles freed() const { return slots_[static_cast<std::size_t>(written_ - depth_) & mask_].date; }
  /// An item takes the place at `date`, not before it is free, and is in the FIFO `latency` later; its writer was ready
  /// at `asked`.
  void enter(Cycles date, Cycles latency, Cycles asked) {
    stall_ += std::max<Cycles>(freed() - asked, 0);
    last_entry_ = std::max(date + latency, last_entry_);
    slots_[static_cast<std::size_t>(written_) & mask_].date = last_entry_ + fifo_.forward_;
    ++written_;
  }

 private:
  TimedFifoBase& fifo_;
  TimedFifoBase::Slot* const slots_;
  const std::size_t mask_, depth_;
  const std::uint64_t read_;
  std::uint64_t written_;
  Cycles last_entry_;
  Cycles stall_ = 0;
};

}  // namespace sparsim
