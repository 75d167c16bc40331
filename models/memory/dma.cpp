#include "models/memory/dma.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "models/core/error.h"

namespace sparsim {
namespace {

constexpr Cycles kNotYetKnown = std::numeric_limits<Cycles>::max();

}  // namespace

struct DmaEngine::Descriptor {
  tlm::tlm_generic_payload payload;
  AxiRequestExtension* request = new AxiRequestExtension;  // the payload deletes it
  Cycles started = 0, issued = 0, done = 0;
  Cycles busy = 0;  // cycles to charge as such: setup, and the beats once they are known
  sc_core::sc_event over;

  explicit Descriptor(tlm::tlm_mm_interface* manager) : payload(manager) { payload.set_extension(request); }
};

std::vector<std::string> problems(const DmaConfig& c) {
  std::vector<std::string> found;
  if (c.setup_cycles < 0 || c.setup_cycles > 1'000'000)
    found.push_back(fmt::format("dma.setup_cycles = {}: must be 0..1000000 cycles", c.setup_cycles));
  if (c.descriptors < 1 || c.descriptors > 1024)
    found.push_back(fmt::format("dma.descriptors = {}: must be 1..1024", c.descriptors));
  return found;
}

DmaEngine::DmaEngine(const sc_core::sc_module_name& name, const DmaConfig& config) : sc_module(name), config_(config) {
  const auto found = problems(config);
  SPARSIM_CHECK(found.empty(), "{}", found.front());
  tlm::tlm_mm_interface* const manager = this;
  for (std::int64_t i = 0; i < config.descriptors; ++i) descriptors_.push_back(std::make_unique<Descriptor>(manager));
  socket.register_nb_transport_bw(this, &DmaEngine::nb_transport_bw);
}

DmaEngine::~DmaEngine() = default;

DmaEngine::Ticket DmaEngine::start(const Transfer& transfer) {
  Descriptor& d = descriptor(next_);
  wait_until_over(d);
  const Cycles now = kernel_cycle();
  buckets(now);  // before the descriptor forgets what it did
  d.request->transfer = transfer;
  d.started = now;
  if (transfer.bytes() == 0) {
    d.issued = d.done = now;
    d.busy = 0;
  } else {
    d.issued = setup_free_ = std::max(now, setup_free_) + config_.setup_cycles;
    d.done = kNotYetKnown;
    d.busy = config_.setup_cycles;
  }
  const Ticket ticket = next_++;
  send(now);
  return ticket;
}

Cycles DmaEngine::finish(Ticket ticket) {
  SPARSIM_CHECK(ticket < next_, "{} at cycle {}: transfer {} was not started", name(), kernel_cycle(), ticket);
  if (next_ - ticket <= descriptors_.size()) wait_until_over(descriptor(ticket));  // else another took its descriptor
  return kernel_cycle();
}

void DmaEngine::wait_until_over(Descriptor& d) {
  while (d.done > kernel_cycle()) wait(d.over);
}

void DmaEngine::send(Cycles from) {
  while (!request_open_ && sent_ < next_) {
    Descriptor& d = descriptor(sent_++);
    if (d.done != kNotYetKnown) continue;  // empty
    d.payload.set_command(d.request->transfer.write ? tlm::TLM_WRITE_COMMAND : tlm::TLM_READ_COMMAND);
    d.payload.set_address(d.request->transfer.address);
    d.payload.set_data_length(static_cast<unsigned>(d.request->transfer.bytes()));
    d.payload.set_streaming_width(d.payload.get_data_length());
    d.payload.set_response_status(tlm::TLM_INCOMPLETE_RESPONSE);
    tlm::tlm_phase phase = tlm::BEGIN_REQ;
    sc_core::sc_time delay = delay_until(std::max(from, d.issued));
    request_open_ = socket->nb_transport_fw(d.payload, phase, delay) == tlm::TLM_ACCEPTED;
  }
}

tlm::tlm_sync_enum DmaEngine::nb_transport_bw(tlm::tlm_generic_payload& payload, tlm::tlm_phase& phase,
                                              sc_core::sc_time& delay) {
  const Cycles date = cycle_from(sc_core::sc_time_stamp() + delay);
  if (phase == tlm::END_REQ) {
    request_open_ = false;
    send(date);
    return tlm::TLM_ACCEPTED;
  }
  SPARSIM_CHECK(phase == tlm::BEGIN_RESP, "{} at cycle {}: phase {}", name(), kernel_cycle(), phase.get_name());
  const auto owner = std::find_if(descriptors_.begin(), descriptors_.end(),
                                  [&](const auto& candidate) { return &candidate->payload == &payload; });
  SPARSIM_CHECK(owner != descriptors_.end(), "{} at cycle {}: an answer to nobody's request", name(), kernel_cycle());
  Descriptor& d = **owner;
  d.done = date;
  d.busy += d.request->data_cycles;
  d.over.notify(delay);
  const auto bytes = static_cast<std::uint64_t>(d.request->transfer.bytes());
  (d.request->transfer.write ? activity_.bus_write_bytes : activity_.bus_read_bytes) += bytes;
  activity_.bus_bursts += static_cast<std::uint64_t>(d.request->bursts);
  return tlm::TLM_COMPLETED;
}

const CycleBuckets& DmaEngine::buckets(Cycles now) {
  Cycles at = buckets_.total();
  const auto charge_until = [&at](Cycles date, Cycles& bucket) {
    const Cycles charged = std::max<Cycles>(0, date - at);
    bucket += charged;
    at += charged;
    return charged;
  };
  for (; settled_ < next_; ++settled_) {
    Descriptor& d = descriptor(settled_);
    charge_until(d.started, buckets_.idle);
    const Cycles until = std::min(now, d.done);
    d.busy -= charge_until(std::min(until, at + d.busy), buckets_.busy);
    charge_until(until, buckets_.waiting_bus);
    if (d.done > now) return buckets_;
  }
  charge_until(now, buckets_.idle);
  return buckets_;
}

}  // namespace sparsim
