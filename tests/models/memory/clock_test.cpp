#include "models/memory/clock.h"

#include <gtest/gtest.h>

namespace sparsim {
namespace {

TEST(Divisor, RoundsAsADivisionDoes) {
  for (const std::int64_t value : {1, 2, 3, 7, 16, 625, 142'857, 1'000'000'007}) {
    const Divisor divisor(value);
    for (const std::int64_t multiple :
         {std::int64_t{0}, std::int64_t{1}, std::int64_t{1'000'000}, (std::int64_t{1} << 61) / value})
      for (const std::int64_t n : {multiple * value, multiple * value + 1, multiple * value + value - 1}) {
        EXPECT_EQ(divisor.floor_of(n), n / value) << n << " / " << value;
        EXPECT_EQ(divisor.ceil_of(n), n / value + (n % value != 0 ? 1 : 0)) << n << " / " << value;
      }
  }
}

TEST(ClockRatio, CountsFarCyclesExactly) {
  const ClockRatio clocks(ClockPeriod::of_mhz(100), ClockPeriod::of_ps(1875));  // 10 ns: 16/3 memory clocks
  EXPECT_EQ(clocks.to_far(0), 0);
  EXPECT_EQ(clocks.to_far(1), 6);  // 5.33, and no earlier than the near edge
  EXPECT_EQ(clocks.to_far(3), 16);
  EXPECT_EQ(clocks.to_far(3'000'000'000), 16'000'000'000);  // half a minute: no drift
  EXPECT_EQ(clocks.to_near(16), 3);
  EXPECT_EQ(clocks.to_near(17), 4);  // 3.19
}

TEST(ClockRatio, KnowsTheNearCycleInWhichAFarOneBegins) {
  const ClockRatio clocks(ClockPeriod::of_mhz(100), ClockPeriod::of_mhz(150));  // 2 near last as long as 3 far
  EXPECT_EQ(clocks.near_containing(0), 0);
  EXPECT_EQ(clocks.near_containing(1), 0);  // begins at 6.67 ns
  EXPECT_EQ(clocks.near_containing(2), 1);  // begins at 13.33 ns
  EXPECT_EQ(clocks.near_containing(3), 2);
  EXPECT_EQ(clocks.to_near(1), 1);
}

TEST(ClockRatio, IsTheIdentityBetweenEqualClocks) {
  const ClockRatio clocks(ClockPeriod::of_mhz(142.857), ClockPeriod::of_mhz(142.857));
  for (const std::int64_t date : {0, 1, 7, 1'000'000}) {
    EXPECT_EQ(clocks.to_far(date), date);
    EXPECT_EQ(clocks.to_near(date), date);
    EXPECT_EQ(clocks.near_containing(date), date);
  }
}

}  // namespace
}  // namespace sparsim
