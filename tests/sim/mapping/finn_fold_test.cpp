#include "sim/mapping/finn_fold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <limits>

#include "models/core/error.h"
#include "models/finn/bcr.h"
#include "models/finn/resource_bill.h"
#include "sim/mapping/finn_fold_space.h"
#include "tests/support/plain_workload.h"

namespace sparsim {
namespace {

using testing::AllOf;
using testing::HasSubstr;

constexpr double kPlenty = 1e6;

LayerGraph chain(std::vector<Layer> layers) {
  LayerGraph graph;
  graph.name = "chain";
  graph.input = layers[0].shape.input;
  for (std::size_t i = 1; i < layers.size(); ++i) layers[i].inputs = {i - 1};
  graph.layers = std::move(layers);
  return graph;
}

Layer dense(const char* name, std::int64_t inputs, std::int64_t outputs) {
  Layer layer = conv(name, 1, inputs, outputs, 1);
  layer.kind = LayerKind::dense;
  return layer;
}

Layer flatten(std::int64_t size, std::int64_t channels) {
  Layer layer = conv("flatten", size, channels, channels, 1);
  layer.kind = LayerKind::reshape;
  layer.shape.output = {1, 1, size * size * channels};
  return layer;
}

// a: 4 x 4 vectors of 18, 4 filters: 1152 / (pe simd) cycles; b: 2 x 2 of 36, 4 filters: 576; c: 1 of 16, 8: 128.
LayerGraph three_layers() {
  return chain({conv("a", 6, 2, 4, 3), conv("b", 4, 4, 4, 3), flatten(2, 4), dense("c", 16, 8)});
}

FinnConfig config(Multipliers multipliers = Multipliers::dsp) {
  FinnConfig c;
  c.weight_bits = c.activation_bits = 8;
  c.multipliers = multipliers;
  return c;
}

BoardFile board(double dsp, double lut = kPlenty) {
  BoardFile b;
  b.device.name = "D";
  b.device.capacity = {lut, kPlenty, dsp, kPlenty, 0};
  b.device.static_w.value = 1;
  return b;
}

const FinnFoldedNode& node(const FinnFoldResult& result, const std::string& layer) {
  return *std::find_if(result.nodes.begin(), result.nodes.end(), [&](const auto& n) { return n.layer == layer; });
}

// Of 8 x 8 bits, two PEs share a DSP for each of their lanes: 1 DSP is 2 x 1 (pe x simd), 2 DSPs are 4 x 1 or 2 x 2.
TEST(FinnFold, SpendsDspsOnTheSlowestLayer) {
  // One each: a takes 1152 / 2.
  const FinnFoldResult three = fold_finn(config(), three_layers(), board(3));
  EXPECT_EQ(three.interval_cycles, 576);
  EXPECT_EQ(node(three, "a").pe, 2);
  EXPECT_EQ(node(three, "a").simd, 1);
  EXPECT_EQ(three.need.dsp, 3);
  EXPECT_EQ(three.limit, "a takes 576 cycles an image; 288 cycles needs 4 DSP, D has 3");
  // Two for a, one for b: both take 288. A fifth helps neither alone.
  for (const double dsp : {4, 5, 6}) {
    const FinnFoldResult result = fold_finn(config(), three_layers(), board(dsp));
    EXPECT_EQ(result.interval_cycles, 288) << dsp;
    EXPECT_EQ(node(result, "a").pe * node(result, "a").simd, 4) << dsp;
    EXPECT_EQ(result.need.dsp, 4) << dsp;
  }
  // Four for a, which is all its factors, and two for b.
  for (const double dsp : {7, 100}) {
    const FinnFoldResult result = fold_finn(config(), three_layers(), board(dsp));
    EXPECT_EQ(result.interval_cycles, 144) << dsp;
    EXPECT_EQ(node(result, "a").pe, 4) << dsp;
    EXPECT_EQ(node(result, "a").simd, 2) << dsp;
    EXPECT_EQ(result.need.dsp, 7) << dsp;
    EXPECT_THAT(result.limit, HasSubstr("takes 144 cycles an image and cannot be made faster"));
  }
}

TEST(FinnFold, EvenFactorsOfOneMayBeTooMuch) {
  try {
    fold_finn(config(), three_layers(), board(2));
    FAIL() << "two DSPs for three layers";
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "the smallest folding needs 3 DSP, D has 2");
  }
}

TEST(FinnFold, WhatTheBoardReservesIsTaken) {
  BoardFile b = board(7);
  b.reserved.dsp = 3;
  const FinnFoldResult result = fold_finn(config(), three_layers(), b);
  EXPECT_EQ(result.interval_cycles, 288);
  EXPECT_EQ(result.need.dsp, 4 + 3);
}

// Four DSPs for a, as above, are more than a region has.
TEST(FinnFold, AUnitStaysInARegion) {
  BoardFile b = board(100);
  b.device.regions = Regions{2, {kPlenty, kPlenty, 3, kPlenty, 0}};
  EXPECT_EQ(fold_finn(config(), three_layers(), b).interval_cycles, 288);
  b.device.regions->each.dsp = 0;
  try {
    fold_finn(config(), three_layers(), b);
    FAIL() << "a region without DSPs";
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "the smallest folding of a needs 1 DSP, a region of D has 0");
  }
}

