#include "sim/mapping/folding_options.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "sim/mapping/fold_search.h"
#include "tests/support/plain_workload.h"

namespace sparsim {
namespace {

using testing::ElementsAre;
using testing::Pair;

ConvDesign design(Layer layer, DotEngine engine) {
  ConvDesign d;
  d.shape = layer.shape;
  d.engine = engine;
  return d;
}

// A multiplier is a DSP; so many windows, filters and passes are cycles.
std::vector<FoldingOption> options(const ConvDesign& d) {
  return folding_options(
      d, [](const ConvDesign& c) { return static_cast<double>(c.groups() * c.steps() * c.filters() * c.pass(5)); },
      [](const ConvDesign& c) {
        Resources need;
        need.dsp = static_cast<double>(c.multipliers());
        return need;
      });
}

std::vector<std::int64_t> fines(const ConvDesign& d) {
  std::vector<std::int64_t> found;
  for (const FoldingOption& option : options(d)) found.push_back(option.folding.fine);
  return found;
}

TEST(FoldingOptions, DenseEnginesTakeTheMultipliersThatSaveACycle) {
  // ceil(9 / fine): 9, 5, 3, 2, 1 at 1, 2, 3, 5, 9.
  EXPECT_THAT(fines(design(conv("c", 3, 1, 1, 3), DotEngine::dense)), ElementsAre(9, 5, 3, 2, 1));
}

TEST(FoldingOptions, RoundRobinHasOneMultiplier) {
  EXPECT_THAT(fines(design(conv("c", 3, 1, 1, 3), DotEngine::round_robin)), ElementsAre(1));
}

TEST(FoldingOptions, ACrossbarMayHaveAnyNumberUpToItsOperands) {
  // Five non-zeros a window: ceil(5 / fine) = 5, 3, 2, 1 at 1, 2, 3, 5; 4 and 6..9 are no faster than a cheaper one.
  EXPECT_THAT(fines(design(conv("c", 3, 1, 1, 3), DotEngine::crossbar)), ElementsAre(5, 3, 2, 1));
}

TEST(FoldingOptions, FactorsDivideGroupsChannelsAndFilters) {
  Layer layer = conv("c", 1, 12, 18, 1);
  layer.shape.groups = 2;  // 6 channels, 9 filters each
  for (const FoldingOption& option : options(design(layer, DotEngine::dense))) {
    ConvDesign d = design(layer, DotEngine::dense);
    d.folding = option.folding;
    EXPECT_TRUE(problems(d).empty());
    EXPECT_EQ(option.need.dsp, d.multipliers());
  }
  // The work of 2 x 6 x 9 windows and filters at any parallelism that divides it: as many options as there are
  // products.
  EXPECT_EQ(options(design(layer, DotEngine::dense)).size(), divisors(2 * 6 * 9).size());
}

// Clusters of a 1x1 kernel end at the widest crossbar.
TEST(FoldingOptions, AClusterIsNoWiderThanACrossbar) {
  for (const FoldingOption& option : options(design(conv("c", 1, 256, 1, 1), DotEngine::crossbar)))
    EXPECT_LE(option.folding.coarse_in, CrossbarShape::kMostInputs);
}

TEST(FoldingOptions, NoneIsWorseThanAnother) {
  const std::vector<FoldingOption> all = options(design(conv("c", 3, 8, 12, 3), DotEngine::crossbar));
  for (std::size_t i = 1; i < all.size(); ++i) {
    EXPECT_GT(all[i].cycles, all[i - 1].cycles);
    EXPECT_LT(all[i].need.dsp, all[i - 1].need.dsp);
  }
  EXPECT_EQ(all.back().folding, Folding{});
}

// Of 1, 2, 3 and 5 multipliers, which are all that save a cycle, RTL was built for 9x1, 9x2, 9x3, and then for 9x9.
TEST(FoldingOptions, LeaveOutCrossbarsWithoutRtl) {
  ConvDesign d = design(conv("c", 3, 1, 1, 3), DotEngine::crossbar);
  d.built_only = true;
  EXPECT_THAT(fines(d), ElementsAre(9, 3, 2, 1));
}

// Clusters of 4, 8, 16 and 32 are built, with 2, 2, 4 and 8 lanes; none of 1 or 2.
TEST(FoldingOptions, LeaveOutClustersWithoutRtl) {
  ConvDesign d = design(conv("c", 1, 32, 1, 1), DotEngine::crossbar);
  d.built_only = true;
  std::vector<std::pair<std::int64_t, std::int64_t>> found;
  for (const FoldingOption& option : options(d)) found.emplace_back(option.folding.coarse_in, option.folding.fine);
  // Five non-zeros a cluster: 32 channels in 1, 2, 4 or 8 clusters of ceil(5 / lanes) = 1, 2, 3 or 3 cycles. 4x2 costs
  // as much as 8x2 and takes twice as long.
  EXPECT_THAT(found, ElementsAre(Pair(32, 8), Pair(16, 4), Pair(8, 2)));
}

}  // namespace
}  // namespace sparsim
