#include "sim/workload/network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/workload/onnx_builder.h"

namespace sparsim {
namespace {

using testing::ElementsAre;

TEST(LayerGraph, HoldsTheWindowOfAConvolution) {
  OnnxBuilder model({1, 4, 9, 12});
  model.weights("w", {6, 2, 3, 2}).node("Conv", {"x", "w"});
  model.with("group", 2).with("strides", {2, 3}).with("dilations", {2, 1}).with("pads", {1, 0, 2, 1});
  const LayerGraph graph = layer_graph(model.import());

  ASSERT_EQ(graph.layers.size(), 1u);
  const Layer& layer = graph.layers[0];
  const WindowShape& s = layer.shape;
  EXPECT_EQ(graph.name, "model");
  EXPECT_EQ(layer.name, "op_y");
  EXPECT_EQ(layer.kind, LayerKind::convolution);
  EXPECT_THAT(layer.inputs, ElementsAre(Layer::kNetworkInput));
  EXPECT_EQ(s.input, (MapShape{9, 12, 4}));
  // height (9 + 3 - 2*2 - 1) / 2 + 1 = 4; width (12 + 1 - 1 - 1) / 3 + 1 = 4
  EXPECT_EQ(s.output, (MapShape{4, 4, 6}));
  EXPECT_THAT((std::vector{s.kernel_h, s.kernel_w, s.stride_h, s.stride_w, s.dilation_h, s.dilation_w}),
              ElementsAre(3, 2, 2, 3, 2, 1));
  EXPECT_THAT((std::vector{s.pad_top, s.pad_left, s.pad_bottom, s.pad_right, s.groups}), ElementsAre(1, 0, 2, 1, 2));
  EXPECT_EQ(graph.macs(), 4 * 4 * 6 * 3 * 2 * 2);
}

// ONNX keeps [filter][channel][row][column]; masks are [filter][row][column][channel].
TEST(LayerGraph, MasksWeightsChannelFastest) {
  OnnxBuilder model;
  model.weights("w", {1, 2, 1, 3}, {1, 0, 0, 0, 0, 6}).node("Conv", {"x", "w"});
  const BitMask mask = layer_graph(model.import()).layers[0].weight_nonzero;
  // columns 0, 1, 2, each with channels 0 and 1: (1, 0), (0, 0), (0, 6)
  BitMask expected(6);
  expected.set(0);
  expected.set(5);
  EXPECT_EQ(mask, expected);
}

TEST(LayerGraph, TakesADenseLayerAsOnePixelOfAllItsInputs) {
  OnnxBuilder model({1, 2, 3, 4});
  model.weights("w", {5, 24}).node("Flatten", {"x"}, "f").node("Gemm", {"f", "w"}).with("transB", 1);
  const LayerGraph graph = layer_graph(model.import());
  ASSERT_EQ(graph.layers.size(), 2u);
  EXPECT_EQ(graph.layers[0].kind, LayerKind::reshape);
  EXPECT_EQ(graph.layers[0].shape.input, (MapShape{3, 4, 2}));
  EXPECT_EQ(graph.layers[0].shape.output, (MapShape{1, 1, 24}));
  EXPECT_EQ(graph.layers[1].kind, LayerKind::dense);
  EXPECT_EQ(graph.layers[1].shape.input, (MapShape{1, 1, 24}));
  EXPECT_EQ(graph.macs(), 24 * 5);
}

TEST(LayerGraph, SaysWhatActivationsCompute) {
  OnnxBuilder model;
  model.node("Relu", {"x"}, "a").node("Sigmoid", {"a"}, "b").node("LeakyRelu", {"b"});
  const LayerGraph graph = layer_graph(model.import());
  ASSERT_EQ(graph.layers.size(), 3u);
  for (const Layer& layer : graph.layers) EXPECT_EQ(layer.kind, LayerKind::activation);
  EXPECT_EQ(graph.layers[0].function, Function::relu);
  EXPECT_EQ(graph.layers[1].function, Function::sigmoid);
  EXPECT_EQ(graph.layers[2].function, Function::other);
}

TEST(LayerGraph, JoinsBranches) {
  OnnxBuilder model;
  model.weights("w", {3, 2, 1, 1}).node("Relu", {"x"}, "r").node("Conv", {"r", "w"}, "c");
  model.node("Concat", {"r", "c"}, "j").with("axis", 1).node("Add", {"j", "j"});
  const LayerGraph graph = layer_graph(model.import());
  ASSERT_EQ(graph.layers.size(), 4u);
  EXPECT_THAT(graph.layers[2].inputs, ElementsAre(0u, 1u));
  EXPECT_EQ(graph.layers[2].kind, LayerKind::concat);
  EXPECT_EQ(graph.layers[2].shape.input, (MapShape{4, 4, 5}));
  EXPECT_EQ(graph.layers[3].kind, LayerKind::add);
}

TEST(Fold, LeavesOneLayerOfConvolutionNormalisationAndBias) {
  OnnxBuilder model;
  model.weights("w", {2, 2, 1, 1}, {1, 2, 3, 4}).weights("b", {2}, {1, -1});
  model.weights("s", {2}, {2, 4}).weights("t", {2}, {5, 6}).weights("m", {2}, {3, 0}).weights("v", {2}, {4, 16});
  model.node("Conv", {"x", "w", "b"}, "c").node("BatchNormalization", {"c", "s", "t", "m", "v"}, "n");
  model.graph().mutable_node(1)->add_attribute()->set_name("epsilon");
  model.graph().mutable_node(1)->mutable_attribute(0)->set_type(onnx::AttributeProto::FLOAT);  // zero
  model.weights("k", {2, 1, 1}, {0.5, 10}).node("Add", {"n", "k"});
  const Network network = model.import();
  ASSERT_EQ(network.nodes.size(), 1u);
  EXPECT_EQ(network.nodes[0].name, "op_c");
  EXPECT_EQ(network.nodes[0].output, "y");
  // factors 2 / sqrt(4) = 1 and 4 / sqrt(16) = 1: the weights stay
  EXPECT_THAT(network.nodes[0].weighted()->weights, ElementsAre(1, 2, 3, 4));
  // (1 - 3) * 1 + 5 + 0.5 and (-1 - 0) * 1 + 6 + 10
  EXPECT_THAT(network.nodes[0].weighted()->bias, ElementsAre(3.5f, 15));
}

TEST(Fold, TurnsAPadNodeIntoPaddingOfEveryReader) {
  OnnxBuilder model;
  model.weights("w", {2, 2, 3, 3}).integers("p", {0, 0, 1, 0, 0, 0, 0, 2});
  model.node("Pad", {"x", "p"}, "z")
      .node("Conv", {"z", "w"}, "a")
      .node("Conv", {"z", "w"}, "b")
      .node("Add", {"a", "b"});
  const Network network = model.import();
  ASSERT_EQ(network.nodes.size(), 3u);
  for (const std::size_t n : {0u, 1u}) {
    const WindowShape& s = network.nodes[n].weighted()->shape;
    EXPECT_THAT((std::vector{s.pad_top, s.pad_left, s.pad_bottom, s.pad_right}), ElementsAre(1, 0, 0, 2));
    EXPECT_EQ(s.input, network.input);
    EXPECT_THAT(network.nodes[n].inputs, ElementsAre(Network::kInput));
  }
}

TEST(Import, NamesNodesWithoutNamesByTheirOutputsAndKeepsNamesApart) {
  OnnxBuilder model;
  model.node("Relu", {"x"}, "a").node("Relu", {"a"}, "b").node("Relu", {"b"});
  model.graph().mutable_node(0)->clear_name();
  model.graph().mutable_node(1)->set_name("same");
  model.graph().mutable_node(2)->set_name("same");
  const Network network = model.import();
  ASSERT_EQ(network.nodes.size(), 3u);
  EXPECT_EQ(network.nodes[0].name, "a");
  EXPECT_EQ(network.nodes[1].name, "same");
  EXPECT_EQ(network.nodes[2].name, "same#2");
}

TEST(Import, TakesTheFirstOfSeveralOutputsAndSaysSo) {
  OnnxBuilder model;
  model.node("Relu", {"x"}).node("Sigmoid", {"x"}, "other").node("NoSuchOperator", {"x"}, "third");
  model.graph().add_output()->set_name("other");
  const Network network = model.import();
  EXPECT_EQ(network.nodes.size(), 1u);
  EXPECT_THAT(network.remarks, ElementsAre("2 outputs, of which the first, 'y', counts"));
}

TEST(Import, SeesThroughWhatComputesNothing) {
  OnnxBuilder model({1, 3});
  model.node("Identity", {"x"}, "a").node("Dropout", {"a"}, "b").node("Flatten", {"b"}, "c").node("Identity", {"c"});
  const Network network = model.import();
  EXPECT_TRUE(network.nodes.empty());
  EXPECT_EQ(network.output, Network::kInput);
}

TEST(Import, KnowsTheMapOfAChannelsLastFile) {
  OnnxBuilder model({1, 6, 5, 3});
  model.node("Transpose", {"x"}).with("perm", {0, 3, 1, 2});
  const Network network = model.import();
  EXPECT_EQ(network.input, (MapShape{6, 5, 3}));
  EXPECT_TRUE(network.nodes.empty());
}

}  // namespace
}  // namespace sparsim
