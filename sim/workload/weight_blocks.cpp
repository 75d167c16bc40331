#include "sim/workload/weight_blocks.h"

#include <algorithm>

namespace sparsim {

std::vector<WeightBlock> cut_into_blocks(const WeightMatrix& matrix, std::int64_t rows, std::int64_t columns) {
  std::vector<WeightBlock> blocks;
  for (std::int64_t row = 0; row < matrix.rows; row += rows)
    for (std::int64_t column = 0; column < matrix.columns; column += columns)
      blocks.push_back({row, column, std::min(rows, matrix.rows - row), std::min(columns, matrix.columns - column)});
  return blocks;
}

bool keeps_rows_by_columns(const BitMask& kept, const WeightMatrix& matrix, const WeightBlock& block) {
  // All rows that are not empty must be equal: to the first of them.
  std::int64_t first = -1;
  for (std::int64_t row = block.row; row < block.row + block.rows; ++row) {
    const std::size_t begin = matrix.index(row, block.column);
    if (kept.count(begin, begin + static_cast<std::size_t>(block.columns)) == 0) continue;
    if (first < 0) first = row;
    for (std::int64_t column = block.column; column < block.column + block.columns; ++column)
      if (kept.test(matrix.index(row, column)) != kept.test(matrix.index(first, column))) return false;
  }
  return true;
}

}  // namespace sparsim
