#include "models/core/block_ram.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "models/core/shape.h"

namespace sparsim {

std::int64_t bram18(std::int64_t depth, std::int64_t width_bits) {
  constexpr std::pair<std::int64_t, std::int64_t> kShapes[] = {{16384, 1}, {8192, 2},  {4096, 4},
                                                               {2048, 9},  {1024, 18}, {512, 36}};
  std::int64_t fewest = std::numeric_limits<std::int64_t>::max();
  for (const auto& [block_depth, block_width] : kShapes)
    fewest = std::min(fewest, ceil_div(depth, block_depth) * ceil_div(width_bits, block_width));
  return fewest;
}

}  // namespace sparsim
