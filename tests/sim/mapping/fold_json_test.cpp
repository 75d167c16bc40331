#include "sim/mapping/fold_json.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/core/error.h"
#include "tests/support/plain_workload.h"

namespace sparsim {
namespace {

using testing::AllOf;
using testing::HasSubstr;

// conv1, its ReLU, a pool, a grouped convolution, a dense layer and the host's softmax, named as ONNX exporters do.
LayerGraph network() {
  LayerGraph g;
  g.name = "net";
  g.input = {8, 8, 3};
  g.layers = {conv("/conv1/Conv", 8, 3, 16, 3, 1, 1), conv("/relu/Relu", 8, 16, 16, 1),
              conv("/pool/MaxPool", 8, 16, 16, 2, 2), conv("/conv2/Conv", 4, 16, 32, 3, 1, 1),
              conv("/fc/Gemm", 1, 512, 10, 1),        conv("/prob/Softmax", 1, 10, 10, 1)};
  g.layers[1].kind = LayerKind::activation;
  g.layers[2].kind = LayerKind::max_pool;
  g.layers[3].shape.groups = 2;
  g.layers[4].kind = LayerKind::dense;
  g.layers[5].kind = LayerKind::softmax;
  Layer flatten = conv("/Flatten", 4, 32, 32, 1);
  flatten.kind = LayerKind::reshape;
  flatten.shape.output = {1, 1, 512};
  g.layers.insert(g.layers.begin() + 4, flatten);
  for (std::size_t i = 1; i < g.layers.size(); ++i) g.layers[i].inputs = {i - 1};
  return g;
}

FpgaConvNetConfig read(const std::string& layers, FpgaConvNetConfig config = {}) {
  read_folding_json(R"({"partition": [{"id": 0, "layers": [)" + layers + "]}]}", "f.json", network(), config);
  return config;
}

std::string error_of(const std::string& text) {
  FpgaConvNetConfig config;
  try {
    read_folding_json(text, "f.json", network(), config);
  } catch (const InputError& error) {
    return error.what();
  }
  return "";
}

const char* const kConv1 = R"({"name": "conv1_Conv", "onnx_node": "x", "type": "CONVOLUTION",
  "parameters": {"coarse_in": 3, "coarse_out": 4, "coarse_group": 1, "fine": 9, "rows_in": 8}})";
const char* const kConv2 = R"({"name": "conv2_Conv", "type": "CONVOLUTION",
  "parameters": {"coarse_in": 2, "coarse_out": 1, "coarse_group": 2, "fine": 3}})";
const char* const kFc =
    R"({"name": "fc_Gemm", "type": "INNER_PRODUCT", "parameters": {"coarse_in": 8, "coarse_out": 5}})";

std::string three(const std::string& more = "") { return std::string(kConv1) + "," + kConv2 + "," + kFc + more; }
std::string partition(const std::string& layers) { return R"({"partition": [{"layers": [)" + layers + "]}]}"; }

TEST(FoldJson, FactorsGoToTheLayersOfTheirName) {
  const FpgaConvNetConfig config = read(three(R"(, {"name": "pool_MaxPool", "type": "POOLING",
    "parameters": {"coarse": 2, "coarse_in": 2, "coarse_out": 2}})"));
  EXPECT_EQ(config.nodes.at("/conv1/Conv").folding, (Folding{3, 4, 1, 9}));
  EXPECT_EQ(config.nodes.at("/conv2/Conv").folding, (Folding{2, 1, 2, 3}));
  EXPECT_EQ(config.nodes.at("/fc/Gemm").folding, (Folding{8, 5, 1, 1}));
  EXPECT_EQ(config.nodes.at("/pool/MaxPool").coarse, 2);
}

TEST(FoldJson, WhatElseIsSaidOfALayerStays) {
  FpgaConvNetConfig given;
  given.nodes["/conv1/Conv"].engine = DotEngine::crossbar;
  given.nodes["/conv1/Conv"].window_depth = 7;
  const NodeConfig node = read(three(), given).nodes.at("/conv1/Conv");
  EXPECT_EQ(node.engine, DotEngine::crossbar);
  EXPECT_EQ(node.window_depth, 7);
  EXPECT_EQ(node.folding.coarse_out, 4);
}

