#include "sim/workload/block_pruning.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <queue>
#include <tuple>

#include "models/core/error.h"
#include "models/core/random.h"

namespace sparsim {
namespace {

constexpr std::uint64_t kDrawnWeights = 0;  // the use of a Random of its own

/// A block while its rows and columns go.
class ShrinkingBlock {
 public:
  /// Its least salient row or column.
  struct Line {
    double mean_square = std::numeric_limits<double>::infinity();  // if there is none
    bool is_column = false;
    std::size_t index = 0;
  };

  ShrinkingBlock(const std::vector<float>& weights, const WeightMatrix& matrix, const WeightBlock& block)
      : weights_(weights), matrix_(matrix), block_(block) {
    lines_[0].resize(static_cast<std::size_t>(block.rows));
    lines_[1].resize(static_cast<std::size_t>(block.columns));
    left_ = {block.rows, block.columns};
    for (std::size_t row = 0; row < lines_[0].size(); ++row)
      for (std::size_t column = 0; column < lines_[1].size(); ++column) {
        lines_[0][row].square += square(row, column);
        lines_[1][column].square += square(row, column);
      }
  }

  std::int64_t rows() const { return left_[0]; }
  std::int64_t columns() const { return left_[1]; }
  std::int64_t kept() const { return rows() * columns(); }

  /// Of the kinds that may go.
  Line least(bool row_may_go, bool column_may_go) const {
    Line least;
    for (const bool is_column : {false, true}) {
      if (!(is_column ? column_may_go : row_may_go)) continue;
      const auto held = static_cast<double>(left_[is_column ? 0 : 1]);
      for (std::size_t i = 0; i < lines_[is_column].size(); ++i)
        if (const Sum& line = lines_[is_column][i]; !line.gone && line.square / held < least.mean_square)
          least = {line.square / held, is_column, i};
    }
    return least;
  }

  void remove(const Line& line) {
    lines_[line.is_column][line.index].gone = true;
    --left_[line.is_column];
    std::vector<Sum>& across = lines_[!line.is_column];
    for (std::size_t i = 0; i < across.size(); ++i)
      across[i].square -= line.is_column ? square(i, line.index) : square(line.index, i);
  }

  void store(BitMask& kept) const {
    for (std::int64_t row = 0; row < block_.rows; ++row)
      for (std::int64_t column = 0; column < block_.columns; ++column)
        if (!lines_[0][static_cast<std::size_t>(row)].gone && !lines_[1][static_cast<std::size_t>(column)].gone)
          kept.set(matrix_.index(block_.row + row, block_.column + column));
  }

 private:
  struct Sum {
    double square = 0;  // of the weights that it still has
    bool gone = false;
  };

  double square(std::size_t row, std::size_t column) const {
    const auto weight = static_cast<double>(weights_[matrix_.index(block_.row + static_cast<std::int64_t>(row),
                                                                   block_.column + static_cast<std::int64_t>(column))]);
    return weight * weight;
  }

