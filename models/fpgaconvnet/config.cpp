#include "models/fpgaconvnet/config.h"

#include <fmt/format.h>

namespace sparsim {
namespace {

constexpr std::int64_t kDeepestFifo = std::int64_t{1} << 24;  // words: a few times the largest map of a real network

void append(std::vector<std::string>& found, std::vector<std::string> more) {
  found.insert(found.end(), more.begin(), more.end());
}

}  // namespace

std::vector<std::string> problems(const FpgaConvNetConfig& c) {
  std::vector<std::string> found;
  const auto check_depth = [&](const std::string& key, std::int64_t depth) {
    if (depth < 1 || depth > kDeepestFifo)
      found.push_back(fmt::format("{} = {}: must be 1..{} words", key, depth, kDeepestFifo));
  };
  const auto check_cycles = [&](const char* key, double cycles) {
    if (!(cycles >= 0 && cycles <= 1e9)) found.push_back(fmt::format("host_io.{} = {}: must be 0..1e9", key, cycles));
  };
  if (!(c.clock_mhz >= 1 && c.clock_mhz <= 1000))
    found.push_back(fmt::format("clock_mhz = {}: must be 1..1000", c.clock_mhz));
  if (c.format == WordFormat::fp16) found.push_back("format = fp16: must be int16 or int8");
  check_depth("fifos.depth", c.fifo_depth);
  check_depth("fifos.window_depth", c.window_depth);
  check_depth("fifos.result_depth", c.result_depth);
  for (const auto& [name, depth] : c.fifo_depths) check_depth("fifos.depths." + name, depth);
  for (const auto& [name, node] : c.nodes) {
    if (node.window_depth) check_depth(fmt::format("nodes.{}.window_depth", name), *node.window_depth);
    if (node.result_depth) check_depth(fmt::format("nodes.{}.result_depth", name), *node.result_depth);
  }
  if (c.image_registers < 1 || c.image_registers > 10'000)
    found.push_back(fmt::format("registers.per_image = {}: must be 1..10000", c.image_registers));
  check_cycles("image_cycles", c.host_io.image_cycles);
  check_cycles("cycles_per_input", c.host_io.cycles_per_input);
  check_cycles("cycles_per_output", c.host_io.cycles_per_output);
  append(found, problems(c.axi));
  append(found, problems(c.dma));
  append(found, problems(c.registers));
  append(found, std::visit([](const auto& memory) { return problems(memory); }, c.memory));
  append(found, problems(c.host));
  return found;
}

}  // namespace sparsim
