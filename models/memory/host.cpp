#include "models/memory/host.h"

#include <cmath>

#include "models/core/error.h"
#include "models/memory/clock.h"

namespace sparsim {

Host::Host(const sc_core::sc_module_name& name, const HostConfig& config, double clock_mhz)
    : sc_module(name), config_(config), clock_mhz_(clock_mhz) {
  const auto found = problems(config);
  SPARSIM_CHECK(found.empty(), "{}", found.front());
}

Cycles Host::write_registers(std::uint64_t address, std::int64_t count) { return spend(access_cycles(address, count)); }

// Apart from spend(): a run may end while it waits, and what is on its stack then is never released.
Cycles Host::access_cycles(std::uint64_t address, std::int64_t count) {
  constexpr unsigned kRegisterBytes = 4;
  std::uint32_t value = 0;
  tlm::tlm_generic_payload payload;
  payload.set_command(tlm::TLM_WRITE_COMMAND);
  payload.set_data_ptr(reinterpret_cast<unsigned char*>(&value));
  payload.set_data_length(kRegisterBytes);
  payload.set_streaming_width(kRegisterBytes);
  sc_core::sc_time delay;
  for (std::int64_t i = 0; i < count; ++i) {
    payload.set_address(address + static_cast<std::uint64_t>(i) * kRegisterBytes);
    payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    socket->b_transport(payload, delay);
    SPARSIM_CHECK(payload.is_response_ok(), "{} at cycle {}: {} at register address {}", name(), kernel_cycle(),
                  payload.get_response_string(), payload.get_address());
  }
  return cycles(delay);
}

Cycles Host::take_interrupt() { return spend(interrupt_cycles()); }

Cycles Host::compute(const HostOperations& operations) { return spend(cycles_of(operations)); }

Cycles Host::cycles_of(const HostOperations& operations) const { return host_cycles(config_, operations, clock_mhz_); }

Cycles Host::interrupt_cycles() const {
  const ClockRatio clocks(ClockPeriod::of_mhz(clock_mhz_), ClockPeriod::of_mhz(config_.clock_mhz));
  return clocks.to_near(static_cast<std::int64_t>(std::ceil(config_.interrupt_latency_cycles)));
}

Cycles Host::spend(Cycles duration) {
  busy_ += duration;
  if (duration > 0) wait(kernel_time(duration));
  return kernel_cycle();
}

}  // namespace sparsim
