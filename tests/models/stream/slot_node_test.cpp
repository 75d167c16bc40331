// Dates of slot nodes, all of them those of the hardware cycle by cycle (tests/support/naive_pipeline.h).
#include "models/stream/slot_node.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <utility>
#include <vector>

#include "models/core/error.h"
#include "models/core/random.h"
#include "models/core/timed_run.h"
#include "tests/support/naive_network.h"

namespace sparsim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;

/// Source, FIFO, ..., FIFO, sink; FIFO i is the input of node i.
Network chain(const std::vector<SlotSchedule>& nodes, const std::vector<std::size_t>& depths, Cycles latency) {
  Network network;
  network.depths = depths;
  for (std::size_t i = 0; i < nodes.size(); ++i)
    network.nodes.push_back({"node" + std::to_string(i), nodes[i], {i}, {i + 1}, latency});
  network.sources = {{0, std::vector<Cycles>(static_cast<std::size_t>(nodes.front().reads(0)), 1)}};
  network.sinks = {{nodes.size(), std::vector<Cycles>(static_cast<std::size_t>(nodes.back().writes(0)), 1)}};
  network.sources[0].gaps[0] = network.sinks[0].gaps[0] = 0;
  return network;
}

// ---- by hand: the cycle-by-cycle build itself

TEST(NaivePipeline, PassesAWordACycle) {
  // Written in 0, 1, 2; read in the cycle after, and again.
  NaiveNetwork naive("naive", chain({join_slots(3, 1)}, {2, 2}, 0));
  sc_core::sc_start();
  EXPECT_THAT(naive.fifo(0).writes(), ElementsAre(0, 1, 2));
  EXPECT_THAT(naive.fifo(0).reads(), ElementsAre(1, 2, 3));
  EXPECT_THAT(naive.fifo(1).reads(), ElementsAre(2, 3, 4));
}

TEST(NaivePipeline, TakesTwoCyclesAWordThroughOnePlace) {
  // A place that is freed in a cycle is written in the next, and read in the one after.
  NaiveNetwork naive("naive", chain({join_slots(3, 1)}, {1, 1}, 0));
  sc_core::sc_start();
  EXPECT_THAT(naive.fifo(0).writes(), ElementsAre(0, 2, 4));
  EXPECT_THAT(naive.fifo(0).reads(), ElementsAre(1, 3, 5));
  EXPECT_THAT(naive.fifo(1).writes(), ElementsAre(1, 3, 5));
  EXPECT_THAT(naive.fifo(1).reads(), ElementsAre(2, 4, 6));
}

TEST(NaivePipeline, KeepsAPlaceForWhatIsOnItsWay) {
  // Three cycles later in the FIFO: the slot of 1 is read in 5, so that its only place is free in 6.
  NaiveNetwork naive("naive", chain({join_slots(2, 1)}, {2, 1}, 3));
  sc_core::sc_start();
  EXPECT_THAT(naive.fifo(1).writes(), ElementsAre(1, 6));
  EXPECT_THAT(naive.fifo(1).reads(), ElementsAre(5, 10));
  EXPECT_EQ(naive.fifo(1).stalls(), 4);  // the second word was there in 2
  EXPECT_EQ(naive.fifo(1).high_water(), 1u);
}

// ---- random networks

/// A network made of one piece behind the other, each at the end of what is there.
class RandomNetwork {
 public:
  explicit RandomNetwork(std::uint64_t seed) : random_(seed, 0) {
    network_.images = 1 + random_.below(3);
    shape_ = {{from(3, 9), from(3, 9), kChannels[random_.below(std::size(kChannels))]}, 1};
    shape_.streams = divisor(shape_.map.channels);
    end_ = source();
    for (std::uint64_t pieces = 2 + random_.below(5); pieces > 0; --pieces) add_piece();
    network_.sinks.push_back({end_, gaps(shape_.words())});
  }
  const Network& network() const { return network_; }

 private:
  static constexpr std::int64_t kChannels[] = {1, 2, 4, 6, 12};

  std::int64_t from(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(random_.below(static_cast<std::uint64_t>(high - low + 1)));
  }
  std::int64_t divisor(std::int64_t whole) {
    for (;;)
      if (const std::int64_t d = from(1, whole); whole % d == 0) return d;
  }
  std::size_t depth() { return random_.chance(0.2) ? 64 : 1 + random_.below(4); }

