// The intervals of the networks of github Xilinx/finn-examples, folded as they are there: pixels * (K*K*C / SIMD) *
// (filters / PE) cycles of the slowest unit, exactly, with FIFOs that hold nothing up.
#include <gtest/gtest.h>

#include <string>

#include "sim/workload/network_yaml.h"
#include "tests/models/finn/finn_run.h"

namespace sparsim {
namespace {

struct Folded {
  const char* name;
  const char* network;
  std::vector<std::pair<std::int64_t, std::int64_t>> pe_simd;  // of weighted layers in order
  Cycles interval;
};
void PrintTo(const Folded& folded, std::ostream* os) { *os << folded.name; }

FinnConfig folded_config(const Folded& folded, const LayerGraph& graph) {
  FinnConfig config = fast_board();
  std::size_t next = 0;
  for (const Layer& layer : graph.layers) {
    if (!layer.weighted()) continue;
    config.nodes[layer.name].pe = folded.pe_simd[next].first;
    config.nodes[layer.name].simd = folded.pe_simd[next++].second;
  }
  EXPECT_EQ(next, folded.pe_simd.size());
  return config;
}

class PublishedFoldings : public testing::TestWithParam<Folded> {};

TEST_P(PublishedFoldings, HaveTheIntervalOfTheirSlowestUnit) {
  const LayerGraph graph =
      load_network(std::string(SPARSIM_SOURCE_DIR "/configs/networks/") + GetParam().network).graph;
  const PlainWorkload workload(graph);
  FinnConfig config = folded_config(GetParam(), graph);
  config.fifo_depth = 4096;
  const RunRecord record = run(config, workload, images(12, true));
  ASSERT_EQ(record.images.size(), 12u);
  for (std::size_t i = 8; i < 12; ++i)
    EXPECT_EQ(record.images[i].end - record.images[i - 1].end, GetParam().interval) << i;
}

INSTANTIATE_TEST_SUITE_P(Finn, PublishedFoldings,
                         testing::Values(
                             // fc0 and fc1: (256 / 4) * 512 and (512 / 8) * 512
                             Folded{"CnvW1A1",
                                    "cnv-w1a1.yaml",
                                    {{16, 3}, {32, 32}, {16, 32}, {16, 32}, {4, 32}, {1, 32}, {1, 4}, {1, 8}, {5, 1}},
                                    32'768},
                             // fc0: (784 / 49) * (64 / 16)
                             Folded{"TfcW1A1", "tfc-w1a1.yaml", {{16, 49}, {8, 8}, {8, 8}, {10, 8}}, 64},
                             // fc0: (490 / 10) * (256 / 32)
                             Folded{"KwsMlpW3A3", "kws-mlp-w3a3.yaml", {{32, 10}, {32, 8}, {32, 8}, {1, 8}}, 392},
                             // conv0: 112 * 112 * (27 / 3); dw1: 112 * 112 * 9
                             Folded{"MobileNetV1W4A4",
                                    "mobilenet-v1.yaml",
                                    {{32, 3},  {32, 1},  {16, 16}, {32, 1},  {16, 16}, {64, 1},  {32, 16},
                                     {16, 1},  {16, 16}, {32, 1},  {32, 16}, {8, 1},   {16, 16}, {16, 1},
                                     {32, 16}, {16, 1},  {32, 16}, {16, 1},  {32, 16}, {16, 1},  {32, 16},
                                     {16, 1},  {32, 16}, {4, 1},   {16, 16}, {8, 1},   {32, 16}, {4, 4}},
                                    112'896}),
                         [](const auto& network) { return network.param.name; });

}  // namespace
}  // namespace sparsim
