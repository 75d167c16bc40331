#pragma once

#include <cstdint>
#include <systemc>

namespace sparsim {

/// Dates and durations in cycles of the accelerator clock.
using Cycles = std::int64_t;

/// Kernel time runs at two ticks a cycle: what happens in a cycle stands on the even tick, arbitration among all of it
/// on the odd one, so that an outcome never depends on the order in which processes ran.
inline sc_core::sc_time kernel_time(Cycles date) {
  return sc_core::sc_time::from_value(2 * static_cast<std::uint64_t>(date));
}
inline Cycles cycles(const sc_core::sc_time& time) { return static_cast<Cycles>(time.value() / 2); }
/// The cycle the kernel stands in.
inline Cycles kernel_cycle() { return cycles(sc_core::sc_time_stamp()); }

inline double seconds(Cycles duration, double clock_mhz) { return static_cast<double>(duration) / (clock_mhz * 1e6); }

}  // namespace sparsim
