#include "models/memory/axi.h"

#include <algorithm>
#include <cstdint>

#include "models/core/error.h"

namespace sparsim {

using sc_core::sc_time;

namespace {

/// Further than any run looks ahead, and near enough for ClockRatio.
constexpr Cycles kFarAhead = 100'000'000'000;

/// The odd tick of a cycle.
sc_time arbitration_of(Cycles cycle) { return kernel_time(cycle) + sc_time::from_value(1); }

}  // namespace

tlm::tlm_extension_base* AxiRequestExtension::clone() const { return new AxiRequestExtension(*this); }
void AxiRequestExtension::copy_from(const tlm::tlm_extension_base& other) {
  *this = static_cast<const AxiRequestExtension&>(other);
}

AxiInterconnect::AxiInterconnect(const sc_core::sc_module_name& name, const AxiConfig& config, std::size_t ports,
                                 double clock_mhz)
    : sc_module(name),
      port_sockets("port_socket", ports),
      bus_(config, ports),
      clocks_(ClockPeriod::of_mhz(clock_mhz), ClockPeriod::of_mhz(config.clock_mhz)),
      refused_(ports) {
  SC_HAS_PROCESS(AxiInterconnect);
  for (std::size_t p = 0; p < ports; ++p)
    port_sockets[p].register_nb_transport_fw(this, &AxiInterconnect::nb_transport_fw, static_cast<int>(p));
  SC_METHOD(arbitrate);
  sensitive << wake_;
  dont_initialize();
}

tlm::tlm_sync_enum AxiInterconnect::nb_transport_fw(int port, tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                                    sc_time& delay) {
  const auto p = static_cast<std::size_t>(port);
  const sc_time now = sc_core::sc_time_stamp();
  SPARSIM_CHECK(phase == tlm::BEGIN_REQ, "{} port {} at cycle {}: phase {}", name(), p, kernel_cycle(),
                phase.get_name());
  SPARSIM_CHECK(refused_[p].payload == nullptr, "{} port {} at cycle {}: BEGIN_REQ before END_REQ", name(), p,
                kernel_cycle());
  payload.acquire();
  const std::int64_t arrival = clocks_.to_far(cycle_from(now + delay));
  if (bus_.full(p)) {
    refused_[p] = {&payload, arrival};
    return tlm::TLM_ACCEPTED;
  }
  enqueue(p, payload, arrival);
  wake_.notify(arbitration_of(cycle_from(now)) - now);
  phase = tlm::END_REQ;
  return tlm::TLM_UPDATED;
}

void AxiInterconnect::enqueue(std::size_t port, tlm::tlm_generic_payload& payload, std::int64_t arrival) {
  const auto* request = payload.get_extension<AxiRequestExtension>();
  SPARSIM_CHECK(request != nullptr, "{} port {} at cycle {}: no AxiRequestExtension", name(), port, kernel_cycle());
  bus_.push(port, request->transfer, reinterpret_cast<std::uintptr_t>(&payload), arrival);
}

void AxiInterconnect::arbitrate() {
  const sc_time now = sc_core::sc_time_stamp();
  for (;;) {
    // All requests of this cycle are in; none can come before the kernel's next activity, which those told may bring
    // nearer.
    const Cycles activity = cycles(now + std::min(sc_core::sc_time_to_pending_activity(), kernel_time(kFarAhead)));
    const auto step = bus_.advance(*this, clocks_.to_far(std::max(cycles(now) + 1, activity)));
    if (!step) break;
    if (step->left_queue && refused_[step->port].payload != nullptr) accept_refused(step->port, step->date);
    if (step->completion) respond(step->port, *step->completion);
  }
  if (const std::int64_t next = bus_.next(); next != AxiBus::kNever)
    wake_.notify(arbitration_of(clocks_.near_containing(next)) - now);
}

void AxiInterconnect::accept_refused(std::size_t port, std::int64_t left_queue) {
  const Refused refused = refused_[port];
  const std::int64_t accepted = std::max(refused.arrival, left_queue + 1);
  refused_[port] = {};
  enqueue(port, *refused.payload, accepted);
  tlm::tlm_phase phase = tlm::END_REQ;
  sc_time delay = delay_until(clocks_.to_near(accepted));
  port_sockets[port]->nb_transport_bw(*refused.payload, phase, delay);
}

void AxiInterconnect::respond(std::size_t port, const AxiBus::Completion& completion) {
  // NOLINTNEXTLINE(performance-no-int-to-ptr): the bus, which knows no TLM, carries the payload's address as its id
  auto& payload = *reinterpret_cast<tlm::tlm_generic_payload*>(static_cast<std::uintptr_t>(completion.id));
  auto* request = payload.get_extension<AxiRequestExtension>();
  request->bursts = completion.bursts;
  request->data_cycles = clocks_.to_near(completion.beats);
  payload.set_response_status(tlm::TLM_OK_RESPONSE);
  tlm::tlm_phase phase = tlm::BEGIN_RESP;
  sc_time delay = delay_until(clocks_.to_near(completion.date));
  const auto answer = port_sockets[port]->nb_transport_bw(payload, phase, delay);
  SPARSIM_CHECK(answer == tlm::TLM_COMPLETED, "{} port {} at cycle {}: the initiator did not complete its request",
                name(), port, kernel_cycle());
  payload.release();
}

BurstMemory::Dates AxiInterconnect::access(bool write, const Burst& burst, std::int64_t arrival) {
  const MemoryDates dates = memory_port->access(write, burst.address, burst.bytes, clocks_.to_near(arrival));
  return {clocks_.to_far(dates.first), clocks_.to_far(dates.last)};
}

}  // namespace sparsim