  // A process that is always ready, or mostly, or slow; the words of all images.
  std::vector<Cycles> gaps(std::int64_t words) {
    constexpr std::uint64_t kMost[] = {1, 3, 12};
    const std::uint64_t most = kMost[random_.below(std::size(kMost))];
    std::vector<Cycles> gaps(static_cast<std::size_t>(words) * network_.images);
    for (Cycles& gap : gaps) gap = random_.chance(0.02) ? 40 : static_cast<Cycles>(1 + random_.below(most));
    return gaps;
  }
  std::size_t source() {
    const std::size_t fifo = network_.add_fifo(depth());
    network_.sources.push_back({fifo, gaps(shape_.words())});
    return fifo;
  }
  void node(const char* kind, SlotSchedule slots, std::vector<std::size_t> inputs, std::vector<std::size_t> outputs) {
    network_.nodes.push_back({kind + std::to_string(network_.nodes.size()), std::move(slots), std::move(inputs),
                              std::move(outputs), from(0, 5)});
  }
  std::size_t behind(const char* kind, SlotSchedule slots, std::size_t input) {
    const std::size_t output = network_.add_fifo(depth());
    node(kind, std::move(slots), {input}, {output});
    return output;
  }

  void add_piece() {
    switch (random_.below(5)) {
      case 0:
        return add_window();
      case 1:
        return add_squeeze();
      case 2:
        return add_second_source();
      default:
        return add_branches();
    }
  }
  void add_window() {
    WindowShape s;
    s.input = s.output = shape_.map;
    s.kernel_h = from(1, 3), s.kernel_w = from(1, 3);
    s.stride_h = from(1, 2), s.stride_w = from(1, 2);
    s.pad_top = from(0, 1), s.pad_left = from(0, 1), s.pad_bottom = from(0, 1), s.pad_right = from(0, 1);
    s.output.height = output_extent(s.input.height, s.pad_top + s.pad_bottom, s.kernel_h, s.stride_h, 1, false, 0);
    s.output.width = output_extent(s.input.width, s.pad_left + s.pad_right, s.kernel_w, s.stride_w, 1, false, 0);
    if (s.output.height < 1 || s.output.width < 1) return;
    end_ = behind("window", window_slots(s, shape_.words_per_pixel()), end_);
    shape_.map = s.output;
  }
  void add_squeeze() {
    const std::int64_t streams = divisor(shape_.map.channels);
    end_ = behind("squeeze", squeeze_slots(shape_, streams), end_);
    shape_.streams = streams;
  }
  void add_second_source() {
    const std::size_t other = source(), output = network_.add_fifo(depth());
    node("add", join_slots(shape_.words(), 2), {end_, other}, {output});
    end_ = output;
  }
  // A fork, branches that keep the shape, and an add or a concat where they meet.
  void add_branches() {
    const std::size_t branches = 2 + random_.below(2);
    const bool concat = random_.chance(0.5);
    std::vector<std::size_t> ends;
    for (std::size_t i = 0; i < branches; ++i) ends.push_back(network_.add_fifo(depth()));
    node("split", split_slots(shape_.words(), static_cast<int>(branches)), {end_}, ends);
    for (std::size_t& end : ends) {
      for (std::uint64_t nodes = random_.below(3); nodes > 0; --nodes) {
        WindowShape s;
        s.input = s.output = shape_.map;
        if (random_.chance(0.5)) s.kernel_h = s.kernel_w = 3, s.pad_top = s.pad_left = s.pad_bottom = s.pad_right = 1;
        end = behind("branch", window_slots(s, shape_.words_per_pixel()), end);
      }
      // Room for all that another branch may want first.
      network_.depths[end] += static_cast<std::size_t>(shape_.words());
    }
    end_ = network_.add_fifo(depth());
    if (concat) {
      const std::vector<std::int64_t> words(branches, shape_.words_per_pixel());
      node("concat", concat_slots(shape_.map.pixels(), words), ends, {end_});
      shape_.map.channels *= static_cast<std::int64_t>(branches);
    } else {
      node("add", join_slots(shape_.words(), static_cast<int>(branches)), ends, {end_});
    }
  }

  Random random_;
  Network network_;
  StreamShape shape_;    // of what leaves the end
  std::size_t end_ = 0;  // FIFO
};