  const std::vector<float>& weights_;
  const WeightMatrix matrix_;
  const WeightBlock block_;
  std::array<std::vector<Sum>, 2> lines_;  // rows, columns
  std::array<std::int64_t, 2> left_{};
};

void prune_alike(std::vector<ShrinkingBlock>& blocks, double ratio) {
  for (ShrinkingBlock& block : blocks) {
    const KeptOfBlock share = balanced_share(block.rows(), block.columns(), ratio);
    while (block.rows() > share.rows || block.columns() > share.columns)
      block.remove(block.least(block.rows() > share.rows, block.columns() > share.columns));
  }
}

// The order within a block does not depend on the others: each offers its next, and the least of the offers goes.
void prune_together(std::vector<ShrinkingBlock>& blocks, std::int64_t weights, double ratio) {
  using Offer = std::tuple<double, std::size_t>;  // mean square, block
  std::priority_queue<Offer, std::vector<Offer>, std::greater<>> offers;
  const auto offer = [&](std::size_t b) {
    if (blocks[b].kept() > 0) offers.emplace(blocks[b].least(true, true).mean_square, b);
  };
  for (std::size_t b = 0; b < blocks.size(); ++b) offer(b);
  std::int64_t kept = weights;
  while (static_cast<double>(weights - kept) < ratio * static_cast<double>(weights)) {
    const std::size_t b = std::get<1>(offers.top());
    offers.pop();
    kept -= blocks[b].kept();
    blocks[b].remove(blocks[b].least(true, true));
    kept += blocks[b].kept();
    offer(b);
  }
}

}  // namespace

KeptOfBlock balanced_share(std::int64_t rows, std::int64_t columns, double ratio) {
  const double keep = 1 - ratio;
  const auto wanted = keep * static_cast<double>(rows * columns);
  const auto share_of = [](std::int64_t part, std::int64_t all) {
    return static_cast<double>(part) / static_cast<double>(all);
  };
  using Choice = std::tuple<double, double, std::int64_t, std::int64_t>;  // in the order in which pairs are compared
  Choice best{std::numeric_limits<double>::infinity(), 0, 0, 0};
  // Both whole numbers around a number, within 1..most.
  const auto around = [](double number, std::int64_t most) {
    const auto below = static_cast<std::int64_t>(number);
    return std::array{std::clamp<std::int64_t>(below, 1, most), std::clamp<std::int64_t>(below + 1, 1, most)};
  };
  const auto consider = [&](std::int64_t r, std::int64_t c) {
    const double unlike = std::abs(share_of(r, rows) - share_of(c, columns));
    best = std::min(best, Choice{std::abs(static_cast<double>(r * c) - wanted), unlike, r, c});
  };
  for (const std::int64_t r : around(std::sqrt(keep) * static_cast<double>(rows), rows))
    for (const std::int64_t c : around(wanted / static_cast<double>(r), columns)) consider(r, c);
  for (const std::int64_t c : around(std::sqrt(keep) * static_cast<double>(columns), columns))
    for (const std::int64_t r : around(wanted / static_cast<double>(c), rows)) consider(r, c);
  return {std::get<2>(best), std::get<3>(best)};
}

BitMask kept_weights(const std::vector<float>& weights, const WeightMatrix& matrix, const BlockPruningRule& rule) {
  const auto size = static_cast<std::int64_t>(weights.size());
  SPARSIM_CHECK(size == matrix.rows * matrix.columns, "{} weights in a matrix of {}x{}", size, matrix.rows,
                matrix.columns);
  SPARSIM_CHECK(rule.rows > 0 && rule.columns > 0 && rule.ratio >= 0 && rule.ratio < 1, "blocks of {}x{}, ratio {}",
                rule.rows, rule.columns, rule.ratio);
  std::vector<ShrinkingBlock> blocks;
  for (const WeightBlock& block : cut_into_blocks(matrix, rule.rows, rule.columns))
    blocks.emplace_back(weights, matrix, block);
  if (rule.balanced)
    prune_alike(blocks, rule.ratio);
  else
    prune_together(blocks, size, rule.ratio);
  BitMask kept(weights.size());
  for (const ShrinkingBlock& block : blocks) block.store(kept);
  return kept;
}

std::vector<float> drawn_weights(const WeightMatrix& matrix, std::uint64_t seed, std::size_t layer) {
  Random random(seed, kDrawnWeights, 0, layer);
  // The sum of four equal numbers below 2^16: variance 4 * 2^32 / 12.
  const double deviation = std::sqrt(4 * 65536.0 * 65536.0 / 12);
  std::vector<float> weights(static_cast<std::size_t>(matrix.rows * matrix.columns));
  for (float& weight : weights) weight = static_cast<float>(static_cast<double>(random.noise()) / deviation);
  return weights;
}

}  // namespace sparsim
