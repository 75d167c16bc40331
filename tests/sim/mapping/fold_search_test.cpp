#include "sim/mapping/fold_search.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <limits>

namespace sparsim {
namespace {

using testing::ElementsAre;

struct Option {
  int name = 0;
  double cycles = 0;
  Resources need;
};

std::vector<int> names(const std::vector<Option>& options) {
  std::vector<int> result;
  for (const Option& option : options) result.push_back(option.name);
  return result;
}

TEST(FoldSearch, Divisors) {
  EXPECT_THAT(divisors(1), ElementsAre(1));
  EXPECT_THAT(divisors(12), ElementsAre(1, 2, 3, 4, 6, 12));
  EXPECT_THAT(divisors(13), ElementsAre(1, 13));
}

TEST(FoldSearch, SharesOfTheDevice) {
  const Budget budget({100, 200, 10, 0, 0});
  constexpr double kInfinite = std::numeric_limits<double>::infinity();
  EXPECT_THAT(budget.shares({25, 100, 0, 0, 0}), ElementsAre(0.25, 0.5, 0, 0, 0));
  EXPECT_THAT(budget.shares({0, 0, 0, 1, 0}), ElementsAre(0, 0, 0, kInfinite, 0));
  EXPECT_TRUE(budget.fits({100, 200, 10, 0, 0}));
  EXPECT_FALSE(budget.fits({100, 200, 11, 0, 0}));
  EXPECT_FALSE(budget.fits({0, 0, 0, 1, 0}));
  EXPECT_EQ(budget.cost({25, 100, 0, 0, 0}, {4, 1, 1, 1, 1}), 4 * 0.25 + 0.5);
}

TEST(FoldSearch, WhatIsWorseInNoRespectIsWorthHaving) {
  const std::vector<Option> all{{0, 20, {5, 0, 0, 0, 0}},   // as slow as 4, and dearer
                                {1, 10, {9, 0, 0, 0, 0}},   // the fastest
                                {2, 15, {9, 0, 0, 0, 0}},   // slower than 1 for the same
                                {3, 15, {9, 0, -1, 0, 0}},  // with less of another
                                {4, 20, {4, 0, 0, 0, 0}}};
  EXPECT_THAT(names(worth_having(all)), ElementsAre(1, 3, 4));
}

TEST(FoldSearch, TheCheapestThatKeepsUpAndOfEqualOnesTheSlowest) {
  const Budget budget({100, 0, 100, 0, 0});
  const std::vector<Option> options{
      {0, 10, {60, 0, 0, 0, 0}}, {1, 20, {0, 0, 50, 0, 0}}, {2, 30, {50, 0, 0, 0, 0}}, {3, 40, {10, 0, 0, 0, 0}}};
  EXPECT_EQ(cheapest_option(options, 5, budget, kEvenly), 0u);  // none does
  EXPECT_EQ(cheapest_option(options, 20, budget, kEvenly), 1u);
  EXPECT_EQ(cheapest_option(options, 39, budget, kEvenly), 2u);
  EXPECT_EQ(cheapest_option(options, 40, budget, kEvenly), 3u);
  EXPECT_EQ(cheapest_option(options, 39, budget, {2, 1, 1, 1, 1}), 1u);  // LUTs are short
}

// Two layers, each either of 60 LUTs or of 70 DSPs, with 100 of each: they fit if they differ, and weights that are the
// same for both never tell them apart; slow ones of 50 LUTs fit.
struct TwoLayers {
  struct Candidate {
    Resources need;
  };
  std::vector<double> all{1, 2};
  Budget device{{100, 0, 100, 0, 0}};
  std::vector<Option> options{{0, 1, {60, 0, 0, 0, 0}}, {1, 1, {0, 0, 70, 0, 0}}, {2, 2, {50, 0, 0, 0, 0}}};

  const std::vector<double>& intervals() const { return all; }
  const Budget& budget() const { return device; }
  Candidate cheapest(double interval, const Shares& weights) const {
    return {2 * options[cheapest_option(options, interval, device, weights)].need};
  }
};

TEST(FoldSearch, AnIntervalIsGivenUpWhereNoWeightsFit) {
  const TwoLayers space;
  EXPECT_FALSE(fitting(space, 1).has_value());
  EXPECT_EQ(fastest(space, Device{}).need.lut, 100);
  Device device;
  device.name = "D";
  device.capacity = {100, 0, 100, 0, 0};
  EXPECT_EQ(obstacle(space, 2, device), "1 cycles needs 120 LUT, D has 100");
  EXPECT_EQ(obstacle(space, 1, device), "");
}

TEST(FoldSearch, ARateThatWillDo) {
  const TwoLayers space;
  Device device;
  device.name = "D";
  device.capacity = {100, 0, 100, 0, 0};
  EXPECT_EQ(cheapest_within(space, 2.5, device).need.lut, 100);
  const auto problem = [&](double interval) {
    try {
      cheapest_within(space, interval, device);
    } catch (const InputError& error) {
      return std::string(error.what());
    }
    return std::string("none");
  };
  EXPECT_EQ(problem(1), "1 cycles an image needs 120 LUT, D has 100");
  EXPECT_EQ(problem(0.4), "0 cycles an image: must be 1 or more: no folding takes less");
}

}  // namespace
}  // namespace sparsim
