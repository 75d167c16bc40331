// Runs drawn at random: identities, and the same dates whatever is kept of them; the critical path.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "models/core/random.h"
#include "tests/models/fpgaconvnet/accelerator_run.h"
#include "tests/support/own_process.h"

namespace sparsim {
namespace {

using testing::HasSubstr;

// ---- the same run, whatever is kept of it

std::string text(const RunRecord& record) {
  std::string text = fmt::format("end {}\n", record.end);
  for (const ImageRecord& image : record.images) text += fmt::format("image {} {}\n", image.start, image.end);
  for (const LayerRecord& layer : record.layers) {
    text += fmt::format("layer {} of {}: {} {}", layer.layer, layer.image, layer.start, layer.end);
    for (const PartRecord& p : layer.parts) {
      text += fmt::format(" {} {} {}", p.part, p.start, p.end);
      p.buckets.visit([&](const char*, Cycles cycles, auto...) { text += fmt::format(" {}", cycles); });
      p.activity.visit([&](const char*, std::uint64_t count, auto...) { text += fmt::format(" {}", count); });
    }
    text += "\n";
  }
  for (const FifoRecord& fifo : record.fifos)
    text += fmt::format("{} {} words {} high {} stall {} starvation {}\n", fifo.name, fifo.depth, fifo.words,
                        fifo.high_water, fifo.writer_stall_cycles, fifo.reader_starvation_cycles);
  return text;
}

// A stem, a residual block and a strided end, which takes the last row but has no use for it: it is busy beyond its
// last result. On boards, foldings and images drawn at random.
class RandomRun {
 public:
  explicit RandomRun(std::uint64_t seed) : RandomRun(seed, static_cast<DotEngine>(seed % 3)) {}
  RandomRun(std::uint64_t seed, DotEngine engine) : workload_(graph(), 2) {
    Random random(seed, 0);
    const auto one_of = [&](std::initializer_list<std::int64_t> all) {
      return *(all.begin() + random.below(all.size()));
    };
    config_.engine = engine;
    config_.skip_zero_windows = config_.engine != DotEngine::dense && random.chance(0.5);
    config_.flow = random.chance(0.3) ? ImageFlow::one_at_a_time : ImageFlow::streamed;
    config_.fifo_depth = one_of({1, 2, 16});
    config_.window_depth = one_of({1, 4});
    config_.result_depth = one_of({1, 16});
    config_.source_interval = one_of({0, 0, 700});
    config_.axi.data_bytes = one_of({2, 8});
    config_.axi.burst_beats = one_of({2, 16});
    config_.dma.descriptors = one_of({1, 4});
    config_.burst_fifos = random.chance(0.5);
    if (random.chance(0.5)) config_.memory = SramConfig{};
    for (const Layer& layer : workload_.graph().layers) {
      if (!layer.weighted()) continue;
      NodeConfig& node = config_.nodes[layer.name];
      node.folding.coarse_in = std::min(one_of({1, 2}), layer.shape.input.channels);
      node.folding.coarse_out = one_of({1, 2, 4});
      if (config_.engine != DotEngine::round_robin && layer.shape.kernel_h > 1) node.folding.fine = one_of({1, 3, 9});
    }
    for (std::size_t image = 0; image < workload_.images(); ++image)
      for (std::size_t layer = 0; layer < workload_.graph().layers.size(); ++layer) {
        BitMask& mask = workload_.mask(image, layer);
        for (std::size_t i = 0; i < mask.size(); ++i) mask.set(i, random.chance(0.4));
      }
  }

  RunRecord run(bool critical_path, const std::string& crossbar = "") const {
    RunOptions options;
    options.images = 3;  // one comes again
    options.critical_path = critical_path;
    options.crossbar = crossbar;
    return sparsim::run(config_, workload_, options);
  }
  const FpgaConvNetConfig& config() const { return config_; }
  const Workload& workload() const { return workload_; }

