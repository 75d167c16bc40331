#include "sim/workload/block_pruning.h"

#include <gtest/gtest.h>

#include <ostream>

#include "models/core/error.h"

namespace sparsim {

void PrintTo(const KeptOfBlock& kept, std::ostream* os) { *os << kept.rows << "x" << kept.columns; }

namespace {

/// "110/011": a row of the mask between slashes.
std::string text(const BitMask& mask, const WeightMatrix& matrix) {
  std::string rows;
  for (std::int64_t row = 0; row < matrix.rows; ++row) {
    if (row > 0) rows += '/';
    for (std::int64_t column = 0; column < matrix.columns; ++column)
      rows += mask.test(matrix.index(row, column)) ? '1' : '0';
  }
  return rows;
}

BitMask mask(const std::string& rows) {
  std::string bits;
  for (const char c : rows)
    if (c != '/') bits += c;
  BitMask result(bits.size());
  for (std::size_t i = 0; i < bits.size(); ++i) result.set(i, bits[i] == '1');
  return result;
}

std::string pruned(const std::vector<float>& weights, const WeightMatrix& matrix, const BlockPruningRule& rule) {
  return text(kept_weights(weights, matrix, rule), matrix);
}

struct Share {
  std::int64_t rows, columns;
  double ratio;
  std::int64_t kept_rows, kept_columns;
};
void PrintTo(const Share& s, std::ostream* os) { *os << s.rows << "x" << s.columns << ", ratio " << s.ratio; }

class BalancedShare : public testing::TestWithParam<Share> {};

TEST_P(BalancedShare, IsNearestWithRowsAndColumnsAlike) {
  const auto [rows, columns, ratio, kept_rows, kept_columns] = GetParam();
  const KeptOfBlock share = balanced_share(rows, columns, ratio);
  EXPECT_EQ(share.rows, kept_rows);
  EXPECT_EQ(share.columns, kept_columns);
}

INSTANTIATE_TEST_SUITE_P(Blocks, BalancedShare,
                         testing::Values(Share{16, 16, 0.0, 16, 16},  // nothing goes
                                         Share{16, 16, 0.5, 11, 12},  // 11.3^2 = 128; 11 x 12 = 12 x 11 = 132
                                         Share{16, 16, 0.75, 8, 8},   // exactly a quarter
                                         Share{16, 16, 0.9, 5, 5},    // 5.06^2 = 25.6: 25, and 5 x 6 = 30
                                         Share{4, 4, 0.5, 2, 4},      // 2.8^2 = 8, as 4 x 2 is
                                         Share{4, 8, 0.5, 2, 8},      // 2.8 x 5.7 = 16; 3 x 5 = 15 is farther
                                         Share{1, 16, 0.5, 1, 8},     // one row: columns alone
                                         Share{16, 1, 0.5, 8, 1},     // one column: rows alone
                                         Share{8, 8, 0.99, 1, 1},     // 0.64 of 64, never none
                                         Share{1, 1, 0.9, 1, 1}));

// Squares 1 16 / 4 9: rows 8.5 and 6.5 a weight, columns 2.5 and 12.5. Half of 2 x 2 is 1 x 2, fewer rows than 2 x 1:
// the columns stay, and row 1 goes.
TEST(BlockPruning, TakesTheLeastSalientRow) { EXPECT_EQ(pruned({1, 4, 2, 3}, {2, 2}, {2, 2, 0.5, true}), "11/00"); }

// Not balanced, the least of rows and columns goes: column 0.
TEST(BlockPruning, LetsRowsAndColumnsCompete) { EXPECT_EQ(pruned({1, 4, 2, 3}, {2, 2}, {2, 2, 0.5, false}), "01/01"); }

// Squares 25 1 81 / 25 4 0: columns 25, 2.5, 40.5 a weight, rows 35.7 and 9.7. Column 1 goes first; now row 1 holds 25
// over two weights, 12.5, less than row 0 (53) and the columns: it goes, and with it 4 of 6 weights have gone.
TEST(BlockPruning, ForgetsWeightsThatWent) {
  EXPECT_EQ(pruned({5, 1, 9, 5, 2, 0}, {2, 3}, {2, 3, 0.6, false}), "101/000");
}

TEST(BlockPruning, OfEqualsTakesTheFirst) {
  // A quarter of eight weights is a row of a block, or a column; of the rows the first of the first block.
  EXPECT_EQ(pruned(std::vector<float>(8, 1), {2, 4}, {2, 2, 0.25, false}), "0011/1111");
}

// 4 x 4 in blocks of 2 x 2, ratio 1/2: each keeps one row of two columns, the larger.
TEST(BlockPruning, BalancedKeepsTheSameOfEachBlock) {
  const std::vector<float> weights{1, 1, 9, 9,  //
                                   2, 2, 8, 8,  //
                                   7, 7, 3, 3,  //
                                   6, 6, 4, 4};
  EXPECT_EQ(pruned(weights, {4, 4}, {2, 2, 0.5, true}), "0011/1100/1100/0011");
}

// The same, not balanced: 8 of 16 go, the least of all blocks first: rows (or columns) of 1 and 2, of 3 and 4.
TEST(BlockPruning, UnbalancedEmptiesTheLeastSalientBlocks) {
  const std::vector<float> weights{1, 1, 9, 9,  //
                                   2, 2, 8, 8,  //
                                   7, 7, 3, 3,  //
                                   6, 6, 4, 4};
  EXPECT_EQ(pruned(weights, {4, 4}, {2, 2, 0.5, false}), "0011/0011/1100/1100");
}

// 5 x 5 in blocks of 4 x 4: the last of a row or column is 4 x 1, 1 x 4 and 1 x 1. At a ratio of 3/4: 2 x 2 of 4 x 4,
// 1 x 1 of 4 x 1, of 1 x 4 and of 1 x 1.
TEST(BlockPruning, SmallerBlocksAtTheEdgesHaveSharesOfTheirOwn) {
  const std::vector<float> weights{9, 9, 1, 1, 5,  //
                                   9, 9, 1, 1, 1,  //
                                   1, 1, 1, 1, 1,  //
                                   1, 1, 1, 1, 1,  //
                                   1, 1, 5, 1, 1};
  EXPECT_EQ(pruned(weights, {5, 5}, {4, 4, 0.75, true}), "11001/11000/00000/00000/00101");
}

TEST(BlockPruning, OfNothingKeepsAll) {
  for (const bool balanced : {false, true})
    EXPECT_TRUE(kept_weights(drawn_weights({32, 48}, 1, 0), {32, 48}, {16, 16, 0, balanced}).all());
}

class PrunedAtRandom : public testing::TestWithParam<double> {
 protected:
  const WeightMatrix matrix_{48, 80};
  const std::vector<float> weights_ = drawn_weights(matrix_, 7, 3);

