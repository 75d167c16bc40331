#include "models/fpgaconvnet/conv_work.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/core/random.h"
#include "tests/support/masked_workload.h"

namespace sparsim {
namespace {

using testing::DoubleEq;
using testing::ElementsAre;

LayerGraph network(Layer layer) {
  LayerGraph graph;
  graph.input = layer.shape.input;
  graph.layers = {std::move(layer)};
  return graph;
}

ConvDesign design(const Layer& layer, DotEngine engine, Folding folding, bool skip = false) {
  ConvDesign d;
  d.shape = layer.shape;
  d.engine = engine;
  d.folding = folding;
  d.skip_zero_window = skip;
  return d;
}

// A 3x3 window over a map of 3x3: a window a channel. Channels 0..3 have 9, 4, 1, 0 non-zeros.
class OneWindowAChannel : public testing::Test {
 protected:
  OneWindowAChannel() {
    for (std::size_t pixel = 0; pixel < 9; ++pixel)
      for (std::size_t c = 0; c < 4; ++c) {
        constexpr std::size_t kNonzeros[] = {9, 4, 1, 0};
        workload.mask(0, 0).set(pixel * 4 + c, pixel < kNonzeros[c]);
      }
  }
  StreamWork work(DotEngine engine, Folding folding, bool skip = false, const ChannelOrder& order = {}) {
    return histogram.work(design(layer, engine, folding, skip), order);
  }

