#include "models/stream/pipeline.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/core/error.h"
#include "tests/support/plain_workload.h"

namespace sparsim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Layer layer(const char* name, LayerKind kind, std::vector<std::size_t> inputs, MapShape in, MapShape out) {
  Layer l;
  l.name = name;
  l.kind = kind;
  l.inputs = std::move(inputs);
  l.shape.input = in;
  l.shape.output = out;
  return l;
}

Layer reading(Layer l, std::size_t input) {
  l.inputs = {input};
  return l;
}

// A residual block of a size x size x channels map, its head and its tail: a flatten, a dense layer, a softmax.
LayerGraph residual(std::int64_t size = 4, std::int64_t channels = 4) {
  const MapShape map{size, size, channels};
  LayerGraph graph;
  graph.name = "residual";
  graph.input = {size, size, 2};
  graph.layers = {conv("stem", size, 2, channels, 3, 1, 1),
                  layer("stem/relu", LayerKind::activation, {0}, map, map),
                  reading(conv("body", size, channels, channels, 3, 1, 1), 1),
                  layer("sum", LayerKind::add, {2, 1}, map, map),
                  layer("sum/relu", LayerKind::activation, {3}, map, map),
                  layer("flat", LayerKind::reshape, {4}, map, {1, 1, map.elements()}),
                  layer("scores", LayerKind::dense, {5}, {1, 1, map.elements()}, {1, 1, 10}),
                  layer("prob", LayerKind::softmax, {6}, {1, 1, 10}, {1, 1, 10})};
  return graph;
}

std::vector<std::string> node_names(const Pipeline& p) {
  std::vector<std::string> names;
  for (const PipelineNode& node : p.nodes) names.push_back(node.name);
  return names;
}

std::vector<std::string> edge_names(const Pipeline& p) {
  std::vector<std::string> names;
  for (const PipelineEdge& edge : p.edges) names.push_back(edge.name);
  return names;
}

const PipelineEdge& edge(const Pipeline& p, const std::string& name) {
  for (const PipelineEdge& e : p.edges)
    if (e.name == name) return e;
  throw ModelError("no edge " + name);
}

const PipelineNode& node(const Pipeline& p, const std::string& name) {
  for (const PipelineNode& n : p.nodes)
    if (n.name == name) return n;
  throw ModelError("no node " + name);
}

Pipeline widened(const LayerGraph& graph, const std::vector<LayerStreams>& streams) {
  Pipeline p = lower(graph, {streams, 1});
  widen_branches(p, graph);
  return p;
}

TEST(Lower, GivesEachLayerItsNodeAndSplitsWhatSeveralRead) {
  const LayerGraph graph = residual();
  const Pipeline p = lower(graph, {std::vector<LayerStreams>(graph.layers.size()), 1});
  EXPECT_THAT(node_names(p), ElementsAre("source", "stem", "stem_split", "body", "sum", "scores", "sink"));
  EXPECT_THAT(edge_names(p), ElementsAre("source_to_stem", "stem_to_stem_split", "stem_split_to_body", "body_to_sum",
                                         "stem_split_to_sum", "sum_to_scores", "scores_to_sink"));
  EXPECT_THAT(node(p, "stem").fused_layers, ElementsAre(1));
  EXPECT_EQ(node(p, "stem").latency, 2);  // its own register, and the ReLU's
  EXPECT_EQ(node(p, "body").latency, 1);
  EXPECT_THAT(node(p, "sum").fused_layers, ElementsAre(4, 5));  // a flatten takes no time
  EXPECT_EQ(node(p, "sum").latency, 2);
  EXPECT_THAT(p.host_layers, ElementsAre(7));
  EXPECT_EQ(edge(p, "sum_to_scores").shape, (StreamShape{{1, 1, 64}, 1}));  // as the dense layer sees it
  for (const PipelineEdge& e : p.edges) EXPECT_EQ(e.depth, 2u) << e.name;
}

TEST(Lower, KeepsTheOrderOfAJoinsInputs) {
  const LayerGraph graph = residual();
  const Pipeline p = lower(graph, {std::vector<LayerStreams>(graph.layers.size()), 1});
  const PipelineNode& sum = node(p, "sum");
  ASSERT_EQ(sum.inputs.size(), 2u);
  EXPECT_EQ(p.edges[sum.inputs[0]].name, "body_to_sum");
  EXPECT_EQ(p.edges[sum.inputs[1]].name, "stem_split_to_sum");
}

