#include "models/finn/bcr_mvau.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>

#include "models/core/error.h"
#include "models/finn/bcr_mvau_pins.h"
#include "models/finn/bcr_recurrence.h"
#include "tests/support/drawn_blocks.h"
#include "tests/support/spoilt_pins.h"

namespace sparsim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

// A PE of one lane: rows (2 3), (0 -1) of vectors of two words. The second row keeps its second column only.
BcrMvauShape tiny_shape() {
  BcrMvauShape shape;
  shape.words = 2;
  shape.rows = 2;
  return shape;
}

Layer tiny_layer() {
  Layer layer;
  layer.name = "tiny";
  layer.kind = LayerKind::dense;
  layer.shape.input = {1, 1, 2};
  layer.shape.output = {1, 1, 2};
  layer.blocks = BlockPruning{1, 1, false};
  layer.weight_nonzero = BitMask(4, true);
  layer.weight_nonzero.set(2, false);
  return layer;
}

BcrMvauProgram tiny_program() { return bcr_mvau_program(tiny_shape(), tiny_layer(), {2, 3, 77, -1}); }

std::unique_ptr<BcrMvauPins> tiny_pins() {
  return lockstep_bcr_mvau_pins(step_bcr_mvau_pins(tiny_shape(), tiny_program()),
                                rtl_bcr_mvau_pins(tiny_shape(), tiny_program()));
}

TEST(BcrMvauProgram, NamesColumnsAndWeightsOfEachStep) {
  const BcrMvauProgram program = tiny_program();
  ASSERT_EQ(program.size(), 1u);
  ASSERT_EQ(program[0].size(), 3u);
  EXPECT_THAT(program[0][0].columns, ElementsAre(0));
  EXPECT_THAT(program[0][1].columns, ElementsAre(1));
  EXPECT_THAT(program[0][2].columns, ElementsAre(1));
  EXPECT_THAT(program[0][2].weights, ElementsAre(-1));
  EXPECT_FALSE(program[0][0].ends);
  EXPECT_TRUE(program[0][1].ends);
  EXPECT_TRUE(program[0][2].ends);
}

template <class Error, class Make>
std::string error_of(Make&& make) {
  try {
    make();
  } catch (const Error& e) {
    return e.what();
  }
  return "none";
}

TEST(BcrMvauProgram, RefusesWhatTheRtlCannotHold) {
  const auto error = [](const BcrMvauShape& shape, const Layer& layer, const std::vector<std::int64_t>& weights) {
    return error_of<InputError>([&] { bcr_mvau_program(shape, layer, weights); });
  };
  EXPECT_EQ(error(tiny_shape(), tiny_layer(), {127, -128, 0, 0}), "none");
  EXPECT_THAT(error(tiny_shape(), tiny_layer(), {128, 0, 0, 0}), HasSubstr("a weight is 128: must be -128..127"));
  EXPECT_THAT(error(tiny_shape(), tiny_layer(), {0, -129, 0, 0}), HasSubstr("a weight is -129"));
  Layer reordered = tiny_layer();
  reordered.blocks->reordered = true;
  EXPECT_THAT(error(tiny_shape(), reordered, {0, 0, 0, 0}), HasSubstr("takes a bcr_mvau that gathers"));
  BcrMvauShape shape = tiny_shape();
  shape.words = 129;
  shape.pe = 0;
  EXPECT_THAT(error(shape, tiny_layer(), {}), HasSubstr("words of a vector = 129: must be 1..128"));
  EXPECT_THAT(error(shape, tiny_layer(), {}), HasSubstr("pe = 0: must be 1..64"));

  shape.words = 128;  // all kept: 128 steps a row, 32 rows fill a program
  shape.pe = 1;
  Random random(1, 0);
  for (const std::int64_t rows : {32, 33}) {
    shape.rows = rows;
    const Layer layer = drawn_blocks(rows, 128, {1, 1, false}, 1, true, random);
    EXPECT_THAT(error(shape, layer, std::vector<std::int64_t>(static_cast<std::size_t>(128 * rows))),
                HasSubstr(rows == 32 ? "none" : "takes 4224 steps: the RTL of a bcr_mvau holds 4096"));
  }
}

TEST(BcrMvauRtl, AUnitThatWasNotBuiltNamesThoseThatWere) {
  BcrMvauShape shape = tiny_shape();
  shape.weight_bits = 7;
  const std::string error = error_of<InputError>([&] { rtl_bcr_mvau_pins(shape, tiny_program()); });
  EXPECT_THAT(error, HasSubstr("8 bits by weights of 7"));
  EXPECT_THAT(error, HasSubstr("\n  1 PEs of 1 lanes, 8 bits by weights of 8"));
  EXPECT_THAT(error, HasSubstr("\n  8 PEs of 8 lanes that gather, 8 bits by weights of 8"));
}

// ---- pins, step model and RTL alike

/// The words that left in these cycles of a run, from the cycle counted 0 on; words of the input follow each other.
struct Seen {
  std::vector<std::pair<int, std::int64_t>> out;
  std::vector<int> taken;
};
Seen run(BcrMvauPins& pins, std::vector<std::int64_t> words, int cycles, const std::function<bool(int)>& room) {
  Seen seen;
  std::size_t next = 0;
  for (int cycle = 0; cycle < cycles; ++cycle) {
    BcrMvauInputs inputs;
    inputs.word_valid = next < words.size();
    if (inputs.word_valid) inputs.word = {words[next]};
    inputs.out_room = room(cycle);
    const BcrMvauOutputs& outputs = pins.evaluate(inputs);
    if (outputs.out_valid) seen.out.emplace_back(cycle, outputs.out[0]);
    if (inputs.word_valid && outputs.word_ready) {
      seen.taken.push_back(cycle);
      ++next;
    }
    pins.clock();
  }
  return seen;
}

