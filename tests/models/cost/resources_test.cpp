#include "models/cost/resources.h"

#include <gtest/gtest.h>

namespace sparsim {
namespace {

TEST(Resources, AddAndScale) {
  const Resources sum = Resources{1, 2, 3, 4, 5} + 2 * Resources{10, 20, 30, 40, 50};
  EXPECT_EQ(sum.lut, 21);
  EXPECT_EQ(sum.ff, 42);
  EXPECT_EQ(sum.dsp, 63);
  EXPECT_EQ(sum.bram18, 84);
  EXPECT_EQ(sum.uram, 105);
}

TEST(Resources, BillsAddUp) { EXPECT_EQ(total({{"a", 1, {1, 0, 2, 0, 0}}, {"b", 2, {3, 0, 4, 0, 0}}}).lut, 4); }

TEST(Shortages, NameResourceNeedAndLimit) {
  Device device;
  device.name = "XC7Z020";
  device.capacity = {53200, 106400, 220, 280, 0};
  EXPECT_TRUE(shortages({53200, 106400, 220, 280, 0}, device).empty());  // just fits
  const auto missing = shortages({53200, 0, 221, 0, 1}, device);
  ASSERT_EQ(missing.size(), 2u);
  EXPECT_EQ(missing[0], "needs 221 DSP, XC7Z020 has 220");
  EXPECT_EQ(missing[1], "needs 1 URAM, XC7Z020 has 0");
}

}  // namespace
}  // namespace sparsim
