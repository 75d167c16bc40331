#include "models/core/block_ram.h"

#include <gtest/gtest.h>

namespace sparsim {
namespace {

TEST(Bram18, UsesTheBestShapeOfABlock) {
  EXPECT_EQ(bram18(512, 36), 1);
  EXPECT_EQ(bram18(513, 36), 2);
  EXPECT_EQ(bram18(512, 37), 2);
  EXPECT_EQ(bram18(1024, 16), 1);  // 1Kx18
  EXPECT_EQ(bram18(1024, 64), 4);  // two 512x36 side by side, twice; or four 1Kx18
  EXPECT_EQ(bram18(16384, 1), 1);
  EXPECT_EQ(bram18(16384, 8), 8);  // 2Kx9 and 16Kx1 both take eight
  EXPECT_EQ(bram18(1, 1), 1);
}

}  // namespace
}  // namespace sparsim
