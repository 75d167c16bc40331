#include "models/sparcnet/config.h"

#include <fmt/format.h>

namespace sparsim {
namespace {

void append(std::vector<std::string>& found, std::vector<std::string> more) {
  found.insert(found.end(), more.begin(), more.end());
}

}  // namespace

std::vector<std::string> problems(const SparcnetConfig& c) {
  std::vector<std::string> found;
  const auto check = [&](bool holds, const char* key, std::int64_t value, const char* allowed) {
    if (!holds) found.push_back(fmt::format("{} = {}: must be {}", key, value, allowed));
  };
  check(c.pe_grid.rows >= 1 && c.pe_grid.rows <= 256, "pe_grid.rows", c.pe_grid.rows, "1..256");
  check(c.pe_grid.columns >= 1 && c.pe_grid.columns <= 256, "pe_grid.columns", c.pe_grid.columns, "1..256");
  check(c.pe_grid.macs_per_pe >= 1 && c.pe_grid.macs_per_pe <= 64, "pe_grid.macs_per_pe", c.pe_grid.macs_per_pe,
        "1..64");
  check(c.pe_grid.accumulate_latency >= 1 && c.pe_grid.accumulate_latency <= 64, "pe_grid.accumulate_latency",
        c.pe_grid.accumulate_latency, "1..64");
  append(found, problems(c.ifmap, "scratchpads.ifmap"));
  append(found, problems(c.weight, "scratchpads.weight"));
  append(found, problems(c.ofmap, "scratchpads.ofmap"));
  append(found, problems(c.axi));
  append(found, problems(c.dma));
  append(found, problems(c.registers));
  append(found, std::visit([](const auto& memory) { return problems(memory); }, c.memory));
  append(found, problems(c.host));
  return found;
}

}  // namespace sparsim
