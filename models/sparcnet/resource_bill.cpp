#include "models/sparcnet/resource_bill.h"

namespace sparsim {

std::vector<ResourceItem> resource_bill(const SparcnetConfig& config, const Technology& technology) {
  constexpr double kEngines = 3;  // ifmap, weight, ofmap
  const auto pes = static_cast<double>(config.pe_grid.pes());
  const auto macs = pes * static_cast<double>(config.pe_grid.macs_per_pe);
  const auto scratchpad = [](const ScratchpadConfig& c) {
    return Resources{0, 0, 0, static_cast<double>(Scratchpad(c).bram18()), 0};
  };
  return {
      {"MAC units", macs, macs * mac_unit(technology, config.pe_grid.format)},
      {"PE control", pes, pes * pe_control(technology)},
      {"ifmap scratchpad", 1, scratchpad(config.ifmap)},
      {"weight scratchpad", 1, scratchpad(config.weight)},
      {"ofmap scratchpad", 1, scratchpad(config.ofmap)},
      {"DMA engines", kEngines, kEngines * dma_engine(technology)},
      {"AXI interconnect ports", kEngines, kEngines * interconnect_port(technology)},
  };
}

}  // namespace sparsim
