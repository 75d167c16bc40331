#include "models/sparsepixels/config.h"

#include <fmt/format.h>

#include <algorithm>

namespace sparsim {

std::int64_t levels_in_a_cycle(double clock_mhz) {
  constexpr double kLevelNs = 5.0 / 3;
  constexpr double kRounding = 1e-9;  // three of them are 5 ns
  return std::max<std::int64_t>(1, static_cast<std::int64_t>(1e3 / clock_mhz / kLevelNs + kRounding));
}

std::int64_t SparsePixelsConfig::reuse_of(const std::string& layer) const {
  const auto found = reuse.find(layer);
  return found == reuse.end() ? 1 : found->second;
}

std::vector<std::string> problems(const SparsePixelsConfig& c) {
  std::vector<std::string> found;
  const auto at_least = [&](const char* key, std::int64_t value, std::int64_t least) {
    if (value < least) found.push_back(fmt::format("{} = {}: must be {} or more", key, value, least));
  };
  if (c.clock_mhz <= 0) found.push_back(fmt::format("clock_mhz = {}: must be above 0", c.clock_mhz));
  if (c.n_max < 1 || c.n_max > c.kMostSlots)
    found.push_back(fmt::format("n_max = {}: must be 1..{}", c.n_max, c.kMostSlots));
  const auto must_be_unsigned = [&](const char* key, const FixedFormat& format) {
    if (format.is_signed)
      found.push_back(fmt::format("{} = {}: must be unsigned, as behind a ReLU", key, to_string(format)));
  };
  must_be_unsigned("types.activations", c.activations);
  if (c.pools) must_be_unsigned("types.pools", *c.pools);
  at_least("levels_per_cycle", c.levels_per_cycle, 1);
  at_least("flatten_unroll", c.flatten_unroll, 1);
  at_least("hand_off_cycles", c.hand_off_cycles, 0);
  at_least("restart_cycles", c.restart_cycles, 0);
  if (c.multiplier_cycles) at_least("multiplier_cycles", *c.multiplier_cycles, 0);
  for (const auto& [layer, factor] : c.reuse) at_least(fmt::format("reuse.{}", layer).c_str(), factor, 1);
  return found;
}

}  // namespace sparsim