TEST(Lower, PutsASqueezeWhereWidthsDiffer) {
  const LayerGraph graph = residual();
  std::vector<LayerStreams> streams(graph.layers.size());
  streams[0] = {2, 4};
  streams[2] = {2, 1};
  streams[3] = {4, 4};
  streams[6] = {16, 5};  // of 64 values in, 10 out
  const Pipeline p = lower(graph, {streams, 2});
  EXPECT_THAT(node_names(p), ElementsAre("source", "stem", "stem_split", "stem_split_squeeze_body", "body",
                                         "body_squeeze_sum", "sum", "sum_squeeze_scores", "scores", "sink"));
  EXPECT_EQ(edge(p, "stem_split_to_stem_split_squeeze_body").shape, (StreamShape{{4, 4, 4}, 4}));
  EXPECT_EQ(edge(p, "stem_split_squeeze_body_to_body").shape, (StreamShape{{4, 4, 4}, 2}));
  EXPECT_EQ(edge(p, "sum_to_sum_squeeze_scores").shape, (StreamShape{{4, 4, 4}, 4}));
  EXPECT_EQ(edge(p, "sum_squeeze_scores_to_scores").shape, (StreamShape{{1, 1, 64}, 16}));
  EXPECT_EQ(edge(p, "scores_to_sink").shape, (StreamShape{{1, 1, 10}, 5}));
}

TEST(Lower, KeepsNamesUnique) {
  LayerGraph graph = residual();
  graph.layers[2].name = "stem_split";  // as the split would be called
  graph.layers[6].name = "sink";
  const Pipeline p = lower(graph, {std::vector<LayerStreams>(graph.layers.size()), 1});
  EXPECT_THAT(node_names(p), ElementsAre("source", "stem", "stem_split_2", "stem_split", "sum", "sink", "sink_2"));
}

// What has several readers cannot take the function of one of them in.
TEST(Lower, LeavesAnActivationBesideOtherReadersItsNode) {
  LayerGraph graph = residual();
  graph.layers[3].inputs = {2, 0};  // the sum takes the values before the ReLU
  EXPECT_THAT(layers_with_node(graph), ElementsAre(true, true, true, true, false, false, true, false));
  const Pipeline p = lower(graph, {std::vector<LayerStreams>(graph.layers.size()), 1});
  EXPECT_EQ(node(p, "stem/relu").kind, NodeKind::elementwise);
  EXPECT_EQ(slots(p, node(p, "stem/relu"), graph).reads(0), 64);
}

TEST(Slots, AreThoseOfTheKindOfNode) {
  const LayerGraph graph = residual();
  std::vector<LayerStreams> streams(graph.layers.size());
  streams[6].in = 2;
  const Pipeline p = lower(graph, {streams, 1});
  EXPECT_EQ(slots(p, node(p, "sum"), graph).runs, join_slots(64, 2).runs);
  EXPECT_EQ(slots(p, node(p, "stem_split"), graph).runs, split_slots(64, 2).runs);
  const SlotSchedule squeeze = slots(p, node(p, "sum_squeeze_scores"), graph);
  EXPECT_EQ(squeeze.reads(0), 64);
  EXPECT_EQ(squeeze.writes(0), 32);
  EXPECT_THROW(slots(p, node(p, "body"), graph), ModelError);
}

TEST(PipelineProblems, AreNoneWhereStreamsCarryTheNetwork) { EXPECT_THAT(pipeline_problems(residual()), IsEmpty()); }

TEST(PipelineProblems, NameEachOperatorThatStreamsCannotCarry) {
  LayerGraph graph = residual();
  graph.layers[1].kind = LayerKind::normalization;
  graph.layers[5].shape.output = {16, 1, 4};
  graph.layers[4].kind = LayerKind::softmax;
  EXPECT_THAT(pipeline_problems(graph),
              ElementsAre(HasSubstr("layer 'stem/relu' (normalization): streams cannot carry it"),
                          HasSubstr("layer 'scores' (dense): it follows a softmax"),
                          HasSubstr("streams carry convolution, dense, max_pool")));
  graph.layers[4].kind = LayerKind::activation;
  EXPECT_THAT(
      pipeline_problems(graph),
      testing::Contains(HasSubstr("layer 'flat' (reshape): streams cannot carry it: it moves the values of a map "
                                  "of 4x4x4 to one of 16x1x4")));
}

