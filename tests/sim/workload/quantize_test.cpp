#include "sim/workload/quantize.h"

#include <gtest/gtest.h>

namespace sparsim {
namespace {

TEST(Quantizer, PutsTheLargestMagnitudeAtTheLargestInteger) {
  EXPECT_EQ(Quantizer(254, 8).scale(), 2);  // 254 / 127
  EXPECT_EQ(Quantizer(254, 8)(254), 127);
  EXPECT_EQ(Quantizer(254, 8)(-254), -127);
  EXPECT_EQ(Quantizer(254, 8)(1000), 127);
  EXPECT_EQ(Quantizer(32767, 16)(-32767), -32767);
}

TEST(Quantizer, RoundsHalfToEven) {
  const Quantizer halves(254, 8);  // a step is 2
  EXPECT_EQ(halves(1), 0);         // 0.5
  EXPECT_EQ(halves(3), 2);         // 1.5
  EXPECT_EQ(halves(5), 2);         // 2.5
  EXPECT_EQ(halves(-3), -2);
}

TEST(Quantizer, SaysNonzeroWhereTheIntegerIs) {
  for (const float largest : {1.0f, 0.3f, 254.0f, 1e-30f}) {
    const Quantizer quantizer(largest, 8);
    for (int i = -1000; i <= 1000; ++i) {
      const float value = largest * static_cast<float>(i) / 500;
      ASSERT_EQ(quantizer.nonzero(value), quantizer(value) != 0) << value << " of " << largest;
    }
  }
}

TEST(Quantizer, OfZerosIsZero) {
  EXPECT_EQ(Quantizer(0, 8)(0), 0);
  EXPECT_FALSE(Quantizer(0, 8).nonzero(0));
}

}  // namespace
}  // namespace sparsim
