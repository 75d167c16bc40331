#pragma once

#include <cstdint>
#include <vector>

#include "models/core/work.h"

namespace sparsim {

/// Whether every filter of a weighted layer sees every input: no groups, no connectivity pruned away (FCP).
inline bool has_weight_matrix(const Layer& layer) {
  return layer.weighted() && layer.shape.groups == 1 && layer.connections.empty();
}

/// The weights of such a layer: a row a filter, a column an input of its dot product, [kernel_h][kernel_w][channel].
struct WeightMatrix {
  std::int64_t rows = 0, columns = 0;

  WeightMatrix(std::int64_t matrix_rows, std::int64_t matrix_columns) : rows(matrix_rows), columns(matrix_columns) {}
  explicit WeightMatrix(const WindowShape& shape)
      : WeightMatrix(shape.output.channels, shape.weights() / shape.output.channels) {}
  std::size_t index(std::int64_t row, std::int64_t column) const {
    return static_cast<std::size_t>(row * columns + column);
  }
};

/// A part of a matrix.
struct WeightBlock {
  std::int64_t row = 0, column = 0;  // of its first weight
  std::int64_t rows = 0, columns = 0;
};

/// A matrix cut into blocks of `rows` x `columns`, the last of a row or column of them perhaps smaller; one row of
/// blocks after the other.
std::vector<WeightBlock> cut_into_blocks(const WeightMatrix& matrix, std::int64_t rows, std::int64_t columns);

/// Whether what a mask of the matrix keeps of a block is all that some of its rows have in some of its columns.
bool keeps_rows_by_columns(const BitMask& kept, const WeightMatrix& matrix, const WeightBlock& block);

}  // namespace sparsim
