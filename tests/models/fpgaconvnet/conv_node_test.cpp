// A weighted node has the dates of its hardware, cycle by cycle (tests/support/naive_conv.h): as one process, and in
// parts.
#include "models/fpgaconvnet/conv_node.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "models/core/random.h"
#include "models/core/timed_run.h"
#include "models/fpgaconvnet/conv_parts.h"
#include "tests/support/masked_workload.h"
#include "tests/support/naive_conv.h"
#include "tests/support/naive_network.h"

namespace sparsim {
namespace {

using testing::IsEmpty;
using testing::Not;

struct Case {
  std::string name;
  ConvDesign design;
  double density = 0.4;  // of the input
  std::size_t in_depth = 2, out_depth = 2;
  std::uint64_t slowest_source = 1, slowest_sink = 1;  // cycles a word, drawn from 1 to this
  std::size_t images = 2;
  bool reordered = false;  // channels, at random
  Cycles latency = 1;
  std::uint64_t seed = 7;
};
void PrintTo(const Case& c, std::ostream* os) {
  const WindowShape& s = c.design.shape;
  const Folding& f = c.design.folding;
  *os << c.name << ", seed " << c.seed << ": " << to_string(c.design.engine) << " " << to_string(s.input) << " to "
      << to_string(s.output) << ", kernel " << s.kernel_h << "x" << s.kernel_w << ", groups " << s.groups
      << ", coarse_in " << f.coarse_in << ", coarse_out " << f.coarse_out << ", coarse_group " << f.coarse_group
      << ", fine " << f.fine << ", skip " << c.design.skip_zero_window << ", window_depth " << c.design.window_depth
      << ", result_depth " << c.design.result_depth << ", weights streamed " << c.design.weights_streamed
      << ", density " << c.density;
}

constexpr std::size_t kInput = 0, kOutput = 1, kWeights = 2;  // FIFOs

/// A node between sources and a sink.
class Bench {
 public:
  explicit Bench(const Case& c) : case_(c), workload_(graph(c), std::max<std::size_t>(1, c.images - 1)) {
    Random random(c.seed, 1);
    const auto gaps = [&](std::int64_t words, std::uint64_t slowest) {
      std::vector<Cycles> drawn(static_cast<std::size_t>(words) * c.images);
      for (Cycles& gap : drawn) gap = static_cast<Cycles>(1 + random.below(slowest));
      return drawn;
    };
    const ConvDesign& d = c.design;
    network_.images = c.images;
    network_.depths = {c.in_depth, c.out_depth};
    network_.sources = {{kInput, gaps(d.shape.input.elements() / d.in_streams(), c.slowest_source)}};
    network_.sinks = {{kOutput, gaps(d.shape.output.elements() / d.out_streams(), c.slowest_sink)}};
    if (d.weights_streamed) {
      network_.depths.push_back(3);
      network_.sources.push_back({kWeights, gaps(d.shape.output.pixels() * d.groups() * d.steps(), 4)});
    }
    // One image less than the run asks for, so that one comes again; and in each, channels of their own density.
    for (std::size_t image = 0; image < workload_.images(); ++image) {
      BitMask& mask = workload_.mask(image, 0);
      for (std::size_t i = 0; i < mask.size(); ++i) mask.set(i, random.chance(channel_density(i)));
    }
    if (!c.reordered) return;
    for (std::int64_t i = 0; i < d.shape.input.channels; ++i) {
      order_.push_back(i);
      std::swap(order_.back(), order_[random.below(order_.size())]);
    }
  }

  const Network& network() const { return network_; }
  const MaskedWorkload& workload() const { return workload_; }
  const std::vector<std::int64_t>& order() const { return order_; }

 private:
  static LayerGraph graph(const Case& c) {
    LayerGraph graph;
    graph.layers.resize(1);
    graph.layers[0].shape = c.design.shape;
    return graph;
  }
  double channel_density(std::size_t value) const {
    const auto channel = static_cast<std::int64_t>(value) % case_.design.shape.input.channels;
    if (case_.density <= 0 || case_.density >= 1) return case_.density;
    return channel % 3 == 0 ? case_.density / 2 : channel % 3 == 1 ? case_.density : (1 + case_.density) / 2;
  }