const auto kAlways = [](int) { return true; };

// Words in cycles 0 and 1, steps in 2, 3 (ends the first row), 4 (the second), each word out 4 cycles later; the next
// vector waits from cycle 3 on and begins in 5.
TEST(BcrMvauPins, StepsFollowTheLastWordAndEachOther) {
  const auto pins = tiny_pins();
  const Seen seen = run(*pins, {10, 100, -1, -2}, 20, kAlways);
  EXPECT_THAT(seen.taken, ElementsAre(0, 1, 2, 3));
  EXPECT_THAT(seen.out,
              ElementsAre(std::pair(3 + 4, 320), std::pair(4 + 4, -100), std::pair(6 + 4, -8), std::pair(7 + 4, 2)));
}

// No room in cycles 3 to 9: the step that ends the first row waits until 10, two vectors are in, and no third: its bank
// is free the cycle after the last step, 12.
TEST(BcrMvauPins, WithoutRoomTheUnitStandsStillAndLoadingGoesOn) {
  const auto pins = tiny_pins();
  const Seen seen = run(*pins, {10, 100, -1, -2, 5, 6}, 30, [](int cycle) { return cycle < 3 || cycle > 9; });
  EXPECT_THAT(seen.taken, ElementsAre(0, 1, 2, 3, 12, 13));
  EXPECT_THAT(seen.out, ElementsAre(std::pair(14, 320), std::pair(15, -100), std::pair(13 + 4, -8),
                                    std::pair(14 + 4, 2), std::pair(16 + 4, 28), std::pair(17 + 4, -6)));
}

// The step that does not end a word needs no room, and room after the step makes no difference.
TEST(BcrMvauPins, RoomIsAskedForByTheStepThatCompletesAWord) {
  const auto pins = tiny_pins();
  const Seen seen = run(*pins, {10, 100}, 20, [](int cycle) { return cycle == 3 || cycle == 4; });
  EXPECT_THAT(seen.out, ElementsAre(std::pair(7, 320), std::pair(8, -100)));
}

TEST(BcrMvauPins, ResetForgetsVectorsAndKeepsPrograms) {
  const auto pins = tiny_pins();
  run(*pins, {10, 100, 7}, 3, kAlways);
  pins->reset();
  EXPECT_THAT(run(*pins, {1, 1}, 20, kAlways).out, ElementsAre(std::pair(7, 5), std::pair(8, -1)));
}

using Spoilt = SpoiltPins<BcrMvauPins>;

TEST(BcrMvauPins, LockstepNamesTheFirstDifference) {
  const auto error = [](Cycles cycle, const std::function<void(BcrMvauOutputs&)>& spoil) {
    const auto pins =
        lockstep_bcr_mvau_pins(step_bcr_mvau_pins(tiny_shape(), tiny_program()),
                               std::make_unique<Spoilt>(rtl_bcr_mvau_pins(tiny_shape(), tiny_program()), cycle, spoil));
    return error_of<ModelError>([&] { run(*pins, {10, 100}, 20, kAlways); });
  };
  EXPECT_EQ(error(99, [](BcrMvauOutputs& o) { o.out_valid = true; }), "none");
  EXPECT_THAT(error(2, [](BcrMvauOutputs& o) { o.word_ready = false; }), HasSubstr("word 0, cycle 2: word_ready"));
  EXPECT_THAT(error(5, [](BcrMvauOutputs& o) { o.out_valid = true; }), HasSubstr("cycle 5: out_valid"));
  EXPECT_THAT(error(8, [](BcrMvauOutputs& o) { o.out[0] += 1; }),
              HasSubstr("bcr_mvau: output word 1, cycle 8: out of PE 0: the model has -100, the RTL -99"));
}

// ---- the recurrence

BcrTiming timing_of(std::vector<Cycles> word_done) {
  BcrTiming timing;
  timing.busiest_pe = word_done.back();
  timing.word_done = std::move(word_done);
  return timing;
}

TEST(BcrRecurrence, HasTheDatesOfThePins) {  // as above
  BcrRecurrence unit(timing_of({2, 3}), 2);
  const auto room = [](Cycles cycle) { return cycle < 3 || cycle > 9 ? cycle : 10; };
  EXPECT_EQ(unit.take(0), 0);
  EXPECT_EQ(unit.take(0), 1);
  EXPECT_THAT(unit.complete(room), ElementsAre(10, 11));
  EXPECT_EQ(unit.take(0), 2);
  EXPECT_EQ(unit.take(0), 3);
  EXPECT_THAT(unit.complete(room), ElementsAre(13, 14));
  EXPECT_EQ(unit.take(0), 12);
  EXPECT_EQ(unit.take(20), 20);  // a gap before the last word
  EXPECT_THAT(unit.complete(room), ElementsAre(22, 23));
}

TEST(BcrRecurrence, IsAskedInOrder) {
  BcrRecurrence unit(timing_of({1}), 2);
  const auto always = [](Cycles cycle) { return cycle; };
  unit.take(0);
  EXPECT_THROW(unit.complete(always), ModelError);
  unit.take(0);
  EXPECT_THROW(unit.take(0), ModelError);
}

}  // namespace
}  // namespace sparsim
