#include "models/fpgaconvnet/config.h"

#include <fmt/format.h>

namespace sparsim {
namespace {

constexpr std::int64_t kDeepestFifo = std::int64_t{1} << 24;  // words: a few times the largest map of a real network

}  // namespace

std::vector<std::string> problems(const FpgaConvNetConfig& c) {
  std::vector<std::string> found = problems(static_cast<const StreamShellConfig&>(c));
  const auto check_depth = [&](const std::string& key, std::int64_t depth) {
    if (depth < 1 || depth > kDeepestFifo)
      found.push_back(fmt::format("{} = {}: must be 1..{} words", key, depth, kDeepestFifo));
  };
  if (c.format == WordFormat::fp16) found.push_back("format = fp16: must be int16 or int8");
  check_depth("fifos.depth", c.fifo_depth);
  check_depth("fifos.window_depth", c.window_depth);
  check_depth("fifos.result_depth", c.result_depth);
  for (const auto& [name, depth] : c.fifo_depths) check_depth("fifos.depths." + name, depth);
  for (const auto& [name, node] : c.nodes) {
    if (node.window_depth) check_depth(fmt::format("nodes.{}.window_depth", name), *node.window_depth);
    if (node.result_depth) check_depth(fmt::format("nodes.{}.result_depth", name), *node.result_depth);
  }
  return found;
}

}  // namespace sparsim
