#include "models/fpgaconvnet/resource_bill.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/core/error.h"
#include "tests/support/plain_workload.h"

namespace sparsim {
namespace {

Technology one_dsp_a_multiplier() {
  Technology t;
  t.mac_int16.dsp.value = t.mac_int8.dsp.value = 1;
  t.dma_lut.value = 1000;
  t.interconnect_lut_per_port.value = 500;
  return t;
}

/// 3 x 3 on 8 x 8 x 16, padded, to 16 filters; `fine` of 9 multipliers.
ConvDesign small(DotEngine engine, std::int64_t fine) {
  ConvDesign d;
  d.shape = conv("conv", 8, 16, 16, 3, 1, 1).shape;
  d.engine = engine;
  d.folding.fine = fine;
  d.folding.coarse_out = 8;
  return d;
}

// In the order of the formulas: two LUTs and a flip-flop a bit of a counter, a LUT and a flip-flop a bit of an adder.
TEST(ConvResources, AddUpOverItsStructure) {
  const Resources need = conv_resources(small(DotEngine::dense, 9), WordFormat::int16, one_dsp_a_multiplier());
  // Places of 10 x 10 x 16: 4 + 4 + 4 bits. Beside the map 3 x 16 bits are made zero. Two rows above of 8 x 16 words:
  // 127 x 32 bits, and an address of 7 bits. Two columns to the left: 15 x 96 bits and 96 registers, 4 bits.
  const double window_lut = 2 * 12 + 48 + 2 * 7 + 48 + 2 * 4, window_ff = 12 + 7 + 96 + 4;
  // 4 windows of 144 bits: 24 times four LUTs, 7 bits of counters, the read address twice.
  const double fifo_lut = 96 + 2 * 7, fifo_ff = 7 + 2;
  // 8 engines as rtl/synth/resources.csv has them: dense_vector_dot,9,9,16,16,0,2,357,540,9,0. Each with the weights of
  // 16 channels x 2 filters, 32 rows of 144 bits.
  const double engines_lut = 8 * (357 + 72), engines_ff = 8 * 540;
  // 8 words: an offset (2 x 48 bits in LUTs) added to 48 bits, saturated to 16.
  const double words_lut = 8 * (48 + 24 + 8 + 16), words_ff = 8 * 48;
  EXPECT_EQ(need.lut, window_lut + fifo_lut + engines_lut + words_lut);
  EXPECT_EQ(need.ff, window_ff + fifo_ff + engines_ff + words_ff);
  EXPECT_EQ(need.dsp, 72);
  EXPECT_EQ(need.bram18, 1);  // the rows above
}

// rr_vector_dot,9,1,16,16,0,2,544,373,1,0 and sparse_vector_dot,9,3,16,16,1,2,1053,405,3,0 against the dense engine.
TEST(ConvResources, OfAnotherEngineDifferByTheEngine) {
  const Technology t = one_dsp_a_multiplier();
  const Resources dense = conv_resources(small(DotEngine::dense, 9), WordFormat::int16, t);
  const Resources one = conv_resources(small(DotEngine::round_robin, 1), WordFormat::int16, t);
  EXPECT_EQ(one.lut - dense.lut, 8 * (544 - 357));
  EXPECT_EQ(one.ff - dense.ff, 8 * (373 - 540));
  EXPECT_EQ(one.dsp, 8);
  ConvDesign skipping = small(DotEngine::crossbar, 3);
  skipping.skip_zero_window = true;
  const Resources sparse = conv_resources(skipping, WordFormat::int16, t);
  EXPECT_EQ(sparse.lut - dense.lut, 8 * (1053 - 357));
  EXPECT_EQ(sparse.ff - dense.ff, 8 * (405 - 540));
  EXPECT_EQ(sparse.dsp, 24);
}

// Each stream has its own windows, engines and results; the map comes in words of 2 x 16 bits, 8 a pixel.
TEST(ConvResources, OfTwoStreamsHaveAJoin) {
  ConvDesign two = small(DotEngine::dense, 9);
  two.folding.coarse_in = 2;
  const Technology t = one_dsp_a_multiplier();
  const Resources need = conv_resources(two, WordFormat::int16, t);
  // Two rows above of 8 x 8 words: 63 x 64 bits in LUTs. Two columns to the left: 7 x 192 bits.
  const double window_lut = 2 * 11 + 96 + (64 + 2 * 6) + (96 + 2 * 3);
  const double fifos_lut = 2 * (96 + 2 * 7);
  const double engines_lut = 16 * (357 + 72);                 // 8 channels x 2 filters: 16 rows take the LUTs of 32
  const double results_lut = 2 * (4 * 64 + 2 * (5 + 4 + 4));  // 16 x 8 sums of 48 bits: 64 times four LUTs
  const double words_lut = 8 * (2 * 48 + 24 + 8 + 16);        // the second sum is added too
  EXPECT_EQ(need.lut, window_lut + fifos_lut + engines_lut + results_lut + words_lut);
  EXPECT_EQ(need.dsp, 144);
  EXPECT_EQ(need.bram18, 0);
}

// 512 channels x 512 filters: 262,144 rows of 144 bits are 128 x 16 blocks of 2K x 9. Streamed, two times 512 rows
// stay: 8 blocks of 1024 x 18.
TEST(ConvResources, KeepWeightsOnChipUnlessTheyAreStreamed) {
  ConvDesign d;
  d.shape = conv("conv", 7, 512, 512, 3, 1, 1).shape;
  const Technology t = one_dsp_a_multiplier();
  const double on_chip = conv_resources(d, WordFormat::int16, t).bram18;
  d.weights_streamed = true;
  EXPECT_EQ(on_chip - conv_resources(d, WordFormat::int16, t).bram18, 128 * 16 - 8);
}

// 11 x 11 operands are two engines of 61, and 1500 filters two times the block RAM of 1024 or fewer.
TEST(ConvResources, GoBeyondTheTable) {
  const Technology t = one_dsp_a_multiplier();
  ConvDesign wide;
  wide.shape = conv("conv", 227, 3, 96, 11, 4).shape;
  wide.folding.fine = 11;
  EXPECT_EQ(conv_resources(wide, WordFormat::int16, t).dsp, 11);
  ConvDesign deep;
  deep.shape = WindowShape::dense(4, 1024);
  ConvDesign deeper = deep;
  deeper.shape = WindowShape::dense(4, 2048);
  // Partial sums: 1024 words of 48 bits, 3 blocks of 1024 x 18, a copy to accumulate and one to flush. Offsets are 48
  // bits wide too. Weights: 4096 words of 16 bits, 4 blocks; twice that, 8.
  EXPECT_EQ(conv_resources(deep, WordFormat::int16, t).bram18, 6 + 3 + 4);
  EXPECT_EQ(conv_resources(deeper, WordFormat::int16, t).bram18, 12 + 6 + 8);
}

/// conv -> ReLU -> max pool -> dense, folded by hand.
struct Network {
  LayerGraph graph;
  FpgaConvNetConfig config;

