#include "models/sparsepixels/pixel_list.h"

#include <algorithm>

namespace sparsim {

bool PixelList::active(std::size_t slot) const {
  const auto first = values.begin() + static_cast<std::ptrdiff_t>(slot) * channels;
  return std::any_of(first, first + channels, [](std::int64_t value) { return value != 0; });
}

std::size_t PixelList::active_count() const {
  std::size_t count = 0;
  for (std::size_t slot = 0; slot < slots(); ++slot) count += active(slot);
  return count;
}

}  // namespace sparsim