// The shortest interval of all factors of all layers that fit, by the book: its laws, and the whole bill.
double brute_force(FinnConfig c, const LayerGraph& graph, const BoardFile& b) {
  const auto law = [](const MatrixUnit& u) {
    const WindowShape& s = u.shape;
    const std::int64_t words = s.input.channels / u.simd, pixel = s.kernel_h * s.kernel_w * words;
    const std::int64_t unit = s.output.pixels() * pixel * (s.output.channels / u.pe);
    const std::int64_t window = s.output.height * std::max(s.output.width * pixel, s.stride_h * s.input.width * words);
    return static_cast<double>(std::max({unit, window, s.input.pixels() * words}));
  };
  double best = std::numeric_limits<double>::infinity();
  std::vector<FinnNodeConfig*> nodes;
  for (const Layer& layer : graph.layers)
    if (layer.weighted()) nodes.push_back(&c.nodes[layer.name]);
  const std::vector<std::int64_t> pe{1, 2, 4, 8}, simd{1, 2, 4, 8, 16};
  const auto pairs = pe.size() * simd.size();
  for (std::size_t choice = 0; choice < pairs * pairs * pairs; ++choice) {
    std::size_t left = choice;
    for (FinnNodeConfig* n : nodes) {
      n->pe = pe[left % pe.size()];
      n->simd = simd[left % pairs / pe.size()];
      left /= pairs;
    }
    if (!problems(c, graph).empty()) continue;
    const FinnPlan planned = plan(c, graph);
    if (!shortages(total(resource_bill(planned, graph, b.device)), b.device).empty()) continue;
    double interval = 0;
    for (std::size_t n = 0; n < planned.units.size(); ++n)
      if (planned.pipeline.nodes[n].kind == NodeKind::weighted) interval = std::max(interval, law(planned.units[n]));
    best = std::min(best, interval);
  }
  return best;
}

TEST(FinnFold, FindsTheBestOfAllFactors) {
  const LayerGraph graph = three_layers();
  const FinnConfig c = config(Multipliers::lut);
  const double least = fold_finn(c, graph, board(0)).need.lut;
  for (const double share : {0.6, 0.75, 1.0}) {
    const BoardFile b = board(0, share * least);
    EXPECT_EQ(fold_finn(c, graph, b).interval_cycles, brute_force(c, graph, b)) << share;
  }
}

