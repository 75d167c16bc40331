#pragma once

#include <algorithm>
#include <cstdint>
#include <vector>

#include "models/core/random.h"
#include "models/core/work.h"

namespace sparsim {

/// A dense layer, pruned in blocks: each keeps columns and rows with this probability; where `balanced` that share of
/// its columns, and all rows.
inline Layer drawn_blocks(std::int64_t filters, std::int64_t columns, const BlockPruning& blocks, double kept,
                          bool balanced, Random& random) {
  Layer layer;
  layer.name = "drawn";
  layer.kind = LayerKind::dense;
  layer.shape.input = {1, 1, columns};
  layer.shape.output = {1, 1, filters};
  layer.blocks = blocks;
  layer.weight_nonzero = BitMask(static_cast<std::size_t>(filters * columns));
  for (std::int64_t top = 0; top < filters; top += blocks.rows)
    for (std::int64_t left = 0; left < columns; left += blocks.columns) {
      std::vector<std::int64_t> kept_columns;
      const std::int64_t right = std::min(left + blocks.columns, columns);
      auto wanted = static_cast<std::int64_t>(kept * static_cast<double>(right - left));
      for (std::int64_t column = left; column < right; ++column) {
        const bool keep =
            balanced ? static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(right - column))) < wanted
                     : random.chance(kept);
        wanted -= keep;
        if (keep) kept_columns.push_back(column);
      }
      for (std::int64_t row = top; row < std::min(top + blocks.rows, filters); ++row) {
        if (!balanced && !random.chance(kept)) continue;
        for (const std::int64_t column : kept_columns)
          layer.weight_nonzero.set(static_cast<std::size_t>(row * columns + column));
      }
    }
  return layer;
}

/// Numbers of `bits` bits, signed; with a mask 0 where it has no bit.
inline std::vector<std::int64_t> drawn_numbers(std::size_t count, int bits, Random& random,
                                               const BitMask& mask = BitMask()) {
  std::vector<std::int64_t> numbers(count);
  for (std::size_t i = 0; i < count; ++i)
    if (mask.empty() || mask.test(i))
      numbers[i] = static_cast<std::int64_t>(random.below(std::uint64_t{1} << bits)) - (std::int64_t{1} << (bits - 1));
  return numbers;
}

}  // namespace sparsim
