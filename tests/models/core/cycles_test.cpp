#include "models/core/cycles.h"

#include <gtest/gtest.h>

namespace sparsim {
namespace {

TEST(Cycles, AreTwoTicksOfKernelTimeEach) {
  EXPECT_EQ(kernel_time(0), sc_core::SC_ZERO_TIME);
  EXPECT_EQ(kernel_time(3).value(), 6u);
  EXPECT_EQ(cycles(sc_core::sc_time::from_value(6)), 3);
  EXPECT_EQ(cycles(sc_core::sc_time::from_value(7)), 3);  // arbitration on the odd tick is part of the cycle
  EXPECT_EQ(cycles(sc_core::sc_time::from_value(8)), 4);
  const Cycles later = Cycles{1} << 40;  // three hours at 100 MHz
  EXPECT_EQ(cycles(kernel_time(later)), later);
}

TEST(Cycles, FollowTheKernel) {
  EXPECT_EQ(kernel_cycle(), 0);
  sc_core::sc_start(kernel_time(5));
  EXPECT_EQ(kernel_cycle(), 5);
}

TEST(Cycles, LastAsLongAsTheClockSays) {
  EXPECT_DOUBLE_EQ(seconds(100'000'000, 100), 1.0);
  EXPECT_DOUBLE_EQ(seconds(1, 250), 4e-9);
}

}  // namespace
}  // namespace sparsim