TEST(FinnFold, NeedsNoMoreThanTheDeviceAndSaysWhatThePlanComesTo) {
  const LayerGraph graph = three_layers();
  for (const double dsp : {3, 5, 8}) {
    const BoardFile b = board(dsp);
    const FinnFoldResult result = fold_finn(config(), graph, b);
    const Resources bill = total(resource_bill(plan(result.config, graph), graph, b.device));
    EXPECT_EQ(result.need.lut, bill.lut);
    EXPECT_EQ(result.need.ff, bill.ff);
    EXPECT_EQ(result.need.dsp, bill.dsp);
    EXPECT_EQ(result.need.bram18, bill.bram18);
    EXPECT_LE(result.need.dsp, dsp);
  }
}

TEST(FinnFold, ForgetsFactorsAndDepthsThatWereGivenAndKeepsAllElse) {
  FinnConfig given = config();
  given.nodes["a"].pe = 4;
  given.nodes["a"].weight_bits = 2;
  given.nodes["b"].simd = 4;
  given.fifo_depths["a_to_b_window"] = 99;
  const FinnFoldResult result = fold_finn(given, three_layers(), board(3));
  EXPECT_EQ(result.interval_cycles, 576);
  EXPECT_EQ(result.config.nodes.at("a").weight_bits, 2);
  EXPECT_TRUE(result.config.fifo_depths.empty());
}

// Pools get the narrowest words that keep up. a, of 16 x 16 vectors of 9 and one filter a PE: 2304 cycles at the least;
// the pool of 16 x 16 x 16 takes 4096 / pe.
TEST(FinnFold, LayersWithoutWeightsKeepUp) {
  Layer pool = conv("pool", 16, 16, 16, 2, 2);
  pool.kind = LayerKind::max_pool;
  const FinnFoldResult result = fold_finn(config(), chain({conv("a", 18, 1, 16, 3), pool}), board(kPlenty));
  EXPECT_EQ(result.interval_cycles, 2304);
  EXPECT_EQ(node(result, "pool").pe, 2);
  EXPECT_EQ(node(result, "pool").cycles, 2048);
}

Layer depthwise(const char* name, std::int64_t size, std::int64_t channels, std::int64_t kernel) {
  Layer layer = conv(name, size, channels, channels, kernel);
  layer.shape.groups = channels;
  return layer;
}

// 4 x 4 windows of 9: 144 cycles for each `pe` of the 8 channels.
TEST(FinnFold, DepthwiseLayersHaveOneLaneAPe) {
  const LayerGraph graph = chain({depthwise("d", 6, 8, 3)});
  const BoardFile b = board(kPlenty);
  const MatrixUnit unit = matrix_unit(config(), graph, 0);
  for (const FinnFoldingOption& option : folding_options(unit, graph.layers[0], b.device)) {
    EXPECT_EQ(option.simd, 1);
    EXPECT_EQ(option.cycles, 144. * 8 / static_cast<double>(option.pe));
  }
}

// Of each row of blocks of 4 rows and 4 columns, some columns kept: those c for which (c + 3 row block) % 5 < 2.
Layer pruned(Layer layer, bool reordered) {
  const auto rows = static_cast<std::size_t>(layer.shape.output.channels);
  const std::size_t columns = static_cast<std::size_t>(layer.shape.weights()) / rows;
  layer.blocks = BlockPruning{4, 4, reordered};
  layer.weight_nonzero = BitMask(rows * columns);
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t column = 0; column < columns; ++column)
      layer.weight_nonzero.set(row * columns + column, (column + 3 * (row / 4)) % 5 < 2);
  return layer;
}

