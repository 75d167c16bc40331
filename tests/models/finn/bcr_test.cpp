// Weights pruned in blocks on a matrix-vector unit: steps and dates by hand.
//
// A matrix of 4 rows and 8 columns in blocks of 2 x 4, on two PEs (rows 0 and 1, rows 2 and 3), two lanes: words are
// columns 01, 23, 45, 67.
//   row 0  1.1. ....     block (0,0) keeps columns 0 and 2, both rows; block (0,1) keeps columns 6 and 7, row 1
//   row 1  1.1. ..11
//   row 2  .... ....     block (1,0) keeps nothing; block (1,1) keeps columns 4 and 7, row 3
//   row 3  .... 1..1
#include "models/finn/bcr.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "models/core/error.h"
#include "models/finn/matrix_unit.h"
#include "tests/support/plain_workload.h"

namespace sparsim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

Layer matrix(const std::string& rows, std::int64_t filters, BlockPruning blocks) {
  Layer layer = conv("c", 1, static_cast<std::int64_t>(rows.size()) / filters, filters, 1);
  layer.weight_nonzero = BitMask(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) layer.weight_nonzero.set(i, rows[i] == '1');
  layer.blocks = blocks;
  return layer;
}

Layer by_hand(bool reordered) {
  return matrix(
      "1.1....."
      "1.1...11"
      "........"
      "....1..1",
      4, {2, 4, reordered});
}

std::vector<std::string> told(const std::vector<BcrStep>& steps) {
  std::vector<std::string> all;
  for (const BcrStep& step : steps) {
    all.emplace_back();
    for (const std::int32_t column : step.columns) all.back() += column < 0 ? "-" : std::to_string(column);
    if (step.last) all.back() += ".";
  }
  return all;
}

// Row 0 in words 01 and 23, a lane of each; row 1 in 67 on top; row 2 has nothing and takes a cycle; row 3 in 45
// and 67.
TEST(Bcr, SkipsWordsWithoutKeptColumns) {
  const auto program = bcr_program(by_hand(false), 2, 2);
  ASSERT_EQ(program.size(), 2u);
  EXPECT_THAT(told(program[0]), ElementsAre("0-", "2-.", "0-", "2-", "67."));
  EXPECT_THAT(told(program[1]), ElementsAre("--.", "4-", "-7."));
}

// Side by side: of the first row of blocks columns 0 2 6 7, of the second 4 7.
TEST(Bcr, ReorderedFillsItsLanes) {
  const auto program = bcr_program(by_hand(true), 2, 2);
  EXPECT_THAT(told(program[0]), ElementsAre("02.", "02", "67."));
  EXPECT_THAT(told(program[1]), ElementsAre("--.", "47."));
}

// PE 0 is done with its rows after 2 and 5 cycles, PE 1 after 1 and 3: words are complete after 2 and 5.
TEST(Bcr, TheSlowestPeSetsThePace) {
  const BcrTiming timing = bcr_timing(by_hand(false), 2, 2);
  EXPECT_THAT(timing.word_done, ElementsAre(2, 5));
  EXPECT_EQ(timing.kept, 8);
  EXPECT_EQ(timing.steps, 5 + 3);
  EXPECT_EQ(timing.busiest_pe, 5);
  EXPECT_EQ(timing.interval(4), 5);
  EXPECT_EQ(timing.interval(6), 6);  // the next vector is still coming in
  EXPECT_THAT(bcr_timing(by_hand(true), 2, 2).word_done, ElementsAre(1, 3));
}

// With all kept and no order it is the dense unit: NF * SF.
TEST(Bcr, KeepingAllCostsWhatADenseUnitDoes) {
  const Layer layer = matrix(std::string(32, '1'), 4, {2, 4, false});
  EXPECT_EQ(bcr_timing(layer, 2, 2).busiest_pe, 2 * 4);
  EXPECT_EQ(bcr_timing(layer, 4, 8).busiest_pe, 1);
}

// A row that lost a block skips it, also where its neighbours kept it; a kept weight may be zero by chance.
TEST(Bcr, AZeroInAKeptRowAndColumnIsComputed) {
  const Layer layer = matrix(
      "11.."
      "1...",
      2, {2, 4, false});
  EXPECT_THAT(told(bcr_program(layer, 1, 4)[0]), ElementsAre("01--.", "01--."));
  EXPECT_EQ(bcr_timing(layer, 1, 4).kept, 4);
}

TEST(Bcr, RowStepsAreThoseOfTheProgram) {
  for (const bool reordered : {false, true}) {
    const Layer layer = by_hand(reordered);
    const std::vector<Cycles> steps = bcr_row_steps(layer, 2);
    Cycles sum = 0;
    for (const Cycles row : steps) sum += row;
    EXPECT_EQ(steps.size(), 4u);
    EXPECT_EQ(sum, bcr_timing(layer, 2, 2).steps);
  }
}

TEST(Bcr, RefusesWhatWasNotPrunedInBlocks) {
  Layer layer = by_hand(false);
  EXPECT_THROW(bcr_timing(layer, 3, 2), ModelError);
  EXPECT_THROW(bcr_timing(layer, 2, 3), ModelError);
  layer.blocks.reset();
  EXPECT_THROW(bcr_program(layer, 2, 2), ModelError);
}

TEST(MatrixUnitProblems, NameFactorAndLimit) {
  MatrixUnit unit;
  unit.shape = conv("c", 6, 8, 12, 3).shape;
  unit.pe = 12;
  unit.simd = 8;
  EXPECT_THAT(problems(unit), IsEmpty());
  unit.simd = 24;  // all channels of three kernel pixels
  EXPECT_THAT(problems(unit), IsEmpty());
  EXPECT_EQ(unit.in_streams(), 8);
  EXPECT_EQ(unit.window_streams(), 24);
  EXPECT_EQ(unit.cycles(), 4 * 4 * 3);
  unit.simd = 16;  // of two of nine
  unit.pe = 5;
  unit.weight_bits = 9;
  unit.output_bits = 33;
  EXPECT_THAT(problems(unit), ElementsAre("pe = 5: must divide the 12 filters",
                                          HasSubstr("simd = 16: must divide the 8 input channels"),
                                          "weight_bits = 9: must be 1..8", "output_bits = 33: must be 1..32"));
  unit = MatrixUnit();
  unit.shape = conv("c", 6, 8, 8, 3).shape;
  unit.shape.groups = 8;
  unit.simd = 2;
  EXPECT_THAT(problems(unit), ElementsAre(HasSubstr("must be 1")));
  unit.shape.groups = 2;
  unit.simd = 1;
  EXPECT_THAT(problems(unit), ElementsAre(HasSubstr("must be depthwise")));
}

}  // namespace
}  // namespace sparsim
