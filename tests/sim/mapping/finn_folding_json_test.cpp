#include "sim/mapping/finn_folding_json.h"

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "models/core/error.h"
#include "tests/support/plain_workload.h"

namespace sparsim {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

Layer following(Layer layer, std::vector<std::size_t> inputs, LayerKind kind = LayerKind::convolution) {
  layer.inputs = std::move(inputs);
  layer.kind = kind;
  return layer;
}

// A padded 3x3, a depthwise 3x3, a residual branch around a 1x1, a pool without overlap, one of the whole map, a dense
// layer: every type of node that FINN has for them.
LayerGraph network() {
  LayerGraph g;
  g.name = "net";
  g.input = {8, 8, 4};
  Layer depthwise = following(conv("dw", 8, 16, 16, 3, 1, 1), {0});
  depthwise.shape.groups = 16;
  g.layers = {conv("conv", 8, 4, 16, 3, 1, 1),
              depthwise,
              following(conv("branch", 8, 16, 16, 1), {1}),
              following(conv("sum", 8, 16, 16, 1), {2, 1}, LayerKind::add),
              following(conv("pool", 8, 16, 16, 2, 2), {3}, LayerKind::max_pool),
              following(conv("average", 4, 16, 16, 4, 4), {4}, LayerKind::average_pool),
              following(conv("fc", 1, 16, 10, 1), {5}, LayerKind::dense)};
  return g;
}

constexpr char kFolding[] = R"({
  "Defaults": {"ram_style": ["block", ["MVAU_hls"]], "inFIFODepths": [8, ["all"]]},
  "MVAU_hls_0": {"PE": 8, "SIMD": 4, "ram_style": "distributed", "resType": "lut", "outFIFODepths": [64]},
  "MVAU_rtl_1": {"PE": 8, "SIMD": 8, "resType": "dsp", "mem_mode": "internal_decoupled"},
  "MVAU_hls_2": {"PE": 5, "SIMD": 2, "mem_mode": "external"},
  "VVAU_hls_0": {"PE": 8, "SIMD": 1},
  "ConvolutionInputGenerator_rtl_0": {"SIMD": 4},
  "ConvolutionInputGenerator_rtl_1": {"SIMD": 8, "parallel_window": 0},
  "FMPadding_rtl_0": {"SIMD": 4},
  "DuplicateStreams_hls_0": {"PE": 8, "outFIFODepths": [2, 128]},
  "AddStreams_hls_0": {"PE": 8, "inFIFODepths": [16, 32]},
  "StreamingMaxPool_hls_0": {"PE": 4},
  "Pool_hls_0": {"PE": 4}
})";

FinnConfig read(const std::string& text, std::vector<std::string>* notes = nullptr) {
  FinnConfig config;
  std::vector<std::string> found = read_finn_folding(text, "f.json", network(), config);
  if (notes != nullptr) *notes = found;
  return config;
}

