#include "models/finn/resource_bill.h"

#include <gtest/gtest.h>

#include "models/finn/unit_slots.h"
#include "tests/support/plain_workload.h"

namespace sparsim {
namespace {

Layer max_pool(const char* name, std::int64_t size, std::int64_t channels, std::int64_t kernel, std::int64_t stride) {
  Layer layer = conv(name, size, channels, channels, kernel, stride);
  layer.kind = LayerKind::max_pool;
  return layer;
}

Layer dense(const char* name, std::int64_t inputs, std::int64_t outputs) {
  Layer layer;
  layer.name = name;
  layer.kind = LayerKind::dense;
  layer.shape = WindowShape::dense(inputs, outputs);
  return layer;
}

/// A padded convolution, a pool and scores.
struct Bill : testing::Test {
  Bill() {
    graph.name = "test";
    graph.input = {8, 8, 4};
    graph.layers = {conv("conv", 8, 4, 8, 3, 1, 1), max_pool("pool", 8, 8, 2, 2), dense("scores", 128, 10)};
    for (std::size_t i = 0; i < graph.layers.size(); ++i)
      graph.layers[i].inputs = {i == 0 ? Layer::kNetworkInput : i - 1};
    config.weight_bits = config.activation_bits = 2;
    config.label_select = true;
    config.vector_fifos = false;
    config.nodes["conv"].pe = 4;
    config.nodes["conv"].simd = 2;
    config.nodes["scores"].pe = 2;
    config.nodes["scores"].simd = 4;
    device.capacity = {53200, 106400, 220, 280, 0};
    device.technology.dma_lut.value = 1100;
    device.technology.interconnect_lut_per_port.value = 500;
  }

  std::vector<ResourceItem> bill() const { return resource_bill(plan(config, graph), graph, device); }
  Resources need(const std::string& part) const { return need_of(bill(), part); }

  LayerGraph graph;
  FinnConfig config;
  Device device;
};

TEST_F(Bill, HasALineForEachNode) {
  std::vector<std::string> parts;
  for (const ResourceItem& item : bill()) parts.push_back(item.part);
  EXPECT_EQ(parts,
            (std::vector<std::string>{"conv_padding", "conv_window", "conv", "pool", "scores", "scores_squeeze_label",
                                      "label", "FIFOs between nodes", "DMA engines", "AXI interconnect ports"}));
}

// Two values of 8 bits a word, two words a pixel of 10 x 10: a choice a bit, counters of 4 + 4 + 1 bits.
TEST_F(Bill, PaddingIsCountersAndZeros) {
  EXPECT_EQ(need("conv_padding").lut, 16 + 18);
  EXPECT_EQ(need("conv_padding").ff, 9 + 16);
}

// Three rows and one more of 10 pixels, two words of 16 bits each: 80 words, a block RAM, 7 bits of address twice.
TEST_F(Bill, WindowsKeepTheRowsOfAKernelAndAStride) {
  const Resources window = need("conv_window");
  EXPECT_EQ(sliding_window_slots(graph.layers[0].shape, 2, false).ring_words, 80);
  EXPECT_EQ(window.bram18, 1);
  EXPECT_EQ(window.lut, 300);
  EXPECT_EQ(window.ff, 14 + 16);
}

TEST_F(Bill, UnitsCostWhatTheyCostAlone) {
  const Resources alone = unit_resources(matrix_unit(config, graph, 0), graph.layers[0], device), billed = need("conv");
  EXPECT_GT(alone.lut, 300);
  EXPECT_EQ(billed.lut, alone.lut);
  EXPECT_EQ(billed.ff, alone.ff);
}

// Four values of 2 bits a word: a comparison; 4 x 2 words of a row, seven of them in half a LUT a bit with a 3-bit
// address, the last in a register; 3 + 3 + 1 bits of counters; the word that leaves.
TEST_F(Bill, PoolsSideBySideKeepARowOfMaxima) {
  EXPECT_EQ(need("pool").lut, 8 + (4 + 6) + 14);
  EXPECT_EQ(need("pool").ff, 8 + (8 + 3) + 7 + 8);
  EXPECT_EQ(need("pool").bram18, 0);
}

// From two scores of 16 bits to one: both words in registers, a count of three values, the word that leaves.
TEST_F(Bill, ConvertersHoldBothWords) {
  EXPECT_EQ(need("scores_squeeze_label").lut, 48 + 4);
  EXPECT_EQ(need("scores_squeeze_label").ff, 48 + 2 + 16);
}

// A score of 16 bits against the largest; positions of 4 bits; an answer of 32.
TEST_F(Bill, LabelsComeFromComparators) {
  EXPECT_EQ(need("label").lut, 16 + 8);
  EXPECT_EQ(need("label").ff, 16 + 4 + 32);
}

// From two words of 8 bits to 257 of them: a block RAM, where before a register and half a LUT a bit were.
TEST_F(Bill, FifosGrowWithTheirDepth) {
  EXPECT_EQ(need("FIFOs between nodes").bram18, 0);
  config.fifo_depths["conv_to_pool"] = 257;
  EXPECT_EQ(need("FIFOs between nodes").bram18, 1);
}

TEST_F(Bill, StreamedWeightsTakeADmaEngine) {
  EXPECT_EQ(need("DMA engines").lut, 2 * 1100);
  config.nodes["scores"].weights = WeightMemory::stream;
  EXPECT_EQ(need("DMA engines").lut, 3 * 1100);
  EXPECT_EQ(need("AXI interconnect ports").lut, 3 * 500);
}

// Two maps of 8 x 8 x 8 from four PEs, 2 bits a value: sums of 3 bits, and of an activation behind them the thresholds
// of two words of channels, 3 x 4 x 3 bits each, with their comparators.
TEST_F(Bill, SumsTakeThresholdsWhereAnActivationFollows) {
  graph.layers = {conv("conv", 8, 4, 8, 3, 1, 1), conv("other", 8, 4, 8, 3, 1, 1), max_pool("add", 8, 8, 1, 1)};
  graph.layers[2].kind = LayerKind::add;
  graph.layers[2].inputs = {0, 1};
  config.nodes.erase("scores");
  config.nodes["other"] = config.nodes["conv"];
  config.label_select = false;
  EXPECT_EQ(need("add").lut, 4 * 3);
  EXPECT_EQ(need("add").ff, 4 * 3 + 8);
  graph.layers.push_back(max_pool("relu", 8, 8, 1, 1));
  graph.layers[3].kind = LayerKind::activation;
  graph.layers[3].inputs = {2};
  EXPECT_EQ(need("add").lut, 4 * 3 + 18 + 39);  // 36 / 2 and 1.1 x 36
}

// Behind a split, thresholds of 3 x 4 x 2 bits of two words of channels and their comparators, once for both layers.
TEST_F(Bill, ScalesAndActivationsBecomeThresholds) {
  graph.layers = {conv("conv", 8, 4, 8, 3, 1, 1), max_pool("scale", 8, 8, 1, 1), max_pool("relu", 8, 8, 1, 1),
                  max_pool("add", 8, 8, 1, 1)};
  graph.layers[1].kind = LayerKind::scale;
  graph.layers[2].kind = LayerKind::activation;
  graph.layers[3].kind = LayerKind::add;
  for (std::size_t i = 1; i < 4; ++i) graph.layers[i].inputs = {i - 1};
  graph.layers[3].inputs.push_back(0);
  config.nodes.erase("scores");
  config.label_select = false;
  EXPECT_EQ(need("scale").lut, 12 + 26);
}

}  // namespace
}  // namespace sparsim
