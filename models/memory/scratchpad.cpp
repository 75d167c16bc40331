#include "models/memory/scratchpad.h"

#include <fmt/format.h>

#include "models/core/block_ram.h"
#include "models/core/error.h"
#include "models/core/shape.h"

namespace sparsim {

std::vector<std::string> problems(const ScratchpadConfig& c, const std::string& name) {
  std::vector<std::string> found;
  const auto in_range = [&](const char* key, std::int64_t value, std::int64_t high, const char* unit) {
    if (value < 1 || value > high)
      found.push_back(fmt::format("{}.{} = {}: must be 1..{}{}", name, key, value, high, unit));
  };
  in_range("size_bytes", c.size_bytes, std::int64_t{1} << 32, " bytes");
  in_range("word_bytes", c.word_bytes, 4096, " bytes");
  in_range("ports", c.ports, 4096, "");
  if (found.empty()) {
    const std::int64_t row = c.word_bytes * c.ports * (c.double_buffered ? 2 : 1);
    if (c.size_bytes % row != 0)
      found.push_back(
          fmt::format("{}.size_bytes = {}: must be a multiple of {}, a word of {} bytes in each of {} ports{}", name,
                      c.size_bytes, row, c.word_bytes, c.ports, c.double_buffered ? " in both halves" : ""));
  }
  return found;
}

Scratchpad::Scratchpad(const ScratchpadConfig& config) : config_(config) {
  const auto found = problems(config, "scratchpad");
  SPARSIM_CHECK(found.empty(), "{}", found.front());
}

Cycles Scratchpad::access_cycles(std::int64_t bytes) const {
  return ceil_div(bytes, config_.word_bytes * config_.ports);
}

std::int64_t Scratchpad::bram18() const {
  const std::int64_t halves = config_.double_buffered ? 2 : 1;
  const std::int64_t depth = tile_bytes() / (config_.word_bytes * config_.ports);
  return halves * config_.ports * sparsim::bram18(depth, 8 * config_.word_bytes);
}

}  // namespace sparsim