  const Case case_;
  MaskedWorkload workload_;
  Network network_;
  std::vector<std::int64_t> order_;
};

/// The hardware.
struct NaiveConv {
  NaiveConv(const Case& c, const Bench& bench)
      : network("naive", bench.network()),
        conv("naive_conv", network.clock(), c.design, bench.workload(), 0, bench.order(), c.latency, c.images,
             network.fifo(kInput), c.design.weights_streamed ? &network.fifo(kWeights) : nullptr,
             network.fifo(kOutput)) {}

  NaiveNetwork network;
  naive::Conv conv;
};

struct FusedConv {
  FusedConv(const Case& c, const Bench& bench)
      : network("fused", bench.network(), Ends::threads),  // as the DMA engines of an accelerator are
        conv("fused_conv", c.design, bench.workload(), 0, bench.order(), c.latency, c.images) {
    conv.input(network.fifo(kInput));
    conv.output(network.fifo(kOutput));
    if (conv.weights) conv.weights->bind(network.fifo(kWeights));
    network.region().add(conv);
  }

  TimedNetwork network;
  ConvNode conv;
};

struct PartsConv {
  PartsConv(const Case& c, const Bench& bench, CrossbarEngine engine = CrossbarEngine::fast)
      : network("parts", bench.network()),
        conv("parts_conv", network.region(), c.design, bench.workload(), 0, bench.order(), c.latency, c.images,
             engine) {
    conv.input().bind(network.fifo(kInput));
    conv.output().bind(network.fifo(kOutput));
    if (c.design.weights_streamed) conv.weights().bind(network.fifo(kWeights));
  }

