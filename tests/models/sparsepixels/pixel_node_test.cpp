#include "models/sparsepixels/pixel_node.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <random>

#include "models/core/region.h"
#include "models/core/timed_run.h"
#include "models/sparsepixels/stages.h"
#include "tests/models/sparsepixels/value_workload.h"

namespace sparsim {
namespace {

constexpr std::size_t kNodes = 5, kImages = 40, kPlaces = 2;
constexpr Cycles kHandOff = 1;

class NodesInALine : public testing::TestWithParam<unsigned> {};

// Of node s and image i: it starts when the image is there, its own interval is over, and one of the two places behind
// it is free; a place is free when the node behind has ended.
TEST_P(NodesInALine, StartWhenImageAndPlaceAreThere) {
  std::mt19937 draw(GetParam());
  std::vector<std::vector<PixelNode::Timing>> timing(kNodes, std::vector<PixelNode::Timing>(kImages));
  for (auto& node : timing)
    for (PixelNode::Timing& t : node) {
      t.latency = draw() % 20;
      t.interval = t.latency + draw() % 3;
    }
  ValueWorkload workload(MapShape{1, 1, 1});
  workload.add_image({1});
  const PixelNetwork network(SparsePixelsConfig(),
                             {{PixelOperator::reduce, "reduce", PixelStage::kNoLayer, {1, 1, 1}, {1, 1, 1}}}, workload);

  Region region("region");
  PixelSource source("source", network, PixelImages::streamed, kImages);
  PixelSink sink("sink", PixelImages::streamed, kImages);
  TimedFifo<> left("left", 1, 0, 0);
  source.left.bind(left);
  sink.left.bind(left);
  region.add(source);
  std::vector<std::unique_ptr<PixelNode>> nodes;
  std::vector<std::unique_ptr<TimedFifo<PixelToken>>> buffers;
  for (std::size_t s = 0; s < kNodes; ++s) {
    nodes.push_back(std::make_unique<PixelNode>(
        fmt::format("node_{}", s).c_str(), [&timing, s](PixelToken& token) { return timing[s][token.image]; },
        kImages));
    region.add(*nodes.back());
  }
  for (std::size_t s = 0; s <= kNodes; ++s) {
    buffers.push_back(std::make_unique<TimedFifo<PixelToken>>(fmt::format("buffer_{}", s).c_str(), kPlaces,
                                                              s == 0 ? 0 : kHandOff, 0));
    (s == 0 ? source.output : nodes[s - 1]->output).bind(*buffers.back());
    (s == kNodes ? sink.input : nodes[s]->input).bind(*buffers.back());
  }
  region.add(sink);
  TimedRun().run();

  std::vector<std::vector<Cycles>> start(kNodes, std::vector<Cycles>(kImages)), end = start;
  for (std::size_t i = 0; i < kImages; ++i)
    for (std::size_t s = 0; s < kNodes; ++s) {
      Cycles at = s == 0 ? 0 : end[s - 1][i] + kHandOff;
      if (i > 0) at = std::max(at, start[s][i - 1] + timing[s][i - 1].interval);
      if (s + 1 < kNodes && i >= kPlaces) at = std::max(at, end[s + 1][i - kPlaces]);
      start[s][i] = at;
      end[s][i] = at + timing[s][i].latency;
      ASSERT_EQ(nodes[s]->log()[i].end, end[s][i]) << "node " << s << ", image " << i;
    }
  for (std::size_t i = 0; i < kImages; ++i) EXPECT_EQ(sink.ends()[i], end[kNodes - 1][i] + kHandOff);
}

INSTANTIATE_TEST_SUITE_P(Seeds, NodesInALine, testing::Range(1u, 9u));

}  // namespace
}  // namespace sparsim
