// Dates by hand. That they are those of the RTL is the co-simulation's to say (tests/sim/cosim).
#include "models/crossbar/dot_timing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "models/core/random.h"

namespace sparsim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

/// A DotTiming with a consumer that keeps each result for some cycles.
class Timed {
 public:
  Timed(const CrossbarShape& shape, std::int64_t filters) : timing_(shape, filters) {}

  Cycles enter(Cycles arrival, int nonzeros, bool last, Cycles kept = 0) {
    valid_.clear();
    return timing_.enter(arrival, nonzeros, last, [&](Cycles valid) {
      valid_.push_back(valid);
      return valid + kept;
    });
  }
  /// Of the results of the window that entered last.
  const std::vector<Cycles>& valid() const { return valid_; }
  Cycles end() const { return timing_.end(); }

 private:
  DotTiming timing_;
  std::vector<Cycles> valid_;
};

constexpr CrossbarShape kNine{9, 3, false};  // 4 stages: a result is valid 5 cycles after its last beat
constexpr CrossbarShape kFour{4, 2, true};   // 3 stages: 4 cycles

TEST(DotTiming, LetsBeatsFollowEachOther) {
  Timed timing(kNine, 1);
  EXPECT_EQ(timing.end(), -1);
  EXPECT_EQ(timing.enter(0, 9, true), 0);  // beats 1 2 3
  EXPECT_EQ(timing.end(), 3);
  EXPECT_THAT(timing.valid(), ElementsAre(8));
  EXPECT_EQ(timing.enter(1, 4, false), 3);  // 4 5
  EXPECT_THAT(timing.valid(), IsEmpty());
  EXPECT_EQ(timing.enter(4, 0, true), 5);  // 6
  EXPECT_THAT(timing.valid(), ElementsAre(11));
  EXPECT_EQ(timing.end(), 6);
}

TEST(DotTiming, TakesNoMoreThanAWindowACycle) {
  Timed timing({9, 9, false}, 1);
  for (Cycles i = 0; i < 4; ++i) EXPECT_EQ(timing.enter(0, 9, false), i);
}

TEST(DotTiming, WaitsForAWindow) {
  Timed timing(kNine, 2);
  timing.enter(0, 4, true);  // beats 1 2 | 3 4
  EXPECT_THAT(timing.valid(), ElementsAre(7, 9));
  EXPECT_EQ(timing.enter(20, 4, true), 20);  // 21 22 | 23 24
  EXPECT_THAT(timing.valid(), ElementsAre(27, 29));
}

TEST(DotTiming, StandsStillWhileAResultWaits) {
  Timed timing(kNine, 1);
  EXPECT_EQ(timing.enter(0, 9, true, 4), 0);  // beats 1 2 3; valid in 8, leaves in 12: nothing moves in 8..11
  EXPECT_THAT(timing.valid(), ElementsAre(8));
  EXPECT_EQ(timing.enter(0, 9, true), 3);        // 4 5 6
  EXPECT_THAT(timing.valid(), ElementsAre(15));  // 11, and the four
  EXPECT_EQ(timing.enter(0, 9, true), 6);        // 7 12 13
  EXPECT_EQ(timing.end(), 13);
  EXPECT_THAT(timing.valid(), ElementsAre(18));
  EXPECT_EQ(timing.enter(0, 9, true), 13);
}

TEST(DotTiming, TakesAWindowWhileItStandsStill) {
  Timed timing(kNine, 1);
  timing.enter(0, 3, true, 4);             // beat 1; valid in 6, leaves in 10
  EXPECT_EQ(timing.enter(7, 3, true), 7);  // the engine is free, but its beat is in 10
  EXPECT_EQ(timing.end(), 10);
  EXPECT_THAT(timing.valid(), ElementsAre(15));
}

TEST(DotTiming, StandsStillForEachFilter) {
  Timed timing(kNine, 3);
  timing.enter(0, 1, true, 2);  // beats 1 2 3; valid in 6, leaves in 8; the next in 9, 11; and in 12
  EXPECT_THAT(timing.valid(), ElementsAre(6, 9, 12));
}

// ---- skipping zero windows

TEST(DotTiming, SkipsFourWindowsBehindOneAtWork) {
  Timed timing(kFour, 8);
  EXPECT_EQ(timing.enter(0, 1, false), 0);  // beats 1..8
  for (const Cycles cycle : {1, 2, 3, 4}) EXPECT_EQ(timing.enter(0, 0, false), cycle);
  EXPECT_EQ(timing.end(), 8);
  EXPECT_EQ(timing.enter(0, 0, false), 8);  // a beat of its own
  EXPECT_EQ(timing.end(), 9);
}

TEST(DotTiming, SkipsNothingInTheCycleOfTheLastBeat) {
  Timed timing(kFour, 2);
  timing.enter(0, 1, false);                // beats 1 2
  EXPECT_EQ(timing.enter(2, 0, false), 2);  // the engine is free
  EXPECT_EQ(timing.end(), 3);
}

TEST(DotTiming, ClosesTheBufferBehindTheLastOfAGroup) {
  Timed timing(kFour, 8);
  timing.enter(0, 1, false);
  EXPECT_EQ(timing.enter(0, 0, true), 1);
  EXPECT_EQ(timing.enter(0, 0, false), 8);
}

