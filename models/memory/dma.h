#pragma once

#include <tlm.h>
#include <tlm_utils/simple_initiator_socket.h>

#include <memory>
#include <string>
#include <systemc>
#include <vector>

#include "models/core/activity.h"
#include "models/core/architecture.h"
#include "models/core/cycles.h"
#include "models/memory/axi.h"

namespace sparsim {

struct DmaConfig {
  Cycles setup_cycles = 8;       // to fetch and decode a descriptor; one at a time
  std::int64_t descriptors = 4;  // under way at the same time
};

/// What is wrong with it, each as `dma.key = value: what is allowed`; empty where nothing is.
std::vector<std::string> problems(const DmaConfig& config);

/// Moves rows between memory and scratchpad through its own port of an AxiInterconnect. Called from an SC_THREAD.
class DmaEngine : public sc_core::sc_module, private tlm::tlm_mm_interface {
 public:
  /// A transfer under way: the count of those before it.
  using Ticket = std::uint64_t;

  tlm_utils::simple_initiator_socket<DmaEngine> socket{"socket"};

  /// Throws ModelError where `problems(config)` has any.
  DmaEngine(const sc_core::sc_module_name& name, const DmaConfig& config);
  ~DmaEngine() override;

  /// Starts a transfer at kernel time. Waits only while all descriptors are in use. An empty transfer is over at once.
  Ticket start(const Transfer& transfer);
  /// Waits until it is over, if it is not; returns the cycle the kernel then stands in.
  Cycles finish(Ticket ticket);
  /// start and finish.
  Cycles transfer(const Transfer& transfer) { return finish(start(transfer)); }

  /// Where the cycles from 0 to `now` went: busy (a descriptor is set up, beats fill the data channel), waiting_bus
  /// (the rest of a transfer), idle. `now` may not descend from call to call.
  const CycleBuckets& buckets(Cycles now);
  /// bus_read_bytes, bus_write_bytes, bus_bursts of the transfers whose end is known.
  const Activity& activity() const { return activity_; }

 private:
  struct Descriptor;

  tlm::tlm_sync_enum nb_transport_bw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase, sc_core::sc_time& delay);
  /// Sends what the interconnect takes, none of it before cycle `from`.
  void send(Cycles from);
  void wait_until_over(Descriptor& descriptor);
  void free(tlm::tlm_generic_payload*) override {}  // payloads belong to their descriptors
  Descriptor& descriptor(Ticket ticket) { return *descriptors_[ticket % descriptors_.size()]; }

  const DmaConfig config_;
  std::vector<std::unique_ptr<Descriptor>> descriptors_;  // ticket t uses number t % size
  Ticket next_ = 0, sent_ = 0, settled_ = 0;
  bool request_open_ = false;  // the interconnect owes END_REQ
  Cycles setup_free_ = 0;
  CycleBuckets buckets_;
  Activity activity_;
};

}  // namespace sparsim
