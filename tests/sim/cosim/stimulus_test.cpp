#include "sim/cosim/stimulus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/sim/cosim/given_windows.h"

namespace sparsim {
namespace {

using Rows = std::vector<std::vector<std::int16_t>>;

/// All windows; {} behind the last of a group.
Rows rows_of(WindowSource& source) {
  Rows rows;
  std::vector<std::int16_t> window(source.inputs());
  source.rewind();
  for (std::uint64_t i = 0; i < source.windows(); ++i) {
    const bool last = source.next(window);
    rows.push_back(window);
    if (last) rows.emplace_back();
  }
  return rows;
}

double share_of_nonzeros(double density) {
  RandomWindows source(9, 1, 2000, density, 1);
  double nonzeros = 0;
  for (const auto& row : rows_of(source))
    for (const std::int16_t value : row) nonzeros += value != 0;
  return nonzeros / (9 * 2000);
}

TEST(RandomWindows, AreTheSameAgain) {
  RandomWindows source(9, 3, 500, 0.5, 1), same(9, 3, 500, 0.5, 1), other(9, 3, 500, 0.5, 2);
  const Rows rows = rows_of(source);
  EXPECT_EQ(rows_of(source), rows);
  EXPECT_EQ(rows_of(same), rows);
  EXPECT_EQ(same.weights(), source.weights());
  EXPECT_NE(rows_of(other), rows);
  EXPECT_NE(other.weights(), source.weights());
}

TEST(RandomWindows, AreAsDenseAsAsked) {
  EXPECT_EQ(share_of_nonzeros(0), 0);
  EXPECT_EQ(share_of_nonzeros(1), 1);
  EXPECT_NEAR(share_of_nonzeros(0.3), 0.3, 0.014);  // four deviations of 18000 draws: 4 sqrt(0.3 * 0.7 / 18000)
}

TEST(RandomWindows, ComeInGroupsOfOneToSixteen) {
  RandomWindows source(4, 2, 3000, 0.5, 1);
  std::vector<std::size_t> sizes(RandomWindows::kMostChannels + 1);
  std::size_t size = 0;
  const Rows rows = rows_of(source);
  for (const auto& row : rows) {
    if (!row.empty()) {
      ++size;
      continue;
    }
    ASSERT_LE(size, RandomWindows::kMostChannels);
    ++sizes[size];
    size = 0;
  }
  EXPECT_TRUE(rows.back().empty()) << "the last window ends its group";
  EXPECT_EQ(sizes[0], 0u);
  for (std::size_t i = 1; i <= RandomWindows::kMostChannels; ++i) EXPECT_GT(sizes[i], 0u) << i;
  EXPECT_EQ(source.rows(), RandomWindows::kMostChannels * 2);
}

TEST(WindowFeed, HandsOneWindowAfterTheOther) {
  GivenWindows source({{{1, 0, 2}, false}, {{0, 0, 0}, true}}, 1, std::vector<std::int16_t>(6, 1));
  WindowFeed feed(source, 0, 1);
  EXPECT_FALSE(feed.done());
  EXPECT_TRUE(feed.begin_cycle());
  EXPECT_TRUE(feed.valid());
  EXPECT_EQ(feed.position(), 0u);
  EXPECT_EQ(feed.nonzeros(), 2);
  EXPECT_FALSE(feed.last());
  EXPECT_FALSE(feed.begin_cycle());  // it stays until it is taken
  EXPECT_THAT(feed.window(), testing::ElementsAre(1, 0, 2));
  feed.take();
  EXPECT_FALSE(feed.valid());
  EXPECT_EQ(feed.position(), 0u);
  EXPECT_TRUE(feed.begin_cycle());  // the next, in the next cycle
  EXPECT_EQ(feed.position(), 1u);
  EXPECT_EQ(feed.nonzeros(), 0);
  EXPECT_TRUE(feed.last());
  EXPECT_FALSE(feed.done());
  feed.take();
  EXPECT_TRUE(feed.done());
  EXPECT_FALSE(feed.begin_cycle());
}

TEST(WindowFeed, StallsWithTheProbabilityAsked) {
  RandomWindows source(4, 1, 2000, 0.5, 1);
  WindowFeed feed(source, 0.75, 1);
  int cycles = 0;
  for (; !feed.done() && cycles < 100'000; ++cycles)
    if (feed.begin_cycle()) feed.take();
  EXPECT_EQ(feed.position(), 1999u);
  EXPECT_NEAR(cycles, 8000, 620);  // a window in 4 cycles; four deviations: 4 sqrt(2000 * 0.75) / 0.25
}

TEST(ReadyPattern, IsTheSameHoweverFarOneLooksAhead) {
  ReadyPattern in_order(0.5, 3), ahead(0.5, 3), other(0.5, 4);
  ahead.from(900);
  int differ = 0;
  for (Cycles cycle = 0; cycle < 1000; ++cycle) {
    const bool ready = in_order.at(cycle);
    EXPECT_EQ(ahead.at(cycle), ready) << cycle;
    differ += other.at(cycle) != ready;
    in_order.forget(cycle);
    ahead.forget(cycle);
  }
  EXPECT_GT(differ, 0);
}

TEST(ReadyPattern, KnowsTheNextCycleThatIsReady) {
  ReadyPattern pattern(0.7, 1);
  Cycles next = 0;
  for (Cycles cycle = 999; cycle >= 0; --cycle) {
    if (cycle == 999) next = pattern.from(999);
    if (pattern.at(cycle)) next = cycle;
    EXPECT_EQ(pattern.from(cycle), next) << cycle;
  }
}

TEST(ReadyPattern, StallsWithTheProbabilityAsked) {
  ReadyPattern never(0, 1), often(0.7, 1);
  int stalls = 0;
  for (Cycles cycle = 0; cycle < 10'000; ++cycle) {
    EXPECT_TRUE(never.at(cycle));
    stalls += !often.at(cycle);
  }
  EXPECT_NEAR(stalls, 7000, 184);  // four deviations: 4 sqrt(10000 * 0.7 * 0.3)
}

}  // namespace
}  // namespace sparsim