  Network() {
    graph.name = "net";
    graph.input = {8, 8, 4};
    graph.layers = {conv("conv", 8, 4, 4, 3, 1, 1), conv("relu", 8, 4, 4, 1), conv("pool", 8, 4, 4, 2, 2),
                    conv("fc", 4, 4, 2, 4)};
    graph.layers[1].kind = LayerKind::activation;
    graph.layers[2].kind = LayerKind::max_pool;
    for (std::size_t i = 1; i < graph.layers.size(); ++i) graph.layers[i].inputs = {i - 1};
    config.nodes["conv"].folding = {2, 2, 1, 3};
  }
};

TEST(PipelineBill, HasAnItemANodeAndOneForAllFifos) {
  const Network n;
  const FpgaConvNetPlan p = plan(n.config, n.graph);
  const auto bill = resource_bill(p, n.graph, WordFormat::int8, one_dsp_a_multiplier());
  std::vector<std::string> parts;
  for (const ResourceItem& item : bill) parts.push_back(item.part);
  EXPECT_THAT(parts, testing::ElementsAre("conv", "pool", "pool_squeeze_fc", "fc", "FIFOs between nodes", "DMA engines",
                                          "AXI interconnect ports"));
  EXPECT_EQ(bill[0].need.dsp, 2 * 2 * 3);
  EXPECT_EQ(bill[3].need.dsp, 1);
  EXPECT_EQ(bill[4].count, 5);
  EXPECT_EQ(bill[5].need.lut, 2 * 1000);
  EXPECT_EQ(bill[6].need.lut, 2 * 500);
}

TEST(PipelineBill, HasADmaEngineForWeightsThatAreStreamed) {
  Network n;
  n.config.nodes["fc"].weights_streamed = true;
  const auto bill = resource_bill(plan(n.config, n.graph), n.graph, WordFormat::int8, one_dsp_a_multiplier());
  EXPECT_EQ(bill[5].count, 3);
}

}  // namespace
}  // namespace sparsim