  BitMask kept(bool balanced) const { return kept_weights(weights_, matrix_, {16, 16, GetParam(), balanced}); }
};

TEST_P(PrunedAtRandom, BlocksKeepRowsByColumns) {
  for (const bool balanced : {false, true}) {
    const BitMask mask = kept(balanced);
    for (const WeightBlock& block : cut_into_blocks(matrix_, 16, 16))
      EXPECT_TRUE(keeps_rows_by_columns(mask, matrix_, block)) << block.row << ", " << block.column;
  }
}

TEST_P(PrunedAtRandom, BalancedBlocksKeepTheSameNumber) {
  const KeptOfBlock share = balanced_share(16, 16, GetParam());
  const BitMask mask = kept(true);
  for (const WeightBlock& block : cut_into_blocks(matrix_, 16, 16)) {
    std::int64_t weights = 0, rows = 0;
    for (std::int64_t row = block.row; row < block.row + 16; ++row) {
      const auto in_row = static_cast<std::int64_t>(
          mask.count(matrix_.index(row, block.column), matrix_.index(row, block.column) + 16));
      weights += in_row;
      rows += in_row > 0;
    }
    EXPECT_EQ(rows, share.rows);
    EXPECT_EQ(weights, share.rows * share.columns);
  }
}

// At least the ratio goes, and what goes last was needed: it is a row or a column of a block, at most 16 weights.
TEST_P(PrunedAtRandom, UnbalancedPruningReachesTheRatioWithItsLastStep) {
  const double gone = static_cast<double>(weights_.size() - kept(false).count());
  const double wanted = GetParam() * static_cast<double>(weights_.size());
  EXPECT_GE(gone, wanted);
  EXPECT_LT(gone, wanted + 16);
}

INSTANTIATE_TEST_SUITE_P(Ratios, PrunedAtRandom, testing::Values(0.0, 0.03125, 0.3, 0.5, 0.75, 0.96875));

TEST(BlockPruning, RefusesAnotherNumberOfWeights) {
  EXPECT_THROW(kept_weights({1, 2, 3}, {2, 2}, {1, 1, 0.5, true}), ModelError);
  EXPECT_THROW(kept_weights({1, 2, 3, 4}, {2, 2}, {1, 1, 1.0, true}), ModelError);
}

TEST(KeepsRowsByColumns, FindsSingleWeightsThatLack) {
  const WeightMatrix matrix{3, 4};
  const WeightBlock block{1, 1, 2, 3};
  EXPECT_TRUE(keeps_rows_by_columns(mask("1010/0101/0101"), matrix, block));
  EXPECT_TRUE(keeps_rows_by_columns(mask("1010/0000/0101"), matrix, block));   // a row less
  EXPECT_TRUE(keeps_rows_by_columns(mask("1010/1000/1000"), matrix, block));   // what lies outside does not count
  EXPECT_FALSE(keeps_rows_by_columns(mask("1010/0101/0111"), matrix, block));  // a weight more
  EXPECT_FALSE(keeps_rows_by_columns(mask("1010/0010/0101"), matrix, block));  // one moved
}

TEST(CutIntoBlocks, CoversAMatrixOnce) {
  const WeightMatrix matrix{5, 7};
  std::vector<int> covered(35);
  for (const WeightBlock& block : cut_into_blocks(matrix, 2, 3))
    for (std::int64_t row = block.row; row < block.row + block.rows; ++row)
      for (std::int64_t column = block.column; column < block.column + block.columns; ++column)
        ++covered[matrix.index(row, column)];
  EXPECT_EQ(covered, std::vector<int>(35, 1));
}

// The sum of four equal numbers of 16 bits has a standard deviation of 2^16 / sqrt(3); 5 % are nine standard errors of
// a deviation over 16,384 draws.
TEST(DrawnWeights, AreOfUnitVarianceAndTheirOwnForEachSeedAndLayer) {
  const WeightMatrix matrix{128, 128};
  const std::vector<float> weights = drawn_weights(matrix, 1, 0);
  double sum = 0, squares = 0;
  for (const float weight : weights) sum += weight, squares += static_cast<double>(weight) * weight;
  EXPECT_NEAR(squares / 16384, 1, 0.05);
  EXPECT_NEAR(sum / 16384, 0, 0.05);
  EXPECT_EQ(weights, drawn_weights(matrix, 1, 0));
  EXPECT_NE(weights, drawn_weights(matrix, 2, 0));
  EXPECT_NE(weights, drawn_weights(matrix, 1, 1));
}

}  // namespace
}  // namespace sparsim
