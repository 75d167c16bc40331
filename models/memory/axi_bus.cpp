#include "models/memory/axi_bus.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/core/error.h"

namespace sparsim {

std::vector<std::string> problems(const AxiConfig& c) {
  std::vector<std::string> found;
  const auto in_range = [&](const char* key, auto value, auto low, auto high, const char* unit) {
    if (!(value >= low && value <= high))
      found.push_back(fmt::format("axi.{} = {}: must be {}..{}{}", key, value, low, high, unit));
  };
  in_range("clock_mhz", c.clock_mhz, 0.001, 10'000.0, " MHz");
  if (c.data_bytes < 1 || c.data_bytes > 128 || (c.data_bytes & (c.data_bytes - 1)) != 0)
    found.push_back(fmt::format("axi.data_bytes = {}: must be 1, 2, 4, 8, 16, 32, 64 or 128", c.data_bytes));
  in_range("burst_beats", c.burst_beats, 1, 256, " beats (16 in AXI3)");
  in_range("outstanding", c.outstanding, 1, 1024, " bursts");
  in_range("port_outstanding", c.port_outstanding, 1, 1024, " bursts");
  in_range("queue_depth", c.queue_depth, 1, 1024, " requests");
  in_range("forward_cycles", c.forward_cycles, 1, 100'000, " cycles");
  in_range("return_cycles", c.return_cycles, 0, 100'000, " cycles");
  return found;
}

AxiBus::AxiBus(const AxiConfig& config, std::size_t ports)
    : config_(config), reads_(config.outstanding), writes_(config.outstanding), last_served_(ports - 1) {
  const auto found = problems(config);
  SPARSIM_CHECK(found.empty(), "{}", found.front());
  SPARSIM_CHECK(ports > 0, "a bus without initiators");
  for (std::size_t p = 0; p < ports; ++p)
    ports_.push_back({{}, Slots(config.port_outstanding), Slots(config.port_outstanding), {}});
}

std::size_t AxiBus::Slots::take() {
  const std::size_t slot = oldest_;
  done_[slot] = kNever;
  oldest_ = oldest_ + 1 == done_.size() ? 0 : oldest_ + 1;
  return slot;
}

bool AxiBus::full(std::size_t port) const {
  return static_cast<std::int64_t>(ports_[port].queue.size()) == config_.queue_depth;
}

void AxiBus::push(std::size_t port, const Transfer& transfer, std::uint64_t id, std::int64_t arrival) {
  SPARSIM_CHECK(!full(port), "port {} has no room at {}", port, arrival);
  SPARSIM_CHECK(transfer.row_bytes > 0 && transfer.rows > 0, "port {} sent an empty request at {}", port, arrival);
  ports_[port].queue.push_back(
      {id, transfer.write, arrival, BurstSplitter(transfer, config_.data_bytes, config_.burst_beats)});
  candidate_.reset();
}

std::int64_t AxiBus::next() {
  if (!candidate_) candidate_ = find_grant();
  return posted_.empty() ? candidate_->date : std::min(candidate_->date, posted_.front().sent);
}

std::optional<AxiBus::Step> AxiBus::advance(BurstMemory& memory, std::int64_t before) {
  while (next() < before) {
    const bool write_first = !posted_.empty() && posted_.front().sent <= candidate_->date;
    const Step step = write_first ? deliver_write(memory) : grant(memory);
    if (step.left_queue || step.completion) return step;
  }
  return std::nullopt;
}

AxiBus::Candidate AxiBus::find_grant() {
  Candidate best;
  std::size_t p = last_served_;
  for (std::size_t i = 0; i < ports_.size(); ++i) {
    p = p + 1 == ports_.size() ? 0 : p + 1;
    Port& port = ports_[p];
    if (port.queue.empty()) continue;
    const Request& request = port.queue.front();
    const Slots& shared = request.write ? writes_ : reads_;
    const std::int64_t date =
        std::max({request.arrival, address_free_, port.slots(request.write).free_from(), shared.free_from()});
    if (date < best.date) best = {date, p};  // in round-robin order, so a tie keeps the first
  }
  return best;
}

AxiBus::Step AxiBus::grant(BurstMemory& memory) {
  const auto [date, p] = *candidate_;
  Port& port = ports_[p];
  Request& request = port.queue.front();
  const std::int64_t ready = std::max(request.arrival, port.slots(request.write).free_from());
  const Burst burst = request.bursts.next();
  const bool last = request.bursts.done();
  ++request.burst_count;
  request.beat_count += burst.beats;
  address_free_ = date + 1;
  last_served_ = p;
  candidate_.reset();

  Step step{date, p, last, {}};
  const Completion completion{request.id, 0, request.burst_count, request.beat_count};
  std::int64_t first_beat, end;
  if (request.write) {
    first_beat = std::max(write_free_, date);
    end = first_beat + burst.beats;
    write_free_ = end;
    port.stats.write_bytes += static_cast<std::uint64_t>(burst.bytes);
    posted_.push_back({end, burst, p, port.writes.take(), writes_.take(), last, completion});
  } else {
    const auto in_memory = memory.access(false, burst, date + config_.forward_cycles);
    first_beat = std::max(read_free_, in_memory.first + config_.return_cycles);
    end = std::max(first_beat + burst.beats, in_memory.last + config_.return_cycles + 1);
    read_free_ = end;
    port.stats.read_bytes += static_cast<std::uint64_t>(burst.bytes);
    port.reads.release(port.reads.take(), end);
    reads_.release(reads_.take(), end);
    if (last) {
      step.completion = completion;
      step.completion->date = end;
    }
  }
  account(port, request.arrival, ready, date, first_beat, burst.beats, end);
  if (last) port.queue.pop_front();
  return step;
}

AxiBus::Step AxiBus::deliver_write(BurstMemory& memory) {
  PostedWrite write = posted_.front();
  posted_.pop_front();
  Port& port = ports_[write.port];
  const std::int64_t done =
      memory.access(true, write.burst, write.sent + config_.forward_cycles).last + config_.return_cycles;
  port.writes.release(write.port_slot, done);
  writes_.release(write.bus_slot, done);
  port.answered_by = std::max(port.answered_by, done);
  candidate_.reset();

  Step step{write.sent, write.port, false, {}};
  if (write.last_of_request) {
    step.completion = write.completion;
    step.completion->date = done;
  }
  return step;
}

void AxiBus::account(Port& port, std::int64_t arrival, std::int64_t ready, std::int64_t granted,
                     std::int64_t first_beat, std::int64_t beats, std::int64_t end) {
  AxiPortStats& s = port.stats;
  std::int64_t at = s.accounted_until();
  const auto charge_until = [&at](std::int64_t date, std::int64_t& bucket) {
    if (date <= at) return;
    bucket += date - at;
    at = date;
  };
  charge_until(std::min(arrival, port.answered_by), s.waiting_data);  // a write's answer
  charge_until(arrival, s.idle);
  charge_until(ready, s.waiting_data);  // as many bursts under way as the port may have
  charge_until(granted, s.waiting_grant);
  charge_until(first_beat, s.waiting_data);
  charge_until(std::min(end, at + beats), s.busy);
  charge_until(end, s.waiting_data);  // gaps between beats, where the memory is slower than the channel
  ++s.bursts;
  s.beats += static_cast<std::uint64_t>(beats);
}

AxiPortStats AxiBus::stats(std::size_t port) const {
  AxiPortStats stats = ports_[port].stats;
  stats.waiting_data += std::max<std::int64_t>(0, ports_[port].answered_by - stats.accounted_until());
  return stats;
}

}  // namespace sparsim
