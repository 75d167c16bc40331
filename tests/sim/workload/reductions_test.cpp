#include "sim/workload/reductions.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "models/core/error.h"

namespace sparsim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Kind = Reduction::Kind;

std::string problem(const std::function<void()>& action) {
  try {
    action();
  } catch (const InputError& error) {
    return error.what();
  }
  ADD_FAILURE() << "was accepted";
  return "";
}

std::string bits(const BitMask& mask) {
  std::string text;
  for (std::size_t i = 0; i < mask.size(); ++i) text += mask.test(i) ? '1' : '0';
  return text;
}

Node weighted(const std::string& name, std::size_t input, const MapShape& from, std::int64_t filters,
              std::vector<float> weights, std::vector<float> bias = {}, LayerKind kind = LayerKind::convolution) {
  Weighted op;
  op.kind = kind;
  op.shape.input = from;
  op.shape.output = {from.height, from.width, filters};
  op.shape.groups = from.channels * filters / static_cast<std::int64_t>(weights.size());  // 1x1 kernels
  op.weights = std::move(weights);
  op.bias = std::move(bias);
  return {name, name, {input}, op.shape.output, op};
}

Node plain(const std::string& name, std::vector<std::size_t> inputs, const MapShape& shape, Operator op) {
  return {name, name, std::move(inputs), shape, std::move(op)};
}

/// conv1 (2 -> 4) - ReLU - conv2 (4 -> 3) - ReLU - scores (3 -> 2), all on one pixel.
Network chain() {
  Network network;
  network.name = "chain";
  network.input = {1, 1, 2};
  network.nodes = {
      // sums of magnitudes: 2, 1, 3, 0.25; means: 1, 0.5, 1.5, 0.125
      weighted("conv1", Network::kInput, {1, 1, 2}, 4, {1, -1, 0.5f, 0.5f, 3, 0, 0, -0.25f}, {1, 2, 3, 4}),
      plain("relu1", {0}, {1, 1, 4}, Relu{}),
      // sums: 4, 0.8, 0.8; means: 1, 0.2, 0.2
      weighted("conv2", 1, {1, 1, 4}, 3, {1, 1, -1, 1, 0.2f, 0.2f, 0.2f, 0.2f, -0.2f, 0.2f, 0.2f, 0.2f}, {5, 6, 7}),
      plain("relu2", {2}, {1, 1, 3}, Relu{}),
      weighted("scores", 3, {1, 1, 3}, 2, {9, 9, 9, 0.1f, 0.1f, 0.1f}, {}, LayerKind::dense)};
  network.output = 4;
  network.output_shape = {1, 2};
  return network;
}

ReducedNetwork reduced(const std::string& steps) { return reduce(chain(), parse_reductions(steps)); }

TEST(Reductions, AreParsedInOrder) {
  const std::vector<Reduction> steps = parse_reductions("sfp-global:0.5,sfp:0.3@fire2/squeeze1x1,dfp:.25");
  ASSERT_EQ(steps.size(), 3u);
  EXPECT_EQ(steps[0].kind, Kind::sfp_global);
  EXPECT_EQ(steps[1].kind, Kind::sfp);
  EXPECT_EQ(steps[1].ratio, 0.3);
  EXPECT_EQ(steps[1].layer, "fire2/squeeze1x1");
  EXPECT_EQ(steps[2].kind, Kind::dfp);
  EXPECT_EQ(steps[2].ratio, 0.25);
}