// As the unit does it, bcr_timing(); its vectors come in at the pace of the window before it.
TEST(FinnFold, APrunedLayerTakesTheStepsOfItsSlowestPe) {
  for (const bool reordered : {false, true}) {
    const LayerGraph graph = chain({pruned(conv("p", 6, 8, 16, 3), reordered)});
    const Layer& layer = graph.layers[0];
    const BoardFile b = board(kPlenty);
    MatrixUnit unit = matrix_unit(config(), graph, 0);
    for (const FinnFoldingOption& option : folding_options(unit, layer, b.device)) {
      unit.pe = option.pe, unit.simd = option.simd;
      const BcrTiming timing = bcr_timing(layer, option.pe, option.simd);
      EXPECT_EQ(option.cycles, static_cast<double>(16 * timing.interval(72 / option.simd)));
      const Resources need = unit_resources(unit, layer, b.device);
      EXPECT_EQ(option.need.lut, need.lut);
      EXPECT_EQ(option.need.bram18, need.bram18);
    }
  }
}

// a keeps the pace: 16 x 16 x 9 cycles at the least. 16 channels to 8 filters in 2304 cycles or less are 16 lanes (2048
// cycles); where half the columns are kept, in whole words, 8.
TEST(FinnFold, APrunedLayerNeedsFewerLanes) {
  const Layer a = conv("a", 18, 1, 16, 3), p = conv("p", 16, 16, 8, 1);
  Layer half = p;
  half.blocks = BlockPruning{8, 8, false};
  half.weight_nonzero = BitMask(8 * 16);
  for (std::size_t i = 0; i < 8 * 16; ++i) half.weight_nonzero.set(i, i % 16 < 8);
  for (const auto& [layer, lanes] : {std::pair(p, 16), std::pair(half, 8)}) {
    const FinnFoldResult result = fold_finn(config(), chain({a, layer}), board(kPlenty));
    EXPECT_EQ(result.interval_cycles, 2304);
    EXPECT_EQ(node(result, "p").pe * node(result, "p").simd, lanes);
    EXPECT_EQ(node(result, "p").cycles, 2048);
    EXPECT_EQ(node(result, "p").dense_cycles, 2048 * (16 / lanes));
  }
}

// 224 x 224 x 3, padded by 1, stride 2: the window of a dense unit takes rows as they come or gives their windows.
TEST(FinnFold, AWindowTakesWhatItReadsOrWhatItWrites) {
  MatrixUnit unit;
  unit.shape = conv("c", 224, 3, 32, 3, 2, 1).shape;
  unit.simd = 3;
  EXPECT_EQ(window_cycles(unit), 112 * 112 * 9);
  unit.shape = conv("s", 226, 3, 32, 2, 2).shape;  // 4 words a window of 4 pixels: what comes in, once
  EXPECT_EQ(window_cycles(unit), 226 * 226);
  unit.shape = conv("w", 27, 3, 32, 1, 3).shape;  // one pixel of nine goes on
  EXPECT_EQ(window_cycles(unit), 27 * 27);
  unit.shape = conv("p", 27, 3, 32, 1).shape;  // none
  EXPECT_EQ(window_cycles(unit), 27 * 27);
}

TEST(FinnFold, LatencyIsWhatItWasFoldedFor) {
  const LayerGraph graph = three_layers();
  FoldGoal latency;
  latency.objective = FoldObjective::latency;
  const BoardFile b = board(20);
  const FinnFoldResult fast = fold_finn(config(), graph, b), first = fold_finn(config(), graph, b, latency);
  EXPECT_LT(first.latency_cycles, fast.latency_cycles);  // b may be faster than a lets it
  EXPECT_LE(first.need.dsp, 20);
  FinnConfig alone = config();
  alone.flow = ImageFlow::one_at_a_time;
  EXPECT_EQ(fold_finn(alone, graph, b).latency_cycles, first.latency_cycles);
}

TEST(FinnFold, ProblemsThatFactorsDoNotMendAreErrors) {
  FinnConfig c = config();
  c.nodes["z"].weight_bits = 2;
  c.weight_bits = 9;
  try {
    fold_finn(c, three_layers(), board(10));
    FAIL() << "no layer z, and nine bits";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), AllOf(HasSubstr("bits.weights = 9"), HasSubstr("nodes.z: network chain has no such")));
  }
}

}  // namespace
}  // namespace sparsim