TEST(FoldJson, PartsOfAPipelineThatAreNoLayersAreLeftOut) {
  const FpgaConvNetConfig config = read(three(
      R"(, {"name": "conv1_Conv_squeeze_relu_Relu", "onnx_node": "conv1_Conv", "type": "SQUEEZE",
            "parameters": {"coarse_in": 4, "coarse_out": 1}},
           {"name": "relu_Relu", "type": "RELU", "parameters": {"coarse": 4}},
           {"name": "Relu_7", "type": "RELU", "parameters": {"coarse": 4}})"));
  EXPECT_EQ(config.nodes.at("/conv1/Conv").folding.coarse_in, 3);
  EXPECT_EQ(config.nodes.count("/relu/Relu"), 0u);  // part of conv1's node
}

TEST(FoldJson, ALayerMayBeFoundByItsOnnxNode) {
  const std::string renamed =
      R"({"name": "layer0", "onnx_node": "conv1_Conv", "type": "CONVOLUTION", "parameters": {"fine": 2}})";
  EXPECT_EQ(read(renamed + "," + kConv2 + "," + kFc).nodes.at("/conv1/Conv").folding, (Folding{1, 1, 1, 2}));
}

TEST(FoldJson, RoundTrip) {
  FpgaConvNetConfig config = read(three());
  config.nodes["/pool/MaxPool"].coarse = 4;
  config.nodes["/fc/Gemm"].folding = {4, 2, 1, 3};
  FpgaConvNetConfig again;
  read_folding_json(folding_json(config, network()), "f.json", network(), again);
  ASSERT_EQ(again.nodes.size(), config.nodes.size());
  for (const auto& [name, node] : config.nodes) {
    EXPECT_EQ(again.nodes.at(name).folding, node.folding) << name;
    EXPECT_EQ(again.nodes.at(name).coarse, node.coarse) << name;
  }
}

TEST(FoldJson, AllProblemsAtOnce) {
  const std::string error = error_of(partition(
      R"({"name": "conv3_Conv", "type": "CONVOLUTION"}, {"type": "CONVOLUTION"},
         {"name": "conv1_Conv", "type": "CONVOLUTION", "parameters": {"fine": 0, "coarse_in": "3"}},
         {"name": "conv1_Conv", "type": "CONVOLUTION"})"));
  EXPECT_THAT(error, AllOf(HasSubstr("f.json: layer 'conv3_Conv': the network net has none of this name"),
                           HasSubstr("known: /conv1/Conv, /pool/MaxPool, /conv2/Conv, /fc/Gemm"),
                           HasSubstr("a layer has no name"), HasSubstr("fine = 0: must be an integer, 1.."),
                           HasSubstr("coarse_in = \"3\""), HasSubstr("'/conv1/Conv' is in it twice")));
}

TEST(FoldJson, EveryWeightedLayerHasToBeInIt) {
  EXPECT_THAT(error_of(partition(std::string(kConv1) + "," + kConv2)),
              HasSubstr("layer '/fc/Gemm' of the network is not in it"));
}

TEST(FoldJson, OnePartition) {
  EXPECT_THAT(error_of(R"({"partition": [{}, {}]})"), HasSubstr("has 2 entries"));
  EXPECT_THAT(error_of(R"({"partition": {}})"), HasSubstr("partition: missing, or no list"));
  EXPECT_THAT(error_of(R"([1])"), HasSubstr("partition: missing, or no list"));
  EXPECT_THAT(error_of(R"({"partition": [{"layers": 3}]})"), HasSubstr("layers: missing, or no list"));
  EXPECT_THAT(error_of("{"), HasSubstr("is not JSON"));
}

// Two layers of the same letters are told apart by their exact names alone.
TEST(FoldJson, AnAmbiguousNameIsNoName) {
  LayerGraph graph = network();
  graph.layers[0].name = "conv2/Conv";
  FpgaConvNetConfig config;
  try {
    read_folding_json(partition(three()), "f.json", graph, config);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("layer 'conv2_Conv'"));
  }
}

}  // namespace
}  // namespace sparsim