TEST(Reductions, RefusesWhatItDoesNotKnow) {
  const auto parse = [](const std::string& text) { return problem([&] { parse_reductions(text); }); };
  EXPECT_THAT(parse("sfq:0.3"), HasSubstr("unknown kind 'sfq'; known: sfp, sfp-global, dfp"));
  EXPECT_THAT(parse(""), HasSubstr("unknown kind ''"));
  EXPECT_THAT(parse("sfp"), HasSubstr("ratio"));
  EXPECT_THAT(parse("sfp:"), HasSubstr("ratio"));
  EXPECT_THAT(parse("sfp:1"), HasSubstr("'1' must be a ratio"));
  EXPECT_THAT(parse("sfp:-0.1"), HasSubstr("'-0.1'"));
  EXPECT_THAT(parse("sfp:nan"), HasSubstr("'nan'"));
  EXPECT_THAT(parse("sfp:0.3x"), HasSubstr("'0.3x'"));
  EXPECT_THAT(parse("sfp:0.3@"), HasSubstr("name"));
  EXPECT_THAT(parse("sfp-global:0.3@conv1"), HasSubstr("together"));
  EXPECT_THAT(parse("sfp:0.3,"), HasSubstr("unknown kind ''"));
  EXPECT_THAT(parse("dfp:0.3,sfp:0.3"), HasSubstr("put it ahead"));
}

TEST(StaticPruning, RemovesTheFiltersWithTheSmallestSums) {
  const ReducedNetwork result = reduced("sfp:0.5");
  EXPECT_EQ(bits(result.kept_filters[0]), "1010");  // 0.5 * 4 = 2 go: 0.25 and 1
  EXPECT_EQ(bits(result.kept_filters[2]), "101");   // 0.5 * 3 = 1 goes: the first of two with 0.8
  EXPECT_TRUE(result.kept_filters[4].empty());      // the network's answers
  const Weighted& conv1 = *result.network.nodes[0].weighted();
  EXPECT_THAT(conv1.weights, ElementsAre(1, -1, 0, 0, 3, 0, 0, 0));
  EXPECT_THAT(conv1.bias, ElementsAre(1, 0, 3, 0));
  EXPECT_TRUE(result.kept_channels[0].empty());
  EXPECT_EQ(bits(result.kept_channels[2]), "1010");  // behind the ReLU
  EXPECT_EQ(bits(result.kept_channels[4]), "101");
}

TEST(StaticPruning, AppliesToOneLayerAndStepByStep) {
  const ReducedNetwork result = reduced("sfp:0.5@conv1,sfp:0.5@conv1");
  EXPECT_EQ(bits(result.kept_filters[0]), "0010");  // 2 of 4, then 1 of the 2 left
  EXPECT_TRUE(result.kept_filters[2].empty());
}

TEST(StaticPruning, RanksAllLayersByMeanMagnitude) {
  // Of 7 filters 0.6 * 7 = 4 go: 0.125 (conv1.3), 0.2 (conv2.1), 0.2 (conv2.2), 0.5 (conv1.1)
  const ReducedNetwork result = reduced("sfp-global:0.6");
  EXPECT_EQ(bits(result.kept_filters[0]), "1010");
  EXPECT_EQ(bits(result.kept_filters[2]), "100");
}

TEST(StaticPruning, LeavesEveryLayerAFilter) {
  // 0.99 * 7 = 6 would go, but each layer keeps its best, so 5 do.
  const ReducedNetwork result = reduced("sfp-global:0.99");
  EXPECT_EQ(bits(result.kept_filters[0]), "0010");
  EXPECT_EQ(bits(result.kept_filters[2]), "100");
  EXPECT_EQ(bits(reduced("sfp:0.999").kept_filters[0]), "0010");
}

TEST(StaticPruning, RoundsSharesDownButNotPastAWholeNumber) {
  Network network = chain();
  std::vector<float> weights(100);
  for (std::size_t f = 0; f < 100; ++f) weights[f] = static_cast<float>(f + 1);
  network.nodes[0] = weighted("conv1", Network::kInput, {1, 1, 1}, 100, weights);
  network.nodes[1].shape.channels = 100;
  network.nodes[2] = weighted("conv2", 1, {1, 1, 100}, 3, std::vector<float>(300, 1));
  network.input.channels = 1;
  const auto gone = [&](const char* steps) {
    return 100 - reduce(network, parse_reductions(steps)).kept_filters[0].count();
  };
  EXPECT_EQ(gone("sfp:0.29@conv1"), 29u);  // 0.29 * 100 is 28.999... in binary
  EXPECT_EQ(gone("sfp:0.299@conv1"), 29u);
}

