#include "models/finn/unit_facts.h"

#include <gtest/gtest.h>

#include <map>
#include <string>
#include <vector>

#include "tests/support/plain_workload.h"

namespace sparsim {
namespace {

/// A convolution on PE 2 x SIMD 4, by the names of its facts; `built` in words.
struct Facts {
  std::string built;
  std::map<std::string, double> values;

  explicit Facts(const Layer& layer) {
    LayerGraph graph;
    graph.name = "net";
    graph.input = layer.shape.input;
    graph.layers = {layer};
    FinnConfig config;
    config.nodes[layer.name].pe = 2;
    config.nodes[layer.name].simd = 4;
    const std::vector<LayerFacts> all = unit_facts(plan(config, graph), graph);
    EXPECT_EQ(all.size(), 1u) << "padding and window are the layer's";
    built = all[0].built;
    for (const Fact& fact : all[0].facts) values[fact.name] = fact.value;
  }
};

// 1x1 from 8 channels to 4 filters on 2 x 2 pixels, two rows a block; the first two rows keep these columns, the others
// all.
Layer pruned(const std::vector<std::size_t>& kept) {
  Layer layer = conv("c", 2, 8, 4, 1);
  layer.blocks = BlockPruning{2, 8, false};
  layer.weight_nonzero = BitMask(4 * 8, true);
  for (std::size_t row = 0; row < 2; ++row) {
    for (std::size_t column = 0; column < 8; ++column) layer.weight_nonzero.set(8 * row + column, false);
    for (const std::size_t column : kept) layer.weight_nonzero.set(8 * row + column, true);
  }
  return layer;
}

// 6 x 6 windows of 9 words for 2 rows a PE; a row of windows is 54 words, of the padded map 8.
TEST(UnitFacts, OfADenseUnitAndItsWindow) {
  const Facts facts(conv("c", 6, 4, 4, 3, 1, 1));
  EXPECT_EQ(facts.built, "MVAU, PE 2 x SIMD 4, 1 x 8 bits");
  EXPECT_EQ(facts.values,
            (std::map<std::string, double>{{"unit_cycles", 6 * 6 * 9 * 2}, {"window_cycles", 6 * 6 * 9}}));
}

// With a stride of 3 a row of two windows, 8 words, waits for three rows of 6.
TEST(UnitFacts, AWindowWaitsForTheRowsBetween) {
  Layer layer = conv("c", 6, 4, 4, 2, 3);
  EXPECT_EQ(Facts(layer).values.at("window_cycles"), 2 * 3 * 6);
}

// PE 0 takes a cycle for each of its rows, PE 1 two: 4 cycles a vector, 6 steps of 4 lanes that are all busy.
TEST(UnitFacts, OfUnbalancedBlocks) {
  const std::map<std::string, double> facts = Facts(pruned({0, 1, 2, 3})).values;
  EXPECT_EQ(facts.at("unit_cycles"), 4 * 4);
  EXPECT_EQ(facts.at("dense_cycles"), 4 * 2 * 2);
  EXPECT_EQ(facts.at("kept_weights"), 24.0 / 32);
  EXPECT_EQ(facts.at("busiest_pe"), 4.0 / 3);
  EXPECT_EQ(facts.at("idle_lanes"), 0);
  EXPECT_EQ(facts.count("window_cycles"), 0u);
}

// Two columns in two words: the first rows take two cycles as the others do, one lane of four busy.
TEST(UnitFacts, OfColumnsApart) {
  const std::map<std::string, double> facts = Facts(pruned({0, 4})).values;
  EXPECT_EQ(facts.at("unit_cycles"), 4 * 4);
  EXPECT_EQ(facts.at("busiest_pe"), 1);
  EXPECT_EQ(facts.at("idle_lanes"), 1 - (2 * 2 + 2 * 8) / (8 * 4.0));
}

}  // namespace
}  // namespace sparsim
