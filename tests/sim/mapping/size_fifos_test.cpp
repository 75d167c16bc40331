#include "sim/mapping/size_fifos.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/core/error.h"
#include "models/cost/storage.h"

namespace sparsim {
namespace {

using testing::ElementsAre;

double bram(std::int64_t depth, std::int64_t bits) { return fifo_resources(depth, bits).bram18; }

TEST(CostSteps, AreTheDeepestOfEachNumberOfBlocks) {
  const std::vector<std::int64_t> steps = cost_steps(16, 5000);
  ASSERT_GE(steps.size(), 3u);
  EXPECT_EQ(steps[0], 64);  // the deepest without block RAM
  EXPECT_EQ(steps.back(), 5000);
  for (std::size_t i = 0; i + 1 < steps.size(); ++i) {
    EXPECT_LT(bram(steps[i], 16), bram(steps[i] + 1, 16)) << steps[i];
    EXPECT_EQ(bram(steps[i], 16), bram(i == 0 ? 1 : steps[i - 1] + 1, 16));
  }
}

TEST(CostSteps, OneWhereAllCostTheSame) {
  EXPECT_THAT(cost_steps(16, 64), ElementsAre(64));
  EXPECT_THAT(cost_steps(16, 1), ElementsAre(1));
  EXPECT_THAT(cost_steps(16, 0), ElementsAre(1));
  EXPECT_THAT(cost_steps(16, 65), ElementsAre(64, 65));
}

// A pipeline that takes 100 cycles an image and more for each FIFO that is not as deep as it has to be.
class Sized : public testing::Test {
 protected:
  IntervalsOf intervals() {
    return [this](const std::vector<FifoDepths>& settings) {
      std::vector<std::optional<double>> found;
      for (const FifoDepths& depths : settings) {
        ++runs;
        double interval = 100;
        for (const auto& [name, depth] : depths) {
          interval += depth < needed.at(name) ? penalty : 0;
          if (depth < deadlock_below) return std::vector<std::optional<double>>(settings.size());
        }
        found.push_back(interval);
      }
      return found;
    };
  }
  std::vector<FifoToSize> fifos{{"a", 16, 2, 5000}, {"b", 16, 2, 40}, {"c", 64, 2, 9000}};
  std::map<std::string, std::int64_t> needed{{"a", 1500}, {"b", 30}, {"c", 64}};
  double penalty = 3;
  std::int64_t deadlock_below = 0;
  int runs = 0;
};

TEST_F(Sized, EachFifoIsAsDeepAsTheBlocksOfWhatItNeedsHold) {
  const FifoDepths depths = size_fifos(fifos, 100, intervals());
  const std::vector<std::int64_t> of_a = cost_steps(16, 5000);
  EXPECT_EQ(depths.at("a"), *std::lower_bound(of_a.begin(), of_a.end(), 1500));
  EXPECT_EQ(depths.at("b"), 40);  // takes no block either way
  EXPECT_EQ(depths.at("c"), 64);
  EXPECT_LT(runs, 30);
  EXPECT_LT(bram18_of(fifos, depths), bram18_of(fifos, {{"a", 5000}, {"b", 40}, {"c", 9000}}));
}

TEST_F(Sized, AStatedLossMayBeSpent) {
  // 100 + 3 + 3 is within it, so neither a nor c needs its depth.
  const FifoDepths depths = size_fifos(fifos, 106, intervals());
  EXPECT_EQ(depths.at("a"), 64);
  EXPECT_EQ(depths.at("c"), 64);
}

TEST_F(Sized, OneLossIsSpentWhereItSavesMost) {
  needed["c"] = 5000;
  const FifoDepths depths = size_fifos(fifos, 103, intervals());
  EXPECT_EQ(depths.at("c"), 64);
  EXPECT_GE(depths.at("a"), 1500);
}

TEST_F(Sized, ADeadlockDoesNotKeepUp) {
  deadlock_below = 30;
  needed["c"] = 2000;
  EXPECT_GE(size_fifos(fifos, 100, intervals()).at("c"), 2000);
}

TEST_F(Sized, MarksThatDoNotDoAreDoubled) {
  needed["b"] = 100;
  EXPECT_GE(size_fifos(fifos, 100, intervals()).at("b"), 100);
}

TEST_F(Sized, WhatNoDepthHelpsIsAnError) {
  needed["b"] = 10'000;
  EXPECT_THROW(size_fifos(fifos, 100, intervals()), InputError);
}

}  // namespace
}  // namespace sparsim