TEST(StaticPruning, SaysWhichLayersThereAre) {
  EXPECT_THAT(problem([] { reduced("sfp:0.5@conv3"); }), HasSubstr("no layer 'conv3'"));
  EXPECT_THAT(problem([] { reduced("sfp:0.5@conv3"); }), HasSubstr("conv1, conv2"));
  EXPECT_THAT(problem([] { reduced("sfp:0.5@relu1"); }), HasSubstr("no layer 'relu1'"));
  EXPECT_THAT(problem([] { reduced("sfp:0.5@scores"); }), HasSubstr("answers"));
}

TEST(StaticPruning, OfNothingChangesNothing) {
  const ReducedNetwork result = reduced("sfp:0");
  for (const BitMask& mask : result.kept_filters) EXPECT_TRUE(mask.empty());
  for (const BitMask& mask : result.kept_channels) EXPECT_TRUE(mask.empty());
}

/// Zero channels of the last node of `nodes`, behind a convolution 2 -> 3 whose filters 0 and 2 are zero.
std::string zero_behind(std::vector<Node> nodes) {
  Network network;
  network.input = {1, 1, 2};
  network.nodes = {weighted("conv", Network::kInput, {1, 1, 2}, 3, {0, 0, 1, 1, 0, 0}, {0, 1, 0})};
  for (Node& node : nodes) network.nodes.push_back(std::move(node));
  return bits(zero_channels(network).back());
}

TEST(ZeroChannels, AreFiltersWithoutWeightsAndBias) {
  EXPECT_EQ(zero_behind({}), "101");
  EXPECT_EQ(zero_behind({weighted("b", 0, {1, 1, 3}, 2, {1, 0, 1, 0, 1, 0})}), "10");          // reads zeros only
  EXPECT_EQ(zero_behind({weighted("b", 0, {1, 1, 3}, 2, {1, 0, 1, 0, 1, 0}, {1, 0})}), "00");  // but has a bias
  EXPECT_EQ(zero_behind({weighted("b", 0, {1, 1, 3}, 3, {1, 1, 1})}), "101");                  // depthwise
}

TEST(ZeroChannels, PassWhatMakesZeroOfZero) {
  const MapShape shape{1, 1, 3};
  const auto behind = [&](Operator op) { return zero_behind({plain("x", {0}, shape, std::move(op))}); };
  EXPECT_EQ(behind(Relu{}), "101");
  EXPECT_EQ(behind(LeakyRelu{}), "101");
  EXPECT_EQ(behind(Pool{}), "101");
  EXPECT_EQ(behind(LocalResponseNorm{}), "101");
  EXPECT_EQ(behind(Clip{0, 6}), "101");
  EXPECT_EQ(behind(Clip{1, 6}), "000");
  EXPECT_EQ(behind(Sigmoid{}), "000");
  EXPECT_EQ(behind(Softmax{}), "000");
  EXPECT_EQ(behind(Scale{{2}, {}}), "101");
  EXPECT_EQ(behind(Scale{{2}, {0, 0, 1}}), "100");
  EXPECT_EQ(behind(Scale{{2}, {1}}), "000");
  EXPECT_EQ(behind(Quantize{{1}, {0}}), "101");
  EXPECT_EQ(behind(Quantize{{1}, {128}}), "000");
  EXPECT_EQ(behind(Dequantize{{1}, {0}}), "101");
  EXPECT_EQ(behind(Dequantize{{1}, {128}}), "000");
  EXPECT_EQ(behind(Pad{}), "101");
  EXPECT_EQ(behind(Pad{Pad::Mode::constant, 1}), "000");
  EXPECT_EQ(behind(Pad{Pad::Mode::edge, 1}), "101");
}

