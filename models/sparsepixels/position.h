#pragma once

#include <cstdint>

#include "models/core/shape.h"

namespace sparsim {

/// Bits that tell so many values apart: 0 for one.
inline int index_bits(std::int64_t values) {
  int bits = 0;
  while ((std::int64_t{1} << bits) < values) ++bits;
  return bits;
}

/// Of a row and a column.
inline int position_bits(const MapShape& map) { return index_bits(map.height) + index_bits(map.width); }

}  // namespace sparsim