class SlotNetworks : public testing::TestWithParam<std::uint64_t> {};

void expect_equal(std::uint64_t seed, Ends ends, bool critical_path) {
  const RandomNetwork random(seed);
  NaiveNetwork naive("naive", random.network());
  TimedNetwork timed("timed", random.network(), ends);
  TimedRun::Options options;
  options.critical_path = critical_path;
  TimedRun(options).run();
  ASSERT_TRUE(naive.clock().all_done());
  EXPECT_THAT(differences(naive.outcome(), timed.outcome()), IsEmpty()) << "seed " << seed;
}

TEST_P(SlotNetworks, HaveTheDatesOfTheHardware) { expect_equal(GetParam(), Ends::region, false); }
TEST_P(SlotNetworks, HaveTheDatesOfTheHardwareBetweenThreads) { expect_equal(GetParam(), Ends::threads, false); }
TEST_P(SlotNetworks, HaveTheDatesOfTheHardwareWithTheirCauses) { expect_equal(GetParam(), Ends::region, true); }

// The hardware stops with the kernel.
TEST_P(SlotNetworks, LoseNothingBeforeALimit) {
  const RandomNetwork random(GetParam());
  NaiveNetwork naive("naive", random.network());
  TimedNetwork timed("timed", random.network());
  TimedRun::Options options;
  options.max_cycles = static_cast<Cycles>(Random(GetParam(), 1).below(1000));
  TimedRun(options).run();
  Outcome expected, seen;
  expected.received = naive.outcome().received;
  seen.received = timed.outcome().received;
  EXPECT_THAT(differences(expected, seen), IsEmpty()) << "seed " << GetParam() << ", limit " << *options.max_cycles;
}

INSTANTIATE_TEST_SUITE_P(Seeds, SlotNetworks, testing::Range<std::uint64_t>(1, 41));

// ---- ends of a run

TEST(SlotNode, DeadlocksWhereTheHardwareDoes) {
  // A pixel is four words to each of two branches; the concat wants all of the first branch before any of the second.
  Network network;
  network.depths = {2, 2, 3, 2};
  network.nodes = {{"split", split_slots(4, 2), {0}, {1, 2}, 1}, {"concat", concat_slots(1, {4, 4}), {1, 2}, {3}, 1}};
  network.sources = {{0, {0, 1, 1, 1}}};
  network.sinks = {{3, std::vector<Cycles>(8, 1)}};
  NaiveNetwork naive("naive", network, 1000);
  TimedNetwork timed("timed", network);
  std::string report;
  try {
    TimedRun().run();
  } catch (const InputError& error) {
    report = error.what();
  }
  EXPECT_FALSE(naive.clock().all_done());
  EXPECT_THAT(report, HasSubstr("FIFO timed.fifo2: depth 4"));
}

// ---- the comparison finds what is not equal

Network three_by_three() {
  WindowShape s;
  s.input = {6, 6, 2};
  s.output = {6, 6, 2};
  s.kernel_h = s.kernel_w = 3;
  s.pad_top = s.pad_left = s.pad_bottom = s.pad_right = 1;
  return chain({window_slots(s, 2), join_slots(72, 1)}, {2, 2, 2}, 2);
}

std::vector<std::string> differences_after(const Network& expected, const Network& seen) {
  NaiveNetwork naive("naive", expected);
  TimedNetwork timed("timed", seen);
  TimedRun().run();
  return differences(naive.outcome(), timed.outcome());
}

TEST(Differences, AreNoneWhereNothingDiffers) {
  EXPECT_THAT(differences_after(three_by_three(), three_by_three()), IsEmpty());
}

TEST(Differences, ShowAnotherDepth) {
  Network other = three_by_three();
  ++other.depths[1];
  EXPECT_THAT(differences_after(three_by_three(), other), Not(IsEmpty()));
}

TEST(Differences, ShowAnotherLatency) {
  Network other = three_by_three();
  ++other.nodes[1].latency;
  EXPECT_THAT(differences_after(three_by_three(), other), Not(IsEmpty()));
}

TEST(Differences, ShowAnotherSchedule) {
  Network other = three_by_three();
  std::swap(other.nodes[0].slots.runs.front(), other.nodes[0].slots.runs.back());
  EXPECT_THAT(differences_after(three_by_three(), other), Not(IsEmpty()));
}

}  // namespace
}  // namespace sparsim
