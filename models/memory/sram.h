#pragma once

#include <string>
#include <vector>

#include "models/memory/controller.h"

namespace sparsim {

/// Asynchronous SRAM on the pins of the FPGA. The defaults are those of a Cmod A7: ISSI IS61WV5128BLL-10, 512 Ki x 8,
/// 10 ns over the full supply range.
struct SramConfig {
  std::int64_t size_bytes = std::int64_t{512} * 1024;
  std::int64_t data_bits = 8;
  double access_ns = 10;               // a read or write cycle of the part
  std::int64_t turnaround_cycles = 1;  // of the accelerator clock, to turn the data pins round between reads and writes
};

std::vector<std::string> problems(const SramConfig& config);

/// An SRAM controller in the accelerator's clock: a word takes the whole cycles that cover the access time.
class SramController : public MemoryController {
 public:
  /// Throws ModelError where `problems(config)` has any.
  SramController(const sc_core::sc_module_name& name, const SramConfig& config, double clock_mhz);

  double peak_bytes_per_second() const override;
  Activity activity() const override;
  /// Accelerator cycles a word.
  Cycles word_cycles() const { return word_cycles_; }

 private:
  MemoryDates serve(bool write, std::uint64_t address, std::int64_t bytes, Cycles arrival) override;

  const SramConfig config_;
  const double clock_mhz_;
  const Cycles word_cycles_;
  Cycles free_ = 0;
  bool last_was_write_ = false;
  std::uint64_t read_bytes_ = 0, write_bytes_ = 0;
};

}  // namespace sparsim
