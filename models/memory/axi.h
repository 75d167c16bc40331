#pragma once

#include <tlm.h>
#include <tlm_utils/simple_target_socket.h>

#include <systemc>
#include <vector>

#include "models/core/activity.h"
#include "models/core/cycles.h"
#include "models/memory/axi_bus.h"
#include "models/memory/clock.h"
#include "models/memory/controller.h"

namespace sparsim {

/// Rides on the payload of a request to AxiInterconnect: what is asked, and, once answered, what it took.
struct AxiRequestExtension : tlm::tlm_extension<AxiRequestExtension> {
  Transfer transfer;
  std::int64_t bursts = 0;  // answer
  Cycles data_cycles = 0;   // answer: accelerator cycles that its beats filled, rounded up

  tlm::tlm_extension_base* clone() const override;
  void copy_from(const tlm::tlm_extension_base& other) override;
};

/// AxiBus with a TLM socket for each initiator and a port to the memory.
///
/// Initiators speak the base protocol in its AT form: BEGIN_REQ (payload with an AxiRequestExtension and a memory
/// manager) enters the queue of its port at kernel time + delay. It is answered by END_REQ at once, or when the queue
/// has room again. BEGIN_RESP comes back as soon as the date of completion is known, which lies ahead of kernel time by
/// the delay annotated; the initiator answers TLM_COMPLETED.
///
/// It arbitrates on odd ticks, when all requests of the cycle are in, and runs ahead of the kernel, burst after burst,
/// up to the next moment at which any process could send another request (sc_time_to_pending_activity): a request costs
/// the kernel one event, whatever its size, and the outcome is that of an event a burst.
class AxiInterconnect : public sc_core::sc_module, private BurstMemory {
 public:
  using Target = tlm_utils::simple_target_socket_tagged<AxiInterconnect>;

  sc_core::sc_vector<Target> port_sockets;
  sc_core::sc_port<MemoryIf> memory_port{"memory_port"};

  /// `clock_mhz`: of the accelerator. Throws ModelError where `problems(config)` has any.
  AxiInterconnect(const sc_core::sc_module_name& name, const AxiConfig& config, std::size_t ports, double clock_mhz);

  /// Cycles in it are those of the port's clock, AxiConfig::clock_mhz.
  AxiPortStats stats(std::size_t port) const { return bus_.stats(port); }
  std::size_t ports() const { return bus_.ports(); }

 private:
  tlm::tlm_sync_enum nb_transport_fw(int port, tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                     sc_core::sc_time& delay);
  Dates access(bool write, const Burst& burst, std::int64_t arrival) override;
  void arbitrate();
  void enqueue(std::size_t port, tlm::tlm_generic_payload& payload, std::int64_t arrival);
  void accept_refused(std::size_t port, std::int64_t left_queue);
  void respond(std::size_t port, const AxiBus::Completion& completion);

  /// A request whose queue was full: END_REQ is still owed.
  struct Refused {
    tlm::tlm_generic_payload* payload = nullptr;
    std::int64_t arrival = 0;
  };

  AxiBus bus_;
  const ClockRatio clocks_;       // accelerator to memory port
  std::vector<Refused> refused_;  // a port
  sc_core::sc_event wake_{"wake"};
};

}  // namespace sparsim