  TimedNetwork network;
  ConvParts conv;
};

// ---- the nodes to try

WindowShape shape(const MapShape& input, std::int64_t filters, std::int64_t kernel, std::int64_t stride = 1,
                  std::int64_t pad = 0, std::int64_t groups = 1) {
  WindowShape s;
  s.input = input;
  s.kernel_h = s.kernel_w = kernel;
  s.stride_h = s.stride_w = stride;
  s.pad_top = s.pad_left = s.pad_bottom = s.pad_right = pad;
  s.output = {output_extent(input.height, 2 * pad, kernel, stride, 1, false, pad),
              output_extent(input.width, 2 * pad, kernel, stride, 1, false, pad), filters};
  s.groups = groups;
  return s;
}

Case make(const char* name, const WindowShape& layer, const Folding& folding, DotEngine engine) {
  Case c;
  c.name = name;
  c.design.shape = layer;
  c.design.folding = folding;
  c.design.engine = engine;
  return c;
}

std::vector<Case> by_hand() {
  constexpr DotEngine kDense = DotEngine::dense, kRoundRobin = DotEngine::round_robin, kCrossbar = DotEngine::crossbar;
  const WindowShape plain = shape({6, 6, 4}, 4, 3, 1, 1);
  std::vector<Case> cases = {
      make("Dense", plain, {1, 1, 1, 3}, kDense),
      make("DenseStreams", plain, {4, 2, 1, 9}, kDense),
      make("DenseWideKernel", shape({12, 12, 2}, 4, 11, 1, 2), {1, 2, 1, 40}, kDense),  // no crossbar takes 121
      make("DensePointwise", shape({5, 5, 8}, 6, 1), {4, 3, 1, 1}, kDense),
      make("RoundRobin", plain, {2, 1, 1, 1}, kRoundRobin),
      make("Crossbar", plain, {1, 1, 1, 3}, kCrossbar),
      make("CrossbarStreams", plain, {4, 4, 1, 2}, kCrossbar),
      make("Strided", shape({9, 8, 4}, 4, 3, 2, 1), {2, 2, 1, 3}, kCrossbar),
      make("Depthwise", shape({6, 6, 8}, 8, 3, 1, 1, 8), {1, 1, 4, 2}, kCrossbar),
      make("Grouped", shape({5, 5, 12}, 6, 3, 1, 1, 3), {2, 1, 1, 4}, kCrossbar),
      make("GroupsAtATime", shape({5, 5, 12}, 12, 3, 1, 1, 3), {2, 2, 3, 4}, kCrossbar),
      make("Clustered", shape({5, 5, 8}, 6, 1), {4, 3, 1, 2}, kCrossbar),
      make("ClusteredGroups", shape({5, 5, 16}, 8, 1, 2, 0, 2), {4, 2, 2, 2}, kCrossbar),
      make("DenseLayer", WindowShape::dense(64, 10), {8, 5, 1, 3}, kCrossbar),
      make("RoundRobinDenseLayer", WindowShape::dense(32, 10), {4, 2, 1, 1}, kRoundRobin),
  };
  const auto vary = [&](const char* name, auto&& change) {
    Case c = make(name, plain, {2, 1, 1, 2}, kCrossbar);
    change(c);
    cases.push_back(c);
  };
  vary("AllZero", [](Case& c) { c.density = 0; });
  vary("AllZeroSkipped", [](Case& c) { c.density = 0, c.design.skip_zero_window = true; });
  vary("AllNonzero", [](Case& c) { c.density = 1; });
  vary("Skipping", [](Case& c) { c.density = 0.04, c.design.skip_zero_window = true; });
  vary("SkippingOneStream", [](Case& c) {
    c.density = 0.04, c.design.skip_zero_window = true, c.design.folding.coarse_in = 1, c.slowest_sink = 9;
  });
  vary("ShallowEverywhere", [](Case& c) {
    c.design.window_depth = c.design.result_depth = 1, c.in_depth = c.out_depth = 1, c.slowest_sink = 3;
  });
  vary("DeepEverywhere", [](Case& c) {
    c.design.window_depth = c.design.result_depth = 64, c.in_depth = c.out_depth = 64, c.slowest_sink = 9;
  });
  vary("SlowSource", [](Case& c) { c.slowest_source = 40; });
  vary("SlowSink", [](Case& c) { c.slowest_sink = 40, c.images = 3; });
  vary("LongPipeline", [](Case& c) { c.latency = 9, c.slowest_sink = 4; });
  vary("NoLatency", [](Case& c) { c.latency = 0; });
  vary("WeightsStreamed", [](Case& c) { c.design.weights_streamed = true; });
  vary("Reordered", [](Case& c) { c.reordered = true; });
  return cases;
}

Case random_case(std::uint64_t seed) {
  Random random(seed, 0);
  const auto from = [&](std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(high - low + 1)));
  };
  const auto divisor = [&](std::int64_t whole) {
    for (;;)
      if (const std::int64_t d = from(1, whole); whole % d == 0) return d;
  };
  Case c;
  c.name = "Random" + std::to_string(seed);
  c.seed = seed;
  ConvDesign& d = c.design;
  d.engine = static_cast<DotEngine>(random.below(3));
  WindowShape& s = d.shape;
  do {
    s.groups = random.chance(0.3) ? from(2, 4) : 1;
    s.input = {from(1, 7), from(1, 7), s.groups * from(1, 8)};
    s.kernel_h = from(1, 4), s.kernel_w = random.chance(0.7) ? s.kernel_h : from(1, 4);
    s.stride_h = from(1, 2), s.stride_w = from(1, 3);
    s.dilation_h = random.chance(0.1) ? 2 : 1, s.dilation_w = random.chance(0.1) ? 2 : 1;
    s.pad_top = from(0, 1), s.pad_left = from(0, 1), s.pad_bottom = from(0, 1), s.pad_right = from(0, 1);
    s.output = {output_extent(s.input.height, s.pad_top + s.pad_bottom, s.kernel_h, s.stride_h, s.dilation_h, false, 0),
                output_extent(s.input.width, s.pad_left + s.pad_right, s.kernel_w, s.stride_w, s.dilation_w, false, 0),
                s.groups * from(1, 6)};
  } while (s.output.height < 1 || s.output.width < 1);
  d.folding = {divisor(s.channels_per_group()), divisor(s.filters_per_group()), divisor(s.groups), 1};
  d.folding.fine = d.engine == DotEngine::round_robin ? 1 : from(1, d.operands());
  d.skip_zero_window = random.chance(0.5);
  d.window_depth = from(1, 8);
  d.result_depth = from(1, 16);
  d.weights_streamed = random.chance(0.2);
  constexpr double kDensities[] = {0, 0.03, 0.2, 0.5, 1};
  c.density = kDensities[random.below(std::size(kDensities))];
  c.in_depth = random.chance(0.2) ? 100 : static_cast<std::size_t>(from(1, 4));
  c.out_depth = random.chance(0.2) ? 100 : static_cast<std::size_t>(from(1, 4));
  c.slowest_source = random.chance(0.5) ? 1 : 12;
  c.slowest_sink = random.chance(0.5) ? 1 : 20;
  c.images = static_cast<std::size_t>(from(1, 3));
  c.reordered = random.chance(0.3);
  c.latency = from(0, 4);
  return c;
}

