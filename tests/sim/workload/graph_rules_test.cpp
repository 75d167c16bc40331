#include "sim/workload/graph_rules.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

namespace sparsim {
namespace {

Layer layer(const char* name, LayerKind kind, std::vector<std::size_t> inputs, MapShape in, MapShape out) {
  Layer result;
  result.name = name;
  result.kind = kind;
  result.inputs = std::move(inputs);
  result.shape.input = in;
  result.shape.output = out;
  return result;
}

/// One layer of each sort of rule; sound as it stands.
LayerGraph sound_graph() {
  LayerGraph graph;
  graph.input = {8, 8, 4};
  Layer conv = layer("conv", LayerKind::convolution, {Layer::kNetworkInput}, {8, 8, 4}, {3, 3, 6});
  conv.shape.kernel_h = conv.shape.kernel_w = 3;
  conv.shape.stride_h = conv.shape.stride_w = 2;  // (8-3)/2+1 = 3
  conv.shape.groups = 2;
  Layer pool = layer("pool", LayerKind::max_pool, {Layer::kNetworkInput}, {8, 8, 4}, {4, 4, 4});
  pool.shape.kernel_h = pool.shape.kernel_w = 3;
  pool.shape.stride_h = pool.shape.stride_w = 2;  // ceil((8-3)/2)+1 = 4
  Layer relu = layer("relu", LayerKind::activation, {0}, {3, 3, 6}, {3, 3, 6});
  Layer add = layer("add", LayerKind::add, {0, 2}, {3, 3, 6}, {3, 3, 6});
  Layer concat = layer("concat", LayerKind::concat, {0, 3}, {3, 3, 12}, {3, 3, 12});
  Layer flatten = layer("flatten", LayerKind::reshape, {4}, {3, 3, 12}, {1, 1, 108});
  Layer dense = layer("dense", LayerKind::dense, {4}, {1, 1, 108}, {1, 1, 10});  // 3*3*12 = 108
  graph.layers = {conv, pool, relu, add, concat, flatten, dense};
  return graph;
}

TEST(GraphRules, HoldForASoundGraph) {
  const LayerGraph graph = sound_graph();
  for (std::size_t i = 0; i < graph.layers.size(); ++i) EXPECT_EQ(layer_problem(graph, i), "") << i;
}

struct Breach {
  const char* name;
  std::size_t position;
  std::function<void(Layer&)> make;
  const char* problem;
};
void PrintTo(const Breach& breach, std::ostream* os) { *os << breach.name; }

const Breach kBreaches[] = {
    {"NoInput", 0, [](Layer& l) { l.inputs.clear(); }, "0 inputs; convolution has exactly one"},
    {"TwoInputs", 2,
     [](Layer& l) {
       l.inputs = {0, 1};
     },
     "2 inputs; activation has exactly one"},
    {"ReadsItself", 2, [](Layer& l) { l.inputs = {2}; }, "input 2 does not stand before it"},
    {"ReadsAhead", 0, [](Layer& l) { l.inputs = {3}; }, "input 3 does not stand before it"},
    {"NoHeight", 0, [](Layer& l) { l.shape.output.height = 0; }, "a map of 0x3x6; extents start at 1"},
    {"HugeMap", 5,
     [](Layer& l) {
       l.shape.output = {1 << 20, 1 << 20, 1 << 20};
     },
     "at most 2147483648 values"},
    {"NoStride", 0, [](Layer& l) { l.shape.stride_h = 0; }, "a kernel, stride or dilation of 0"},
    {"NegativePad", 0, [](Layer& l) { l.shape.pad_left = -1; }, "a pad of -1"},
    {"Groups", 0, [](Layer& l) { l.shape.groups = 3; }, "3 groups; must divide 4 input channels and 6 filters"},
    {"PoolGroups", 1, [](Layer& l) { l.shape.groups = 2; }, "only a convolution has groups"},
    {"LargeKernel", 0, [](Layer& l) { l.shape.kernel_h = 9; },
     "a kernel of 9 with dilation 1 is larger than the padded"},
    {"WideDilation", 0, [](Layer& l) { l.shape.dilation_w = 4; }, "a kernel of 3 with dilation 4 is larger"},
    {"OutputHeight", 0, [](Layer& l) { l.shape.output.height = 4; }, "an output height of 4"},
    {"OutputWidth", 1, [](Layer& l) { l.shape.output.width = 5; }, "an output width of 5"},
    {"ConvRoundsDown", 0, [](Layer& l) { l.shape.output.width = 4; }, "an output width of 4"},
    {"PoolChannels", 1, [](Layer& l) { l.shape.output.channels = 3; }, "3 channels out of 4; a pool keeps them"},
    {"OtherInput", 0, [](Layer& l) { l.shape.input.height = 9; },
     "an input of 9x8x4, but what it reads puts out 8x8x4"},
    {"HugeWeights", 6, [](Layer& l) { l.shape.output.channels = 1 << 30; }, "more than 2147483648 weights"},
    {"HugeWork", 0,
     [](Layer& l) {
       l.shape.output = {1 << 15, 1 << 15, 1 << 1}, l.shape.kernel_h = 1 << 20;
     },
     "more than 70368744177664 multiply-accumulates"},
    {"AddOfOthers", 3,
     [](Layer& l) {
       l.inputs = {0, 1};
     },
     "an output of 3x3x6, but it joins a map of 4x4x4"},
    {"ChannelSum", 4, [](Layer& l) { l.shape.output.channels = 13; }, "13 channels, but those it joins add up to 12"},
    {"ConcatInput", 4, [](Layer& l) { l.shape.input.channels = 6; }, "must be the joined map, 3x3x12"},
    {"DenseInputs", 6, [](Layer& l) { l.shape.input.channels = 107; }, "107 inputs, but what it reads puts out 3x3x12"},
    {"DensePixels", 6, [](Layer& l) { l.shape.output.width = 2; }, "a dense layer has a window"},
    {"ActivationShape", 2, [](Layer& l) { l.shape.output.channels = 5; }, "an output of 3x3x5; must be 3x3x6"},
    {"ReshapeInput", 5, [](Layer& l) { l.shape.input.channels = 11; }, "an input of 3x3x11, but what it reads"},
};

class BrokenGraph : public testing::TestWithParam<Breach> {};

TEST_P(BrokenGraph, IsNamed) {
  LayerGraph graph = sound_graph();
  GetParam().make(graph.layers[GetParam().position]);
  EXPECT_THAT(layer_problem(graph, GetParam().position), testing::HasSubstr(GetParam().problem));
}

INSTANTIATE_TEST_SUITE_P(Each, BrokenGraph, testing::ValuesIn(kBreaches),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace sparsim
