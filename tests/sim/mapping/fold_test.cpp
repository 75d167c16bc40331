#include "sim/mapping/fold.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <limits>

#include "models/core/error.h"
#include "models/core/random.h"
#include "models/fpgaconvnet/conv_work.h"
#include "models/fpgaconvnet/resource_bill.h"
#include "sim/mapping/fold_search.h"
#include "sim/mapping/folding_options.h"
#include "tests/support/masked_workload.h"

namespace sparsim {
namespace {

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

// Channels of their own density, drawn.
MaskedWorkload sparse(const LayerGraph& graph, std::size_t images = 2) {
  MaskedWorkload workload(graph, images);
  for (std::size_t layer = 0; layer < graph.layers.size(); ++layer)
    for (std::size_t image = 0; image < images; ++image) {
      Random random(1, 2, image, layer);
      const MapShape& map = graph.layers[layer].shape.input;
      for (std::size_t i = 0; i < static_cast<std::size_t>(map.elements()); ++i)
        workload.mask(image, layer)
            .set(i, random.chance(0.2 + 0.6 * static_cast<double>(i % static_cast<std::size_t>(map.channels)) /
                                            static_cast<double>(map.channels)));
    }
  return workload;
}

BoardFile board(double dsp, double lut = kPlenty, double bram18 = kPlenty) {
  BoardFile b;
  b.device.name = "D";
  b.device.capacity = {lut, kPlenty, dsp, bram18, 0};
  b.device.static_w.value = 1;
  b.device.technology.mac_int16.dsp.value = 1;
  return b;
}

LayerGraph three_layers(std::int64_t kernel) {
  return chain({conv("a", 8, 2, 4, kernel), conv("b", 9 - kernel, 4, 4, kernel), conv("c", 10 - 2 * kernel, 4, 2, 1)});
}

std::vector<Folding> all_foldings(ConvDesign d) {
  std::vector<Folding> found;
  for (const std::int64_t in : divisors(d.shape.channels_per_group()))
    for (const std::int64_t out : divisors(d.shape.filters_per_group()))
      for (std::int64_t fine = 1; fine <= 64; ++fine) {
        d.folding = {in, out, 1, fine};
        if (problems(d).empty()) found.push_back(d.folding);
      }
  return found;
}

struct Evaluated {
  double interval = 0;
  Resources need;
};

// What a configuration comes to, by the book: the whole plan and its whole bill.
Evaluated evaluate(const FpgaConvNetConfig& config, const Workload& workload, const BoardFile& b, std::size_t images) {
  const LayerGraph& graph = workload.graph();
  const FpgaConvNetPlan planned = plan(config, graph);
  Evaluated result;
  for (std::size_t n = 0; n < planned.pipeline.nodes.size(); ++n) {
    const PipelineNode& node = planned.pipeline.nodes[n];
    double cycles = 0;
    if (node.kind == NodeKind::weighted)
      cycles = WindowHistogram(workload, node.layer, images).work(planned.designs[n], {}).node();
    else if (node.kind == NodeKind::source)
      cycles = static_cast<double>(planned.pipeline.output(node).words());
    else if (node.kind == NodeKind::sink)
      cycles = static_cast<double>(planned.pipeline.input(node).words());
    else
      cycles = static_cast<double>(slots(planned.pipeline, node, graph).slots());
    result.interval = std::max(result.interval, cycles);
  }
  result.need = total(resource_bill(planned, graph, config.format, b.device.technology)) + b.reserved;
  return result;
}

bool fits(const Resources& need, const BoardFile& b) { return shortages(need, b.device).empty(); }

// The shortest interval of all foldings of all layers that fit.
double brute_force(FpgaConvNetConfig config, const Workload& workload, const BoardFile& b) {
  const LayerGraph& graph = workload.graph();
  const FpgaConvNetPlan base = plan(config, graph);
  std::vector<std::vector<std::pair<Folding, double>>> foldings(graph.layers.size());
  for (std::size_t n = 0; n < base.pipeline.nodes.size(); ++n) {
    if (base.pipeline.nodes[n].kind != NodeKind::weighted) continue;
    const std::size_t layer = base.pipeline.nodes[n].layer;
    WindowHistogram histogram(workload, layer, workload.images());
    for (const Folding& folding : all_foldings(base.designs[n])) {
      ConvDesign d = base.designs[n];
      d.folding = folding;
      foldings[layer].push_back({folding, histogram.work(d, {}).node()});
    }
  }
  double best = std::numeric_limits<double>::infinity();
  const std::function<void(std::size_t, double)> choose = [&](std::size_t layer, double interval) {
    if (interval >= best) return;
    if (layer < foldings.size()) {
      for (const auto& [folding, cycles] : foldings[layer]) {
        config.nodes[graph.layers[layer].name].folding = folding;
        choose(layer + 1, std::max(interval, cycles));
      }
      return;
    }
    const Evaluated all = evaluate(config, workload, b, 1);
    if (fits(all.need, b)) best = std::max(interval, all.interval);
  };
  choose(0, 0);
  return best;
}

FpgaConvNetConfig engine(DotEngine engine) {
  FpgaConvNetConfig config;
  config.engine = engine;
  return config;
}

class Fold : public testing::TestWithParam<DotEngine> {
 protected:
  const LayerGraph graph = three_layers(GetParam() == DotEngine::crossbar ? 2 : 3);
  const MaskedWorkload workload = sparse(graph, 1);
  const FpgaConvNetConfig config = engine(GetParam());
};
INSTANTIATE_TEST_SUITE_P(Engines, Fold, testing::Values(DotEngine::dense, DotEngine::round_robin, DotEngine::crossbar),
                         [](const auto& engine) { return std::string(to_string(engine.param)); });

TEST_P(Fold, FindsTheBestOfAllFoldingsOfThreeLayersWithinTheDsps) {
  for (const double dsp : {3, 4, 7, 12, 20, 40}) {
    const BoardFile b = board(dsp);
    EXPECT_EQ(fold(config, workload, b).interval_cycles, brute_force(config, workload, b)) << dsp << " DSPs";
  }
}

TEST_P(Fold, FindsTheBestOrNearlySoWithinTheLuts) {
  const double smallest = fold(config, workload, board(3)).need.lut;
  for (const double factor : {1.05, 1.5, 2.5}) {
    const BoardFile b = board(kPlenty, smallest * factor);
    // The price of a layer's option leaves out the squeezes that its widths ask for beside their neighbours'.
    EXPECT_LE(fold(config, workload, b).interval_cycles, 1.25 * brute_force(config, workload, b)) << factor;
  }
}

TEST_P(Fold, SaysWhatItComesTo) {
  const BoardFile b = board(12);
  const FoldResult result = fold(config, workload, b);
  const Evaluated again = evaluate(result.config, workload, b, 1);
  EXPECT_EQ(result.interval_cycles, again.interval);
  EXPECT_EQ(result.need.dsp, again.need.dsp);
  EXPECT_EQ(result.need.lut, again.need.lut);
  EXPECT_TRUE(problems(result.config, graph).empty());
  ASSERT_EQ(result.nodes.size(), 3u);
  EXPECT_EQ(result.nodes[1].layer, "b");
  EXPECT_EQ(result.nodes[1].folding, result.config.nodes.at("b").folding);
  EXPECT_LE(result.nodes[1].ideal_cycles, result.nodes[1].cycles);
}

// No layer could take fewer DSPs and keep up.
TEST_P(Fold, GivesBackWhatDoesNotHelp) {
  const FoldResult result = fold(config, workload, board(30));
  const FpgaConvNetPlan planned = plan(result.config, graph);
  for (std::size_t n = 0; n < planned.pipeline.nodes.size(); ++n) {
    const PipelineNode& node = planned.pipeline.nodes[n];
    if (node.kind != NodeKind::weighted) continue;
    WindowHistogram histogram(workload, node.layer, 1);
    for (const Folding& folding : all_foldings(planned.designs[n])) {
      ConvDesign d = planned.designs[n];
      d.folding = folding;
      if (histogram.work(d, {}).node() > result.interval_cycles) continue;
      const auto cost = [](const ConvDesign& c) {
        return conv_resources(c, WordFormat::int16, board(30).device.technology);
      };
      const Resources less = cost(d), chosen = cost(planned.designs[n]);
      EXPECT_FALSE(less.dsp < chosen.dsp && less.lut <= chosen.lut && less.ff <= chosen.ff &&
                   less.bram18 <= chosen.bram18)
          << node.name << " " << folding.coarse_in << " " << folding.coarse_out << " " << folding.fine;
    }
  }
}

TEST_P(Fold, IsDeterministicAndForgetsFactorsGiven) {
  FpgaConvNetConfig given = config;
  given.nodes["b"].folding = {3, 5, 7, 11};
  const FoldResult once = fold(config, workload, board(20)), again = fold(given, workload, board(20));
  for (const char* layer : {"a", "b", "c"})
    EXPECT_EQ(once.config.nodes.at(layer).folding, again.config.nodes.at(layer).folding) << layer;
}

TEST_P(Fold, NeverNeedsMoreThanTheDeviceWithWhatTheBoardReserves) {
  BoardFile b = board(16, 20'000, 30);
  b.reserved.dsp = 6;
  for (const FoldObjective objective : {FoldObjective::throughput, FoldObjective::latency, FoldObjective::energy}) {
    FoldOptions options;
    options.objective = objective;
    const FoldResult result = fold(config, workload, b, options);
    EXPECT_TRUE(fits(evaluate(result.config, workload, b, 1).need, b)) << to_string(objective);
    EXPECT_GE(result.need.dsp, 6 + 3);
  }
}

TEST_P(Fold, ObjectivesAreBestAtWhatTheyAreFor) {
  FoldOptions latency, energy;
  latency.objective = FoldObjective::latency;
  energy.objective = FoldObjective::energy;
  energy.throughput_share = 0.5;
  const FoldResult fast = fold(config, workload, board(24)), soon = fold(config, workload, board(24), latency),
                   cool = fold(config, workload, board(24), energy);
  EXPECT_LE(soon.latency_cycles, fast.latency_cycles);
  EXPECT_LE(fast.interval_cycles, soon.interval_cycles);
  EXPECT_LE(cool.interval_cycles, fast.interval_cycles / 0.5);
}

// What flip-flops cost can outweigh what waiting costs: then the least energy is the slowest folding allowed.
TEST_P(Fold, EnergyWeighsClockedFlipFlopsAgainstTime) {
  BoardFile b = board(24);
  FoldOptions energy;
  energy.objective = FoldObjective::energy;
  energy.throughput_share = 0.25;
  const double standing = fold(config, workload, b, energy).interval_cycles;
  EXPECT_EQ(standing, fold(config, workload, b).interval_cycles);  // 1 W whatever the design: the faster the better
  b.device.static_w.value = 0;
  b.device.technology.clock_mw_per_mhz_per_kff.value = 1;
  const FoldResult clocked = fold(config, workload, b, energy);
  EXPECT_LE(clocked.need.ff * clocked.interval_cycles,
            fold(config, workload, b).need.ff * fold(config, workload, b).interval_cycles);
}

TEST_P(Fold, SaysWhatLimits) {
  EXPECT_THAT(fold(config, workload, board(7)).limit, HasSubstr("DSP, D has 7"));
  EXPECT_THAT(fold(config, workload, board(kPlenty)).limit, HasSubstr("cannot be made faster"));
}

TEST_P(Fold, WhatDoesNotFitAtAllIsAnError) {
  try {
    fold(config, workload, board(2));
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("needs 3 DSP, D has 2"));
  }
}

TEST(FoldOthers, LayersWithoutWeightsGetTheNarrowestStreamsThatKeepUp) {
  Layer pool = conv("pool", 16, 8, 8, 2, 2);
  pool.kind = LayerKind::max_pool;
  const LayerGraph graph = chain({conv("a", 16, 2, 8, 3, 1, 1), pool, conv("b", 8, 8, 4, 3, 1, 1)});
  const PlainWorkload workload(graph);
  const FoldResult result = fold({}, workload, board(60));
  ASSERT_EQ(result.nodes[1].layer, "pool");
  EXPECT_EQ(result.nodes[1].coarse, result.config.nodes.at("pool").coarse);
  const double words = 16 * 16 * 8;  // a slot each with one stream
  EXPECT_LE(words / static_cast<double>(result.nodes[1].coarse), result.interval_cycles);
  if (result.nodes[1].coarse > 1) {
    EXPECT_GT(2 * words / static_cast<double>(result.nodes[1].coarse), result.interval_cycles);
  }
}

// Factors of 1 have no RTL in a 1x1 layer, but 4x2 and 8x2 clusters do.
TEST(FoldOthers, CrossbarsThatWereBuiltAreFoundWhereFactorsOfOneAreNone) {
  const LayerGraph graph = chain({conv("a", 6, 8, 8, 3), conv("b", 4, 8, 4, 1)});
  const MaskedWorkload workload = sparse(graph, 1);
  FpgaConvNetConfig config = engine(DotEngine::crossbar);
  config.built_crossbars = true;
  config.nodes["b"].window_depth = 8;
  const FoldResult result = fold(config, workload, board(100));
  EXPECT_TRUE(result.config.built_crossbars);
  EXPECT_THAT(problems(result.config, graph), testing::IsEmpty());
  EXPECT_THAT(result.config.nodes.at("b").folding.coarse_in, testing::AnyOf(4, 8));
  EXPECT_EQ(result.config.nodes.at("b").folding.fine, 2);
}

TEST(FoldOthers, ProblemsThatFactorsDoNotMendAreErrors) {
  const LayerGraph graph = three_layers(3);
  const PlainWorkload workload(graph);
  FpgaConvNetConfig config;
  config.nodes["d"].window_depth = 3;
  config.fifo_depth = 0;
  try {
    fold(config, workload, board(10));
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), testing::AllOf(HasSubstr("fifos.depth"), HasSubstr("d")));
  }
}

