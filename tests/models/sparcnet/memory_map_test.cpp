#include "models/sparcnet/memory_map.h"

#include <gtest/gtest.h>

#include "tests/support/plain_workload.h"

namespace sparsim {
namespace {

Layer pointwise(const char* name, LayerKind kind, const Layer& before, std::size_t input) {
  Layer layer;
  layer.name = name;
  layer.kind = kind;
  layer.shape.input = layer.shape.output = before.shape.output;
  layer.inputs = {input};
  return layer;
}

// conv a - relu - conv b - relu - conv c, with a's activation also added to c.
LayerGraph residual() {
  LayerGraph g;
  g.input = {8, 8, 1};
  g.layers.push_back(conv("a", 8, 1, 4, 3, 1, 1));
  g.layers.push_back(pointwise("a.relu", LayerKind::activation, g.layers[0], 0));
  g.layers.push_back(conv("b", 8, 4, 4, 3, 1, 1));
  g.layers[2].inputs = {1};
  g.layers.push_back(pointwise("b.relu", LayerKind::activation, g.layers[2], 2));
  g.layers.push_back(conv("c", 8, 4, 4, 3, 1, 1));
  g.layers[4].inputs = {3};
  g.layers.push_back(pointwise("sum", LayerKind::add, g.layers[4], 4));
  g.layers[5].inputs = {4, 1};
  g.layers.push_back(pointwise("sum.relu", LayerKind::activation, g.layers[5], 5));
  return g;
}

TEST(Placement, FusesWhatOnlyFollowsAConvolution) {
  const std::vector<Placement> expected{Placement::grid, Placement::fused, Placement::grid, Placement::fused,
                                        Placement::grid, Placement::host,  Placement::host};
  EXPECT_EQ(placements(residual()), expected);
}

TEST(Placement, DoesNotFuseWhereTheSumIsReadElsewhereToo) {
  LayerGraph g = residual();
  g.layers[5].inputs = {4, 0};  // the sum takes a before its activation
  EXPECT_EQ(placements(g)[1], Placement::host);
}

TEST(MemoryMap, ReusesWhatNobodyReadsAnyMore) {
  const LayerGraph g = residual();
  const MemoryMap map(g, placements(g), 2);
  // Weights: a 9 x 4 x 2 B = 72 -> 128; b and c 9 x 16 x 2 B = 288 -> 320 each: 768 in all, aligned to 64.
  EXPECT_EQ(map.weight_bytes(), 768);
  EXPECT_EQ(map.layer(2).weights, 128u);
  // The image (128 B) at 768, a's map (512 B) at 896, b's at 1408: the image's 128 B are free by then but too small.
  EXPECT_EQ(map.layer(0).ifmap, 768u);
  EXPECT_EQ(map.layer(0).ofmap, 896u);
  EXPECT_EQ(map.layer(1).ofmap, 896u);  // in place
  EXPECT_EQ(map.layer(2).ifmap, 896u);
  EXPECT_EQ(map.layer(2).ofmap, 1408u);
  // c's map: a's is still read by the sum, so it goes behind b's.
  EXPECT_EQ(map.layer(4).ofmap, 1920u);
  // The sum: b's place is free.
  EXPECT_EQ(map.layer(5).ofmap, 1408u);
  EXPECT_EQ(map.bytes(), 1920 + 512);
}

}  // namespace
}  // namespace sparsim
