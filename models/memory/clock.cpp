#include "models/memory/clock.h"

#include <cmath>
#include <numeric>

#include "models/core/error.h"

namespace sparsim {

ClockPeriod ClockPeriod::of_mhz(double mhz) {
  const auto khz = std::llround(mhz * 1000);
  SPARSIM_CHECK(khz > 0, "clock of {} MHz", mhz);
  return {1'000'000'000, khz};
}

namespace {

/// `count` in the units that make it coprime with `other`.
std::int64_t reduced(std::int64_t count, std::int64_t other) { return count / std::gcd(count, other); }

}  // namespace

ClockRatio::ClockRatio(ClockPeriod near_clock, ClockPeriod far_clock)
    : ClockRatio(near_clock.numerator_ps * far_clock.denominator, far_clock.numerator_ps * near_clock.denominator) {}

ClockRatio::ClockRatio(std::int64_t near_period, std::int64_t far_period)
    : near_(reduced(far_period, near_period)), far_(reduced(near_period, far_period)) {}

}  // namespace sparsim
