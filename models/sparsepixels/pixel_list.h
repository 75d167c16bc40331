#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/core/shape.h"

namespace sparsim {

struct PixelPosition {
  std::int32_t row = 0, column = 0;
  bool operator==(const PixelPosition& other) const { return row == other.row && column == other.column; }
};

/// A feature map as the list of its active pixels: what SparsePixels' operators hand to each other (arXiv 2512.06208).
/// It has as many slots as the design keeps pixels; a slot whose values are all zero holds no pixel, whatever its
/// position.
struct PixelList {
  std::int64_t channels = 1;
  std::vector<PixelPosition> positions;  // [slot]
  std::vector<std::int64_t> values;      // [slot][channel], raw fixed point
  std::vector<bool> kept = {};           // [slot], pixels that stay sites when they turn zero; empty: none

  std::size_t slots() const { return positions.size(); }
  bool active(std::size_t slot) const;
  /// Whether a convolution computes it.
  bool site(std::size_t slot) const { return active(slot) || (!kept.empty() && kept[slot]); }
  /// Slots that hold a pixel.
  std::size_t active_count() const;
};

}  // namespace sparsim
