#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "models/core/bit_mask.h"
#include "models/core/cycles.h"
#include "models/core/shape.h"
#include "models/crossbar/crossbar_shape.h"

namespace sparsim {

/// What an engine did with a run of windows.
struct DotWork {
  Cycles cycles = 0;  // from the first beat to the last
  std::int64_t windows = 0;
  std::int64_t zero_windows = 0;     // of them, those without non-zeros
  std::int64_t skipped_windows = 0;  // of these, those that took no beat: they waited behind one at work
  std::int64_t macs = 0;             // multiply-accumulates done: non-zeros times filters

  /// Share of the multipliers' cycles in which they multiply; 0 where there are none.
  double occupancy(const CrossbarShape& shape) const {
    return cycles == 0 ? 0.0 : static_cast<double>(macs) / static_cast<double>(shape.lanes * cycles);
  }
};

/// The arbiter (rtl/crossbar_arbiter.sv) in the fast form, in bulk, where nothing keeps it waiting: the next window is
/// always there, and every beat is taken. The first window enters in cycle 0, its first beat is in cycle 1. Exact to
/// the cycle, at a fraction of a nanosecond a window; DotTiming is the form under stalls.
///
/// rtl/sparse_vector_dot.sv takes as long where its results are taken at once, but for one thing under
/// skip_zero_window: the results of a group that ends with a zero window are sent a cycle each behind its last beat,
/// and the next group's wait for them. That costs time where less than two windows of that group are dealt; only
/// DotTiming counts it.
class EagerTiming {
 public:
  /// `shape` is without problems(); each window is used by `filters`, and `group` windows make a group.
  EagerTiming(const CrossbarShape& shape, std::int64_t filters, std::int64_t group);

  /// The next windows of the stream, from the number of non-zeros of each (at most shape.inputs). They go on where
  /// those before ended, be it inside a group. Where `ends` is given, ends[i] becomes the date of the beat with which
  /// window i ends: a skipped window ends with the one that it waited behind.
  void run(const std::uint8_t* counts, std::size_t windows, Cycles* ends = nullptr);

  /// Of all windows so far.
  const DotWork& work() const { return work_; }

 private:
  static constexpr std::size_t kBlock = 512;  // windows at once: their sums fit 16 bits

  void run_block(const std::uint8_t* counts, std::size_t windows, Cycles* ends);
  std::size_t find_skipped(const std::uint8_t* counts, std::size_t windows);
  void set_ends(const std::uint8_t* codes, std::size_t windows, Cycles* ends) const;

  CrossbarShape shape_;
  std::int64_t filters_, group_;
  std::uint16_t reciprocal_;          // 2^16 / (2 lanes); as a number of 16 bits from memory it is multiplied as one
  std::array<Cycles, 256> cycles_{};  // by count: those a window holds the engine; kSkipped: 0
  // By k - 1: a window of this count, or of a higher one, leaves time for k windows to be skipped behind it.
  std::array<int, CrossbarShape::kSkipDepth> leaves_{};

  DotWork work_;
  std::int64_t in_group_ = 0;                                              // windows of the group at hand
  std::array<std::uint8_t, CrossbarShape::kSkipDepth + kBlock> states_{};  // the last ones before a block, and its own
  std::array<std::uint8_t, kBlock> codes_{};                               // counts, or kSkipped
};

/// A whole weighted layer on one engine: its windows pixel by pixel, channel by channel, each for all filters of its
/// group. A window is the kernel of one channel, shape.inputs values; of a 1x1 kernel it is a cluster of shape.inputs
/// channel streams (models/core/window_count.h), none of which lies in two groups. Cycles are EagerTiming's.
DotWork layer_work(const BitMask& nonzero, const WindowShape& layer, const CrossbarShape& shape);

}  // namespace sparsim
