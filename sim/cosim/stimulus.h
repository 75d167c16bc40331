#pragma once

#include <cstdint>
#include <deque>
#include <vector>

#include "models/core/cycles.h"
#include "models/core/random.h"
#include "sim/cosim/windows.h"

namespace sparsim {

/// Hands a source's windows over valid/ready: each is there at the earliest in the cycle after the one before was
/// taken, a random number of cycles later where there are stalls, and stays until it is taken.
class WindowFeed {
 public:
  WindowFeed(WindowSource& source, double stall_probability, std::uint64_t seed);

  /// A new cycle. True where a window appears in it.
  bool begin_cycle();
  void take() { valid_ = false; }

  bool done() const { return !valid_ && presented_ == source_.windows(); }
  bool valid() const { return valid_; }
  bool last() const { return last_; }                                  // it ends its group
  std::uint64_t position() const { return presented_ - 1; }            // of the window that is or was there last
  const std::vector<std::int16_t>& window() const { return window_; }  // its operands
  int nonzeros() const;

 private:
  WindowSource& source_;
  const double stall_probability_;
  Random random_;
  bool valid_ = false, last_ = false;
  std::uint64_t presented_ = 0;
  std::vector<std::int16_t> window_;
};

/// In which cycles results are taken: drawn, cycle by cycle, and the same however far one looks ahead.
class ReadyPattern {
 public:
  ReadyPattern(double stall_probability, std::uint64_t seed);
  bool at(Cycles cycle);
  /// The first such cycle at `cycle` or later.
  Cycles from(Cycles cycle);
  /// Cycles before `cycle` will not be asked for.
  void forget(Cycles cycle);

 private:
  const double stall_probability_;
  Random random_;
  Cycles begin_ = 0;
  std::deque<bool> ready_;  // from begin_ on
};

}  // namespace sparsim
