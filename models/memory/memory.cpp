#include "models/memory/memory.h"

namespace sparsim {

std::unique_ptr<MemoryController> make_memory(const MemoryConfig& config, double clock_mhz) {
  if (const auto* sram = std::get_if<SramConfig>(&config))
    return std::make_unique<SramController>("memory", *sram, clock_mhz);
  return std::make_unique<DramController>("memory", std::get<DramConfig>(config), clock_mhz);
}

}  // namespace sparsim
