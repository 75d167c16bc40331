#include "models/core/shape.h"

#include <gtest/gtest.h>

namespace sparsim {
namespace {

TEST(WindowShape, CountsTheMacsOfGroups) {
  WindowShape conv2;  // AlexNet (Krizhevsky 2012) conv2
  conv2.input = {27, 27, 96};
  conv2.output = {27, 27, 256};
  conv2.kernel_h = conv2.kernel_w = 5;
  EXPECT_EQ(conv2.macs(), 447'897'600);  // 27*27*256 * 5*5*96
  conv2.groups = 2;
  EXPECT_EQ(conv2.macs(), 223'948'800);
  EXPECT_EQ(conv2.weights(), 307'200);  // 256 * 5*5*48
}

TEST(WindowShape, DenseIsOnePixel) {
  EXPECT_EQ(WindowShape::dense(9216, 4096).macs(), 37'748'736);  // AlexNet fc6: 9216*4096
}

TEST(OutputExtent, RoundsDownOrUp) {
  EXPECT_EQ(output_extent(227, 0, 11, 4, 1, false, 0), 55);  // AlexNet conv1: (227-11)/4 + 1
  EXPECT_EQ(output_extent(112, 0, 3, 2, 1, false, 0), 55);   // (112-3)/2 = 54.5
  EXPECT_EQ(output_extent(112, 0, 3, 2, 1, true, 0), 56);
  EXPECT_EQ(output_extent(7, 0, 3, 1, 3, false, 0), 1);  // dilated window spans 7
}

TEST(OutputExtent, DropsAWindowThatStartsInThePadding) {
  // in 4, pad 1+1, kernel 2, stride 3: ceil((6-2)/3)+1 = 3 windows at -1, 2, 5; the last starts past the input (4).
  EXPECT_EQ(output_extent(4, 2, 2, 3, 1, true, 1), 2);
}

TEST(OutputExtent, SaysWhenTheWindowDoesNotFit) { EXPECT_EQ(output_extent(2, 0, 3, 1, 1, false, 0), 0); }

}  // namespace
}  // namespace sparsim
