#include "models/memory/controller.h"

namespace sparsim {

MemoryController::MemoryController(const sc_core::sc_module_name& name, std::int64_t capacity_bytes)
    : sc_module(name), capacity_bytes_(static_cast<std::uint64_t>(capacity_bytes)) {}

MemoryDates MemoryController::access(bool write, std::uint64_t address, std::int64_t bytes, Cycles arrival) {
  SPARSIM_CHECK(bytes > 0, "{} at cycle {}: {} bytes at address {}", name(), arrival, bytes, address);
  SPARSIM_CHECK(address < capacity_bytes_ && static_cast<std::uint64_t>(bytes) <= capacity_bytes_ - address,
                "{} of {} bytes, at cycle {}: {} bytes at address {}", name(), capacity_bytes_, arrival, bytes,
                address);
  return serve(write, address, bytes, arrival);
}

}  // namespace sparsim
