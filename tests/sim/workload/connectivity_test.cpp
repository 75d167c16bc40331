#include "sim/workload/connectivity.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/core/error.h"
#include "sim/workload/graph_rules.h"

namespace sparsim {
namespace {

NetworkDescription network(const std::string& of_conv2) {
  return parse_network(R"(
name: test
input: [8, 8, 16]
correlation: 0
density: 0.5
layers:
  - {name: conv1, op: conv_relu, filters: 32, kernel: 1}
  - {name: conv2, op: conv_relu, filters: 64, kernel: 3, pad: 1)" +
                           of_conv2 + R"(}
  - {name: sum, op: add, inputs: [conv2, conv2]}
)",
                       "n.yaml");
}

TEST(Branch, CompressesThenConvolvesInGroups) {
  const LayerGraph graph = network(", branches: {count: 4, channels: 8}").graph;
  ASSERT_EQ(graph.layers.size(), 7u);  // two convolutions and their activations, the compression and its, the sum
  const Layer &compress = graph.layers[2], &conv = graph.layers[4];
  EXPECT_EQ(compress.name, "conv2/compress");
  EXPECT_EQ(compress.inputs, std::vector<std::size_t>{1});
  EXPECT_EQ(compress.macs(), 64 * 32 * 32);  // 8*8 pixels, 4*8 filters, 32 channels
  EXPECT_EQ(conv.name, "conv2");
  EXPECT_EQ(conv.inputs, std::vector<std::size_t>{3});
  EXPECT_EQ(conv.shape.groups, 4);
  EXPECT_EQ(conv.macs(), 64 * 64 * 9 * 8);  // each filter sees the 8 channels of its branch
  EXPECT_EQ(graph.layers[6].inputs, (std::vector<std::size_t>{5, 5}));
  for (std::size_t i = 0; i < graph.layers.size(); ++i) EXPECT_EQ(layer_problem(graph, i), "");
  // 64*64*9*32 = 1,179,648 before; 65,536 + 294,912 after.
  EXPECT_EQ(graph.macs() - network("").graph.macs(), 65'536 + 294'912 - 1'179'648);
}

TEST(Branch, KeepsTheDensityOfTheInput) {
  const NetworkDescription branched = network(", density: 0.25, branches: {count: 2, channels: 4}");
  ASSERT_EQ(branched.densities.size(), 7u);
  EXPECT_EQ(branched.densities[2].input, 0.25);
  EXPECT_EQ(branched.densities[4].input, 0.25);
}

TEST(Branch, RefusesWhatDoesNotDivide) {
  const auto error = [](const std::string& keys) {
    try {
      network(keys);
    } catch (const InputError& e) {
      return std::string(e.what());
    }
    return std::string("no error");
  };
  EXPECT_THAT(error(", branches: {count: 3, channels: 8}"),
              testing::HasSubstr("branches.count: 3: must divide 64 filters"));
  EXPECT_THAT(error(", groups: 2, branches: {count: 4, channels: 8}"), testing::HasSubstr("only without groups"));
}

TEST(GroupConnections, PairFiltersWithTheirChannels) {
  WindowShape shape;
  shape.input.channels = 6;
  shape.output.channels = 4;
  shape.groups = 2;
  const auto connections = group_connections(shape);
  ASSERT_EQ(connections.size(), 2u);
  EXPECT_EQ(connections[0].filters.to_bytes(), std::vector<std::uint8_t>{0b0011});
  EXPECT_EQ(connections[0].channels.to_bytes(), std::vector<std::uint8_t>{0b000111});
  EXPECT_EQ(connections[1].filters.to_bytes(), std::vector<std::uint8_t>{0b1100});
  EXPECT_EQ(connections[1].channels.to_bytes(), std::vector<std::uint8_t>{0b111000});
}

}  // namespace
}  // namespace sparsim