std::vector<Case> at_random() {
  std::vector<Case> cases;
  for (std::uint64_t seed = 1; seed <= 120; ++seed) cases.push_back(random_case(seed));
  return cases;
}

class ConvNodes : public testing::TestWithParam<Case> {};

TEST_P(ConvNodes, HaveTheDatesOfTheHardware) {
  const Case& c = GetParam();
  ASSERT_THAT(problems(c.design), IsEmpty());
  const Bench bench(c);
  NaiveConv naive(c, bench);
  FusedConv fused(c, bench);
  PartsConv parts(c, bench);
  TimedRun().run();

  ASSERT_TRUE(naive.network.clock().all_done());
  EXPECT_THAT(differences(naive.network.outcome(), fused.network.outcome()), IsEmpty());
  EXPECT_THAT(differences(naive.network.outcome(), parts.network.outcome()), IsEmpty());
  Outcome fused_log, parts_log;
  fused_log.logs = {fused.conv.log()};
  parts_log.logs = {parts.conv.log()};
  EXPECT_THAT(differences(fused_log, parts_log), IsEmpty());
}

// How long an engine waited for a window is not compared: in the model that counts from the window before on, be the
// engine at work or not.
TEST_P(ConvNodes, HaveTheFifosOfTheHardwareInside) {
  const Case& c = GetParam();
  const Bench bench(c);
  NaiveConv naive(c, bench);
  PartsConv parts(c, bench);
  TimedRun().run();

  const auto seen = [](const char* kind, std::size_t stream) {
    const std::string name = "parts_conv." + std::string(kind) + "_" + std::to_string(stream);
    return dynamic_cast<const TimedFifoBase&>(*sc_core::sc_find_object(name.c_str())).counters();
  };
  Outcome expected_inside, seen_inside;
  const auto streams = static_cast<std::size_t>(c.design.streams());
  for (std::size_t stream = 0; stream < streams; ++stream) {
    TimedFifoBase::Counters windows = seen("windows", stream);
    windows.reader_starvation_cycles = naive.conv.window_fifo(stream).starvations();
    seen_inside.fifos.push_back(windows);
    expected_inside.fifos.push_back(counters(naive.conv.window_fifo(stream)));
    if (streams == 1) continue;
    seen_inside.fifos.push_back(seen("results", stream));
    expected_inside.fifos.push_back(counters(naive.conv.result_fifo(stream)));
  }
  EXPECT_THAT(differences(expected_inside, seen_inside), IsEmpty());
}

// The hardware stops with the kernel. What is behind the last word that leaves does not matter.
TEST_P(ConvNodes, LoseNothingBeforeALimit) {
  const Case& c = GetParam();
  const Bench bench(c);
  NaiveConv naive(c, bench);
  FusedConv fused(c, bench);
  PartsConv parts(c, bench);
  TimedRun::Options options;
  options.max_cycles = static_cast<Cycles>(Random(c.seed, 3).below(1000));
  TimedRun(options).run();

  const auto received = [](const auto& build) {
    Outcome outcome;
    outcome.received = build.network.outcome().received;
    return outcome;
  };
  EXPECT_THAT(differences(received(naive), received(fused)), IsEmpty()) << "limit " << *options.max_cycles;
  EXPECT_THAT(differences(received(naive), received(parts)), IsEmpty()) << "limit " << *options.max_cycles;
}

