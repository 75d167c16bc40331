#pragma once

#include <cstdint>

namespace sparsim {

/// The period of a clock as an exact fraction of picoseconds.
struct ClockPeriod {
  std::int64_t numerator_ps = 1, denominator = 1;

  /// Frequencies are taken to the nearest kHz.
  static ClockPeriod of_mhz(double mhz);
  static ClockPeriod of_ps(std::int64_t ps) { return {ps, 1}; }
};

/// Tells the dates of one clock, `near`, in cycles of another, `far`, and back. Both begin at date 0. The ratio is an
/// exact fraction, so nothing drifts; good for dates up to 10^12 cycles.
class ClockRatio {
 public:
  ClockRatio(ClockPeriod near_clock, ClockPeriod far_clock);

  /// The first far cycle that does not begin before the near cycle does.
  std::int64_t to_far(std::int64_t near_date) const { return scale_up(near_date, far_, near_); }
  /// The first near cycle that does not begin before the far cycle does.
  std::int64_t to_near(std::int64_t far_date) const { return scale_up(far_date, near_, far_); }
  /// The near cycle in which the far cycle begins.
  std::int64_t near_containing(std::int64_t far_date) const {
    return far_ == 1 ? far_date * near_ : far_date * near_ / far_;
  }

 private:
  static std::int64_t scale_up(std::int64_t date, std::int64_t multiplier, std::int64_t divisor) {
    return divisor == 1 ? date * multiplier : (date * multiplier + divisor - 1) / divisor;
  }
  std::int64_t near_ = 1, far_ = 1;  // far_ cycles of the far clock last as long as near_ of the near one; coprime
};

}  // namespace sparsim
