#pragma once

#include <cstdint>
#include <vector>

#include "models/core/bit_mask.h"
#include "sim/workload/weight_blocks.h"

namespace sparsim {

// Block column-row pruning (BCR): a weight matrix is cut into blocks, and of each block whole rows and whole columns
// go. FINN-Pruning (DAC Young Fellow poster) publishes the idea and no rule; these rules are ours.

/// How to prune a matrix.
struct BlockPruningRule {
  std::int64_t rows = 0, columns = 0;  // of a block
  double ratio = 0;                    // of the matrix' weights that go; 0 <= ratio < 1
  bool balanced = false;               // the same work in every block
};

/// What a block keeps: so many rows of so many columns.
struct KeptOfBlock {
  std::int64_t rows = 0, columns = 0;
};

/// What every block of rows x columns keeps where pruning is balanced: rows and columns give way alike. One of the two
/// extents is a whole number next to (1 - ratio)^1/2 of the block's, the other the one that then brings the share of
/// kept weights nearest to 1 - ratio; neither is below 1. Of all such pairs, that whose share is nearest; then that
/// whose rows and columns are kept most alike; then that of fewer rows, as it is the end of a row that leaves SIMD
/// lanes idle.
KeptOfBlock balanced_share(std::int64_t rows, std::int64_t columns, double ratio);

/// The weights, [rows][columns], that pruning leaves: of each block some rows by some columns, whether the weights
/// there are zero or not.
///
/// What goes is always the row or column of a block with the lowest mean square of the weights that it still has in
/// this block, those that went with a column or row before it not counted: one after the other, so that rows and
/// columns compete, and a weight that has gone speaks for neither. Of equals the one in the first block goes, rows
/// before columns, then the one of the lowest index.
/// - Balanced: in each block, until it has as many rows and columns as balanced_share() of its extents says; a kind
///   that has reached its number stays as it is.
/// - Not balanced: among the rows and columns of all blocks, until `ratio` of the matrix has gone; the last to go may
///   take more. Blocks may end up empty.
/// A row of the whole matrix may lose all of its weights either way: its filter then puts out its bias.
BitMask kept_weights(const std::vector<float>& weights, const WeightMatrix& matrix, const BlockPruningRule& rule);

/// Weights that a layer might have, for where there are none: close to normal, mean 0 and variance 1. The same seed
/// gives the same on every machine; layers differ.
std::vector<float> drawn_weights(const WeightMatrix& matrix, std::uint64_t seed, std::size_t layer);

}  // namespace sparsim
