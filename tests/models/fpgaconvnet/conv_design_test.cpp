#include "models/fpgaconvnet/conv_design.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <vector>

namespace sparsim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

WindowShape square(std::int64_t size, std::int64_t channels, std::int64_t filters, std::int64_t kernel,
                   std::int64_t groups = 1) {
  WindowShape s;
  s.input = {size, size, channels};
  s.kernel_h = s.kernel_w = kernel;
  s.output = {size - kernel + 1, size - kernel + 1, filters};
  s.groups = groups;
  return s;
}

ConvDesign design(const WindowShape& shape, const Folding& folding, DotEngine engine) {
  ConvDesign d;
  d.shape = shape;
  d.folding = folding;
  d.engine = engine;
  return d;
}

TEST(ConvDesign, SpreadsALayerOverEngines) {
  // 12 channels 4 at a time: 4 streams of 3 windows a pixel; 10 filters 5 at a time: 2 passes, 20 engines.
  const ConvDesign d = design(square(8, 12, 10, 3), {4, 5, 1, 3}, DotEngine::crossbar);
  EXPECT_THAT(problems(d), IsEmpty());
  EXPECT_EQ(d.streams(), 4);
  EXPECT_EQ(d.in_streams(), 4);
  EXPECT_EQ(d.out_streams(), 5);
  EXPECT_EQ(d.groups(), 1);
  EXPECT_EQ(d.steps(), 3);
  EXPECT_EQ(d.filters(), 2);
  EXPECT_EQ(d.engines(), 20);
  EXPECT_EQ(d.multipliers(), 60);
  EXPECT_EQ(d.operands(), 9);
  EXPECT_EQ(d.crossbar(), (CrossbarShape{9, 3, false}));
}

TEST(ConvDesign, SpreadsGroups) {
  // 6 groups of 4 channels and 2 filters, 3 groups and 2 channels at a time.
  const ConvDesign d = design(square(8, 24, 12, 3, 6), {2, 1, 3, 1}, DotEngine::round_robin);
  EXPECT_THAT(problems(d), IsEmpty());
  EXPECT_EQ(d.streams(), 6);
  EXPECT_EQ(d.in_streams(), 6);
  EXPECT_EQ(d.out_streams(), 3);
  EXPECT_EQ(d.groups(), 2);
  EXPECT_EQ(d.steps(), 2);
  EXPECT_EQ(d.filters(), 2);
}

TEST(ConvDesign, UsesEachChannelOnceAPixel) {
  const ConvDesign d = design(square(8, 24, 12, 3, 6), {2, 1, 3, 1}, DotEngine::round_robin);
  // Group in time 0 is groups 0, 1, 2 of 4 channels; streams 0, 1 take the two channels of group 0, and so on.
  EXPECT_EQ(d.channel(0, 0, 0, 0), 0);
  EXPECT_EQ(d.channel(1, 0, 0, 0), 1);
  EXPECT_EQ(d.channel(2, 0, 0, 0), 4);
  EXPECT_EQ(d.channel(0, 0, 1, 0), 2);
  EXPECT_EQ(d.channel(5, 1, 1, 0), 23);
  std::vector<int> used(24);
  for (std::int64_t stream = 0; stream < d.streams(); ++stream)
    for (std::int64_t group = 0; group < d.groups(); ++group)
      for (std::int64_t step = 0; step < d.steps(); ++step)
        ++used[static_cast<std::size_t>(d.channel(stream, group, step, 0))];
  EXPECT_THAT(used, testing::Each(1));
}

TEST(ConvDesign, DealsClustersWhereAKernelIsOneValue) {
  const ConvDesign d = design(square(8, 12, 10, 1), {4, 5, 1, 2}, DotEngine::crossbar);
  EXPECT_TRUE(d.clustered());
  EXPECT_THAT(problems(d), IsEmpty());
  EXPECT_EQ(d.streams(), 1);
  EXPECT_EQ(d.in_streams(), 4);
  EXPECT_EQ(d.operands(), 4);
  EXPECT_EQ(d.multipliers(), 10);  // 5 engines of 2
  EXPECT_EQ(d.crossbar(), (CrossbarShape{4, 2, false}));
  for (std::int64_t operand = 0; operand < 4; ++operand) EXPECT_EQ(d.channel(0, 0, 2, operand), 8 + operand);
  EXPECT_EQ(d.join_latency(), 0);
}

TEST(ConvDesign, HasNoClustersInOtherEngines) {
  for (const DotEngine engine : {DotEngine::dense, DotEngine::round_robin}) {
    const ConvDesign d = design(square(8, 12, 10, 1), {4, 5, 1, 1}, engine);
    EXPECT_FALSE(d.clustered());
    EXPECT_EQ(d.streams(), 4);
    EXPECT_EQ(d.operands(), 1);
  }
}

