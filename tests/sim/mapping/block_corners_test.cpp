#include "sim/mapping/block_corners.h"

#include <gtest/gtest.h>

namespace sparsim {
namespace {

/// A convolution of 1x1 over three pixels, 8 channels to 4, on 2 PEs of 2 lanes: 2 rows a PE, 4 words a row, 8 cycles a
/// pixel. In blocks of 1x4 each row has two. The largest of the four weights of a block stand in columns 0 and 2, so
/// that two that are kept lie in two words; rows 0 and 1, those of PE 0, have the larger ones.
class BlockCornersTest : public testing::Test {
 protected:
  BlockCornersTest() {
    graph_.input = {1, 3, 8};
    graph_.layers.reserve(3);
    Layer& conv = graph_.layers.emplace_back();
    conv.name = "conv";
    conv.inputs = {Layer::kNetworkInput};
    conv.shape.input = {1, 3, 8};
    conv.shape.output = {1, 3, 4};
    Layer& pool = graph_.layers.emplace_back();
    pool.name = "pool";
    pool.kind = LayerKind::average_pool;
    pool.inputs = {0};
    pool.shape.input = conv.shape.output;
    pool.shape.output = {1, 1, 4};
    pool.shape.kernel_w = 3;
    Layer& dense = graph_.layers.emplace_back();
    dense.name = "dense";
    dense.kind = LayerKind::dense;
    dense.inputs = {1};
    dense.shape = WindowShape::dense(4, 2);

    PrunedLayer target{0, {4, 8}, {}, WeightSource::parameters};
    for (const float more : {10.0f, 10.0f, 0.0f, 0.0f})
      for (int block = 0; block < 2; ++block)
        for (const float weight : {4.0f, 1.0f, 3.0f, 2.0f}) target.weights.push_back(weight + more);
    targets_.push_back(std::move(target));
  }

  BlockCorners corners(std::int64_t dense_pe, std::int64_t dense_simd) const {
    std::vector<MatrixUnit> units(3);
    for (const std::size_t layer : {0u, 2u}) units[layer].shape = graph_.layers[layer].shape;
    units[0].pe = units[0].simd = 2;
    units[2].pe = dense_pe;
    units[2].simd = dense_simd;
    return block_corners(graph_, units, targets_, {1, 4, 0.5, false});
  }

  LayerGraph graph_;
  std::vector<PrunedLayer> targets_;
};

// In the order of kCorners: balanced and reordered; balanced; reordered; neither.
// Balanced, each block keeps columns 0 and 2: as they lie, all words; moved together, 2 words a row, 4 cycles, as many
// as the next vector takes to come. Not balanced, all of rows 2 and 3 goes, and PE 0 has what it had.
TEST_F(BlockCornersTest, TellsThemApart) {
  const BlockCorners result = corners(2, 2);
  ASSERT_EQ(result.layers.size(), 2u);
  EXPECT_EQ(result.layers[0].dense, 3 * 8);
  EXPECT_EQ(result.layers[0].pruned, (ByCorner<Cycles>{3 * 4, 3 * 8, 3 * 8, 3 * 8}));
  EXPECT_EQ(result.kept, (ByCorner<double>{0.5, 0.5, 0.5, 0.5}));
}

TEST_F(BlockCornersTest, LeavesOtherLayersAsTheyAre) {
  const BlockCorners result = corners(2, 2);
  EXPECT_EQ(result.layers[1].layer, 2u);
  EXPECT_EQ(result.layers[1].dense, 2);  // 1 row a PE, 2 words
  EXPECT_EQ(result.layers[1].pruned, (ByCorner<Cycles>{2, 2, 2, 2}));
  for (const std::optional<double>& kept : result.layers[1].break_even) EXPECT_FALSE(kept);
}

// Balanced and reordered: the first ratio at which a block keeps 3 of 4, 6 kept in 3 words a row. Balanced alone:
// only with 1 of 4, column 0, one of its words is free. Not balanced, weights go one by one, those of rows 2 and 3
// first; of the others all of column 1, then of column 3. Reordered, row 0 needs a word less when its two blocks lost
// one each: 18 of 32 have gone. As they lie, column 2 of a block must go as well: 16 + 4 + 4 + 1 of 32.
TEST_F(BlockCornersTest, FindTheBreakEven) {
  const BlockCorners result = corners(2, 2);
  const ByCorner<std::optional<double>> expected{0.75, 0.25, 14.0 / 32, 7.0 / 32};
  EXPECT_EQ(result.layers[0].break_even, expected);
  EXPECT_EQ(result.break_even, expected);  // the convolution is the slowest by far
}

TEST_F(BlockCornersTest, NameTheSlowest) {
  const BlockCorners result = corners(1, 1);  // dense: 8 cycles
  EXPECT_EQ(result.slowest_dense, 0u);
  EXPECT_EQ(result.slowest, (ByCorner<std::size_t>{0, 0, 0, 0}));
}

TEST_F(BlockCornersTest, NeverBreakEvenWhereTheSlowestIsNotPruned) {
  graph_.layers[2].shape = WindowShape::dense(4, 6);
  const BlockCorners result = corners(1, 1);  // 6 * 4 cycles, as many as the convolution
  EXPECT_EQ(result.slowest_dense, 0u);        // the first of equals
  EXPECT_EQ(result.slowest, (ByCorner<std::size_t>{1, 0, 0, 0}));
  for (const std::optional<double>& kept : result.break_even) EXPECT_FALSE(kept);
}

TEST(Corner, HasAName) {
  std::vector<std::string> names;
  for (const Corner corner : kCorners) names.push_back(to_string(corner));
  EXPECT_EQ(names, (std::vector<std::string>{"balanced, reordered", "balanced", "reordered", "neither"}));
}

}  // namespace
}  // namespace sparsim
