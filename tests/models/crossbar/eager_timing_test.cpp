#include "models/crossbar/eager_timing.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <ostream>
#include <vector>

#include "models/core/error.h"
#include "models/core/random.h"
#include "models/crossbar/arbiter.h"
#include "models/crossbar/dot_timing.h"
#include "tests/support/plain_workload.h"

namespace sparsim {

void PrintTo(const CrossbarShape& shape, std::ostream* os) { *os << to_string(shape); }

namespace {

using Counts = std::vector<std::uint8_t>;

constexpr CrossbarShape kPlain{9, 3, false}, kSkipping{9, 3, true};

std::vector<Cycles> ends_of(EagerTiming& timing, const Counts& counts) {
  std::vector<Cycles> ends(counts.size());
  timing.run(counts.data(), counts.size(), ends.data());
  return ends;
}
std::vector<Cycles> ends_of(EagerTiming&& timing, const Counts& counts) { return ends_of(timing, counts); }

TEST(EagerTiming, DealsAWindowForEveryFilter) {
  EagerTiming timing(kPlain, 2, 5);
  // Two filters of 1, 1, 1, 2, 3 beats.
  EXPECT_EQ(ends_of(timing, {0, 1, 3, 4, 9}), (std::vector<Cycles>{2, 4, 6, 10, 16}));
  EXPECT_EQ(timing.work().cycles, 16);
  EXPECT_EQ(timing.work().windows, 5);
  EXPECT_EQ(timing.work().zero_windows, 1);
  EXPECT_EQ(timing.work().skipped_windows, 0);
  EXPECT_EQ(timing.work().macs, 2 * 17);
  EXPECT_DOUBLE_EQ(timing.work().occupancy(kPlain), 34.0 / (3 * 16));
}

TEST(EagerTiming, OfNothingIsNothing) {
  EagerTiming timing(kSkipping, 1, 1);
  timing.run(nullptr, 0);
  EXPECT_EQ(timing.work().cycles, 0);
  EXPECT_EQ(timing.work().occupancy(kSkipping), 0.0);
}

TEST(EagerTiming, SkipsOneWindowACycleBehindOneAtWork) {
  // Two filters of two beats: three windows enter in cycles 1..3, while it is at work; the next has the engine in 4.
  EagerTiming timing(kSkipping, 2, 100);
  EXPECT_EQ(ends_of(timing, {4, 0, 0, 0, 0, 0, 1}), (std::vector<Cycles>{4, 4, 4, 4, 5, 6, 8}));
  EXPECT_EQ(timing.work().zero_windows, 5);
  EXPECT_EQ(timing.work().skipped_windows, 3);
}

TEST(EagerTiming, SkipsNoMoreThanTheBufferHolds) {
  EXPECT_EQ(ends_of(EagerTiming(kSkipping, 8, 100), {1, 0, 0, 0, 0, 0, 0}),
            (std::vector<Cycles>{8, 8, 8, 8, 8, 9, 10}));
}

TEST(EagerTiming, SkipsNothingBehindOneBeatOrNone) {
  EXPECT_EQ(ends_of(EagerTiming(kSkipping, 1, 100), {0, 0, 3, 0, 2}), (std::vector<Cycles>{1, 2, 3, 4, 5}));
}

TEST(EagerTiming, SkipsNothingBehindASkippedOneThatEndsItsGroup) {
  EXPECT_EQ(ends_of(EagerTiming(kSkipping, 8, 2), {1, 0, 0, 0}), (std::vector<Cycles>{8, 8, 9, 10}));
  // Behind a dealt one that ends its group it does; windows before it have no say.
  EXPECT_EQ(ends_of(EagerTiming(kSkipping, 8, 3), {0, 0, 1, 0, 0, 0, 0}),
            (std::vector<Cycles>{1, 2, 10, 10, 10, 10, 11}));
}

// Runs of windows that are all zero, all dense, and anything between.
Counts random_counts(Random& random, std::size_t size, int inputs) {
  Counts counts(size);
  double density = 0;
  for (std::uint8_t& count : counts) {
    if (random.chance(0.02)) density = static_cast<double>(random.below(5)) / 4;
    count = 0;
    for (int i = 0; i < inputs; ++i) count = static_cast<std::uint8_t>(count + random.chance(density));
  }
  return counts;
}

// By the step model, cycle by cycle.
std::vector<Cycles> step_ends(const CrossbarShape& shape, std::uint32_t filters, std::size_t group,
                              const Counts& counts) {
  ArbiterStep arbiter(shape);
  arbiter.reset(filters);
  std::vector<Cycles> ends;
  std::size_t next = 0;
  for (Cycles cycle = 0; ends.size() < counts.size() && cycle < 1'000'000; ++cycle) {
    ArbiterInputs inputs;
    inputs.window_valid = next < counts.size();
    if (inputs.window_valid) {
      inputs.request = counts[next] == 0 ? 0 : ~std::uint64_t{0} >> (64 - counts[next]);
      inputs.last = (next + 1) % group == 0;
    }
    const ArbiterOutputs& outputs = arbiter.evaluate(inputs);
    if (outputs.beat_valid) ends.insert(ends.end(), outputs.ended, cycle);
    next += inputs.window_valid && outputs.window_ready;
    arbiter.clock();
  }
  return ends;
}

class EagerTimingOf : public testing::TestWithParam<CrossbarShape> {};

TEST_P(EagerTimingOf, EqualsTheStepModel) {
  const CrossbarShape shape = GetParam();
  Random random(1, static_cast<std::uint64_t>(shape.inputs), static_cast<std::uint64_t>(shape.lanes));
  for (std::uint32_t filters = 1; filters <= 4; ++filters)
    for (const std::size_t group : {1, 2, 7, 64, 1000}) {
      const Counts counts = random_counts(random, 2000, shape.inputs);
      const std::vector<Cycles> expected = step_ends(shape, filters, group, counts);
      ASSERT_EQ(expected.size(), counts.size());

      EagerTiming timing(shape, filters, static_cast<std::int64_t>(group));
      std::vector<Cycles> ends(counts.size());
      for (std::size_t i = 0; i < counts.size();) {  // in pieces of any size, with and without dates
        const std::size_t piece = std::min<std::size_t>(random.below(random.chance(0.5) ? 4 : 900), counts.size() - i);
        const bool dated = random.chance(0.7);
        timing.run(&counts[i], piece, dated ? &ends[i] : nullptr);
        if (!dated) std::copy_n(&expected[i], piece, &ends[i]);
        i += piece;
        ASSERT_EQ(timing.work().cycles, i == 0 ? 0 : expected[i - 1]) << "window " << i;
      }
      ASSERT_EQ(ends, expected) << filters << " filters, groups of " << group;
    }
}

INSTANTIATE_TEST_SUITE_P(Shapes, EagerTimingOf,
                         testing::Values(CrossbarShape{1, 1, false}, CrossbarShape{9, 1, false},
                                         CrossbarShape{9, 2, false}, CrossbarShape{9, 9, false},
                                         CrossbarShape{64, 7, false}, CrossbarShape{1, 1, true},
                                         CrossbarShape{9, 1, true}, CrossbarShape{9, 3, true},
                                         CrossbarShape{9, 9, true}, CrossbarShape{25, 5, true},
                                         CrossbarShape{64, 1, true}, CrossbarShape{64, 64, true}));

TEST(EagerTiming, CountsPassesForEveryCountAndLane) {
  for (int lanes = 1; lanes <= 64; ++lanes)
    for (int count = 0; count <= 64; ++count) {
      EagerTiming timing({64, lanes, false}, 3, 1);
      const auto nonzeros = static_cast<std::uint8_t>(count);
      timing.run(&nonzeros, 1);
      ASSERT_EQ(timing.work().cycles, 3 * std::max(1, (count + lanes - 1) / lanes)) << count << " on " << lanes;
    }
}

TEST(EagerTiming, HoldsTheSumsOfALongDenseRun) {
  EagerTiming timing({64, 1, false}, 1, 1);
  timing.run(Counts(100'000, 64).data(), 100'000);
  EXPECT_EQ(timing.work().cycles, 6'400'000);
  EXPECT_EQ(timing.work().macs, 6'400'000);
}

Cycles dot_end(const CrossbarShape& shape, std::int64_t filters, std::size_t group, const Counts& counts) {
  DotTiming timing(shape, filters);
  for (std::size_t i = 0; i < counts.size(); ++i)
    timing.enter(0, counts[i], (i + 1) % group == 0, [](Cycles valid) { return valid; });
  return timing.end();
}

TEST(EagerTiming, EqualsDotTimingWhereResultsAreTakenAtOnce) {
  Random random(2, 0);
  for (const std::int64_t filters : {1, 3, 20})
    for (const std::size_t group : {2, 5, 16}) {
      Counts counts = random_counts(random, 240, 9);
      EXPECT_EQ(ends_of(EagerTiming(kPlain, filters, static_cast<std::int64_t>(group)), counts).back(),
                dot_end(kPlain, filters, group, counts));
      // Skipping, two dealt windows a group.
      for (std::size_t i = 0; i < counts.size(); i += group)
        for (const std::size_t dealt : {i, i + 1}) counts[dealt] = std::max<std::uint8_t>(counts[dealt], 1);
      EXPECT_EQ(ends_of(EagerTiming(kSkipping, filters, static_cast<std::int64_t>(group)), counts).back(),
                dot_end(kSkipping, filters, group, counts));
    }
}

TEST(EagerTiming, LeavesOutThatResultsWaitForThoseOfASkippedGroup) {
  // Groups of one window, no non-zeros, ten filters: a beat each, but ten results.
  const Counts counts(100, 0);
  EXPECT_EQ(ends_of(EagerTiming(kSkipping, 10, 1), counts).back(), 100);
  EXPECT_GT(dot_end(kSkipping, 10, 1, counts), 900);
}

BitMask dense(const WindowShape& shape) { return BitMask(static_cast<std::size_t>(shape.input.elements()), true); }

TEST(LayerWork, OfAConvolution) {
  // 3x3 pixels under 3x3, padded by one: 4 windows of 4 non-zeros, 4 of 6, one of 9; on 3 lanes 4*2 + 4*2 + 3 = 19
  // beats for each of 2 channels and 5 filters.
  WindowShape shape = conv("c", 3, 2, 5, 3, 1, 1).shape;
  const DotWork work = layer_work(dense(shape), shape, kPlain);
  EXPECT_EQ(work.cycles, 19 * 2 * 5);
  EXPECT_EQ(work.windows, 9 * 2);
  EXPECT_EQ(work.macs, (4 * 4 + 4 * 6 + 9) * 2 * 5);

  shape.output.channels = 6;
  shape.groups = 2;  // half of the filters see a channel
  EXPECT_EQ(layer_work(dense(shape), shape, kPlain).cycles, 19 * 2 * 3);
}

TEST(LayerWork, EndsAGroupWithEachPixel) {
  // Two pixels of two channels, 3x3 unpadded: the first channel is zero everywhere but in the first column, which only
  // the first window sees; the second channel is zero. Windows 3 0 | 0 0, ten filters of one beat: the first zero ends
  // its group, so what follows takes a beat each.
  const WindowShape shape = [] {
    WindowShape s = conv("c", 3, 2, 10, 3).shape;
    s.input.width = 4;
    s.output.width = 2;
    return s;
  }();
  BitMask mask(static_cast<std::size_t>(shape.input.elements()));
  for (const std::size_t row : {0, 1, 2}) mask.set(row * 4 * 2);
  const DotWork work = layer_work(mask, shape, kSkipping);
  EXPECT_EQ(work.cycles, 10 + 2);
  EXPECT_EQ(work.skipped_windows, 1);
}

TEST(LayerWork, OfClustersOfChannelStreams) {
  // Ten channels in clusters of 4, 4 and 2, on two lanes 2 + 2 + 1 beats, for each of 4 pixels and 3 filters.
  WindowShape shape = conv("c", 2, 10, 3, 1).shape;
  const CrossbarShape crossbar{4, 2, false};
  EXPECT_EQ(layer_work(dense(shape), shape, crossbar).cycles, 5 * 4 * 3);

  shape.input.channels = 16;
  shape.output.channels = 6;
  shape.groups = 2;  // two clusters of 4 each
  EXPECT_EQ(layer_work(dense(shape), shape, crossbar).cycles, 4 * 2 * 4 * 3);
}

TEST(LayerWork, RefusesWhatDoesNotFitTheEngine) {
  WindowShape shape = conv("c", 6, 8, 8, 5).shape;
  EXPECT_THROW(layer_work(dense(shape), shape, kPlain), ModelError);  // 25 values for 9 inputs
  shape = conv("c", 2, 12, 4, 1).shape;
  shape.groups = 2;
  EXPECT_THROW(layer_work(dense(shape), shape, {4, 2, false}), ModelError);  // 4 of 6 channels
}

}  // namespace
}  // namespace sparsim