TEST(ConvDesign, KnowsHowLongAWindowTakes) {
  const WindowShape shape = square(8, 1, 1, 3);
  ConvDesign d = design(shape, {1, 1, 1, 2}, DotEngine::dense);
  for (const int nonzeros : {0, 3, 9}) EXPECT_EQ(d.pass(nonzeros), 5);  // ceil(9 / 2)
  d.engine = DotEngine::crossbar;
  EXPECT_EQ(d.pass(9), 5);
  EXPECT_EQ(d.pass(3), 2);
  EXPECT_EQ(d.pass(0), 1);
  d.skip_zero_window = true;
  EXPECT_EQ(d.pass(0), 0);
  EXPECT_EQ(d.pass(1), 1);
  d = design(shape, {1, 1, 1, 1}, DotEngine::round_robin);
  EXPECT_EQ(d.pass(7), 7);
}

TEST(ConvDesign, RegistersEachLevelOfItsAdders) {
  // Operands, products, and log2 of the lanes; the sum over coarse_in: log2 of that.
  EXPECT_EQ(design(square(8, 1, 1, 3), {1, 1, 1, 1}, DotEngine::dense).dot_stages(), 2);
  EXPECT_EQ(design(square(8, 1, 1, 3), {1, 1, 1, 3}, DotEngine::dense).dot_stages(), 4);
  EXPECT_EQ(design(square(8, 1, 1, 3), {1, 1, 1, 9}, DotEngine::dense).dot_stages(), 6);
  EXPECT_EQ(design(square(8, 6, 1, 3), {1, 1, 1, 1}, DotEngine::dense).join_latency(), 0);
  EXPECT_EQ(design(square(8, 6, 1, 3), {2, 1, 1, 1}, DotEngine::dense).join_latency(), 1);
  EXPECT_EQ(design(square(8, 6, 1, 3), {6, 1, 1, 1}, DotEngine::dense).join_latency(), 3);
}

TEST(ConvDesign, NamesEveryFactorThatDoesNotDivide) {
  ConvDesign d = design(square(8, 12, 10, 3), {5, 4, 2, 10}, DotEngine::crossbar);
  d.window_depth = d.result_depth = 0;
  EXPECT_THAT(problems(d), ElementsAre("coarse_in = 5: must divide the 12 input channels of a group",
                                       "coarse_out = 4: must divide the 10 filters of a group",
                                       "coarse_group = 2: must divide the 1 groups",
                                       "fine = 10: must be 1..9, the operands of a window",
                                       "window_depth = 0: must be at least 1", "result_depth = 0: must be at least 1"));
}

TEST(ConvDesign, LimitsMultipliersAndOperands) {
  EXPECT_THAT(problems(design(square(8, 4, 4, 3), {1, 1, 1, 2}, DotEngine::round_robin)),
              ElementsAre("fine = 2: must be 1..1, the engine is round_robin"));
  EXPECT_THAT(problems(design(square(8, 4, 4, 1), {2, 1, 1, 3}, DotEngine::crossbar)),
              ElementsAre("fine = 3: must be 1..2, the coarse_in operands of a cluster"));
  EXPECT_THAT(problems(design(square(16, 4, 4, 9), {1, 1, 1, 9}, DotEngine::crossbar)),
              ElementsAre("engine = crossbar: a window has 81 operands, a crossbar takes up to 64; use engine: dense"));
  EXPECT_THAT(problems(design(square(16, 4, 4, 9), {1, 1, 1, 9}, DotEngine::dense)), IsEmpty());
  EXPECT_THAT(problems(design(square(8, 4, 4, 3), {0, -1, 0, 0}, DotEngine::dense)),
              ElementsAre(testing::HasSubstr("coarse_in = 0"), testing::HasSubstr("coarse_out = -1"),
                          testing::HasSubstr("coarse_group = 0"), testing::HasSubstr("fine = 0")));
}

// models/crossbar/rtl_table.cmake has 9x4 and 9x9, and 8x2 for clusters of eight, but no 9x5 and no 8x3.
TEST(ConvDesign, TakesOnlyBuiltCrossbarsWhereItHasTo) {
  const auto built_problems = [](const WindowShape& shape, const Folding& folding, DotEngine engine) {
    ConvDesign d = design(shape, folding, engine);
    EXPECT_THAT(problems(d), IsEmpty());
    d.built_only = true;
    return problems(d);
  };
  const WindowShape kernel3 = square(8, 8, 4, 3), kernel1 = square(8, 8, 4, 1);
  EXPECT_THAT(built_problems(kernel3, {1, 1, 1, 4}, DotEngine::crossbar), IsEmpty());
  EXPECT_THAT(built_problems(kernel3, {1, 1, 1, 5}, DotEngine::crossbar),
              ElementsAre("fine = 5: no RTL was built for a crossbar of 9x5 (models/crossbar/rtl_table.cmake)"));
  EXPECT_THAT(built_problems(kernel1, {8, 1, 1, 2}, DotEngine::crossbar), IsEmpty());
  EXPECT_THAT(built_problems(kernel1, {8, 1, 1, 3}, DotEngine::crossbar),
              ElementsAre("fine = 3: no RTL was built for a crossbar of 8x3 (models/crossbar/rtl_table.cmake)"));
  EXPECT_THAT(built_problems(kernel3, {1, 1, 1, 5}, DotEngine::dense), IsEmpty());
}

}  // namespace
}  // namespace sparsim
