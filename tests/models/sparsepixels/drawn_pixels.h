#pragma once

#include <cstdint>
#include <vector>

#include "models/core/random.h"
#include "models/sparsepixels/input_reduction.h"

namespace sparsim {

/// Raw pixels, of which this share is not zero.
inline std::vector<std::int64_t> drawn_pixels(const ReductionShape& shape, double density, Random& random) {
  std::vector<std::int64_t> image(static_cast<std::size_t>(shape.pixels()));
  const std::uint64_t highest = (std::uint64_t{1} << shape.value_bits) - 1;
  for (std::int64_t& value : image)
    value = random.chance(density) ? 1 + static_cast<std::int64_t>(random.below(highest)) : 0;
  return image;
}

}  // namespace sparsim
