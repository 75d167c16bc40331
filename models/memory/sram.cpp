#include "models/memory/sram.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "models/core/error.h"
#include "models/core/shape.h"
#include "models/memory/clock.h"

namespace sparsim {
namespace {

Cycles cycles_a_word(const SramConfig& config, double clock_mhz) {
  const auto found = problems(config);
  SPARSIM_CHECK(found.empty(), "{}", found.front());
  const ClockRatio to_ps(ClockPeriod::of_mhz(clock_mhz), ClockPeriod::of_ps(1));
  return to_ps.to_near(std::llround(config.access_ns * 1000));
}

}  // namespace

std::vector<std::string> problems(const SramConfig& c) {
  std::vector<std::string> found;
  if (c.size_bytes < 1 || c.size_bytes > std::int64_t{1} << 40)
    found.push_back(fmt::format("sram.size_bytes = {}: must be 1..2^40", c.size_bytes));
  if (c.data_bits < 8 || c.data_bits > 1024 || c.data_bits % 8 != 0)
    found.push_back(fmt::format("sram.data_bits = {}: must be a multiple of 8, 8..1024", c.data_bits));
  if (!(c.access_ns >= 0.1 && c.access_ns <= 10'000))
    found.push_back(fmt::format("sram.access_ns = {}: must be 0.1..10000 ns", c.access_ns));
  if (c.turnaround_cycles < 0 || c.turnaround_cycles > 1000)
    found.push_back(fmt::format("sram.turnaround_cycles = {}: must be 0..1000 cycles", c.turnaround_cycles));
  return found;
}

SramController::SramController(const sc_core::sc_module_name& name, const SramConfig& config, double clock_mhz)
    : MemoryController(name, config.size_bytes),
      config_(config),
      clock_mhz_(clock_mhz),
      word_cycles_(cycles_a_word(config, clock_mhz)) {}

double SramController::peak_bytes_per_second() const {
  const std::int64_t word_bytes = config_.data_bits / 8;
  return static_cast<double>(word_bytes) * clock_mhz_ * 1e6 / static_cast<double>(word_cycles_);
}

MemoryDates SramController::serve(bool write, std::uint64_t address, std::int64_t bytes, Cycles arrival) {
  const std::int64_t word_bytes = config_.data_bits / 8;
  const auto begin = static_cast<std::int64_t>(address);
  const std::int64_t words = ceil_div(begin + bytes, word_bytes) - begin / word_bytes;
  const Cycles pins_free = free_ + (write != last_was_write_ ? config_.turnaround_cycles : 0);
  const Cycles start = std::max(arrival, pins_free);
  free_ = start + words * word_cycles_;
  last_was_write_ = write;
  (write ? write_bytes_ : read_bytes_) += static_cast<std::uint64_t>(bytes);
  return {start + word_cycles_, free_};
}

Activity SramController::activity() const {
  Activity activity;
  activity.dram_read_bytes = read_bytes_;
  activity.dram_write_bytes = write_bytes_;
  return activity;
}

}  // namespace sparsim
