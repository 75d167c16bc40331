#include "models/crossbar/rtl_engines.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "models/core/error.h"

void vl_fatal(const char* file, int line, const char* instance, const char* message);  // Verilated models call it

namespace sparsim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using Lanes = std::vector<std::uint64_t>;

constexpr std::uint64_t bit(int input) { return std::uint64_t{1} << input; }

ArbiterInputs window(std::uint64_t request, bool last = false) {
  ArbiterInputs inputs;
  inputs.window_valid = true;
  inputs.request = request;
  inputs.last = last;
  return inputs;
}
const ArbiterInputs kNoWindow{};

/// What the arbiter shows in this cycle; then the clock.
ArbiterOutputs cycle(Arbiter& arbiter, const ArbiterInputs& inputs) {
  const ArbiterOutputs outputs = arbiter.evaluate(inputs);
  arbiter.clock();
  return outputs;
}

// ---- arbiter

TEST(RtlArbiter, DealsAWindowInOrder) {
  const auto arbiter = rtl_arbiter({8, 2, false});
  const ArbiterOutputs entry = cycle(*arbiter, window(0b1011'0111));
  EXPECT_TRUE(entry.window_ready && entry.load);
  EXPECT_FALSE(entry.beat_valid);

  const ArbiterOutputs first = cycle(*arbiter, kNoWindow);
  EXPECT_TRUE(first.beat_valid && first.dealt && first.pass_start && first.first);
  EXPECT_FALSE(first.pass_end || first.last || first.window_ready);
  EXPECT_THAT(first.grant, ElementsAre(bit(0), bit(1)));
  EXPECT_EQ(first.ended, 0u);

  const ArbiterOutputs second = cycle(*arbiter, kNoWindow);
  EXPECT_FALSE(second.pass_start || second.pass_end);
  EXPECT_THAT(second.grant, ElementsAre(bit(2), bit(4)));

  const ArbiterOutputs third = cycle(*arbiter, kNoWindow);
  EXPECT_TRUE(third.pass_end && third.window_ready);
  EXPECT_THAT(third.grant, ElementsAre(bit(5), bit(7)));
  EXPECT_EQ(third.ended, 1u);

  EXPECT_FALSE(cycle(*arbiter, kNoWindow).beat_valid);
}

TEST(RtlArbiter, TheNextWindowEntersWithTheLastBeatAndTheSearchGoesOn) {
  const auto arbiter = rtl_arbiter({8, 2, false});
  cycle(*arbiter, window(0b0000'0111));
  EXPECT_THAT(cycle(*arbiter, window(0xff)).grant, ElementsAre(bit(0), bit(1)));  // no room yet
  const ArbiterOutputs last = cycle(*arbiter, window(0xff, true));
  EXPECT_TRUE(last.window_ready && last.load);
  EXPECT_THAT(last.grant, ElementsAre(bit(2), 0u));
  EXPECT_THAT(cycle(*arbiter, kNoWindow).grant, ElementsAre(bit(3), bit(4)));
  EXPECT_THAT(cycle(*arbiter, kNoWindow).grant, ElementsAre(bit(5), bit(6)));
  EXPECT_THAT(cycle(*arbiter, kNoWindow).grant, ElementsAre(bit(7), bit(0)));
  const ArbiterOutputs end = cycle(*arbiter, kNoWindow);
  EXPECT_THAT(end.grant, ElementsAre(bit(1), bit(2)));
  EXPECT_TRUE(end.last);
  EXPECT_FALSE(end.first);  // of the group, which began with the window before
}

TEST(RtlArbiter, HoldsABeatUntilItIsTaken) {
  const auto arbiter = rtl_arbiter({9, 3, false});
  cycle(*arbiter, window(0b1'1110'0000));  // 5..8
  ArbiterInputs stall;
  stall.beat_ready = false;
  for (int i = 0; i < 3; ++i) {
    EXPECT_THAT(cycle(*arbiter, stall).grant, ElementsAre(bit(5), bit(6), bit(7)));
  }
  EXPECT_THAT(cycle(*arbiter, kNoWindow).grant, ElementsAre(bit(5), bit(6), bit(7)));
  EXPECT_FALSE(arbiter->evaluate(stall).window_ready);  // in its last beat, which is not taken
  EXPECT_TRUE(arbiter->evaluate(kNoWindow).window_ready);
  EXPECT_THAT(cycle(*arbiter, kNoWindow).grant, ElementsAre(bit(8), 0u, 0u));
}

TEST(RtlArbiter, DealsAWindowOnceAPass) {
  const auto arbiter = rtl_arbiter({9, 4, false});
  arbiter->reset(2);
  cycle(*arbiter, window(0b1'0000'1111));
  std::vector<std::uint32_t> passes, ended;
  for (const Lanes& grant : {Lanes{bit(0), bit(1), bit(2), bit(3)}, Lanes{bit(8), 0, 0, 0},
                             Lanes{bit(0), bit(1), bit(2), bit(3)}, Lanes{bit(8), 0, 0, 0}}) {
    const ArbiterOutputs outputs = cycle(*arbiter, kNoWindow);
    EXPECT_EQ(outputs.grant, grant);
    passes.push_back(outputs.pass);
    ended.push_back(outputs.ended);
  }
  EXPECT_THAT(passes, ElementsAre(0, 0, 1, 1));
  EXPECT_THAT(ended, ElementsAre(0, 0, 0, 1));
  EXPECT_FALSE(cycle(*arbiter, kNoWindow).beat_valid);
}

TEST(RtlArbiter, AZeroWindowTakesABeatAPassUnlessSkipped) {
  const auto arbiter = rtl_arbiter({8, 2, false});
  arbiter->reset(2);
  cycle(*arbiter, window(0));
  for (const std::uint32_t pass : {0u, 1u}) {
    const ArbiterOutputs outputs = cycle(*arbiter, kNoWindow);
    EXPECT_TRUE(outputs.beat_valid && outputs.dealt && outputs.pass_start && outputs.pass_end);
    EXPECT_THAT(outputs.grant, ElementsAre(0u, 0u));
    EXPECT_EQ(outputs.pass, pass);
    EXPECT_EQ(outputs.ended, pass);
  }
  EXPECT_FALSE(cycle(*arbiter, kNoWindow).beat_valid);
}

TEST(RtlArbiter, ASkippedWindowEndsWithTheOneBeforeIt) {
  const auto arbiter = rtl_arbiter({8, 2, true});
  cycle(*arbiter, window(0b0000'0111));
  EXPECT_FALSE(arbiter->evaluate(window(0b1000'0000)).window_ready);
  const ArbiterOutputs skip = cycle(*arbiter, window(0, true));
  EXPECT_TRUE(skip.window_ready);
  EXPECT_FALSE(skip.load);
  const ArbiterOutputs end = cycle(*arbiter, kNoWindow);
  EXPECT_EQ(end.ended, 2u);
  EXPECT_TRUE(end.flush);         // the skipped one ends the group,
  EXPECT_FALSE(end.flush_empty);  // of which the other was dealt
  EXPECT_FALSE(end.last);
  EXPECT_FALSE(cycle(*arbiter, kNoWindow).beat_valid);
}

TEST(RtlArbiter, ASkippedWindowTakesABeatOfAnEngineThatStandsStill) {
  const auto arbiter = rtl_arbiter({8, 2, true});
  arbiter->reset(3);
  EXPECT_TRUE(cycle(*arbiter, window(0, true)).load);
  const ArbiterOutputs only = cycle(*arbiter, kNoWindow);
  EXPECT_TRUE(only.beat_valid && only.flush && only.flush_empty);
  EXPECT_FALSE(only.dealt || only.pass_start || only.pass_end);
  EXPECT_EQ(only.ended, 1u);
  EXPECT_FALSE(cycle(*arbiter, kNoWindow).beat_valid);
}

TEST(RtlArbiter, TheSkipBufferHoldsAsManyAsItsDepth) {
  const auto arbiter = rtl_arbiter({9, 1, true});
  cycle(*arbiter, window(0x1ff));  // nine beats
  for (int i = 0; i < CrossbarShape::kSkipDepth; ++i) EXPECT_TRUE(cycle(*arbiter, window(0)).window_ready);
  EXPECT_FALSE(cycle(*arbiter, window(0)).window_ready);
}

TEST(RtlArbiter, ServesWideWindowsToTheLastPin) {
  const auto arbiter = rtl_arbiter({49, 7, false});
  cycle(*arbiter, window((bit(48) << 1) - 1));
  for (int beat = 0; beat < 7; ++beat) {
    const ArbiterOutputs outputs = cycle(*arbiter, kNoWindow);
    for (int lane = 0; lane < 7; ++lane)
      EXPECT_EQ(outputs.grant[static_cast<std::size_t>(lane)], bit(7 * beat + lane)) << beat << " " << lane;
  }
  EXPECT_FALSE(cycle(*arbiter, kNoWindow).beat_valid);
}

TEST(RtlArbiter, ResetForgetsTheWindowAndWhereTheSearchStood) {
  const auto arbiter = rtl_arbiter({8, 2, false});
  cycle(*arbiter, window(0xff));
  cycle(*arbiter, kNoWindow);
  arbiter->reset(1);
  EXPECT_FALSE(cycle(*arbiter, window(0xff)).beat_valid);
  EXPECT_THAT(cycle(*arbiter, kNoWindow).grant, ElementsAre(bit(0), bit(1)));
}

TEST(RtlArbiter, TwoOfThemDoNotDisturbEachOther) {
  const auto a = rtl_arbiter({9, 2, false}), b = rtl_arbiter({9, 2, false});
  cycle(*a, window(0b0'0000'1111));
  a->reset(1);
  cycle(*a, window(0b0'0000'1111));
  cycle(*b, window(0b1'1110'0000));
  EXPECT_THAT(cycle(*a, kNoWindow).grant, ElementsAre(bit(0), bit(1)));
  EXPECT_THAT(cycle(*b, kNoWindow).grant, ElementsAre(bit(5), bit(6)));
  EXPECT_THAT(cycle(*a, kNoWindow).grant, ElementsAre(bit(2), bit(3)));
  EXPECT_THAT(cycle(*b, kNoWindow).grant, ElementsAre(bit(7), bit(8)));
}

TEST(RtlArbiter, RefusesWhatItsPinsCannotTake) {
  const auto arbiter = rtl_arbiter({9, 2, false});
  EXPECT_THROW(arbiter->evaluate(window(bit(9))), ModelError);
  EXPECT_THROW(arbiter->reset(0), ModelError);
  EXPECT_THROW(arbiter->reset(Arbiter::kMaxPasses + 1), ModelError);
  EXPECT_NO_THROW(arbiter->reset(Arbiter::kMaxPasses));
}

TEST(RtlArbiter, RefusesAClockBeforeItsInputs) {
  const auto arbiter = rtl_arbiter({9, 2, false});
  cycle(*arbiter, kNoWindow);
  EXPECT_THROW(arbiter->clock(), ModelError);
}

// ---- vector dot

/// One window, the only one of its group, through an engine; weights as [filter][input].
struct DotRun {
  std::vector<std::vector<std::int16_t>> lane_data, lane_weight;  // [beat][lane]
  std::vector<Lanes> grants;
  std::vector<std::int64_t> results;
  std::vector<Cycles> result_cycles;  // since the first beat
};

DotRun run(VectorDot& engine, const std::vector<std::int16_t>& operands,
           const std::vector<std::vector<std::int16_t>>& weights) {
  engine.reset(static_cast<std::uint32_t>(weights.size()));
  DotInputs inputs;
  inputs.window_valid = inputs.last = true;
  inputs.window = operands;
  inputs.weight.resize(operands.size());
  DotRun seen;
  Cycles first_beat = -1;
  for (Cycles now = 0; now < 1000 && seen.results.size() < weights.size(); ++now) {
    const DotOutputs& outputs = engine.evaluate(inputs);
    if (outputs.beat) {
      if (first_beat < 0) first_beat = now;
      seen.lane_data.push_back(outputs.lane_data);
      seen.lane_weight.push_back(outputs.lane_weight);
      seen.grants.push_back(outputs.grant);
    }
    if (outputs.result_valid) {
      seen.results.push_back(outputs.result);
      seen.result_cycles.push_back(now - first_beat);
      EXPECT_EQ(outputs.result_end, seen.results.size() == weights.size());
    }
    // The memory is synchronous; its rows end with the only channel.
    const std::uint32_t row = outputs.weight_row;
    inputs.window_valid = inputs.window_valid && !outputs.window_ready;
    engine.clock();
    if (row < weights.size()) inputs.weight = weights[row];
  }
  return seen;
}

const std::vector<std::int16_t> kOperands{1, 0, -2, 0, 3, 0, 0, 0, 4};
const std::vector<std::int16_t> kWeights{10, 20, 30, 40, 50, 60, 70, 80, 90};
constexpr std::int64_t kDot = 1 * 10 - 2 * 30 + 3 * 50 + 4 * 90;

TEST(RtlSparseDot, MultipliesWhatIsNotZero) {
  const DotRun seen = run(*rtl_sparse_dot({9, 3, false}), kOperands, {kWeights});
  EXPECT_THAT(seen.grants, ElementsAre(Lanes{bit(0), bit(2), bit(4)}, Lanes{bit(8), 0, 0}));
  EXPECT_THAT(seen.lane_data, ElementsAre(ElementsAre(1, -2, 3), ElementsAre(4, 0, 0)));
  EXPECT_THAT(seen.lane_weight, ElementsAre(ElementsAre(10, 30, 50), ElementsAre(90, 0, 0)));
  EXPECT_THAT(seen.results, ElementsAre(kDot));
  // The second beat is a cycle after the first; then operands, product, two levels of adders, sum: 3 + clog2(3) cycles.
  EXPECT_THAT(seen.result_cycles, ElementsAre(1 + 5));
}

TEST(RtlDenseDot, MultipliesAllInTheirTurn) {
  const DotRun seen = run(*rtl_dense_dot({9, 3, false}), kOperands, {kWeights});
  EXPECT_THAT(seen.lane_data, ElementsAre(ElementsAre(1, 0, -2), ElementsAre(0, 3, 0), ElementsAre(0, 0, 4)));
  EXPECT_THAT(seen.lane_weight, ElementsAre(ElementsAre(10, 20, 30), ElementsAre(40, 50, 60), ElementsAre(70, 80, 90)));
  EXPECT_THAT(seen.results, ElementsAre(kDot));
  EXPECT_THAT(seen.result_cycles, ElementsAre(2 + 5));
}

TEST(RtlSparseDot, GivesAResultAFilter) {
  std::vector<std::int16_t> opposite;
  for (const std::int16_t weight : kWeights) opposite.push_back(static_cast<std::int16_t>(-weight));
  const DotRun seen = run(*rtl_sparse_dot({9, 3, true}), kOperands, {kWeights, opposite});
  EXPECT_THAT(seen.results, ElementsAre(kDot, -kDot));
  EXPECT_THAT(seen.result_cycles, ElementsAre(1 + 5, 3 + 5));  // two beats a filter
}

TEST(RtlSparseDot, AnEmptyGroupStillHasItsResults) {
  const std::vector<std::int16_t> zeros(9);
  for (const bool skip : {false, true}) {
    const DotRun seen = run(*rtl_sparse_dot({9, 3, skip}), zeros, {kWeights, kWeights});
    EXPECT_THAT(seen.results, ElementsAre(0, 0));
    EXPECT_EQ(seen.lane_data.size(), skip ? 1u : 2u);
  }
}

/// Every pin of every built shape: a dense window in which each operand and weight is another number.
class BuiltShape : public testing::TestWithParam<CrossbarShape> {};

TEST_P(BuiltShape, RoutesEveryOperandOfBothEngines) {
  const auto inputs = static_cast<std::size_t>(GetParam().inputs), lanes = static_cast<std::size_t>(GetParam().lanes);
  std::vector<std::int16_t> operands(inputs), weights(inputs);
  std::int64_t dot = 0;
  for (std::size_t i = 0; i < inputs; ++i) {
    operands[i] = static_cast<std::int16_t>(i % 2 ? -32768 + static_cast<int>(i) : 32767 - static_cast<int>(i));
    weights[i] = static_cast<std::int16_t>(i % 3 ? -32767 + static_cast<int>(i) : 32000 + static_cast<int>(i));
    dot += std::int64_t{operands[i]} * weights[i];
  }
  std::vector<std::vector<std::int16_t>> data, weight;  // in order, since the search starts at the first
  for (std::size_t i = 0; i < inputs; ++i) {
    if (i % lanes == 0) {
      data.emplace_back(lanes);
      weight.emplace_back(lanes);
    }
    data.back()[i % lanes] = operands[i];
    weight.back()[i % lanes] = weights[i];
  }
  CrossbarShape skipping = GetParam();
  skipping.skip_zero_window = true;
  std::vector<std::unique_ptr<VectorDot>> engines;
  engines.push_back(rtl_sparse_dot(GetParam()));
  engines.push_back(rtl_sparse_dot(skipping));
  engines.push_back(rtl_dense_dot(GetParam()));
  for (const auto& engine : engines) {
    const DotRun seen = run(*engine, operands, {weights});
    EXPECT_EQ(seen.lane_data, data);
    EXPECT_EQ(seen.lane_weight, weight);
    EXPECT_THAT(seen.results, ElementsAre(dot));
  }
}

INSTANTIATE_TEST_SUITE_P(All, BuiltShape, testing::ValuesIn(built_shapes()),
                         [](const auto& built) { return to_string(built.param); });

TEST(RtlSparseDot, RefusesWhatItsPinsCannotTake) {
  const auto engine = rtl_sparse_dot({9, 3, false});
  DotInputs inputs;
  inputs.window.resize(9);
  inputs.weight.resize(9);
  EXPECT_NO_THROW(engine->evaluate(inputs));
  inputs.window.resize(10);
  EXPECT_THROW(engine->evaluate(inputs), ModelError);
  inputs.window.resize(9);
  inputs.weight.clear();
  EXPECT_THROW(engine->evaluate(inputs), ModelError);
  EXPECT_THROW(engine->reset(0), ModelError);
}

// ---- batch

TEST(RtlBatch, CountsBeats) {
  const std::uint64_t requests[] = {0b1011'0111, 0, 0b0001'0000};
  EXPECT_EQ(rtl_batch({8, 2, false})->deal(requests, 3, 1), 3 + 1 + 1);
  EXPECT_EQ(rtl_batch({8, 2, false})->deal(requests, 3, 7), 7 * (3 + 1 + 1));
  EXPECT_EQ(rtl_batch({8, 2, true})->deal(requests, 3, 1), 3 + 0 + 1);
  EXPECT_EQ(rtl_batch({8, 2, true})->deal(requests, 3, 7), 7 * (3 + 0 + 1));
}

TEST(RtlBatch, AZeroWindowAtTheStartHasNothingToHideBehind) {
  const std::uint64_t requests[] = {0, 0b1011'0111};
  EXPECT_EQ(rtl_batch({8, 2, true})->deal(requests, 2, 2), 1 + 2 * 3);
}

TEST(RtlBatch, BeginsAnewWithEveryRun) {
  const auto batch = rtl_batch({49, 7, false});
  const std::vector<std::uint64_t> requests(10, (bit(48) << 1) - 1);
  EXPECT_EQ(batch->deal(requests.data(), requests.size(), 3), 10 * 3 * 7);
  EXPECT_EQ(batch->deal(requests.data(), 1, 1), 7);
}

TEST(RtlBatch, NothingTakesNoTime) { EXPECT_EQ(rtl_batch({9, 3, false})->deal(nullptr, 0, 1), 0); }

TEST(RtlBatch, RefusesWhatItsPinsCannotTake) {
  const std::uint64_t requests[] = {bit(8), bit(9)};
  const auto batch = rtl_batch({9, 3, false});
  EXPECT_EQ(batch->deal(requests, 1, 1), 1);
  EXPECT_THROW(batch->deal(requests, 2, 1), ModelError);
  EXPECT_THROW(batch->deal(requests, 1, 0), ModelError);
}

TEST(Verilated, WhatIsFatalToAModelIsADefect) {
  try {
    vl_fatal("a.sv", 12, "top", "Active region did not converge.");
    FAIL() << "went on";
  } catch (const ModelError& error) {
    EXPECT_STREQ(error.what(), "a.sv:12: top: Active region did not converge.");
  }
}

// ---- the table

TEST(BuiltShapes, AreThoseOfTheLiterature) {
  for (const auto& [inputs, lanes] : std::vector<std::pair<int, int>>{
           {8, 2}, {9, 1}, {9, 2}, {9, 3}, {9, 4}, {9, 9}, {16, 4}, {25, 5}, {32, 8}, {49, 7}})
    EXPECT_THAT(built_shapes(), testing::Contains(CrossbarShape{inputs, lanes, false}));
}

TEST(BuiltShapes, AnotherIsAnErrorThatListsThem) {
  const CrossbarShape missing{7, 3, true};
  for (const auto& make :
       std::vector<std::function<void()>>{[&] { rtl_arbiter(missing); }, [&] { rtl_sparse_dot(missing); },
                                          [&] { rtl_dense_dot(missing); }, [&] { rtl_batch(missing); }}) {
    try {
      make();
      FAIL() << "7x3 was built";
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), AllOf(HasSubstr("7x3"), HasSubstr("8x2, 9x1, 9x2, 9x3, 9x4, 9x9, 16x4, 25x5, 32x8, "
                                                                  "49x7 (models/crossbar/rtl_table.cmake)")));
    }
  }
}

}  // namespace
}  // namespace sparsim
