#pragma once

#include <tlm.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <systemc>

#include "models/core/cycles.h"
#include "models/core/work.h"
#include "models/memory/host_cost.h"

namespace sparsim {

/// The processor next to the accelerator: programs its registers and runs the layers that it does not. Called from one
/// SC_THREAD; every call waits until it is done and returns the cycle the kernel then stands in.
class Host : public sc_core::sc_module {
 public:
  tlm_utils::simple_initiator_socket<Host> socket{"socket"};  // to an AxiLiteBus

  /// `clock_mhz`: of the accelerator. Throws ModelError where `problems(config)` has any.
  Host(const sc_core::sc_module_name& name, const HostConfig& config, double clock_mhz);

  /// `count` register writes of 32 bits to ascending addresses.
  Cycles write_registers(std::uint64_t address, std::int64_t count);
  /// From the accelerator's interrupt to the host acting on it.
  Cycles take_interrupt();
  /// Computes on the processor.
  Cycles compute(const HostOperations& operations);

  /// What `compute` would take.
  Cycles cycles_of(const HostOperations& operations) const;
  Cycles interrupt_cycles() const;
  /// Accelerator cycles spent in the calls above.
  Cycles busy_cycles() const { return busy_; }

 private:
  Cycles access_cycles(std::uint64_t address, std::int64_t count);
  Cycles spend(Cycles duration);

  const HostConfig config_;
  const double clock_mhz_;
  Cycles busy_ = 0;
};

}  // namespace sparsim