 private:
  static LayerGraph graph() {
    LayerGraph graph;
    graph.name = "random";
    graph.input = {6, 6, 2};
    graph.layers = {conv("stem", 6, 2, 4, 3, 1, 1), conv("body", 6, 4, 4, 3, 1, 1)};
    graph.layers[1].inputs = {0};
    Layer sum;
    sum.name = "sum";
    sum.kind = LayerKind::add;
    sum.inputs = {1, 0};
    sum.shape.input = sum.shape.output = {6, 6, 4};
    graph.layers.push_back(sum);
    graph.layers.push_back(conv("end", 6, 4, 8, 1, 2));
    graph.layers.back().inputs = {2};
    return graph;
  }

  MaskedWorkload workload_;
  FpgaConvNetConfig config_;
};

class RandomRuns : public testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(FpgaConvNet, RandomRuns, testing::Range(std::uint64_t{1}, std::uint64_t{25}));

TEST_P(RandomRuns, KeepTheIdentities) {
  const RandomRun random(GetParam());
  expect_identities(random.run(GetParam() % 2 == 0), random.config(), random.workload());
}

TEST_P(RandomRuns, AreTheSameWithAndWithoutACriticalPath) {
  const RandomRun random(GetParam());
  const std::string fused = in_own_process([&] { return text(random.run(false)); });
  EXPECT_EQ(fused, in_own_process([&] { return text(random.run(true)); }));
  EXPECT_THAT(fused, HasSubstr("image "));
}

TEST_P(RandomRuns, AreTheSameWithArbitersCycleByCycle) {
  const RandomRun random(GetParam(), DotEngine::crossbar);
  const std::string fast = in_own_process([&] { return text(random.run(false)); });
  EXPECT_EQ(fast, in_own_process([&] { return text(random.run(false, "step")); }));
  EXPECT_EQ(fast, in_own_process([&] { return text(random.run(false, "step:body")); }));
  EXPECT_THAT(fast, HasSubstr("image "));
}

// ---- the critical path

// Two ways, with three multipliers an engine: one takes 8 x 8 x 3 cycles a pixel, the other 2 x 2 x 3.
LayerGraph two_ways() {
  LayerGraph graph;
  graph.name = "two_ways";
  graph.input = {6, 6, 8};
  graph.layers = {conv("slow", 6, 8, 8, 3, 1, 1), conv("quick", 6, 8, 8, 3, 1, 1)};
  Layer sum;
  sum.name = "sum";
  sum.kind = LayerKind::add;
  sum.inputs = {0, 1};
  sum.shape.input = sum.shape.output = {6, 6, 8};
  graph.layers.push_back(sum);
  return graph;
}

struct PathRun {
  Cycles end = 0, slow = 0, quick = 0;
  std::string head;
};

// More multipliers change the time of a node, and no width.
PathRun two_ways_run(std::int64_t slow_fine, std::int64_t quick_fine) {
  const std::string text = in_own_process([&] {
    FpgaConvNetConfig config = tiny_board();
    config.nodes["slow"].folding = {1, 1, 1, slow_fine};
    config.nodes["quick"].folding = {4, 4, 1, quick_fine};
    const PlainWorkload workload(two_ways());
    const RunRecord record = run(config, workload, {});
    Cycles of_slow = 0, of_quick = 0;
    for (const CauseShare& share : record.critical_path) {
      if (share.cause.find("slow") != std::string::npos) of_slow += share.cycles;
      if (share.cause.find("quick") != std::string::npos) of_quick += share.cycles;
    }
    return fmt::format("{} {} {} {}", record.end, of_slow, of_quick, record.critical_path.front().cause);
  });
  PathRun result;
  std::istringstream(text) >> result.end >> result.slow >> result.quick >> result.head;
  return result;
}

TEST(FpgaConvNetCriticalPath, OnlyWhatIsOnItHoldsTheRunUp) {
  const PathRun plain = two_ways_run(3, 3);
  EXPECT_EQ(plain.head, "slow.engine_0");
  EXPECT_GE(plain.slow, 36 * 8 * 8 * 3);
  EXPECT_EQ(plain.quick, 0);

  const PathRun faster = two_ways_run(9, 3);
  EXPECT_LT(faster.end, plain.end - 35 * 8 * 8 * 2);  // a cycle a window and filter in place of three
  const PathRun beside = two_ways_run(3, 9);
  EXPECT_EQ(beside.end, plain.end);
}

}  // namespace
}  // namespace sparsim