  Layer layer = conv("c", 3, 4, 6, 3);
  MaskedWorkload workload{network(layer)};
  WindowHistogram histogram{workload, 0, 1};
};

TEST_F(OneWindowAChannel, DenseTakesEveryOperand) {
  // 4 windows x 6 filters x ceil(9 / 2) = 5.
  const StreamWork work_of = work(DotEngine::dense, {1, 1, 1, 2});
  EXPECT_THAT(work_of.cycles, ElementsAre(120));
  EXPECT_EQ(work_of.ideal, 108);  // 4 x 6 x 4.5
  EXPECT_EQ(work_of.imbalance(), 1);
}

TEST_F(OneWindowAChannel, CrossbarTakesNonZerosRoundedUpAndAtLeastACycle) {
  // 6 filters x (ceil(9/3) + ceil(4/3) + 1 + 1) = 6 x 7
  const StreamWork work_of = work(DotEngine::crossbar, {1, 1, 1, 3});
  EXPECT_THAT(work_of.cycles, ElementsAre(42));
  EXPECT_EQ(work_of.ideal, 28);  // 6 x 14 / 3
  EXPECT_EQ(work_of.zero_windows, 0.25);
}

TEST_F(OneWindowAChannel, SkippedZeroWindowsTakeNoMultiplier) {
  EXPECT_THAT(work(DotEngine::crossbar, {1, 1, 1, 3}, true).cycles, ElementsAre(36));
  EXPECT_THAT(work(DotEngine::round_robin, {1, 1, 1, 1}, true).cycles, ElementsAre(84));  // 6 x 14
}

TEST_F(OneWindowAChannel, AWindowTakesACycleOfThePortWhateverItHolds) {
  // Stream 1 has channels 2 and 3 in turn: 1 pass x 1 filter + a skipped one, in no less than 2 cycles.
  const StreamWork work_of = work(DotEngine::crossbar, {2, 6, 1, 9}, true, {0, 2, 1, 3});
  EXPECT_THAT(work_of.cycles, ElementsAre(2, 2));
}

TEST_F(OneWindowAChannel, StreamsFollowTheOrderOfChannels) {
  // fine 1: a cycle a non-zero. Own order: stream 0 has 0 and 2, stream 1 has 1 and 3 (whose window takes 1).
  EXPECT_THAT(work(DotEngine::round_robin, {2, 6, 1, 1}).cycles, ElementsAre(10, 5));
  const StreamWork dealt = work(DotEngine::round_robin, {2, 6, 1, 1}, false, {0, 1, 3, 2});
  EXPECT_THAT(dealt.cycles, ElementsAre(10, 5));  // 9 + 1 (a zero window), 4 + 1
  EXPECT_DOUBLE_EQ(dealt.imbalance(), 10 / 7.5);
  EXPECT_THAT(work(DotEngine::round_robin, {2, 6, 1, 1}, true, {0, 1, 3, 2}).cycles, ElementsAre(9, 5));
}

TEST_F(OneWindowAChannel, InLockStepEachWindowLastsAsLongAsTheSlowest) {
  // Steps (9, 4) and (1, 0): 9 + 1.
  EXPECT_EQ(histogram.lock_step(design(layer, DotEngine::round_robin, {2, 6, 1, 1}), {}), 10);
  // Steps (9, 1) and (0, 4): 9 + 4, while the streams alone take 10 and 5.
  EXPECT_EQ(histogram.lock_step(design(layer, DotEngine::round_robin, {2, 6, 1, 1}), {0, 2, 3, 1}), 13);
}

TEST_F(OneWindowAChannel, DensityIsThatOfTheWindows) {
  EXPECT_THAT(histogram.channel_density(), ElementsAre(1, DoubleEq(4 / 9.), DoubleEq(1 / 9.), 0));
}

TEST(ConvWork, GroupsTakeTurnsOnTheStreamsOfTheirPlace) {
  // Four groups of one channel, two at a time: stream 0 has groups 0 and 2, stream 1 groups 1 and 3.
  Layer layer = conv("c", 1, 4, 8, 1);
  layer.shape.groups = 4;
  layer.shape.kernel_h = 1;
  MaskedWorkload workload(network(layer));
  for (const std::size_t zero : {0u, 2u}) workload.mask(0, 0).set(zero, false);
  WindowHistogram histogram(workload, 0, 1);
  // 2 filters a window, or none of it but its cycle.
  EXPECT_THAT(histogram.work(design(layer, DotEngine::round_robin, {1, 1, 2, 1}, true), {}).cycles, ElementsAre(2, 4));
}

TEST(ConvWork, ClustersOfAOneByOneKernelFollowTheOrder) {
  // A pixel of eight channels, of which 0..3 are non-zero; clusters of 4 on 2 multipliers, 3 filters.
  const Layer layer = conv("c", 1, 8, 3, 1);
  MaskedWorkload workload(network(layer));
  for (std::size_t c = 4; c < 8; ++c) workload.mask(0, 0).set(c, false);
  WindowHistogram histogram(workload, 0, 1);
  const ConvDesign d = design(layer, DotEngine::crossbar, {4, 1, 1, 2});
  const StreamWork own = histogram.work(d, {});
  EXPECT_THAT(own.cycles, ElementsAre(9));  // 3 x (2 + 1)
  EXPECT_EQ(own.zero_windows, 0.5);
  EXPECT_EQ(own.ideal, 6);                                                          // 3 x 4 / 2
  EXPECT_THAT(histogram.work(d, {0, 4, 5, 6, 1, 2, 3, 7}).cycles, ElementsAre(9));  // 1 and 3 non-zeros: 1 + 2
  EXPECT_THAT(histogram.work(d, {0, 1, 4, 5, 2, 3, 6, 7}).cycles, ElementsAre(6));  // 2 and 2: 1 + 1
  EXPECT_EQ(histogram.lock_step(d, {0, 4, 5, 6, 1, 2, 3, 7}), 9);                   // one stream: nothing to wait for
}

TEST(ConvWork, ImagesAreAveraged) {
  const Layer layer = conv("c", 2, 1, 1, 1);
  MaskedWorkload workload(network(layer), 2);
  for (std::size_t i = 0; i < 4; ++i) workload.mask(1, 0).set(i, false);
  WindowHistogram histogram(workload, 0, 2);
  const StreamWork work = histogram.work(design(layer, DotEngine::round_robin, {1, 1, 1, 1}), {});
  EXPECT_THAT(work.cycles, ElementsAre(4));  // a cycle a window in both
  EXPECT_EQ(work.ideal, 2);
  EXPECT_EQ(work.zero_windows, 0.5);
}

// All designs of a layer of random zeros: never below the ideal, and the slowest stream never above the lock-step.
TEST(ConvWork, BoundsAreInOrder) {
  Layer layer = conv("c", 7, 6, 4, 3, 2, 1);
  layer.shape.groups = 2;
  MaskedWorkload workload(network(layer), 2);
  Random random(1, 2);
  for (std::size_t image = 0; image < 2; ++image)
    for (std::size_t i = 0; i < 7 * 7 * 6; ++i) workload.mask(image, 0).set(i, random.chance(i % 6 < 3 ? 0.2 : 0.7));
  WindowHistogram histogram(workload, 0, 2);
  for (const std::int64_t in : {1, 3})
    for (const std::int64_t group : {1, 2})
      for (const std::int64_t fine : {1, 2, 4, 9})
        for (const bool skip : {false, true}) {
          const ConvDesign d = design(layer, DotEngine::crossbar, {in, 1, group, fine}, skip);
          const StreamWork work = histogram.work(d, {});
          SCOPED_TRACE(testing::Message() << in << " " << group << " " << fine << " " << skip);
          EXPECT_LE(work.ideal, work.mean() + 1e-9);
          EXPECT_GE(work.imbalance(), 1);
          EXPECT_LE(work.slowest(), histogram.lock_step(d, {}) + 1e-9);
          if (in * group == 1 && !skip) {
            EXPECT_DOUBLE_EQ(work.slowest(), histogram.lock_step(d, {}));
          }
        }
}

TEST(ConvWork, WordsOfThePaddedMapAndOfTheResultBoundANode) {
  // 5x5 padded to 7x7, of which a window of 3x3 at stride 2 uses all: 49 pixels x 4 words in, 9 x 8 out.
  const Layer layer = conv("c", 5, 4, 8, 3, 2, 1);
  const MaskedWorkload workload(network(layer));
  WindowHistogram histogram(workload, 0, 1);
  EXPECT_EQ(histogram.work(design(layer, DotEngine::dense, {1, 1, 1, 1}), {}).words, 196);
  EXPECT_EQ(histogram.work(design(layer, DotEngine::dense, {4, 1, 1, 1}), {}).words, 72);
  const StreamWork wide = histogram.work(design(layer, DotEngine::dense, {4, 8, 1, 9}), {});
  EXPECT_EQ(wide.words, 49);
  EXPECT_EQ(wide.slowest(), 9);  // a window a cycle
  EXPECT_EQ(wide.node(), 49);
}

}  // namespace
}  // namespace sparsim
