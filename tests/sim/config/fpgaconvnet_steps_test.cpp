#include "sim/config/fpgaconvnet_steps.h"

#include <gtest/gtest.h>

#include "tests/support/plain_workload.h"

namespace sparsim {
namespace {

using Json = nlohmann::ordered_json;

/// conv.1 -> pool, the name with a dot as ONNX has them.
struct Network {
  LayerGraph graph;
  FpgaConvNetConfig config;

  Network() {
    graph.name = "net";
    graph.input = {8, 8, 4};
    graph.layers = {conv("conv.1", 8, 4, 6, 3, 1, 1), conv("pool", 8, 6, 6, 2, 2)};
    graph.layers[1].kind = LayerKind::max_pool;
    graph.layers[1].inputs = {0};
  }
  std::vector<DesignStep> steps(std::vector<CauseShare> path) const { return design_steps(plan(config, graph), path); }
};

Json node(const char* layer, const char* key, int value) { return {{"nodes", {{layer, {{key, value}}}}}}; }

TEST(DesignSteps, WidenTheHeadByOne) {
  Network n;
  const auto lane = n.steps({{"host: input", 9}, {"conv_1.engine_0", 5}, {"pool", 4}});
  ASSERT_EQ(lane.size(), 1u);
  EXPECT_EQ(lane[0].what, "a lane more at conv.1 (fine 1 -> 2)");
  EXPECT_EQ(lane[0].change, node("conv.1", "fine", 2));
  EXPECT_EQ(n.steps({{"pool", 4}})[0].change, node("pool", "coarse", 2));
  EXPECT_EQ(n.steps({{"conv_1.line_buffers", 4}})[0].change, node("conv.1", "coarse_in", 2));
  EXPECT_TRUE(n.steps({{"host: input", 9}}).empty());
}

// ceil(9 / 5) = ceil(9 / 8) = 2: the next lane that shortens a window is the ninth, and then 2 of 6 filters at a time.
TEST(DesignSteps, TakeALaneThatShortensAWindowOrElseMoreFilters) {
  Network n;
  n.config.nodes["conv.1"].folding.fine = 5;
  EXPECT_EQ(n.steps({{"conv_1.engine_0", 1}})[0].change, node("conv.1", "fine", 9));
  n.config.nodes["conv.1"].folding.fine = 9;
  EXPECT_EQ(n.steps({{"conv_1.engine_0", 1}})[0].change, node("conv.1", "coarse_out", 2));
  n.config.nodes["conv.1"].folding.coarse_out = 2;
  EXPECT_EQ(n.steps({{"conv_1.engine_0", 1}})[0].change, node("conv.1", "coarse_out", 3));
  n.config.nodes["conv.1"].folding.coarse_out = 6;
  EXPECT_TRUE(n.steps({{"conv_1.engine_0", 1}}).empty());
}

// Built are 9x4 and then 9x9; clusters of 4x2 and 8x2, and none of 6.
TEST(DesignSteps, TakeOnlyCrossbarsThatWereBuiltWhereTheyHaveTo) {
  Network n;
  n.config.engine = DotEngine::crossbar;
  n.config.built_crossbars = true;
  n.config.nodes["conv.1"].folding.fine = 4;
  EXPECT_EQ(n.steps({{"conv_1.engine_0", 1}})[0].change, node("conv.1", "fine", 9));
  n.graph.input.channels = 24;
  n.graph.layers[0] = conv("conv.1", 8, 24, 6, 1);
  n.config.nodes["conv.1"].folding = {4, 1, 1, 2};
  EXPECT_EQ(n.steps({{"conv_1.line_buffers", 1}})[0].change, node("conv.1", "coarse_in", 8));
  EXPECT_EQ(n.steps({{"conv_1.engine_0", 1}})[0].change, node("conv.1", "coarse_out", 2));
}

TEST(DesignSteps, DeepenTheFirstFifoByOne) {
  Network n;
  n.config.fifo_depths["conv.1_to_pool"] = 5;
  const auto edge = n.steps({{"FIFO conv_1_to_pool", 3}, {"FIFO source_to_conv_1", 2}});
  ASSERT_EQ(edge.size(), 1u);
  EXPECT_EQ(edge[0].what, "a place more in FIFO conv.1_to_pool (5 -> 6)");
  EXPECT_EQ(edge[0].change, (Json{{"fifos", {{"depths", {{"conv.1_to_pool", 6}}}}}}));
  n.config.window_depth = 4;
  n.config.result_depth = 16;
  EXPECT_EQ(n.steps({{"FIFO conv_1.windows_0", 3}})[0].change, node("conv.1", "window_depth", 5));
  EXPECT_EQ(n.steps({{"FIFO conv_1.results_0", 3}})[0].change, node("conv.1", "result_depth", 17));
}

TEST(FoldingKeys, SayTheFactorsOfEveryLayer) {
  Network n;
  n.config.nodes["conv.1"].folding = {2, 3, 1, 9};
  n.config.nodes["pool"].coarse = 3;
  EXPECT_EQ(folding_keys(n.config, plan(n.config, n.graph)), Json::parse(R"({"folding": "nodes", "nodes": {
              "conv.1": {"coarse_in": 2, "coarse_out": 3, "coarse_group": 1, "fine": 9}, "pool": {"coarse": 3}}})"));
}

}  // namespace
}  // namespace sparsim
