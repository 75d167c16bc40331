#pragma once

#include <cstdint>
#include <systemc>

#include "models/core/activity.h"
#include "models/core/cycles.h"
#include "models/core/error.h"

namespace sparsim {

/// The first cycle that does not begin before `time`.
inline Cycles cycle_from(const sc_core::sc_time& time) { return static_cast<Cycles>((time.value() + 1) / 2); }

/// What to annotate so that something happens at the beginning of cycle `date`, which must not lie in the past.
inline sc_core::sc_time delay_until(Cycles date) {
  const sc_core::sc_time now = sc_core::sc_time_stamp();
  SPARSIM_CHECK(kernel_time(date) >= now, "a date in the past: cycle {} at tick {}", date, now.value());
  return kernel_time(date) - now;
}

/// When a memory served a burst, in cycles of the accelerator clock. From date `first` its first word is there to be
/// taken (or is stored), from date `last` the last one.
struct MemoryDates {
  Cycles first = 0, last = 0;
};

/// How bursts reach a memory: one call each, without a payload, since there are a hundred thousand of them an image.
class MemoryIf : public virtual sc_core::sc_interface {
 public:
  /// Tells when a burst that arrives at cycle `arrival` is done, and never waits. Bursts are served in the order of the
  /// calls; arrivals may lie ahead of kernel time and may not descend.
  virtual MemoryDates access(bool write, std::uint64_t address, std::int64_t bytes, Cycles arrival) = 0;
};

/// External memory behind its controller.
class MemoryController : public sc_core::sc_module, public MemoryIf {
 public:
  MemoryController(const sc_core::sc_module_name& name, std::int64_t capacity_bytes);

  /// Throws ModelError where the burst is empty or reaches past the capacity.
  MemoryDates access(bool write, std::uint64_t address, std::int64_t bytes, Cycles arrival) final;

  std::int64_t capacity_bytes() const { return static_cast<std::int64_t>(capacity_bytes_); }
  /// The most that the pins can carry.
  virtual double peak_bytes_per_second() const = 0;
  /// dram_read_bytes, dram_write_bytes and dram_activates since the start.
  virtual Activity activity() const = 0;

 private:
  virtual MemoryDates serve(bool write, std::uint64_t address, std::int64_t bytes, Cycles arrival) = 0;

  const std::uint64_t capacity_bytes_;
};

}  // namespace sparsim
