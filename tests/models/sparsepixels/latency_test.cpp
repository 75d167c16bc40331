#include "models/sparsepixels/latency.h"

#include <gtest/gtest.h>

namespace sparsim {
namespace {

PixelStage reduction(std::int64_t height, std::int64_t width) {
  return {PixelOperator::reduce, "reduce", PixelStage::kNoLayer, {height, width, 1}, {height, width, 1}};
}

PixelStage convolution(std::int64_t in, std::int64_t out, std::int64_t reuse = 1) {
  return {PixelOperator::convolution, "conv", 0, {10, 10, in}, {10, 10, out}, 3, reuse};
}

SparsePixelsConfig keeping(std::int64_t n_max) {
  SparsePixelsConfig config;
  config.n_max = n_max;
  return config;
}

SparsePixelsConfig wide(std::int64_t n_max) {
  SparsePixelsConfig config = keeping(n_max);
  config.input = {16, 6, true};
  config.weights = {16, 7, true};
  config.activations = {16, 6, false};
  return config;
}

struct Reduction {
  const char* name;
  std::int64_t height, width, n_max;
  Cycles cycles;
};
void PrintTo(const Reduction& r, std::ostream* os) { *os << r.name; }

class ReductionLatency : public testing::TestWithParam<Reduction> {};

TEST_P(ReductionLatency, IsThatOfItsTree) {
  const Reduction& r = GetParam();
  EXPECT_EQ(stage_latency(reduction(r.height, r.width), keeping(r.n_max), 0), r.cycles);
}

// Levels of the tree less the two that hide behind the copy, three a cycle; three cycles around.
INSTANTIATE_TEST_SUITE_P(
    Sizes, ReductionLatency,
    testing::Values(Reduction{"100 pixels, 7 levels", 10, 10, 10, 23},        // ceil(5 / 3) = 2; 10 x 2 + 3
                    Reduction{"200 pixels, 8 levels", 20, 10, 10, 24},        // 6 / 3 = 2, cycles full: 10 x 2 + 3 + 1
                    Reduction{"1000 pixels, 10 levels", 100, 10, 30, 93},     // ceil(8 / 3) = 3; 30 x 3 + 3
                    Reduction{"2000 pixels, 11 levels", 200, 10, 20, 64},     // 9 / 3 = 3, full: 20 x 3 + 3 + 1
                    Reduction{"3969 pixels, 12 levels", 63, 63, 12, 51},      // ceil(10 / 3) = 4; 12 x 4 + 3
                    Reduction{"3969 pixels, 16 slots", 63, 63, 16, 66},       // a power of two: 16 x 4 + 3 - 1
                    Reduction{"4 pixels, 2 levels", 2, 2, 3, 6},              // never less than a cycle: 3 x 1 + 3
                    Reduction{"16384 pixels, 14 levels", 128, 128, 5, 24}));  // 12 / 3 = 4, full: 5 x 4 + 3 + 1

TEST(EarlyExit, EndsBehindTheSearchThatFindsNothing) {
  SparsePixelsConfig config = keeping(16);
  config.early_exit = true;
  EXPECT_EQ(stage_latency(reduction(63, 63), config, 0), 4 + 3);
  EXPECT_EQ(stage_latency(reduction(63, 63), config, 5), 6 * 4 + 3);
  EXPECT_EQ(stage_latency(reduction(63, 63), config, 15), 16 * 4 + 3);
  EXPECT_EQ(stage_latency(reduction(63, 63), config, 400), 16 * 4 + 3);
}

TEST(ConvolutionLatency, AddsTheProductsOfSlotsInAChain) {
  // Select, multiply, ceil(n / 3) chained additions.
  EXPECT_EQ(stage_latency(convolution(1, 3), keeping(8), 8), 1 + 1 + 3);
  EXPECT_EQ(stage_latency(convolution(1, 3), keeping(20), 20), 1 + 1 + 7);
  // Two channels more, an addition each.
  EXPECT_EQ(stage_latency(convolution(3, 1), keeping(8), 8), 1 + 1 + 2 + 3);
  // Wide sums take a cycle to round and saturate.
  EXPECT_EQ(stage_latency(convolution(1, 3), wide(8), 8), 1 + 1 + 3 + 1);
}

TEST(ConvolutionLatency, OfATreeGrowsWithItsLevels) {
  SparsePixelsConfig config = keeping(20);
  config.sums = SumShape::tree;
  EXPECT_EQ(stage_latency(convolution(1, 1), config, 20), 3);  // 27 >= 20: three levels of three inputs, a cycle
  config.n_max = 30;
  EXPECT_EQ(stage_latency(convolution(1, 1), config, 30), 4);  // 81 >= 30: four levels
}

TEST(ConvolutionLatency, WithReusedMultipliersDependsOnTheActivePixels) {
  const SparsePixelsConfig config = keeping(16);
  const Cycles parallel = stage_latency(convolution(1, 1), config, 16);
  // Reused four times: four output slots at a time.
  EXPECT_EQ(stage_latency(convolution(1, 1, 4), config, 16), parallel + 3);
  EXPECT_EQ(stage_latency(convolution(1, 1, 4), config, 9), parallel + 2);
  EXPECT_EQ(stage_latency(convolution(1, 1, 4), config, 4), parallel);
  EXPECT_EQ(stage_latency(convolution(1, 1, 4), config, 0), parallel);
}

TEST(PoolLatency, DividesByAShiftOrAMultiplier) {
  PixelStage pool{PixelOperator::average_pool, "pool", 0, {56, 56, 1}, {14, 14, 1}, 4};
  EXPECT_EQ(stage_latency(pool, keeping(16), 16), 6);  // ceil(16 / 3); 1/16 is a shift
  pool.kernel = 7;
  EXPECT_EQ(stage_latency(pool, keeping(20), 20), 7 + 2);  // sums of 8 + 6 bits: one DSP
  EXPECT_EQ(stage_latency(pool, wide(20), 20), 7 + 3);     // 16 + 6 bits: two
}

TEST(Latency, OfWhatFollowsTheLists) {
  SparsePixelsConfig config = keeping(16);
  const PixelStage flatten{PixelOperator::flatten, "flatten", 0, {9, 9, 3}, {1, 1, 243}};
  EXPECT_EQ(stage_latency(flatten, config, 16), 4 + 3);
  config.flatten_unroll = 1;
  EXPECT_EQ(stage_latency(flatten, config, 16), 16 + 3);
  PixelStage dense{PixelOperator::dense, "dense", 0, {1, 1, 243}, {1, 1, 16}};
  EXPECT_EQ(stage_latency(dense, config, 243), 5);  // 3^5 = 243
  dense.input.channels = 242;
  EXPECT_EQ(stage_latency(dense, config, 242), 4);
  dense.input.channels = 2;
  EXPECT_EQ(stage_latency(dense, config, 2), 1);
  dense.reuse = 3;
  EXPECT_EQ(stage_latency(dense, config, 2), 3);
  EXPECT_EQ(stage_latency({PixelOperator::relu, "relu", 0, {9, 9, 3}, {9, 9, 3}}, config, 3), 0);
  // Largest of five: three levels, a cycle; table; sum: a cycle; table; product.
  EXPECT_EQ(stage_latency({PixelOperator::softmax, "softmax", 0, {1, 1, 5}, {1, 1, 5}}, config, 5), 5);
  // Of ten the largest takes four levels.
  EXPECT_EQ(stage_latency({PixelOperator::softmax, "softmax", 0, {1, 1, 10}, {1, 1, 10}}, config, 10), 6);
}

TEST(HandOff, CostsNothingIntoWhatHasNoRegisters) {
  const SparsePixelsConfig config;
  const PixelStage conv = convolution(1, 1);
  const PixelStage relu{PixelOperator::relu, "relu", 0, {9, 9, 3}, {9, 9, 3}};
  const PixelStage softmax{PixelOperator::softmax, "softmax", 0, {1, 1, 5}, {1, 1, 5}};
  EXPECT_EQ(hand_off(conv, &relu, config), 0);
  EXPECT_EQ(hand_off(relu, &conv, config), 1);
  EXPECT_EQ(hand_off(conv, &softmax, config), 4);    // three inside
  EXPECT_EQ(hand_off(conv, nullptr, config), 1);     // the list's register
  EXPECT_EQ(hand_off(relu, nullptr, config), 2);     // and an operator of its own
  EXPECT_EQ(hand_off(softmax, nullptr, config), 0);  // a table's register
}

// 48.665 us at 5 ns are 9,733 cycles, an image every 5,029.
TEST(DenseBaseline, StreamsEveryPaddedPixel) {
  SparsePixelsConfig config;
  config.dense = true;
  const PixelStage conv{PixelOperator::convolution, "conv", 0, {63, 63, 1}, {63, 63, 1}, 7};
  EXPECT_EQ(stage_latency(conv, config, 0), 69 * 69);
  EXPECT_EQ(stage_interval(conv, config, 69 * 69), 5029);  // 6 rows of zeros and 63 rows: 69^2 + 2 x 6 + 4 x 63 + 4
}

}  // namespace
}  // namespace sparsim
