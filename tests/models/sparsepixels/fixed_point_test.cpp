#include "models/sparsepixels/fixed_point.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "models/core/error.h"

namespace sparsim {
namespace {

constexpr FixedFormat kSteps{8, 8, true};       // of 1, -128..127
constexpr FixedFormat kQuarters{4, 2, false};   // of 1/4, 0..15/4
constexpr FixedFormat kFractions{4, 0, false};  // of 1/16, 0..15/16
constexpr FixedFormat kWide{32, 32, false};     // 0..2^32 - 1
constexpr FixedFormat kCoarse{4, 6, true};      // of 4, -32..28
constexpr std::int64_t kMost = std::numeric_limits<std::int64_t>::max();
constexpr std::int64_t kLeast = std::numeric_limits<std::int64_t>::min();

TEST(FixedFormat, RangeAndStepFollowFromWidthAndPoint) {
  EXPECT_EQ(kSteps.lowest(), -128);
  EXPECT_EQ(kSteps.highest(), 127);
  EXPECT_EQ(kSteps.step(), 1.0);
  EXPECT_EQ(kQuarters.lowest(), 0);
  EXPECT_EQ(kQuarters.highest(), 15);
  EXPECT_EQ(kQuarters.step(), 0.25);
  EXPECT_EQ(kFractions.step(), 1.0 / 16);
  EXPECT_EQ(kCoarse.step(), 4.0);
  EXPECT_EQ(kWide.highest(), 4'294'967'295);
  const FixedFormat widest{32, 0, true}, narrowest{1, 1, true};
  EXPECT_EQ(widest.lowest(), -2'147'483'648);
  EXPECT_EQ(narrowest.lowest(), -1);
  EXPECT_EQ(narrowest.highest(), 0);
}

TEST(FixedFormat, TiesGoToTheEvenRawValue) {
  EXPECT_EQ(kSteps.quantize(0.5), 0);
  EXPECT_EQ(kSteps.quantize(1.5), 2);
  EXPECT_EQ(kSteps.quantize(2.5), 2);
  EXPECT_EQ(kSteps.quantize(-0.5), 0);
  EXPECT_EQ(kSteps.quantize(-1.5), -2);
  EXPECT_EQ(kSteps.quantize(-2.5), -2);
  EXPECT_EQ(kSteps.quantize(std::nextafter(0.5, 1.0)), 1);  // just above, and just below
  EXPECT_EQ(kSteps.quantize(std::nextafter(1.5, 1.0)), 1);
  EXPECT_EQ(kQuarters.quantize(0.375), 2);      // 1.5 steps
  EXPECT_EQ(kFractions.quantize(5.0 / 32), 2);  // 2.5 steps
  EXPECT_EQ(kCoarse.quantize(-6), -2);          // -1.5 steps
}

TEST(FixedFormat, OverflowSaturates) {
  EXPECT_EQ(kSteps.quantize(127.4), 127);
  EXPECT_EQ(kSteps.quantize(127.5), 127);  // would be 128
  EXPECT_EQ(kSteps.quantize(-128.5), -128);
  EXPECT_EQ(kSteps.quantize(-129), -128);
  EXPECT_EQ(kQuarters.quantize(-0.25), 0);
  EXPECT_EQ(kQuarters.quantize(4), 15);
  EXPECT_EQ(kWide.quantize(1e300), 4'294'967'295);
  EXPECT_EQ(kSteps.quantize(std::numeric_limits<double>::infinity()), 127);
  EXPECT_EQ(kSteps.quantize(-std::numeric_limits<double>::infinity()), -128);
}

TEST(FixedFormat, WhatIsNoNumberIsZero) { EXPECT_EQ(kSteps.quantize(std::nan("")), 0); }

TEST(FixedFormat, RequantizeDropsBitsWithTiesToEven) {
  EXPECT_EQ(kSteps.requantize(6, 2), 2);    // 1.5
  EXPECT_EQ(kSteps.requantize(10, 2), 2);   // 2.5
  EXPECT_EQ(kSteps.requantize(11, 2), 3);   // 2.75
  EXPECT_EQ(kSteps.requantize(-6, 2), -2);  // -1.5
  EXPECT_EQ(kSteps.requantize(-10, 2), -2);
  EXPECT_EQ(kSteps.requantize(-9, 2), -2);  // -2.25
  EXPECT_EQ(kSteps.requantize(-3, 2), -1);  // -0.75
  EXPECT_EQ(kSteps.requantize(510, 2), 127);
  EXPECT_EQ(kQuarters.requantize(-1, 3), 0);
  EXPECT_EQ(kCoarse.requantize(6, 0), 2);  // 6 / 4 = 1.5
}

TEST(FixedFormat, RequantizeAddsBitsAndSaturates) {
  EXPECT_EQ(kQuarters.requantize(3, 0), 12);
  EXPECT_EQ(kQuarters.requantize(3, 2), 3);
  EXPECT_EQ(kQuarters.requantize(4, 0), 15);  // 16 steps
  EXPECT_EQ(kQuarters.requantize(-1, 0), 0);
  const FixedFormat quarters{4, 2, true};  // -8..7
  EXPECT_EQ(quarters.requantize(-2, 0), -8);
  EXPECT_EQ(quarters.requantize(-3, 0), -8);
  EXPECT_EQ(quarters.requantize(2, 0), 7);
}

TEST(FixedFormat, RequantizeIsExactAtTheEndsOfItsRange) {
  EXPECT_EQ(kSteps.requantize(kMost, 62), 2);    // 2 - 2^-62
  EXPECT_EQ(kSteps.requantize(kMost, 63), 1);    // 1 - 2^-63
  EXPECT_EQ(kSteps.requantize(kMost, 64), 0);    // just below a half
  EXPECT_EQ(kSteps.requantize(kLeast, 63), -1);  // -1
  EXPECT_EQ(kSteps.requantize(kLeast, 64), 0);   // -1/2, a tie
  EXPECT_EQ(kSteps.requantize(kLeast, 1000), 0);
  EXPECT_EQ(kSteps.requantize(kMost, 0), 127);
  EXPECT_EQ(kSteps.requantize(kLeast, -200), -128);
  EXPECT_EQ(kSteps.requantize(1, -200), 127);
  EXPECT_EQ(kSteps.requantize(0, -200), 0);
  EXPECT_EQ(kWide.requantize(kMost, 31), 4'294'967'295);  // 2^32 - 2^-31 rounds to what does not fit
}

TEST(FixedFormat, BothRoadsAgree) {
  for (const FixedFormat& format : {kSteps, kQuarters, kFractions, kCoarse})
    for (int raw = -600; raw <= 600; ++raw)
      for (int fraction = -3; fraction <= 9; ++fraction)
        ASSERT_EQ(format.requantize(raw, fraction), format.quantize(std::ldexp(raw, -fraction)))
            << to_string(format) << " of " << raw << " / 2^" << fraction;
}

TEST(FixedFormat, ReadsBackWhatItWrites) {
  for (const char* const text : {"ap_fixed<8,3>", "ap_ufixed<8,1>", "ap_ufixed<16,0>", "ap_fixed<32,32>"})
    EXPECT_EQ(to_string(fixed_format(text)), text);
  EXPECT_EQ(fixed_format("ap_ufixed<8,2>"), (FixedFormat{8, 2, false}));
  EXPECT_EQ(fixed_format("ap_fixed<16,7>"), (FixedFormat{16, 7, true}));
}

TEST(FixedFormat, RefusesWhatIsNoFormatAndSaysWhatIsOne) {
  for (const char* const text :
       {"ap_fixed<8,9>", "ap_fixed<8,-1>", "ap_fixed<0,0>", "ap_fixed<33,8>", "ap_fixed<8,3", "ap_fixed 8,3>",
        "ap_fixed<8 ,3>", "ap_fixed<8, 3>", " ap_fixed<8,3>", "ap_fixed<8,3> ", "ap_fixed<8>", "ap_fixed<,3>",
        "ap_fixed<8.5,3>", "ap_fixed<99999999999,3>", "ap_int<8>", "fixed<8,3>", "ap_fixed<8,3,AP_RND_CONV>", "half",
        ""})
    try {
      fixed_format(text);
      ADD_FAILURE() << "'" << text << "' was taken";
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), testing::AllOf(testing::HasSubstr("'" + std::string(text) + "'"),
                                               testing::HasSubstr("ap_ufixed<W,I>"), testing::HasSubstr("1..32")));
    }
}

}  // namespace
}  // namespace sparsim
