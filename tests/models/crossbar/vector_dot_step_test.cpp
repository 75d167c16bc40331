#include "models/crossbar/vector_dot_step.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/core/error.h"

namespace sparsim {
namespace {

using testing::ElementsAre;
using Operands = std::vector<std::int16_t>;

/// Four inputs on two lanes: 3 stages from a beat to the accumulators, and a result is valid in the cycle after.
constexpr CrossbarShape kPlain{4, 2, false}, kSkipping{4, 2, true};

/// An engine and its weight memory, clocked by hand.
class Stepped {
 public:
  Stepped(const CrossbarShape& shape, std::vector<Operands> rows, std::uint32_t filters)
      : engine_(shape), rows_(std::move(rows)) {
    engine_.reset(filters);
    inputs_.window.assign(4, 0);
    inputs_.weight.assign(4, 0);
  }
  Stepped& present(const Operands& window, bool last) {
    inputs_.window_valid = true;
    inputs_.window = window;
    inputs_.last = last;
    return *this;
  }
  DotOutputs cycle(bool result_ready = true) {
    inputs_.result_ready = result_ready;
    const DotOutputs outputs = engine_.evaluate(inputs_);
    engine_.clock();
    if (outputs.weight_row < rows_.size()) inputs_.weight = rows_[outputs.weight_row];
    inputs_.window_valid = false;
    return outputs;
  }
  void idle(int cycles) {
    for (int i = 0; i < cycles; ++i) EXPECT_FALSE(cycle().result_valid);
  }
  void expect_result(std::int64_t value, bool end) {
    const DotOutputs outputs = cycle();
    EXPECT_TRUE(outputs.result_valid);
    EXPECT_EQ(outputs.result, value);
    EXPECT_EQ(outputs.result_end, end);
  }

