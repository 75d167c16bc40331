#include "sim/cosim/bcr_cosim.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/core/random.h"
#include "models/finn/bcr.h"
#include "tests/support/drawn_blocks.h"

namespace sparsim {
namespace {

using testing::HasSubstr;

BcrMvauShape shape_of(std::int64_t pe, std::int64_t simd, std::int64_t words, std::int64_t rows, bool gather,
                      int data_bits = 8, int weight_bits = 8) {
  BcrMvauShape shape;
  shape.pe = pe;
  shape.simd = simd;
  shape.words = words;
  shape.rows = rows;
  shape.gather = gather;
  shape.data_bits = data_bits;
  shape.weight_bits = weight_bits;
  return shape;
}

BcrWork drawn_work(const BcrMvauShape& shape, const BlockPruning& blocks, double kept, bool balanced,
                   std::size_t vectors, Random& random) {
  BcrWork work;
  work.layer = drawn_blocks(shape.filters(), shape.columns(), blocks, kept, balanced, random);
  work.weights = drawn_numbers(work.layer.weight_nonzero.size(), shape.weight_bits, random, work.layer.weight_nonzero);
  for (std::size_t i = 0; i < vectors; ++i)
    work.vectors.push_back(drawn_numbers(static_cast<std::size_t>(shape.columns()), shape.data_bits, random));
  return work;
}

BcrCosimSetup setup_of(const BcrMvauShape& shape, double stall_probability = 0) {
  BcrCosimSetup setup;
  setup.shape = shape;
  setup.stall_probability = stall_probability;
  setup.seed = 3;
  return setup;
}

BcrMvauProgram program_of(const BcrMvauShape& shape, const BcrWork& work) {
  return bcr_mvau_program(shape, work.layer, work.weights);
}

BcrCosimResult run(const BcrMvauShape& shape, const BcrWork& work, double stall_probability = 0) {
  const auto rtl = rtl_bcr_mvau_pins(shape, program_of(shape, work));
  return cosimulate_bcr(work, *rtl, setup_of(shape, stall_probability));
}

// ---- cycles that one can count: words come from cycle 0 on, the last word leaves 4 + log2(4) cycles after its step

TEST(BcrCosim, AllKeptTakesEveryWordOfEveryRow) {
  Random random(1, 0);
  const BcrMvauShape shape = shape_of(4, 4, 2, 2, false);
  const BcrCosimResult result = run(shape, drawn_work(shape, {2, 4, false}, 1, false, 3, random));
  EXPECT_FALSE(result.difference);
  EXPECT_EQ(result.vectors, 3u);
  EXPECT_EQ(result.words_in, 3 * 2);
  EXPECT_EQ(result.words_out, 3 * 2);
  EXPECT_EQ(result.dot_products, 3 * 8);
  EXPECT_EQ(result.cycles, 2 + 3 * 4 + 6);  // from cycle 2 on, four steps a vector
  EXPECT_EQ(result.predicted, result.cycles);
}

TEST(BcrCosim, NothingKeptTakesAStepARow) {
  Random random(1, 0);
  const BcrMvauShape shape = shape_of(4, 4, 2, 2, false);
  const BcrCosimResult result = run(shape, drawn_work(shape, {2, 4, false}, 0, false, 3, random));
  EXPECT_FALSE(result.difference);
  EXPECT_EQ(result.cycles, 2 + 3 * 2 + 6);
}

TEST(BcrCosim, VectorsComeNoFasterThanTheirWords) {
  Random random(1, 0);
  const BcrMvauShape shape = shape_of(4, 4, 5, 1, false);
  const BcrCosimResult result = run(shape, drawn_work(shape, {4, 4, false}, 0, false, 3, random));
  EXPECT_FALSE(result.difference);
  EXPECT_EQ(result.cycles, 3 * 5 + 1 + 6);  // one step, the cycle after the last word
}

TEST(BcrCosim, TheSlowestPeSetsThePace) {
  const BcrMvauShape shape = shape_of(4, 4, 8, 1, false);
  Random random(1, 0);
  BcrWork work = drawn_work(shape, {1, 4, false}, 0, false, 10, random);
  for (std::size_t i = 64; i < 96; ++i) work.layer.weight_nonzero.set(i);  // PE 2 keeps all of its row
  work.weights = drawn_numbers(work.layer.weight_nonzero.size(), 8, random, work.layer.weight_nonzero);
  const BcrCosimResult result = run(shape, work);
  EXPECT_FALSE(result.difference);
  EXPECT_EQ(result.cycles, 8 + 10 * 8 + 6);
}

// ---- all that was built, on drawn masks

struct Unit {
  std::int64_t pe, simd;
  int data_bits, weight_bits;
  bool gather;
};
void PrintTo(const Unit& u, std::ostream* os) {
  *os << fmt::format("{}x{}_{}_{}{}", u.pe, u.simd, u.data_bits, u.weight_bits, u.gather ? "_gather" : "");
}
class BuiltBcrMvau : public testing::TestWithParam<Unit> {
 protected:
  static BcrMvauShape shape(std::int64_t words, std::int64_t rows) {
    const Unit& u = GetParam();
    return shape_of(u.pe, u.simd, words, rows, u.gather, u.data_bits, u.weight_bits);
  }
};
// As models/finn/bcr_mvau_rtl.cmake says.
INSTANTIATE_TEST_SUITE_P(, BuiltBcrMvau,
                         testing::Values(Unit{1, 1, 8, 8, false}, Unit{3, 2, 4, 6, true}, Unit{2, 3, 8, 1, false},
                                         Unit{4, 4, 8, 8, false}, Unit{4, 4, 8, 8, true}, Unit{8, 8, 8, 8, false},
                                         Unit{8, 8, 8, 8, true}),
                         testing::PrintToStringParamName());

TEST_P(BuiltBcrMvau, IsItsModelsOnDrawnMasks) {
  const std::uint64_t seed = 17;
  SCOPED_TRACE(seed);
  Random random(seed, 0);
  for (int round = 0; round < 200; ++round) {
    const auto below = [&random](std::uint64_t bound) { return static_cast<std::int64_t>(random.below(bound)); };
    const BcrMvauShape unit = shape(1 + below(9), 1 + below(6));
    const BlockPruning blocks{1 + below(6), 1 + below(12), GetParam().gather && random.chance(0.8)};
    const bool balanced = random.chance(0.4);
    const double kept = static_cast<double>(below(5)) / 4, stalls = static_cast<double>(below(4)) / 4;
    const BcrWork work = drawn_work(unit, blocks, kept, balanced, 8, random);
    const BcrCosimResult result = run(unit, work, stalls);
    ASSERT_FALSE(result.difference) << to_string(unit) << ", blocks " << blocks.rows << "x" << blocks.columns << ", "
                                    << kept << " kept, stalls " << stalls << "\n"
                                    << bcr_difference_text(result);
    EXPECT_EQ(result.vectors, 8u);
    EXPECT_EQ(result.words_in, 8 * unit.words);
    EXPECT_EQ(result.words_out, 8 * unit.rows);
    EXPECT_EQ(result.dot_products, 8 * unit.filters());
    EXPECT_EQ(result.cycles, result.predicted);
  }
}

TEST_P(BuiltBcrMvau, HoldsTheLargestMatrix) {
  Random random(5, 0);
  BcrMvauShape unit = shape(BcrMvauShape::kMostWords, BcrMvauShape::kMostSteps / BcrMvauShape::kMostWords);
  EXPECT_FALSE(run(unit, drawn_work(unit, {8, 16, false}, 1, true, 2, random)).difference);
  unit = shape(1, BcrMvauShape::kMostRows);
  EXPECT_FALSE(run(unit, drawn_work(unit, {8, 16, false}, 0.5, false, 4, random)).difference);
}

TEST_P(BuiltBcrMvau, HoldsTheLargestSums) {
  BcrMvauShape unit = shape(BcrMvauShape::kMostWords, 2);
  Random random(5, 0);
  BcrWork work = drawn_work(unit, {8, 16, false}, 1, true, 2, random);
  const auto least = [](int bits) { return -(std::int64_t{1} << (bits - 1)); };
  std::fill(work.weights.begin(), work.weights.end(), least(unit.weight_bits));
  std::fill(work.vectors[0].begin(), work.vectors[0].end(), least(unit.data_bits));
  std::fill(work.vectors[1].begin(), work.vectors[1].end(), -1 - least(unit.data_bits));
  EXPECT_FALSE(run(unit, work).difference);
}

// ---- that differences are found

class PlantedBcrFault : public testing::TestWithParam<Fault> {};
INSTANTIATE_TEST_SUITE_P(, PlantedBcrFault, testing::Values(Fault::flip, Fault::drop, Fault::repeat),
                         [](const auto& fault) { return std::string(to_string(fault.param)); });

TEST_P(PlantedBcrFault, IsFoundWhereItHappens) {
  Random random(2, 0);
  const BcrMvauShape shape = shape_of(4, 4, 6, 3, false);
  const BcrWork work = drawn_work(shape, {3, 8, false}, 0.5, false, 10, random);
  for (const double stall_probability : {0.0, 0.5}) {
    const auto rtl = rtl_bcr_mvau_pins(shape, program_of(shape, work));
    FaultyBcrMvau faulty(*rtl, GetParam(), 4 * shape.rows + 1);  // at, or before, the second word of vector 4
    const BcrCosimResult result = cosimulate_bcr(work, faulty, setup_of(shape, stall_probability));
    ASSERT_TRUE(result.difference);
    EXPECT_EQ(result.difference->window, 4u);
    EXPECT_EQ(result.words_out, 4 * shape.rows + 1);
    EXPECT_EQ(result.difference->what, GetParam() == Fault::flip ? "out of PE 0" : "out_valid");
    EXPECT_THAT(bcr_difference_text(result), HasSubstr("vector 4: " + result.difference->what));
  }
}

TEST(BcrCosim, NoWordCanBeRepeatedWhereOneLeavesInEveryCycle) {
  Random random(2, 0);
  const BcrMvauShape shape = shape_of(4, 4, 1, 1, false);
  const BcrWork work = drawn_work(shape, {4, 4, false}, 1, false, 10, random);
  const auto rtl = rtl_bcr_mvau_pins(shape, program_of(shape, work));
  FaultyBcrMvau faulty(*rtl, Fault::repeat, 5);
  EXPECT_FALSE(cosimulate_bcr(work, faulty, setup_of(shape)).difference);
  EXPECT_FALSE(faulty.happened());
}

/// What is found where one entry of the RTL's programs is another than the model's.
std::optional<Difference> found(const BcrMvauShape& shape, const BcrWork& work,
                                void (*spoil)(std::vector<BcrMvauEntry>&)) {
  BcrMvauProgram program = program_of(shape, work);
  spoil(program[1]);
  const auto rtl = rtl_bcr_mvau_pins(shape, program);
  return cosimulate_bcr(work, *rtl, setup_of(shape)).difference;
}

TEST(BcrCosim, FindsAProgramThatIsNotTheMasks) {
  Random random(2, 0);
  for (const bool gather : {false, true}) {
    const BcrMvauShape shape = shape_of(4, 4, 6, 3, gather);
    const BcrWork work = drawn_work(shape, {12, 8, gather}, 0.5, true, 2, random);  // 12 columns kept
    const auto what = [&](void (*spoil)(std::vector<BcrMvauEntry>&)) {
      const auto difference = found(shape, work, spoil);
      return difference ? difference->what : "nothing";
    };
    EXPECT_EQ(what([](std::vector<BcrMvauEntry>&) {}), "nothing");
    EXPECT_EQ(what([](std::vector<BcrMvauEntry>& steps) { steps[0].weights[0] ^= 1; }), "out of PE 1");
    EXPECT_EQ(what([](std::vector<BcrMvauEntry>& steps) {
                for (std::int32_t& column : steps[0].columns) column = column < 0 ? column : (column + 4) % 24;
              }),
              "out of PE 1");
    EXPECT_EQ(what([](std::vector<BcrMvauEntry>& steps) { steps.insert(steps.begin(), steps[0]); }), "out_valid");
    EXPECT_EQ(what([](std::vector<BcrMvauEntry>& steps) { steps[0].ends = true; }), "out of PE 1");
  }
}

// Step model and RTL agree, and both are wrong.
TEST(BcrCosim, ArithmeticKnowsWeightsThatTheMaskDoesNotKeep) {
  Random random(2, 0);
  const BcrMvauShape shape = shape_of(4, 4, 6, 3, false);
  const BcrWork work = drawn_work(shape, {3, 8, false}, 0.5, false, 4, random);
  BcrWork other = work;
  other.weights = drawn_numbers(work.weights.size(), 8, random);  // also where the mask keeps nothing
  const auto rtl = rtl_bcr_mvau_pins(shape, program_of(shape, other));
  const BcrCosimResult result = cosimulate_bcr(other, *rtl, setup_of(shape));
  ASSERT_TRUE(result.difference);
  EXPECT_THAT(result.difference->what, HasSubstr("dot product of filter"));
}

TEST(BcrCosim, ReportsWhatItDid) {
  Random random(4, 0);
  BcrCosimReport report;
  report.setup = setup_of(shape_of(4, 4, 6, 2, false));
  report.layer = "drawn";
  report.values = "weights drawn, vectors drawn, seed 4";
  report.cut = "the first 8 of 9 filters";
  const BcrWork work = drawn_work(report.setup.shape, {8, 8, false}, 0.5, true, 5, random);  // 4 of 8 columns a block
  const BcrTiming timing = bcr_timing(work.layer, 4, 4);
  report.kept = timing.kept;
  report.steps = timing.steps;
  report.interval = timing.interval(6);
  const auto rtl = rtl_bcr_mvau_pins(report.setup.shape, program_of(report.setup.shape, work));
  report.result = cosimulate_bcr(work, *rtl, report.setup);
  EXPECT_THAT(bcr_cosim_text(report), HasSubstr("cut: the first 8 of 9 filters"));
  EXPECT_THAT(bcr_cosim_text(report), HasSubstr("30 words taken, 10 output words"));
  EXPECT_THAT(bcr_cosim_text(report), HasSubstr("40 dot products"));
  EXPECT_THAT(bcr_cosim_text(report), HasSubstr("weights kept: 96 of 192 (50.0 %)"));  // 8 rows of 12 columns
  EXPECT_THAT(bcr_cosim_text(report), HasSubstr("with all weights kept: 12;"));        // 2 rows of 6 words
  const auto json = bcr_cosim_json(report);
  EXPECT_EQ(json["block"], "bcr_mvau");
  EXPECT_EQ(json["dot_products"], 40);
  EXPECT_EQ(json["cycles"], json["predicted_cycles"]);
  EXPECT_TRUE(json["difference"].is_null());
}

}  // namespace
}  // namespace sparsim