TEST(ZeroChannels, OfASumAreThoseOfAllSummands) {
  EXPECT_EQ(zero_behind({weighted("b", Network::kInput, {1, 1, 2}, 3, {0, 0, 0, 0, 1, 1}),
                         plain("sum", {0, 1}, {1, 1, 3}, Add{})}),
            "100");  // 101 and 110
  EXPECT_EQ(zero_behind({plain("joined", {0, 0}, {1, 1, 6}, Concat{})}), "101101");
}

TEST(ZeroChannels, FollowValuesThroughAReshape) {
  Network network;
  network.input = {2, 1, 1};
  network.nodes = {weighted("conv", Network::kInput, {2, 1, 1}, 2, {0, 1}),
                   // [channel][row] of 2 x 2 becomes four channels: rows of channel 0, then of channel 1
                   plain("flat", {0}, {1, 1, 4}, Reshape{})};
  EXPECT_EQ(bits(zero_channels(network)[1]), "1100");
  network.nodes[1].op = Reshape{kStoredOrder, kOnnxOrder};  // [row][channel]: alternating
  EXPECT_EQ(bits(zero_channels(network)[1]), "1010");
}

// 2 pixels of 3 channels: magnitudes 1 + 1, 5 + 5, 0 + 3.
std::vector<float> map_values() { return {1, -5, 0, -1, 5, 3}; }

TEST(DynamicPruning, ZeroesTheMapsWithTheSmallestMagnitude) {
  std::vector<float> values = map_values();
  const BitMask left = prune_maps({{1, 2, 3}, values.data()}, {}, {0.4});  // 0.4 * 3 = 1 goes: the one with 2
  EXPECT_EQ(bits(left), "011");
  EXPECT_THAT(values, ElementsAre(0, -5, 0, 0, 5, 3));
}

TEST(DynamicPruning, CountsOnlyWhatStaticPruningLeft) {
  BitMask kept(3, true);
  kept.set(0, false);
  std::vector<float> values = map_values();
  EXPECT_EQ(bits(prune_maps({{1, 2, 3}, values.data()}, kept, {0.5})), "010");  // 0.5 * 2 = 1 goes: the one with 3
  values = map_values();
  EXPECT_EQ(bits(prune_maps({{1, 2, 3}, values.data()}, kept, {0.4})), "011");  // 0.4 * 2 < 1
}

TEST(DynamicPruning, AppliesStepsOneAfterTheOther) {
  std::vector<float> values = map_values();
  EXPECT_EQ(bits(prune_maps({{1, 2, 3}, values.data()}, {}, {0.4, 0.5})), "010");  // 1 of 3, then 1 of 2
}

TEST(DynamicPruning, SparesTheFirstLayerAndDenseOnes) {
  const ReducedNetwork result = reduced("sfp:0.3@conv1,dfp:0.25");
  EXPECT_TRUE(result.dynamic_ratios[0].empty());
  EXPECT_THAT(result.dynamic_ratios[2], ElementsAre(0.25));
  EXPECT_TRUE(result.dynamic_ratios[4].empty());
  EXPECT_THAT(problem([] { reduced("dfp:0.5@conv1"); }), HasSubstr("cannot be pruned"));
  EXPECT_THAT(problem([] { reduced("dfp:0.5@scores"); }), HasSubstr("cannot be pruned"));
}

// Pixel arithmetic ahead of the first convolution does not make its input less of an image.
TEST(DynamicPruning, SparesAFirstLayerBehindArithmetic) {
  Network network = chain();
  network.nodes.insert(network.nodes.begin(), plain("normalise", {Network::kInput}, {1, 1, 2}, Scale{{2}, {1}}));
  for (std::size_t n = 1; n < network.nodes.size(); ++n)
    for (std::size_t& input : network.nodes[n].inputs) input = input == Network::kInput ? 0 : input + 1;
  network.output = 5;
  const ReducedNetwork result = reduce(network, parse_reductions("dfp:0.5"));
  EXPECT_TRUE(result.dynamic_ratios[1].empty());
  EXPECT_THAT(result.dynamic_ratios[3], ElementsAre(0.5));
}

}  // namespace
}  // namespace sparsim
