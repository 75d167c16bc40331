#pragma once

#include "models/memory/clock.h"
#include "models/memory/controller.h"
#include "models/memory/dram_timing.h"

namespace sparsim {

/// DramTiming as a SystemC module. Dates are memory clocks inside and accelerator cycles, rounded up, outside.
class DramController : public MemoryController {
 public:
  /// `clock_mhz`: of the accelerator. Throws ModelError where `problems(config)` has any.
  DramController(const sc_core::sc_module_name& name, const DramConfig& config, double clock_mhz);

  double peak_bytes_per_second() const override { return config_.peak_bytes_per_second(); }
  Activity activity() const override;
  const DramStats& stats() const { return timing_.stats(); }

 private:
  MemoryDates serve(bool write, std::uint64_t address, std::int64_t bytes, Cycles arrival) override;

  const DramConfig config_;
  const ClockRatio clocks_;  // accelerator to memory
  DramTiming timing_;
};

}  // namespace sparsim