TEST(PipelineProblems, NameResultsJoinsAndInputs) {
  LayerGraph graph = residual();
  graph.layers[7].inputs = {2};              // 'scores' has no reader now
  graph.layers[3].shape.output = {4, 4, 8};  // more channels than what it adds
  graph.layers[2].inputs = {1, 1};
  EXPECT_THAT(pipeline_problems(graph),
              ElementsAre(HasSubstr("layer 'body' (convolution): it has 2 inputs; at most 1"),
                          HasSubstr("layer 'sum' (add): it joins a map of 4x4x4 into one of 4x4x8"),
                          HasSubstr("layer 'sum' (add): it joins a map of 4x4x4 into one of 4x4x8"),
                          HasSubstr("the network has 2 results, 'scores', 'prob'")));
  graph.layers.clear();
  EXPECT_THAT(pipeline_problems(graph), ElementsAre("the network has no layer that streams could carry"));
}

// The first window of a 3x3 kernel with padding needs a row and two pixels of an 8 pixels wide map: they wait on the
// shortcut. Two pixels more let the convolution go on. Of 4 channels in words of 2 that is (8 + 2 + 2) * 2 words.
TEST(WidenBranches, HoldsOnTheShortcutWhatTheOtherBranchReadsFirst) {
  const LayerGraph graph = residual(8, 4);
  std::vector<LayerStreams> streams(graph.layers.size(), {2, 2});
  streams[6] = {2, 1};
  const Pipeline p = widened(graph, streams);
  for (const PipelineEdge& e : p.edges)
    EXPECT_EQ(e.depth, e.name == "stem_split_to_sum" ? 2u + (8 + 2 + 2) * 2 : 2u) << e.name;
}

// A 1x1 convolution from 8 to 2 channels: behind it a waiting pixel has fewer values.
TEST(WidenBranches, ChoosesTheEdgeWhereFewestValuesWait) {
  const auto module = [](std::int64_t narrow) {
    const std::int64_t size = 8;
    LayerGraph graph;
    graph.name = "module";
    graph.input = {size, size, 8};
    const MapShape map{size, size, narrow + 4};
    graph.layers = {conv("narrow", size, 8, narrow, 1), conv("wide", size, 8, 4, 3, 1, 1),
                    layer("both", LayerKind::concat, {0, 1}, map, map)};
    return graph;
  };
  const Pipeline behind = widened(module(2), std::vector<LayerStreams>(3));
  EXPECT_EQ(edge(behind, "source_split_to_narrow").depth, 2u);
  // It keeps the pixel that it has finished until the next comes, so one fewer than the 8 + 2 wait behind it.
  EXPECT_EQ(edge(behind, "narrow_to_both").depth, 2u + (8 + 1 + 2) * 2);
  const Pipeline before = widened(module(16), std::vector<LayerStreams>(3));
  EXPECT_EQ(edge(before, "source_split_to_narrow").depth, 2u + (8 + 2 + 2) * 8);
  EXPECT_EQ(edge(before, "narrow_to_both").depth, 2u);
}

TEST(WidenBranches, LeavesAChainAsItIs) {
  LayerGraph graph = residual();
  graph.layers[3].inputs = {2};
  const Pipeline p = widened(graph, std::vector<LayerStreams>(graph.layers.size()));
  for (const PipelineEdge& e : p.edges) EXPECT_EQ(e.depth, 2u) << e.name;
}

// x + x: both branches carry the same word at the same time.
TEST(WidenBranches, LeavesBranchesOfEqualLengthAsTheyAre) {
  const MapShape map{4, 4, 4};
  LayerGraph graph;
  graph.input = map;
  graph.layers = {layer("twice", LayerKind::add, {Layer::kNetworkInput, Layer::kNetworkInput}, map, map)};
  const Pipeline p = widened(graph, std::vector<LayerStreams>(1));
  EXPECT_EQ(edge(p, "source_split_to_twice").depth, 2u);
  EXPECT_EQ(p.edges[2].name, "source_split_to_twice_2");
}

}  // namespace
}  // namespace sparsim
