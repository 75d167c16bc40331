#include "sim/cosim/toggles.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace sparsim {
namespace {

using testing::ElementsAre;

std::vector<std::uint64_t> toggles(const ToggleCounter& counter) {
  std::vector<std::uint64_t> counts;
  for (const ToggleCounter::Group& group : counter.groups()) counts.push_back(group.toggles);
  return counts;
}

/// Three inputs on two lanes, all zero.
struct Pins {
  DotInputs in;
  DotOutputs out;
  Pins() {
    in.window.assign(3, 0);
    in.weight.assign(3, 0);
    out.grant.assign(2, 0);
    out.lane_data.assign(2, 0);
    out.lane_weight.assign(2, 0);
  }
};

TEST(ToggleCounter, CountsPins) {
  ToggleCounter counter;
  const Pins pins;
  counter.look(pins.in, pins.out);
  std::vector<std::uint64_t> widths;
  for (const ToggleCounter::Group& group : counter.groups()) widths.push_back(group.pins);
  EXPECT_THAT(widths, ElementsAre(3 * 16, 3 * 16, 2 * 3, 2 * 16, 2 * 16, 48));
  EXPECT_THAT(toggles(counter), ElementsAre(0, 0, 0, 0, 0, 0));  // nothing to compare with yet
}

TEST(ToggleCounter, CountsBitsThatDifferFromTheCycleBefore) {
  ToggleCounter counter;
  Pins pins;
  counter.look(pins.in, pins.out);
  pins.in.window = {1, 3, -1};      // 1 + 2 + 16
  pins.in.weight = {0, 0, 0x0f0f};  // 8
  pins.out.grant = {0b001, 0b100};  // 1 + 1
  pins.out.lane_data = {7, 0};      // 3
  pins.out.lane_weight = {0, -2};   // 15
  pins.out.result = 5;              // not valid
  counter.look(pins.in, pins.out);
  EXPECT_THAT(toggles(counter), ElementsAre(19, 8, 2, 3, 15, 0));
  EXPECT_EQ(counter.multiplier_toggles(), 18u);

  counter.look(pins.in, pins.out);
  EXPECT_THAT(toggles(counter), ElementsAre(19, 8, 2, 3, 15, 0));

  pins.in.window = {1, 3, -2};      // 1
  pins.out.grant = {0b010, 0b100};  // 2
  counter.look(pins.in, pins.out);
  EXPECT_THAT(toggles(counter), ElementsAre(20, 8, 4, 3, 15, 0));
}

TEST(ToggleCounter, ComparesAResultWithTheOneBefore) {
  ToggleCounter counter;
  Pins pins;
  const auto look = [&](bool valid, std::int64_t result) {
    pins.out.result_valid = valid;
    pins.out.result = result;
    counter.look(pins.in, pins.out);
    return counter.groups()[ToggleCounter::kResults].toggles;
  };
  EXPECT_EQ(look(false, 0), 0u);
  EXPECT_EQ(look(true, 5), 2u);
  EXPECT_EQ(look(false, 1000), 2u);
  EXPECT_EQ(look(true, 6), 2u + 2);        // 101 and 110
  EXPECT_EQ(look(true, -7), 4u + 48);      // all bits
  EXPECT_EQ(look(true, -7 - 2), 52u + 3);  // ...1001 and ...0111
}

TEST(ToggleCounter, AddsRuns) {
  ToggleCounter first, second, total;
  Pins pins;
  first.look(pins.in, pins.out);
  second.look(pins.in, pins.out);
  pins.out.lane_data = {1, 0};
  first.look(pins.in, pins.out);
  pins.out.lane_data = {7, 0};
  second.look(pins.in, pins.out);
  total += first;
  total += second;
  EXPECT_THAT(toggles(total), ElementsAre(0, 0, 0, 1 + 3, 0, 0));
  EXPECT_EQ(total.groups()[ToggleCounter::kLaneOperands].pins, 32u);
}

}  // namespace
}  // namespace sparsim