TEST(DotTiming, FlushesBehindTheLastBeat) {
  Timed timing(kFour, 2);
  timing.enter(0, 2, false);               // beats 1 2
  EXPECT_EQ(timing.enter(0, 0, true), 1);  // ends with the beat of 2: at the accumulators in 5, read in 6 and 7
  EXPECT_THAT(timing.valid(), ElementsAre(7, 8));
  // Its beats, 3 and 4, would be at the accumulators in 6 and 7: they wait for the flush, until 8.
  EXPECT_EQ(timing.enter(0, 2, true), 2);
  EXPECT_THAT(timing.valid(), ElementsAre(9, 10));
}

TEST(DotTiming, LetsBeatsThatSendNothingPassAFlush) {
  Timed timing(kFour, 4);
  timing.enter(0, 2, false);  // beats 1..4
  timing.enter(0, 0, true);   // with 4: at the accumulators in 7, read in 8..11
  EXPECT_THAT(timing.valid(), ElementsAre(9, 10, 11, 12));
  EXPECT_EQ(timing.enter(0, 2, false), 4);  // 5..8: at the accumulators in 8..11
  EXPECT_EQ(timing.enter(0, 2, true), 8);   // 9..12: in 12 and on, where no flush is left
  EXPECT_THAT(timing.valid(), ElementsAre(13, 14, 15, 16));
}

TEST(DotTiming, SendsAndFlushesWithOneBeat) {
  Timed timing(kFour, 2);
  timing.enter(0, 2, true);  // beats 1 2
  EXPECT_THAT(timing.valid(), ElementsAre(5, 6));
  timing.enter(0, 0, true);  // a group of its own, behind the beat of 2
  EXPECT_THAT(timing.valid(), ElementsAre(7, 8));
}

TEST(DotTiming, FlushesOneGroupAfterTheOther) {
  Timed timing(kFour, 3);
  EXPECT_EQ(timing.enter(0, 0, true), 0);  // a beat of its own: 1, at the accumulators in 4
  EXPECT_THAT(timing.valid(), ElementsAre(6, 7, 8));
  EXPECT_EQ(timing.enter(0, 0, true), 1);  // 2: waits for that flush, until 8
  EXPECT_THAT(timing.valid(), ElementsAre(10, 11, 12));
}

TEST(DotTiming, StandsStillInAFlush) {
  Timed timing(kFour, 2);
  timing.enter(0, 0, true, 3);  // beat 1; valid in 6, leaves in 9; the next in 10, leaves in 13
  EXPECT_THAT(timing.valid(), ElementsAre(6, 10));
}

// ---- many at once

/// The results of a window, result i not before places[i]: one by one, or those that are early at once. When each left.
std::vector<Cycles> send(DotTiming& timing, const std::vector<Cycles>& places, bool at_once) {
  std::vector<Cycles> left;
  if (const std::int64_t early = timing.early_results(); at_once && timing.sending() && early > 0) {
    Cycles valid = timing.result_valid();
    for (std::int64_t n = 0; n < early; ++n) {
      left.push_back(std::max(valid, places[left.size()]));
      valid = left.back() + timing.stride();
    }
    timing.sent_early(early, left.back());
  }
  while (timing.sending()) {
    left.push_back(std::max(timing.result_valid(), places[left.size()]));
    timing.sent(left.back());
  }
  return left;
}

TEST(DotTiming, TakesWindowsAndSendsResultsAtOnceAsOneByOne) {
  int passed = 0, sent_early = 0;
  for (const CrossbarShape& shape : {kNine, kFour})
    for (const std::int64_t filters : {1, 2, 7, 16}) {
      Random random(1, static_cast<std::uint64_t>(filters));
      DotTiming single(shape, filters), many(shape, filters);
      Cycles arrival = 0;
      for (int window = 0; window < 2000; ++window) {
        const Cycles pass = pass_cycles(shape, static_cast<int>(random.below(shape.inputs + 1u)));
        const bool last = random.chance(0.3);
        arrival += static_cast<Cycles>(random.below(3 * static_cast<std::uint64_t>(filters)));
        std::vector<Cycles> places(static_cast<std::size_t>(filters));
        Cycles place = arrival;
        for (Cycles& p : places) p = place += static_cast<Cycles>(random.below(5));
        const Cycles entry = single.begin(arrival, pass, last);
        if (pass != 0 && !last && many.straight()) {
          ASSERT_EQ(DotTiming::Passes(many).begin(arrival, pass), entry) << "window " << window;
          ++passed;
        } else {
          ASSERT_EQ(many.begin(arrival, pass, last), entry) << "window " << window;
        }
        sent_early += many.sending() && many.early_results() > 0;
        ASSERT_EQ(send(many, places, true), send(single, places, false)) << "window " << window;
        ASSERT_EQ(many.end(), single.end()) << "window " << window;
      }
    }
  EXPECT_GT(passed, 0);
  EXPECT_GT(sent_early, 0);
}

}  // namespace
}  // namespace sparsim
