#include "models/sparsepixels/stage_activity.h"

#include <gtest/gtest.h>

namespace sparsim {
namespace {

PixelStage stage(PixelOperator op, MapShape input, MapShape output, std::int64_t kernel = 1) {
  PixelStage s;
  s.op = op;
  s.input = input;
  s.output = output;
  s.kernel = kernel;
  return s;
}

SparsePixelsConfig eight_bits(bool dense = false) {
  SparsePixelsConfig config;  // n_max 8, values of 8 bits
  config.dense = dense;
  return config;
}

const PixelStage kConvolution = stage(PixelOperator::convolution, {10, 10, 2}, {10, 10, 3}, 3);

// 10 x 10 outputs x 9 places x 2 channels x 3 filters = 5400 dense ones. 4 active pixels: 4 x 4 pairs x 6 channels.
TEST(StageActivity, OfAConvolutionIsThatOfPairsOfActivePixels) {
  const Activity a = stage_activity(kConvolution, eight_bits(), 4, 3);
  EXPECT_EQ(a.macs_done, 96u);
  EXPECT_EQ(a.macs_done + a.macs_skipped, 5400u);
  // A position is 4 + 4 bits. In: 4 pixels of 2 x 8 + 8 bits; out: 3 of 3 x 8 + 8.
  EXPECT_EQ(a.scratchpad_read_bytes, 12u);
  EXPECT_EQ(a.scratchpad_write_bytes, 12u);
}

// 20 active pixels, of which no output pixel sees more than 9.
TEST(StageActivity, OfAConvolutionHasNoMoreThanAWindowAPixel) {
  EXPECT_EQ(stage_activity(kConvolution, eight_bits(), 9, 9).macs_done, 9u * 9 * 6);
  EXPECT_EQ(stage_activity(kConvolution, eight_bits(), 20, 20).macs_done, 20u * 9 * 6);
  const Activity all = stage_activity(kConvolution, eight_bits(), 100, 100);
  EXPECT_EQ(all.macs_done, 5400u);
  EXPECT_EQ(all.macs_skipped, 0u);
}

TEST(StageActivity, OfNothingIsNothing) {
  const Activity a = stage_activity(kConvolution, eight_bits(), 0, 0);
  EXPECT_EQ(a.macs_done, 0u);
  EXPECT_EQ(a.macs_skipped, 5400u);
  EXPECT_EQ(a.scratchpad_read_bytes + a.scratchpad_write_bytes, 0u);
}

TEST(StageActivity, OfADenseLayerIsThatOfItsNonZeroInputs) {
  const Activity a = stage_activity(stage(PixelOperator::dense, {1, 1, 243}, {1, 1, 16}), eight_bits(), 11, 10);
  EXPECT_EQ(a.macs_done, 11u * 16);
  EXPECT_EQ(a.macs_skipped, 232u * 16);
  EXPECT_EQ(a.scratchpad_read_bytes, 11u);
  EXPECT_EQ(a.scratchpad_write_bytes, 10u);
}

// The image comes in at ports; positions of 6 + 6 bits pass by a relu. Values of 12 bits are packed: 2 x (12 + 12)
// bits.
TEST(StageActivity, OfOtherOperatorsIsWhatTheyHandOn) {
  SparsePixelsConfig config = eight_bits();
  config.activations.bits = 12;
  const MapShape map{63, 63, 1};
  const Activity reduce = stage_activity(stage(PixelOperator::reduce, map, map), config, 11, 2);
  EXPECT_EQ(reduce.scratchpad_read_bytes, 0u);
  EXPECT_EQ(reduce.scratchpad_write_bytes, 6u);
  const Activity relu = stage_activity(stage(PixelOperator::relu, map, map), config, 2, 1);
  EXPECT_EQ(relu.scratchpad_read_bytes, 3u);
  EXPECT_EQ(relu.scratchpad_write_bytes, 2u);  // 12 bits
  const Activity flatten = stage_activity(stage(PixelOperator::flatten, map, {1, 1, 3969}), config, 2, 2);
  EXPECT_EQ(flatten.scratchpad_read_bytes, 6u);
  EXPECT_EQ(flatten.scratchpad_write_bytes, 3u);
  EXPECT_EQ(reduce.macs_done + reduce.macs_skipped + relu.macs_skipped + flatten.macs_skipped, 0u);
}

// 200 B come, 12 x 12 x 2 = 288 B with zeros around them, which go through a FIFO and two rows; 300 B leave.
TEST(StageActivity, OfTheBaselineIsThatOfAllPixels) {
  const Activity conv = stage_activity(kConvolution, eight_bits(true), 0, 0);
  EXPECT_EQ(conv.macs_done, 5400u);
  EXPECT_EQ(conv.macs_skipped, 0u);
  EXPECT_EQ(conv.scratchpad_read_bytes, 200u + 288 * 3);
  EXPECT_EQ(conv.scratchpad_write_bytes, 300u + 288 * 3);
  // No zeros around a pool, and one row above its windows.
  const Activity pool =
      stage_activity(stage(PixelOperator::average_pool, {10, 10, 2}, {5, 5, 2}, 2), eight_bits(true), 0, 0);
  EXPECT_EQ(pool.macs_done, 0u);
  EXPECT_EQ(pool.scratchpad_read_bytes, 200u + 200);
  EXPECT_EQ(pool.scratchpad_write_bytes, 50u + 200);
}

}  // namespace
}  // namespace sparsim