// Two channels are dense, two empty: in their own order a stream has both dense ones.
TEST(FoldOthers, DealingChannelsByDensityIsTakenIntoAccount) {
  const LayerGraph graph = chain({conv("p", 9, 1, 4, 1), conv("a", 9, 4, 1, 3)});
  MaskedWorkload workload(graph);
  for (std::size_t i = 0; i < 9 * 9 * 4; ++i) workload.mask(0, 1).set(i, i % 2 == 0);
  FpgaConvNetConfig config = engine(DotEngine::round_robin);
  // p: at most one stream in and four out; a: coarse_in streams of 49 x 4 / coarse_in windows.
  const FoldResult naive = fold(config, workload, board(3));
  config.deal = ChannelDeal::snake;
  const FoldResult dealt = fold(config, workload, board(3));
  const auto a = [](const FoldResult& r) { return r.nodes[1]; };
  EXPECT_EQ(a(naive).folding.coarse_in, 2);
  EXPECT_EQ(a(naive).cycles, 2 * 9 * 49);  // 9 cycles each of channels 0 and 2, on one stream
  EXPECT_EQ(a(dealt).cycles, (9 + 1) * 49);
  EXPECT_EQ(a(dealt).imbalance, 1);
}

}  // namespace
}  // namespace sparsim
