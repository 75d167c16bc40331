#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/core/error.h"
#include "models/crossbar/arbiter.h"

namespace sparsim {
namespace {

using testing::ElementsAre;

ArbiterInputs window(std::uint64_t request, bool last = false) {
  ArbiterInputs inputs;
  inputs.window_valid = true;
  inputs.request = request;
  inputs.last = last;
  return inputs;
}
const ArbiterInputs kNoWindow{};

/// An arbiter that a test clocks by hand.
class Stepped {
 public:
  Stepped(const CrossbarShape& shape, std::uint32_t passes) : arbiter_(shape) { arbiter_.reset(passes); }
  /// The outputs of a cycle; then the clock.
  ArbiterOutputs cycle(const ArbiterInputs& inputs) {
    const ArbiterOutputs outputs = arbiter_.evaluate(inputs);
    arbiter_.clock();
    return outputs;
  }
  ArbiterOutputs look(const ArbiterInputs& inputs) { return arbiter_.evaluate(inputs); }
  void reset(std::uint32_t passes) { arbiter_.reset(passes); }

 private:
  ArbiterStep arbiter_;
};

TEST(ArbiterStep, SearchesAfterTheInputServedLastAcrossWindows) {
  Stepped arbiter({4, 2, false}, 1);
  const ArbiterOutputs entry = arbiter.cycle(window(0b1111));
  EXPECT_TRUE(entry.window_ready && entry.load);
  EXPECT_FALSE(entry.beat_valid);

  const ArbiterOutputs first = arbiter.cycle(window(0b0111));
  EXPECT_THAT(first.grant, ElementsAre(0b0001, 0b0010));
  EXPECT_TRUE(first.beat_valid && first.dealt && first.pass_start && !first.pass_end);
  EXPECT_FALSE(first.window_ready || first.load);
  EXPECT_EQ(first.ended, 0u);

  const ArbiterOutputs second = arbiter.cycle(window(0b0111));
  EXPECT_THAT(second.grant, ElementsAre(0b0100, 0b1000));
  EXPECT_TRUE(!second.pass_start && second.pass_end);
  EXPECT_TRUE(second.window_ready && second.load) << "the next enters in the cycle of the last beat";
  EXPECT_EQ(second.ended, 1u);

  EXPECT_THAT(arbiter.cycle(window(0b1011)).grant, ElementsAre(0b0001, 0b0010));  // after 3: 0
  EXPECT_THAT(arbiter.cycle(window(0b1011)).grant, ElementsAre(0b0100, 0));
  EXPECT_THAT(arbiter.cycle(kNoWindow).grant, ElementsAre(0b1000, 0b0001));  // after 2: 3, then round
  EXPECT_THAT(arbiter.cycle(window(0b0011)).grant, ElementsAre(0b0010, 0));
  EXPECT_THAT(arbiter.cycle(kNoWindow).grant, ElementsAre(0b0001, 0b0010));  // after 1: round
  EXPECT_FALSE(arbiter.cycle(kNoWindow).beat_valid);
}

TEST(ArbiterStep, DealsAWindowOnceAPass) {
  Stepped arbiter({4, 2, false}, 2);
  arbiter.cycle(window(0b1101));
  struct Beat {
    std::uint32_t pass;
    std::uint64_t lane0, lane1;
    bool start, end;
  };
  for (const Beat& beat : {Beat{0, 0b0001, 0b0100, true, false}, Beat{0, 0b1000, 0, false, true},
                           Beat{1, 0b0001, 0b0100, true, false}, Beat{1, 0b1000, 0, false, true}}) {
    const ArbiterOutputs outputs = arbiter.cycle(kNoWindow);
    EXPECT_EQ(outputs.pass, beat.pass);
    EXPECT_THAT(outputs.grant, ElementsAre(beat.lane0, beat.lane1));
    EXPECT_EQ(outputs.pass_start, beat.start);
    EXPECT_EQ(outputs.pass_end, beat.end);
    const bool ends = beat.pass == 1 && beat.end;
    EXPECT_EQ(outputs.ended, ends ? 1u : 0u);
    EXPECT_EQ(outputs.window_ready, ends);
  }
}

TEST(ArbiterStep, HoldsABeatThatIsNotTaken) {
  Stepped arbiter({4, 2, false}, 1);
  arbiter.cycle(window(0b1100));
  ArbiterInputs stalled = window(0b0011);
  stalled.beat_ready = false;
  for (int i = 0; i < 3; ++i) {
    const ArbiterOutputs outputs = arbiter.cycle(stalled);
    EXPECT_TRUE(outputs.beat_valid);
    EXPECT_THAT(outputs.grant, ElementsAre(0b0100, 0b1000));
    EXPECT_FALSE(outputs.window_ready);
  }
  EXPECT_TRUE(arbiter.cycle(window(0b0011)).window_ready);
  EXPECT_THAT(arbiter.cycle(kNoWindow).grant, ElementsAre(0b0001, 0b0010));
}

TEST(ArbiterStep, MayBeLookedAtWithOtherInputs) {
  Stepped arbiter({4, 2, false}, 1);
  EXPECT_TRUE(arbiter.look(window(0b0001)).load);
  EXPECT_FALSE(arbiter.look(kNoWindow).load);
  EXPECT_TRUE(arbiter.cycle(window(0b0100)).load);  // the last ones count
  EXPECT_THAT(arbiter.cycle(kNoWindow).grant, ElementsAre(0b0100, 0));
}

TEST(ArbiterStep, TellsTheWindowsOfAGroup) {
  Stepped arbiter({4, 4, false}, 1);
  arbiter.cycle(window(0b0001));
  const ArbiterOutputs first = arbiter.cycle(window(0b0001));
  const ArbiterOutputs second = arbiter.cycle(window(0b0001, true));
  const ArbiterOutputs third = arbiter.cycle(window(0b0001));
  const ArbiterOutputs next_group = arbiter.cycle(kNoWindow);
  EXPECT_TRUE(first.first && !first.last);
  EXPECT_TRUE(!second.first && !second.last);
  EXPECT_TRUE(!third.first && third.last);
  EXPECT_TRUE(next_group.first && !next_group.last);
  EXPECT_FALSE(third.flush) << "a window that is dealt sends its results itself";
}

TEST(ArbiterStep, GivesAZeroWindowABeatAPass) {
  Stepped arbiter({4, 2, false}, 2);
  arbiter.cycle(window(0, true));
  const ArbiterOutputs first = arbiter.cycle(kNoWindow), second = arbiter.cycle(kNoWindow);
  EXPECT_TRUE(first.dealt && first.pass_start && first.pass_end && first.first && first.last);
  EXPECT_THAT(first.grant, ElementsAre(0, 0));
  EXPECT_EQ(first.ended, 0u);
  EXPECT_EQ(second.pass, 1u);
  EXPECT_EQ(second.ended, 1u);
  EXPECT_FALSE(second.flush);
}

// ---- skipping zero windows

TEST(ArbiterStep, GivesASkippedWindowOneBeatWhereTheEngineIsFree) {
  Stepped arbiter({4, 2, true}, 5);
  EXPECT_TRUE(arbiter.cycle(window(0)).load);
  const ArbiterOutputs beat = arbiter.cycle(window(0, true));
  EXPECT_TRUE(beat.beat_valid && beat.window_ready && beat.load);
  EXPECT_FALSE(beat.dealt || beat.pass_start || beat.pass_end || beat.first || beat.last || beat.flush);
  EXPECT_EQ(beat.ended, 1u);
  const ArbiterOutputs last = arbiter.cycle(kNoWindow);
  EXPECT_FALSE(last.dealt || last.last);
  EXPECT_TRUE(last.flush && last.flush_empty);
  EXPECT_EQ(last.ended, 1u);
  EXPECT_FALSE(arbiter.cycle(kNoWindow).beat_valid);
}

TEST(ArbiterStep, SkipsFourWindowsBehindOneAtWork) {
  Stepped arbiter({4, 2, true}, 8);
  arbiter.cycle(window(0b0001));
  EXPECT_FALSE(arbiter.look(window(0b0001)).window_ready);
  for (int beat = 1; beat <= 4; ++beat) {
    const ArbiterOutputs outputs = arbiter.cycle(window(0));
    EXPECT_TRUE(outputs.window_ready) << beat;
    EXPECT_FALSE(outputs.load) << beat;
  }
  for (int beat = 5; beat <= 7; ++beat) EXPECT_FALSE(arbiter.cycle(window(0)).window_ready) << beat;
  const ArbiterOutputs last_beat = arbiter.cycle(window(0));
  EXPECT_EQ(last_beat.ended, 5u);
  EXPECT_TRUE(last_beat.load);
  EXPECT_FALSE(last_beat.flush);
  const ArbiterOutputs fifth = arbiter.cycle(kNoWindow);
  EXPECT_TRUE(fifth.beat_valid && !fifth.dealt);
  EXPECT_EQ(fifth.ended, 1u);
}

TEST(ArbiterStep, SkipsWhileItsBeatIsNotTaken) {
  Stepped arbiter({4, 2, true}, 1);
  arbiter.cycle(window(0b0001));
  ArbiterInputs stalled = window(0);
  stalled.beat_ready = false;
  EXPECT_TRUE(arbiter.cycle(stalled).window_ready);
  const ArbiterOutputs beat = arbiter.cycle(kNoWindow);
  EXPECT_EQ(beat.ended, 2u);
}

TEST(ArbiterStep, ClosesTheBufferBehindTheLastOfAGroup) {
  Stepped arbiter({4, 2, true}, 4);
  arbiter.cycle(window(0b0001));
  EXPECT_TRUE(arbiter.cycle(window(0, true)).window_ready);
  EXPECT_FALSE(arbiter.cycle(window(0)).window_ready);
  EXPECT_FALSE(arbiter.cycle(window(0)).window_ready);
  const ArbiterOutputs last_beat = arbiter.cycle(window(0));
  EXPECT_TRUE(last_beat.load);
  EXPECT_EQ(last_beat.ended, 2u);
  EXPECT_TRUE(last_beat.flush && !last_beat.flush_empty) << "a window of the group was dealt";
  EXPECT_FALSE(last_beat.last);
  EXPECT_FALSE(arbiter.cycle(kNoWindow).flush);
}

TEST(ArbiterStep, EndsTwoGroupsWithOneBeat) {
  Stepped arbiter({4, 2, true}, 2);
  arbiter.cycle(window(0b0001, true));
  EXPECT_TRUE(arbiter.cycle(window(0, true)).window_ready);
  const ArbiterOutputs last_beat = arbiter.cycle(kNoWindow);
  EXPECT_TRUE(last_beat.last && last_beat.flush && last_beat.flush_empty);
  EXPECT_EQ(last_beat.ended, 2u);
}

TEST(ArbiterStep, BeginsAGroupWithTheFirstWindowThatIsDealt) {
  Stepped arbiter({4, 2, true}, 1);
  arbiter.cycle(window(0));
  arbiter.cycle(window(0b0001));
  const ArbiterOutputs dealt = arbiter.cycle(window(0b0001, true));
  EXPECT_TRUE(dealt.first);
  EXPECT_FALSE(arbiter.cycle(kNoWindow).first);
}

TEST(ArbiterStep, ForgetsAllAtAReset) {
  Stepped arbiter({4, 1, true}, 3);
  arbiter.cycle(window(0b0111));
  arbiter.cycle(window(0));
  arbiter.reset(1);
  EXPECT_FALSE(arbiter.look(kNoWindow).beat_valid);
  arbiter.cycle(window(0b1111));
  const ArbiterOutputs first = arbiter.cycle(kNoWindow);
  EXPECT_THAT(first.grant, ElementsAre(0b0001));
  EXPECT_TRUE(first.first);
}

TEST(ArbiterStep, HasAsManyPassesAsTheRtl) {
  ArbiterStep arbiter({4, 2, false});
  EXPECT_THROW(arbiter.reset(0), ModelError);
  EXPECT_THROW(arbiter.reset(1025), ModelError);
  arbiter.reset(1024);
}

}  // namespace
}  // namespace sparsim