std::string error_of(const std::string& text) {
  try {
    read(text);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(FinnFolding, NodesAreCountedByTypeInTheOrderOfTheNetwork) {
  const FinnConfig c = read(kFolding);
  EXPECT_EQ(c.nodes.at("conv").pe, 8);
  EXPECT_EQ(c.nodes.at("conv").simd, 4);
  EXPECT_EQ(c.nodes.at("branch").pe, 8);
  EXPECT_EQ(c.nodes.at("branch").simd, 8);
  EXPECT_EQ(c.nodes.at("fc").pe, 5);
  EXPECT_EQ(c.nodes.at("fc").simd, 2);
  EXPECT_EQ(c.nodes.at("dw").pe, 8);
  EXPECT_EQ(c.nodes.at("sum").pe, 8);
  EXPECT_EQ(c.nodes.at("pool").pe, 4);
  EXPECT_EQ(c.nodes.at("average").pe, 4);
  EXPECT_THAT(problems(c, network()), IsEmpty());
}

TEST(FinnFolding, MemoriesAndMultipliers) {
  const FinnConfig c = read(kFolding);
  EXPECT_EQ(c.nodes.at("conv").weights, WeightMemory::lut) << "the node's own, not the default";
  EXPECT_EQ(c.nodes.at("branch").weights, WeightMemory::block);
  EXPECT_EQ(c.nodes.at("fc").weights, WeightMemory::stream);
  EXPECT_EQ(c.nodes.at("dw").weights, std::nullopt) << "no MVAU";
  EXPECT_EQ(c.nodes.at("conv").multipliers, Multipliers::lut);
  EXPECT_EQ(c.nodes.at("branch").multipliers, Multipliers::dsp);
  EXPECT_EQ(c.nodes.at("fc").multipliers, std::nullopt);
}

// The deeper side counts, and defaults are those of nodes that say nothing.
TEST(FinnFolding, AFifoIsAsDeepAsTheDeeperOfItsSides) {
  const FinnConfig c = read(kFolding);
  EXPECT_EQ(c.fifo_depths.at("conv_to_dw_padding"), 64);
  EXPECT_EQ(c.fifo_depths.at("dw_split_to_branch"), 8);
  EXPECT_EQ(c.fifo_depths.at("dw_split_to_sum"), 128);
  EXPECT_EQ(c.fifo_depths.at("branch_to_sum"), 16);
  EXPECT_EQ(read(R"({"MVAU_0": {"inFIFODepth": 0}})").fifo_depths.at("conv_window_to_conv"), 1);
}

TEST(FinnFolding, NamesOfAllReleases) {
  const std::vector<std::vector<const char*>> releases{
      {"StreamingFCLayer_Batch", "Vector_Vector_Activate_Batch", "Pool_Batch"},
      {"MatrixVectorActivation", "VectorVectorActivation", "Pool"},
      {"MVAU_rtl", "VVAU_rtl", "Pool_hls"}};
  for (const std::vector<const char*>& names : releases) {
    const FinnConfig c = read(fmt::format(R"({{"{}_1": {{"PE": 4}}, "{}_0": {{"PE": 2}}, "{}_0": {{"PE": 8}}}})",
                                          names[0], names[1], names[2]));
    EXPECT_EQ(c.nodes.at("branch").pe, 4) << names[0];
    EXPECT_EQ(c.nodes.at("dw").pe, 2) << names[1];
    EXPECT_EQ(c.nodes.at("average").pe, 8) << names[2];
  }
}

TEST(FinnFolding, RoundTrip) {
  const LayerGraph graph = network();
  const FinnPlan given = plan(read(kFolding), graph);
  const std::string text = finn_folding_json(given, graph);
  const FinnPlan again = plan(read(text), graph);
  EXPECT_EQ(finn_folding_json(again, graph), text);
  ASSERT_EQ(again.pipeline.edges.size(), given.pipeline.edges.size());
  for (std::size_t e = 0; e < given.pipeline.edges.size(); ++e) {
    EXPECT_EQ(again.pipeline.edges[e].name, given.pipeline.edges[e].name);
    EXPECT_EQ(again.pipeline.edges[e].depth, given.pipeline.edges[e].depth) << given.pipeline.edges[e].name;
    EXPECT_TRUE(again.pipeline.edges[e].shape == given.pipeline.edges[e].shape) << given.pipeline.edges[e].name;
  }
  const nlohmann::json written = nlohmann::json::parse(text);
  EXPECT_EQ(written["MVAU_hls_2"]["mem_mode"], "external");
  EXPECT_EQ(written["MVAU_hls_1"]["ram_style"], "block");
  EXPECT_EQ(written["MVAU_hls_0"]["SIMD"], 4);
}

TEST(FinnFolding, ALabelSelectIsOneOfItsNodes) {
  EXPECT_FALSE(read(kFolding).label_select);
  EXPECT_TRUE(read(R"({"LabelSelect_hls_0": {"PE": 1}})").label_select);
  EXPECT_THAT(error_of(R"({"LabelSelect_hls_0": {"PE": 2}})"),
              HasSubstr("f.json: LabelSelect_hls_0: PE = 2: must be 1, as many as come at a time"));
}

TEST(FinnFolding, SaysWhatItDoesNotFollow) {
  std::vector<std::string> notes;
  read(R"({"ConvolutionInputGenerator_0": {"ram_style": "distributed"}, "Pool_0": {"inFIFODepths": [2]}})", &notes);
  EXPECT_THAT(notes, ElementsAre("f.json: ConvolutionInputGenerator_0: ram_style is not followed: the cheapest memory "
                                 "is taken",
                                 "f.json: Pool_0: inFIFODepths is not followed: pool and window are one node here"));
}

TEST(FinnFolding, AllUnknownNodesAndAttributesAtOnce) {
  const std::string error = error_of(R"({
    "Defaults": {"PE": 4, "SIMD": [2, ["MVAX"]], "resType": ["lut", ["FMPadding"]]},
    "MVAU_hls_0": {"PE": 8, "SIMDs": 4}, "MVAU_rtl_0": {"PE": 4}, "MVAUU_hls_1": {}, "Conv": {}, "VVAU_hls_0": 3})");
  for (const char* problem :
       {"f.json: Defaults: PE: must be [value, [types of nodes]]", "f.json: Defaults: SIMD: no type of node that there",
        "f.json: Defaults: unknown attribute 'resType'; known of FMPadding_rtl: SIMD, inFIFODepths",
        "f.json: MVAU_hls_0: unknown attribute 'SIMDs'; did you mean 'SIMD'?",
        "f.json: MVAU_rtl_0: MVAU_hls_0 is the same node: all names of a type count as one",
        "f.json: MVAUU_hls_1: no type of node that there is here; did you mean 'MVAU_hls'?",
        "f.json: Conv: no type of node", "f.json: VVAU_hls_0: must be an object"})
    EXPECT_THAT(error, HasSubstr(problem));
}

TEST(FinnFolding, ValuesThatAreNone) {
  EXPECT_THAT(
      error_of(R"({"MVAU_0": {"PE": "8", "SIMD": 0, "resType": "fpga", "ram_style": 3, "mem_mode": "here"}})"),
      AllOf(HasSubstr("f.json: MVAU_0: PE = \"8\": must be an integer, 1..1048576"),
            HasSubstr("SIMD = 0: must be an integer"), HasSubstr("resType = \"fpga\": must be one of auto, lut, dsp"),
            HasSubstr("ram_style = 3: must be one of auto, distributed, block, ultra"),
            HasSubstr("mem_mode = \"here\": must be one of internal_decoupled, internal_embedded, external")));
  EXPECT_THAT(error_of(R"({"MVAU_0": {"inFIFODepths": [2, 2]}, "VVAU_0": {"outFIFODepth": -1, "pumpedMemory": 1}})"),
              AllOf(HasSubstr("f.json: MVAU_0: inFIFODepths = [2,2]: must be 1 depths"),
                    HasSubstr("f.json: VVAU_0: outFIFODepth = -1: must be an integer, 0..16777216"),
                    HasSubstr("f.json: VVAU_0: pumpedMemory = 1: sparsim has no form of it; must be 0")));
}

TEST(FinnFolding, FactorsThatDoNotDivide) {
  EXPECT_EQ(error_of(R"({"MVAU_0": {"PE": 3}, "VVAU_0": {"SIMD": 2}, "StreamingMaxPool_0": {"PE": 5}})"),
            "f.json: MVAU_0: nodes.conv.pe = 3: must divide the 16 filters\n"
            "f.json: VVAU_0: nodes.dw.simd = 2: a depthwise convolution takes an input of its windows a cycle; must "
            "be 1\n"
            "f.json: StreamingMaxPool_0: nodes.pool.pe = 5: must divide the 16 channels");
}

// A window comes in words of the unit behind it: of a vector-vector unit as many channels as it computes.
TEST(FinnFolding, AWindowIsAsWideAsItsUnit) {
  EXPECT_EQ(error_of(R"({"MVAU_0": {"SIMD": 4}, "VVAU_0": {"PE": 8}, "ConvolutionInputGenerator_0": {"SIMD": 2},
                         "ConvolutionInputGenerator_1": {"SIMD": 16}})"),
            "f.json: ConvolutionInputGenerator_0: SIMD = 2: must be 4, as many as the unit behind takes at a time\n"
            "f.json: ConvolutionInputGenerator_1: SIMD = 16: must be 8, as many as the unit behind takes at a time");
}

// Three windows, of conv, dw and the average pool; three MVAU.
TEST(FinnFolding, NodesThatTheNetworkHasNot) {
  EXPECT_EQ(error_of(R"({"MVAU_3": {}, "ConvolutionInputGenerator_2": {}, "ConvolutionInputGenerator_3": {}})"),
            "f.json: MVAU_3: the network net as folded has 3 of its type\n"
            "f.json: ConvolutionInputGenerator_3: the network net as folded has 3 of its type");
}

TEST(FinnFolding, AnObject) {
  EXPECT_EQ(error_of("{"), "f.json: is not JSON");
  EXPECT_EQ(error_of("[1]"), "f.json: must be an object, a key a node");
  EXPECT_THAT(error_of(R"({"Defaults": 1})"), Not(HasSubstr("unknown")));
}

}  // namespace
}  // namespace sparsim
