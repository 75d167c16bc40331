#include "models/finn/config.h"

#include <fmt/format.h>

namespace sparsim {
namespace {

constexpr std::int64_t kDeepestFifo = std::int64_t{1} << 24;  // words: a few times the largest map of a real network

}  // namespace

std::vector<std::string> problems(const FinnConfig& c) {
  std::vector<std::string> found = problems(static_cast<const StreamShellConfig&>(c));
  const auto check_depth = [&](const std::string& key, std::int64_t depth) {
    if (depth < 1 || depth > kDeepestFifo)
      found.push_back(fmt::format("{} = {}: must be 1..{} words", key, depth, kDeepestFifo));
  };
  const auto check_bits = [&](const std::string& key, int bits, int most) {
    if (bits < 1 || bits > most) found.push_back(fmt::format("{} = {}: must be 1..{}", key, bits, most));
  };
  check_bits("bits.weights", c.weight_bits, MatrixUnit::kMostBits);
  check_bits("bits.activations", c.activation_bits, MatrixUnit::kMostBits);
  check_bits("bits.image", c.image_bits, MatrixUnit::kMostBits);
  check_bits("bits.result", c.result_bits, MatrixUnit::kMostResultBits);
  check_depth("fifos.depth", c.fifo_depth);
  for (const auto& [name, depth] : c.fifo_depths) check_depth("fifos.depths." + name, depth);
  return found;
}

}  // namespace sparsim