 private:
  SparseDotStep engine_;
  const std::vector<Operands> rows_;
  DotInputs inputs_;
};

TEST(SparseDotStep, ComputesAResultAFilter) {
  Stepped engine(kPlain, {{10, 20, 30, 40}, {1, 1, 1, -1}}, 2);
  const DotOutputs entry = engine.present({1, 0, 3, 4}, true).cycle();  // 0
  EXPECT_TRUE(entry.window_ready);
  EXPECT_FALSE(entry.beat);
  EXPECT_EQ(entry.weight_row, 0u);

  const DotOutputs one = engine.cycle();
  EXPECT_TRUE(one.beat);
  EXPECT_THAT(one.grant, ElementsAre(0b0001, 0b0100));
  EXPECT_THAT(one.lane_data, ElementsAre(1, 3));
  EXPECT_THAT(one.lane_weight, ElementsAre(10, 30));
  EXPECT_EQ(one.weight_row, 0u);

  const DotOutputs two = engine.cycle();
  EXPECT_THAT(two.grant, ElementsAre(0b1000, 0));
  EXPECT_THAT(two.lane_data, ElementsAre(4, 0));
  EXPECT_THAT(two.lane_weight, ElementsAre(40, 0));
  EXPECT_EQ(two.weight_row, 1u);

  const DotOutputs three = engine.cycle();
  EXPECT_EQ(three.pass, 1u);
  EXPECT_THAT(three.lane_weight, ElementsAre(1, 1));
  const DotOutputs four = engine.cycle();
  EXPECT_EQ(four.ended, 1u);
  EXPECT_TRUE(four.window_ready);

  engine.idle(1);                                         // 5
  engine.expect_result(1 * 10 + 3 * 30 + 4 * 40, false);  // 6: its last beat was in 2
  engine.idle(1);
  engine.expect_result(1 + 3 - 4, true);  // 8: in 4
  engine.idle(5);
}

TEST(SparseDotStep, AddsTheWindowsOfAGroup) {
  // Rows: channel 0 of filters 0 and 1, channel 1 of them.
  Stepped engine(kPlain, {{1, 0, 0, 0}, {2, 0, 0, 0}, {0, 3, 0, 0}, {0, 4, 0, 0}}, 2);
  const auto feed = [&](const Operands& window, bool last) {
    for (int cycle = 0; cycle < 10; ++cycle)
      if (const DotOutputs outputs = engine.present(window, last).cycle(); outputs.window_ready)
        return outputs.weight_row;
    return ~0u;
  };
  EXPECT_EQ(feed({7, 7, 0, 0}, false), 0u);    // enters in 0
  EXPECT_EQ(feed({5, 5, 0, 0}, true), 2u);     // in 2, behind two passes of a beat
  EXPECT_EQ(feed({9, 9, 0, 0}, false), 0u);    // in 4: the next group begins with channel 0
  engine.idle(2);                              // 5, 6
  engine.expect_result(7 * 1 + 5 * 3, false);  // 7: the beat in 3
  engine.expect_result(7 * 2 + 5 * 4, true);
  engine.idle(5);
}

TEST(SparseDotStep, StandsStillWhileAResultWaits) {
  Stepped engine(kPlain, {{1, 1, 1, 1}}, 1);
  for (int window = 0; window < 5; ++window) engine.present({1, 2, 0, 0}, true).cycle();  // enter in 0..4
  for (int cycle = 5; cycle < 8; ++cycle) {
    // The first beat was in 1. The window of 4 waits in the engine, one at its input.
    const DotOutputs outputs = engine.present({1, 2, 0, 0}, true).cycle(false);
    EXPECT_TRUE(outputs.result_valid) << cycle;
    EXPECT_EQ(outputs.result, 3) << cycle;
    EXPECT_FALSE(outputs.beat) << cycle;
    EXPECT_FALSE(outputs.window_ready) << cycle;
  }
  const DotOutputs taken = engine.present({1, 2, 0, 0}, true).cycle();
  EXPECT_TRUE(taken.result_valid && taken.beat && taken.window_ready);
  for (int left = 0; left < 5; ++left) engine.expect_result(3, true);
  engine.idle(5);
}

TEST(SparseDotStep, FlushesAGroupThatEndsWithASkippedWindow) {
  Stepped engine(kSkipping, {{1, 2, 0, 0}, {3, 4, 0, 0}}, 2);
  engine.present({1, 1, 0, 0}, false).cycle();                           // 0; its beats are 1 and 2
  EXPECT_TRUE(engine.present({0, 0, 0, 0}, true).cycle().window_ready);  // 1
  EXPECT_EQ(engine.cycle().ended, 2u);                                   // 2, at the accumulators in 5
  engine.idle(4);                                                        // 3..6: one cycle more, to read the sum
  engine.expect_result(3, false);
  engine.expect_result(7, true);
  engine.idle(3);
}

TEST(SparseDotStep, LetsABeatThatSendsWaitForAFlush) {
  Stepped engine(kSkipping, {{1, 2, 0, 0}, {3, 4, 0, 0}}, 2);
  engine.present({1, 1, 0, 0}, false).cycle();  // as above
  engine.present({0, 0, 0, 0}, true).cycle();
  EXPECT_TRUE(engine.present({2, 2, 0, 0}, true).cycle().window_ready);  // 2; its beats are 3 and 4
  engine.idle(4);
  engine.expect_result(3, false);  // 7
  engine.expect_result(7, true);
  engine.expect_result(6, false);  // 9, not 7
  engine.expect_result(14, true);
  engine.idle(3);
}

TEST(SparseDotStep, FlushesZerosWhereNothingWasDealt) {
  Stepped engine(kSkipping, {{1, 1, 1, 1}, {1, 1, 1, 1}}, 2);
  engine.present({1, 1, 1, 1}, true).cycle();                            // 0; beats 1..4
  EXPECT_TRUE(engine.present({0, 0, 0, 0}, true).cycle().window_ready);  // 1: a group of its own
  engine.idle(4);                                                        // 2..5
  engine.expect_result(4, false);                                        // 6
  engine.idle(1);
  engine.expect_result(4, true);   // 8: the beat of 4, which ends both groups
  engine.expect_result(0, false);  // 9
  engine.expect_result(0, true);
  engine.idle(3);
}

TEST(SparseDotStep, ForgetsAllAtAReset) {
  SparseDotStep engine(kPlain);
  DotInputs inputs;
  inputs.window_valid = true;
  inputs.window.assign(4, 1);
  inputs.weight.assign(4, 1);
  inputs.last = true;
  engine.reset(1);
  for (int cycle = 0; cycle < 10; ++cycle) {
    engine.evaluate(inputs);
    engine.clock();
  }
  engine.reset(1);
  inputs.window_valid = false;
  for (int cycle = 0; cycle < 10; ++cycle) {
    const DotOutputs& outputs = engine.evaluate(inputs);
    EXPECT_FALSE(outputs.beat || outputs.result_valid);
    EXPECT_EQ(outputs.weight_row, 0u);
    engine.clock();
  }
}

TEST(SparseDotStep, RefusesAWindowOfAnotherSize) {
  SparseDotStep engine(kPlain);
  DotInputs inputs;
  inputs.window.assign(5, 0);
  inputs.weight.assign(4, 0);
  EXPECT_THROW(engine.evaluate(inputs), ModelError);
}

TEST(WrappedResult, HoldsFortyEightBits) {
  constexpr std::int64_t kTop = std::int64_t{1} << 47;
  EXPECT_EQ(wrapped_result(kTop - 1), kTop - 1);
  EXPECT_EQ(wrapped_result(kTop), -kTop);
  EXPECT_EQ(wrapped_result(-kTop), -kTop);
  EXPECT_EQ(wrapped_result(-kTop - 1), kTop - 1);
  EXPECT_EQ(wrapped_result(-1), -1);
}

}  // namespace
}  // namespace sparsim