TEST_P(ConvNodes, CountTheirWork) {
  const Case& c = GetParam();
  const Bench bench(c);
  FusedConv fused(c, bench);
  PartsConv parts(c, bench);
  TimedRun().run();

  const std::int64_t uses = c.design.shape.filters_per_group();
  const bool sparse = c.design.engine != DotEngine::dense;
  std::vector<ConvWork> expected(c.images);
  for (std::int64_t stream = 0; stream < c.design.streams(); ++stream) {
    const auto windows = naive::windows(c.design, bench.workload(), 0, bench.order(), stream, c.images);
    for (std::size_t i = 0; i < windows.size(); ++i) {
      ConvWork& work = expected[i / (windows.size() / c.images)];
      const std::vector<std::int16_t>& operands = windows[i].operands;
      const std::int64_t all = static_cast<std::int64_t>(operands.size());
      const std::int64_t nonzeros = std::count(operands.begin(), operands.end(), 1), done = sparse ? nonzeros : all;
      ++work.windows;
      work.zero_windows += sparse && nonzeros == 0;
      work.macs_done += done * uses;
      work.macs_skipped += (all - done) * uses;
    }
  }
  const auto same = [](const ConvWork& a, const ConvWork& b) {
    return a.windows == b.windows && a.zero_windows == b.zero_windows && a.macs_done == b.macs_done &&
           a.macs_skipped == b.macs_skipped;
  };
  for (const std::vector<ConvWork>& work : {fused.conv.work(), parts.conv.work()})
    EXPECT_TRUE(std::equal(work.begin(), work.end(), expected.begin(), expected.end(), same));
}

INSTANTIATE_TEST_SUITE_P(ByHand, ConvNodes, testing::ValuesIn(by_hand()), [](const auto& c) { return c.param.name; });
INSTANTIATE_TEST_SUITE_P(AtRandom, ConvNodes, testing::ValuesIn(at_random()),
                         [](const auto& c) { return c.param.name; });

// ---- the comparison finds what is not equal

Case narrow() {
  Case c = make("Narrow", shape({6, 6, 4}, 4, 3, 1, 1), {2, 1, 1, 2}, DotEngine::crossbar);
  c.design.window_depth = c.design.result_depth = 1;
  return c;
}

std::vector<std::string> differences_after(const Case& expected, const Case& seen) {
  const Bench bench(expected), other(seen);
  NaiveConv naive(expected, bench);
  FusedConv fused(seen, other);
  TimedRun().run();
  return differences(naive.network.outcome(), fused.network.outcome());
}

TEST(ConvDifferences, AreNoneWhereNothingDiffers) { EXPECT_THAT(differences_after(narrow(), narrow()), IsEmpty()); }

TEST(ConvDifferences, ShowAnotherWindowDepth) {
  Case other = narrow();
  ++other.design.window_depth;
  EXPECT_THAT(differences_after(narrow(), other), Not(IsEmpty()));
}

TEST(ConvDifferences, ShowAnotherResultDepth) {
  Case other = narrow();
  ++other.design.result_depth;
  EXPECT_THAT(differences_after(narrow(), other), Not(IsEmpty()));
}

TEST(ConvDifferences, ShowAnotherLatency) {
  Case other = narrow();
  ++other.latency;
  EXPECT_THAT(differences_after(narrow(), other), Not(IsEmpty()));
}

TEST(ConvDifferences, ShowAnotherEngine) {
  Case other = narrow();
  other.design.folding.fine = 3;
  EXPECT_THAT(differences_after(narrow(), other), Not(IsEmpty()));
}

}  // namespace
}  // namespace sparsim
