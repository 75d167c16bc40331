#include "models/memory/dram.h"

namespace sparsim {

DramController::DramController(const sc_core::sc_module_name& name, const DramConfig& config, double clock_mhz)
    : MemoryController(name, config.capacity_bytes()),
      config_(config),
      clocks_(ClockPeriod::of_mhz(clock_mhz), ClockPeriod::of_ps(config.clock_period_ps)),
      timing_(config) {}

MemoryDates DramController::serve(bool write, std::uint64_t address, std::int64_t bytes, Cycles arrival) {
  const auto [first, last] = timing_.access(write, address, bytes, clocks_.to_far(arrival));
  return {clocks_.to_near(first), clocks_.to_near(last)};
}

Activity DramController::activity() const {
  Activity activity;
  activity.dram_read_bytes = stats().read_bytes;
  activity.dram_write_bytes = stats().write_bytes;
  activity.dram_activates = stats().activates;
  return activity;
}

}  // namespace sparsim
