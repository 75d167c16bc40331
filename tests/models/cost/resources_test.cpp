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

Device three_regions() {
  Device device;
  device.name = "U280";
  device.capacity = {1163520, 2327040, 8496, 3504, 960};
  device.regions = Regions{3, {380640, 761280, 2736, 1152, 320}};
  return device;
}

TEST(RegionShortages, NameUnitNeedAndLimit) {
  EXPECT_TRUE(region_shortages({{"conv1", 1, {380640, 0, 0, 1152, 0}}}, three_regions()).empty());  // just fits
  const auto missing =
      region_shortages({{"conv1", 1, {1, 0, 0, 0, 0}}, {"conv2", 1, {380641, 0, 2737, 0, 0}}}, three_regions());
  ASSERT_EQ(missing.size(), 2u);
  EXPECT_EQ(missing[0], "conv2 needs 380641 LUT, a region of U280 has 380640");
  EXPECT_EQ(missing[1], "conv2 needs 2737 DSP, a region of U280 has 2736");
}

// What spreads over regions is a line of many parts, each of which fits.
TEST(RegionShortages, LookAtEachPartOfALine) {
  EXPECT_TRUE(region_shortages({{"FIFOs", 4, {0, 0, 0, 4 * 1152, 0}}}, three_regions()).empty());
  const auto missing = region_shortages({{"FIFOs", 4, {0, 0, 0, 4 * 1153, 0}}}, three_regions());
  ASSERT_EQ(missing.size(), 1u);
  EXPECT_EQ(missing[0], "FIFOs needs 1153 BRAM18, a region of U280 has 1152");
}

TEST(RegionShortages, OfOneDieAreNone) {
  Device device = three_regions();
  device.regions.reset();
  EXPECT_TRUE(region_shortages({{"conv1", 1, {1e9, 0, 0, 0, 0}}}, device).empty());
  EXPECT_EQ(region_note({1e9, 0, 0, 0, 0}, device), "");
}

// 1,752 of 3,504 blocks are a half, more than 116,352 of 1,163,520 LUTs.
TEST(RegionNote, SaysTheShareOfTheFullestResource) {
  EXPECT_EQ(region_note({116352, 0, 0, 1752, 0}, three_regions()),
            "the design takes 50.0 % of the BRAM18 of U280, 1.5 of its 3 regions; each part must fit one, and wires "
            "between regions cost nothing here");
}

}  // namespace
}  // namespace sparsim
