#include "models/core/critical_path.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <numeric>
#include <random>

namespace sparsim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

MATCHER_P2(Share, cause, cycles, "") { return arg.cause == cause && arg.cycles == cycles; }

TEST(CriticalPath, SumsTheCyclesOfEachCauseAlongTheChain) {
  CriticalPath path;
  const CauseId mac = path.cause("mac"), ddr = path.cause("ddr"), idle = path.cause("idle");
  EXPECT_EQ(path.cause("ddr"), ddr);
  const EventId loaded = path.extend(CriticalPath::kStart, ddr, 10);
  path.extend(loaded, idle, 90);  // another branch, not on the way to `stored`
  const EventId computed = path.extend(loaded, mac, 25);
  const EventId stored = path.extend(computed, ddr, 29);
  EXPECT_EQ(path.extend(stored, idle, 29), stored);  // no time, no event
  EXPECT_THAT(path.shares(stored), ElementsAre(Share("mac", 15), Share("ddr", 10 + 4)));
  EXPECT_THAT(path.shares(CriticalPath::kStart), IsEmpty());
}

// Chains that grow at random from each other, as processes do that wait for each other; one keeper collects, one does
// not, and both must tell the same.
TEST(CriticalPath, TellsTheSameAfterForgetting) {
  constexpr std::uint32_t kSeed = 5;
  SCOPED_TRACE(kSeed);
  std::mt19937 random(kSeed);
  constexpr std::size_t kChains = 5, kCauses = 4;
  CriticalPath all, pruned;
  for (std::size_t c = 0; c < kCauses; ++c)
    EXPECT_EQ(all.cause(std::string(1, char('a' + c))), pruned.cause(std::string(1, char('a' + c))));
  std::vector<EventId> in_all(kChains, CriticalPath::kStart), in_pruned(kChains, CriticalPath::kStart);
  EventId first_in_pruned = CriticalPath::kStart;
  pruned.hold(in_pruned);
  pruned.hold(first_in_pruned);
  std::size_t most = 0;
  for (int i = 0; i < 5000; ++i) {
    const std::size_t chain = random() % kChains, from = random() % 4 == 0 ? random() % kChains : chain;
    const CauseId cause = static_cast<CauseId>(random() % kCauses);
    const Cycles date = all.date(in_all[from]) + static_cast<Cycles>(random() % 3);
    in_all[chain] = all.extend(in_all[from], cause, date);
    in_pruned[chain] = pruned.extend(in_pruned[from], cause, date);
    if (i == 100) first_in_pruned = in_pruned[chain];  // held on to while everything moves on
    if (i == 2500) first_in_pruned = CriticalPath::kStart;
    if (i % 50 == 0) {
      pruned.collect_now();
      if (i > 2600) most = std::max(most, pruned.events());
    }
    ASSERT_EQ(pruned.date(in_pruned[chain]), date);
    const auto expected = all.shares(in_all[chain]), actual = pruned.shares(in_pruned[chain]);
    ASSERT_EQ(actual.size(), expected.size());
    for (std::size_t s = 0; s < expected.size(); ++s)
      ASSERT_THAT(actual[s], Share(expected[s].cause, expected[s].cycles));
    const Cycles sum = std::accumulate(actual.begin(), actual.end(), Cycles{0},
                                       [](Cycles a, const CauseShare& share) { return a + share.cycles; });
    ASSERT_EQ(sum, date);
  }
  // Chains of this kind meet after some tens of events; without folding there would be thousands.
  EXPECT_LT(most, 400u);
  EXPECT_GT(all.events(), 2000u);
}

}  // namespace
}  // namespace sparsim
