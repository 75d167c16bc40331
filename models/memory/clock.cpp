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

ClockRatio::ClockRatio(ClockPeriod near_clock, ClockPeriod far_clock) {
  const std::int64_t near_period = near_clock.numerator_ps * far_clock.denominator;
  const std::int64_t far_period = far_clock.numerator_ps * near_clock.denominator;
  const std::int64_t common = std::gcd(near_period, far_period);
  far_ = near_period / common;
  near_ = far_period / common;
}

}  // namespace sparsim
