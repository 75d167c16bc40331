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

/// Divides by a number that is known early without a division, which would cost as much as a DRAM access: dates change
/// clocks several times a burst.
class Divisor {
 public:
  explicit Divisor(std::int64_t value)
      : value_(static_cast<std::uint64_t>(value)), reciprocal_(~std::uint64_t{0} / value_) {}

  std::int64_t value() const { return static_cast<std::int64_t>(value_); }
  /// floor(n / value), of n >= 0.
  std::int64_t floor_of(std::int64_t n) const {
    if (value_ == 1) return n;
    __extension__ using Wide = unsigned __int128;
    const auto dividend = static_cast<std::uint64_t>(n);
    // The reciprocal, in units of 2^-64, is short by less than one of them: the quotient is right or one too small.
    const auto quotient = static_cast<std::uint64_t>(Wide{dividend} * reciprocal_ >> 64);
    const std::uint64_t rest = dividend - quotient * value_;
    return static_cast<std::int64_t>(quotient + (rest >= value_ ? 1 : 0));
  }
  std::int64_t ceil_of(std::int64_t n) const { return floor_of(n + value() - 1); }

 private:
  std::uint64_t value_, reciprocal_;
};

/// Tells the dates of one clock, `near`, in cycles of another, `far`, and back. Both begin at date 0. The ratio is an
/// exact fraction, so nothing drifts; good for dates from 0 to 10^12 cycles.
class ClockRatio {
 public:
  ClockRatio(ClockPeriod near_clock, ClockPeriod far_clock);

  /// The first far cycle that does not begin before the near cycle does.
  std::int64_t to_far(std::int64_t near_date) const { return near_.ceil_of(near_date * far_.value()); }
  /// The first near cycle that does not begin before the far cycle does.
  std::int64_t to_near(std::int64_t far_date) const { return far_.ceil_of(far_date * near_.value()); }
  /// The near cycle in which the far cycle begins.
  std::int64_t near_containing(std::int64_t far_date) const { return far_.floor_of(far_date * near_.value()); }

 private:
  ClockRatio(std::int64_t near_period, std::int64_t far_period);

  Divisor near_, far_;  // far_ cycles of the far clock last as long as near_ of the near one; coprime
};

}  // namespace sparsim
