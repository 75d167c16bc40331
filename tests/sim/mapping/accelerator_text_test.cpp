#include "sim/mapping/accelerator_text.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/core/error.h"
#include "sim/config/schema.h"
#include "tests/support/plain_workload.h"

namespace sparsim {
namespace {

using testing::HasSubstr;

constexpr const char* kText =
    "# where it comes from\n"
    "name: a  # its name\n"
    "board: ../devices/b.yaml\n"
    "\n"
    "# how wide\n"
    "nodes:\n"
    "  # inside\n"
    "  conv1: {coarse_in: 2}\n"
    "\n"
    "# how deep\n"
    "fifos:\n"
    "  depth: 2\n"
    "last: 1";

TEST(AcceleratorText, ABlockIsReplacedAndAllElseStays) {
  EXPECT_EQ(with_blocks(kText, {{"nodes", "nodes: {}\n"}}),
            "# where it comes from\n"
            "name: a  # its name\n"
            "board: ../devices/b.yaml\n"
            "\n"
            "# how wide\n"
            "nodes: {}\n"
            "\n"
            "# how deep\n"
            "fifos:\n"
            "  depth: 2\n"
            "last: 1\n");
}

TEST(AcceleratorText, ABlockThatIsMissingIsAdded) {
  EXPECT_EQ(with_blocks("a: 1", {{"b", "b: 2\n"}, {"a", "a: 3\n"}}), "a: 3\nb: 2\n");
  EXPECT_EQ(with_blocks("", {{"b", "b: 2\n"}}), "b: 2\n");
}

TEST(AcceleratorText, AKeyIsNoPrefixAndMayBeQuoted) {
  EXPECT_EQ(with_blocks("nodes_more: 1\n\"nodes\" : 2\n", {{"nodes", "nodes: 3\n"}}), "nodes_more: 1\nnodes: 3\n");
}

TEST(AcceleratorText, FlowMapsOverSeveralLinesAreOneBlock) {
  EXPECT_EQ(with_blocks("nodes: {a: 1,\n  b: 2}\nlast: 1\n", {{"nodes", "nodes: {}\n"}}), "nodes: {}\nlast: 1\n");
}

TEST(AcceleratorText, PathsAreOfTheFileThatNamesThem) {
  EXPECT_THAT(moved(kText, "configs/accelerators/x.yaml", "out/deep/y.yaml"),
              HasSubstr("board: \"../../configs/devices/b.yaml\"\n"));
  EXPECT_EQ(moved(kText, "one/x.yaml", "one/y.yaml"), std::string(kText) + "\n");
  EXPECT_EQ(moved("board: /abs/b.yaml\n", "one/x.yaml", "two/y.yaml"), "board: /abs/b.yaml\n");
  EXPECT_EQ(moved("folding: f.json\n", "one/x.yaml", "y.yaml"), "folding: \"one/f.json\"\n");
  EXPECT_EQ(moved("folding: auto\n", "one/x.yaml", "y.yaml"), "folding: auto\n");
  EXPECT_EQ(moved("board: {value: b.yaml, basis: assumed, source: s}\n", "one/x.yaml", "y.yaml"),
            "board: \"one/b.yaml\"\n");
  EXPECT_THROW(moved("a: [", "x", "y"), InputError);
}

LayerGraph network() {
  LayerGraph graph;
  Layer pool = conv("pool \"1\"", 6, 4, 4, 2, 2);
  pool.kind = LayerKind::max_pool;
  graph.layers = {conv("/conv/Conv", 8, 1, 4, 3), pool, conv("left out", 3, 4, 1, 1)};
  return graph;
}

TEST(AcceleratorText, NodesSayAllThatIsSaidOfALayer) {
  FpgaConvNetConfig config;
  NodeConfig& node = config.nodes["/conv/Conv"];
  node.folding = {1, 2, 1, 9};
  node.engine = DotEngine::crossbar;
  node.skip_zero_windows = false;
  node.window_depth = 5;
  node.result_depth = 6;
  node.weights_streamed = true;
  config.nodes["pool \"1\""].coarse = 4;
  const TextBlock block = nodes_block(config, network());
  EXPECT_EQ(block.key, "nodes");
  EXPECT_EQ(block.text,
            "nodes:\n"
            "  \"/conv/Conv\": {coarse_in: 1, coarse_out: 2, coarse_group: 1, fine: 9, engine: crossbar, "
            "skip_zero_windows: false, window_depth: 5, result_depth: 6, weights: stream}\n"
            "  \"pool \\\"1\\\"\": {coarse: 4}\n");
  // As YAML reads it.
  YamlFile file = YamlFile::parse(block.text, "t");
  Section nodes = file.root().section("nodes");
  EXPECT_EQ(nodes.section("/conv/Conv").integer("fine", {1, 99}), 9);
  EXPECT_EQ(nodes.section("pool \"1\"").integer("coarse", {1, 99}), 4);
}

TEST(AcceleratorText, NodesOfFinnSayAllThatIsSaidOfALayer) {
  FinnConfig config;
  FinnNodeConfig& node = config.nodes["/conv/Conv"];
  node.pe = 4;
  node.simd = 2;
  node.weight_bits = 8;
  node.input_bits = 7;
  node.output_bits = 16;
  node.multipliers = Multipliers::dsp;
  node.weights = WeightMemory::ultra;
  config.nodes["pool \"1\""].pe = 8;
  EXPECT_EQ(nodes_block(config, network()).text,
            "nodes:\n"
            "  \"/conv/Conv\": {pe: 4, simd: 2, weight_bits: 8, input_bits: 7, output_bits: 16, multipliers: dsp, "
            "weights: ultra}\n"
            "  \"pool \\\"1\\\"\": {pe: 8}\n");
}

TEST(AcceleratorText, NothingSaidIsAnEmptyMap) {
  EXPECT_EQ(nodes_block(FpgaConvNetConfig{}, network()).text, "nodes: {}\n");
  EXPECT_EQ(nodes_block(FinnConfig{}, network()).text, "nodes: {}\n");
}

TEST(AcceleratorText, DepthsTakeThePlaceOfThoseThatWereThere) {
  constexpr const char* kGiven =
      "fifos:\n"
      "  depth: 2  # words\n"
      "  depths:\n"
      "    # both\n"
      "    a_to_b: 3\n"
      "    b_to_c: 4\n"
      "  branches: true\n"
      "\n"
      "last: 1\n";
  EXPECT_EQ(with_depths(kGiven, {{"b_to_c", 9}}),
            "fifos:\n  depth: 2  # words\n  branches: true\n  depths:\n    \"b_to_c\": 9\n\nlast: 1\n");
  EXPECT_EQ(with_depths(kGiven, {}), "fifos:\n  depth: 2  # words\n  branches: true\n\nlast: 1\n");
  EXPECT_EQ(with_depths(with_depths(kGiven, {{"x", 1}}), {{"b_to_c", 9}}), with_depths(kGiven, {{"b_to_c", 9}}));
}

TEST(AcceleratorText, DepthsNeedABlockToStandIn) {
  EXPECT_THROW(with_depths("fifos: {depth: 2}\n", {{"a", 1}}), InputError);
  EXPECT_THROW(with_depths("a: 1\n", {{"a", 1}}), InputError);
}

TEST(AcceleratorText, QuotedNamesSurviveYaml) {
  for (const std::string name : {"true", "1e3", "a: b # c", "tab\there", "back\\slash", "\"", "café"}) {
    YamlFile file = YamlFile::parse("key: " + yaml_quoted(name) + "\n", "t");
    EXPECT_EQ(file.root().text("key"), name);
  }
}

}  // namespace
}  // namespace sparsim
