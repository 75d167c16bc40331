#pragma once

#include <tlm.h>
#include <tlm_utils/simple_initiator_socket.h>
#include <tlm_utils/simple_target_socket.h>

#include <string>
#include <systemc>
#include <vector>

#include "models/core/cycles.h"

namespace sparsim {

/// A register access from the host over AXI4-Lite, in accelerator cycles, the way through the interconnect included.
struct AxiLiteConfig {
  Cycles write_cycles = 5;
  Cycles read_cycles = 6;
};

std::vector<std::string> problems(const AxiLiteConfig& config);

/// The way from the host to the registers of the accelerator: apart from the memory port, one access at a time.
/// Forwards b_transport and adds the cycles of the access to the delay.
class AxiLiteBus : public sc_core::sc_module {
 public:
  tlm_utils::simple_target_socket<AxiLiteBus> host_socket{"host_socket"};
  tlm_utils::simple_initiator_socket<AxiLiteBus> register_socket{"register_socket"};

  /// Throws ModelError where `problems(config)` has any.
  AxiLiteBus(const sc_core::sc_module_name& name, const AxiLiteConfig& config);

  std::uint64_t writes() const { return writes_; }
  std::uint64_t reads() const { return reads_; }

 private:
  void b_transport(tlm::tlm_generic_payload& payload, sc_core::sc_time& delay);

  const AxiLiteConfig config_;
  std::uint64_t writes_ = 0, reads_ = 0;
};

}  // namespace sparsim
