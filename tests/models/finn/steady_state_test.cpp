// Runs that end once images follow each other as they always will, against runs of every image.
#include "models/finn/steady_state.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sim/workload/network_yaml.h"
#include "tests/models/finn/finn_run.h"
#include "tests/support/own_process.h"

namespace sparsim {
namespace {

// Ten images of one node, a result every 10 cycles; the node works `busy` of them.
struct TenImages {
  std::vector<Cycles> starts, ends;
  NodeLog log;

  explicit TenImages(Cycles busy) {
    for (Cycles i = 0; i < 10; ++i) {
      starts.push_back(10 * i);
      ends.push_back(10 * i + 25);
      NodeImage image{10 * i + 5, 10 * i + 5 + busy, {}};
      image.buckets.busy = busy;
      log.push_back(image);
    }
  }
  std::optional<Cycles> interval() const { return steady_interval(starts, ends, {&log}); }
};

TEST(SteadyState, IsWhereANodeNeverPauses) { EXPECT_EQ(TenImages(10).interval(), 10); }
TEST(SteadyState, IsWhereEveryNodeRepeats) { EXPECT_EQ(TenImages(7).interval(), 10); }

TEST(SteadyState, NeedsEightImagesBehindTheFirst) {
  TenImages images(10);
  images.starts.resize(9), images.ends.resize(9), images.log.resize(9);
  EXPECT_EQ(images.interval(), 10);
  images.starts.resize(8), images.ends.resize(8), images.log.resize(8);
  EXPECT_FALSE(images.interval());
}

TEST(SteadyState, IsBrokenByOneResult) {
  TenImages images(10);
  --images.ends[4];
  EXPECT_FALSE(images.interval());
}

TEST(SteadyState, IsBrokenByANodeThatDiffersOnce) {
  TenImages images(7);
  ++images.log[5].end;
  ++images.log[5].buckets.busy;
  EXPECT_FALSE(images.interval());
}

TEST(SteadyState, IsNotThereWhileFifosFill) {
  TenImages images(10);
  for (std::size_t i = 0; i < images.starts.size(); ++i) images.starts[i] -= static_cast<Cycles>(i);
  EXPECT_FALSE(images.interval());
}

TEST(Extrapolation, RepeatsTheLastImage) {
  RunRecord record;
  record.end = 50;
  record.accelerated = 40;
  record.images = {{0, 20, {}, 0}, {10, 32, {}, 0}};
  record.layers.resize(2);
  record.layers[1].image = 1;
  record.layers[1].start = 12;
  record.layers[1].end = 19;
  record.layers[1].parts.push_back({"weighted", 12, 19, {}, {}});
  extrapolate(record, 11, 4);
  ASSERT_EQ(record.images.size(), 4u);
  EXPECT_EQ(record.images[3].start, 10 + 2 * 11);
  EXPECT_EQ(record.images[3].end, 32 + 2 * 11);
  EXPECT_EQ(record.end, 50 + 2 * 11);
  EXPECT_EQ(record.accelerated, 40 + 2 * 11);
  ASSERT_EQ(record.layers.size(), 4u);
  EXPECT_EQ(record.layers[3].image, 3u);
  EXPECT_EQ(record.layers[3].start, 12 + 2 * 11);
  EXPECT_EQ(record.layers[3].parts[0].end, 19 + 2 * 11);
}

struct Case {
  const char* name;
  std::int64_t depth;
  bool vectors;
};

/// CNV on one FIFO depth: SystemC elaborates once a process, so each run has one of its own.
class CnvBatch : public testing::TestWithParam<Case> {
 protected:
  RunRecord batch(std::size_t count, bool every_image) const {
    const PlainWorkload workload(load_network(SPARSIM_SOURCE_DIR "/configs/networks/cnv-w1a1.yaml").graph);
    FinnConfig config = fast_board();
    config.fifo_depth = GetParam().depth;
    config.vector_fifos = GetParam().vectors;
    const std::vector<std::pair<std::int64_t, std::int64_t>> folds{{16, 3}, {32, 32}, {16, 32}, {16, 32}, {4, 32},
                                                                   {1, 32}, {1, 4},   {1, 8},   {5, 1}};
    std::size_t next = 0;
    for (const Layer& layer : workload.graph().layers)
      if (layer.weighted()) {
        config.nodes[layer.name].pe = folds[next].first;
        config.nodes[layer.name].simd = folds[next++].second;
      }
    return run(config, workload, images(count, every_image));
  }
};

TEST_P(CnvBatch, ExtrapolatedIsTheSameAsSimulated) {
  constexpr std::size_t kImages = 300;
  const auto told = [&](bool every_image) {
    return in_own_process([&] {
      const RunRecord record = batch(kImages, every_image);
      std::string all = record.extrapolated_from ? "extrapolated" : "simulated";
      all += fmt::format("\n{} {}", record.end, *record.accelerated);
      for (const ImageRecord& image : record.images) all += fmt::format("\nimage {}", image.end);
      for (const LayerRecord& layer : record.layers)
        all += fmt::format("\nlayer {} of {}: {} {} {}", layer.layer, layer.image, layer.start, layer.end,
                           layer.parts[0].buckets.busy);
      for (const FifoRecord& fifo : record.fifos) all += fmt::format("\n{}: {} {}", fifo.name, fifo.words, fifo.depth);
      return all;
    });
  };
  const std::string simulated = told(true), extrapolated = told(false);
  ASSERT_EQ(simulated.substr(0, simulated.find('\n')), "simulated");
  ASSERT_EQ(extrapolated.substr(0, extrapolated.find('\n')), "extrapolated");
  EXPECT_EQ(simulated.substr(simulated.find('\n')), extrapolated.substr(extrapolated.find('\n')));
}
INSTANTIATE_TEST_SUITE_P(Finn, CnvBatch, testing::Values(Case{"Vectors", 2, true}, Case{"TooShallow", 2, false}),
                         [](const auto& batch) { return batch.param.name; });

}  // namespace
}  // namespace sparsim
