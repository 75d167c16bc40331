#include "models/cost/rtl_cost.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "models/core/error.h"
#include "models/cost/rtl_law.h"

namespace sparsim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

RtlDesign design(RtlBlock block, int inputs, int lanes) { return {block, inputs, lanes, 16, 16, false, 2}; }

TEST(RtlCost, IsTheTablesAtItsPoints) {
  for (const RtlRow& row : rtl_table()) {
    const RtlCost cost = rtl_cost(row.design);
    EXPECT_TRUE(cost.synthesized) << to_string(row.design);
    EXPECT_EQ(cost.need.lut, row.need.lut) << to_string(row.design);
    EXPECT_EQ(cost.need.ff, row.need.ff) << to_string(row.design);
    EXPECT_EQ(cost.need.dsp, row.need.dsp) << to_string(row.design);
    EXPECT_EQ(cost.need.bram18, row.need.bram18) << to_string(row.design);
  }
}

TEST(RtlCost, BetweenThePointsDspAndBlockRamFollowTheParameters) {
  for (const RtlRow& row : rtl_table()) {
    EXPECT_EQ(row.need.dsp, dsps(row.design)) << to_string(row.design);
    EXPECT_EQ(row.need.bram18, block_rams(row.design)) << to_string(row.design);
  }
  const RtlCost between = rtl_cost({RtlBlock::sparse_vector_dot, 20, 6, 12, 12, false, 1000});
  EXPECT_FALSE(between.synthesized);
  EXPECT_EQ(between.need.dsp, 6);         // a lane
  EXPECT_EQ(between.need.bram18, 2 * 3);  // two copies of 1024 sums of 12 + 12 + 16 bits, 1024 x 18 bits a block
}

// Greater than a point of the table in every parameter, and less than another.
TEST(RtlCost, LiesBetweenItsNeighbours) {
  for (const RtlBlock block : {RtlBlock::sparse_vector_dot, RtlBlock::dense_vector_dot}) {
    const Resources low = rtl_cost(design(block, 16, 4)).need, high = rtl_cost(design(block, 32, 8)).need;
    const Resources mid = rtl_cost(design(block, 24, 6)).need;
    EXPECT_GT(mid.lut, low.lut);
    EXPECT_LT(mid.lut, high.lut);
    EXPECT_GT(mid.ff, low.ff);
    EXPECT_LT(mid.ff, high.ff);
  }
}

// rr_vector_dot wraps sparse_vector_dot with one lane: the same registers. The LUTs differ where both were synthesized,
// by 8 and 12 %: ABC is that sensitive to how the same logic reaches it.
TEST(RtlCost, RoundRobinEngineIsTheSparseOneWithOneLane) {
  const RtlCost rr = rtl_cost(design(RtlBlock::rr_vector_dot, 64, 1));  // not in the table
  const RtlCost sparse = rtl_cost(design(RtlBlock::sparse_vector_dot, 64, 1));
  EXPECT_TRUE(rr.synthesized);
  EXPECT_EQ(rr.need.lut, sparse.need.lut);
  EXPECT_EQ(rr.need.dsp, 1);
  EXPECT_EQ(rtl_cost(design(RtlBlock::rr_vector_dot, 64, 7)).need.lut, rr.need.lut);  // it has no such parameter
  EXPECT_FALSE(rtl_cost(design(RtlBlock::rr_vector_dot, 40, 1)).synthesized);
  for (const RtlRow& row : rtl_table())
    if (row.design.block == RtlBlock::rr_vector_dot) {
      const RtlCost twin = rtl_cost({RtlBlock::sparse_vector_dot, row.design.inputs, 1});
      EXPECT_TRUE(twin.synthesized);
      EXPECT_EQ(row.need.ff, twin.need.ff);
      EXPECT_NEAR(row.need.lut, twin.need.lut, 0.15 * twin.need.lut);
    }
}

// A pixel has a value, a flag and a quarter of a head (a value, its number among four, whether it is there); a slot has
// a value and an index: these are registers whatever the synthesis does. Registers of the tree come on top: less than
// one in eight groups has one behind three levels, of a head, its number and two flags.
TEST(RtlCost, AnInputReductionGrowsWithPixelsBeyondTheTable) {
  for (const int bits : {8, 16})
    for (const int pixels : {300, 2000, 3136, 3969}) {
      RtlDesign d{RtlBlock::input_reduction, pixels, 12, bits, 0, false, 1};
      EXPECT_THAT(problems(d), IsEmpty());
      const RtlCost cost = rtl_cost(d);
      EXPECT_FALSE(cost.synthesized);
      EXPECT_EQ(cost.need.dsp, 0);
      EXPECT_EQ(cost.need.bram18, 0);
      const double declared = pixels * (bits + 1 + (bits + 3) / 4.0) + 12 * (bits + std::ceil(std::log2(pixels)));
      EXPECT_GT(cost.need.ff, declared) << to_string(d);
      EXPECT_LT(cost.need.ff, declared + pixels / 4.0 / 7 * (bits + 5 + 9) + 100) << to_string(d);
    }
  EXPECT_THAT(
      problems({RtlBlock::input_reduction, 4097, 33, 8, 0, false, 1}),
      ElementsAre("input_reduction: inputs = 4097: must be 2..4096", "input_reduction: lanes = 33: must be 1..32"));
  EXPECT_THAT(problems({RtlBlock::input_reduction, 5, 6, 8, 0, false, 1}),
              ElementsAre("input_reduction: lanes = 6: must be 1..5"));
}

TEST(RtlCost, RoundsFiltersUpToAPowerOfTwo) {
  const auto ff = [](int filters) {
    const RtlCost cost = rtl_cost({RtlBlock::sparse_vector_dot, 9, 3, 16, 16, false, filters});
    EXPECT_TRUE(cost.synthesized);
    return cost.need.ff;
  };
  EXPECT_EQ(ff(1), ff(2));
  EXPECT_EQ(ff(513), ff(1024));
  EXPECT_NE(ff(512), ff(513));
}

TEST(RtlCost, RefusesWhatTheTableDoesNotCover) {
  RtlDesign d = design(RtlBlock::sparse_vector_dot, 65, 3);
  EXPECT_THAT(problems(d), ElementsAre("sparse_vector_dot: inputs = 65: must be 1..64"));
  d.inputs = 64;
  EXPECT_THAT(problems(d), IsEmpty());
  d.inputs = 9;
  d.lanes = 10;
  EXPECT_THAT(problems(d), ElementsAre("sparse_vector_dot: lanes = 10: must be 1..9"));
  d.lanes = 9;
  EXPECT_THAT(problems(d), IsEmpty());
  d.data_width = 7;
  d.weight_width = 17;
  d.filters = 1025;
  EXPECT_THAT(problems(d), ElementsAre("sparse_vector_dot: data_width = 7: must be 8..16",
                                       "sparse_vector_dot: weight_width = 17: must be 8..16",
                                       "sparse_vector_dot: filters = 1025: must be 1..1024"));
  EXPECT_THROW(rtl_cost(d), InputError);
  d.inputs = 0;
  EXPECT_THROW(rtl_cost(d), InputError);
}

}  // namespace
}  // namespace sparsim
