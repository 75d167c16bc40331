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
    : config_(config),
      heads_(ports),
      reads_(config.outstanding),
      writes_(config.outstanding),
      posted_(config.outstanding),
      last_served_(ports - 1) {
  const auto found = problems(config);
  SPARSIM_CHECK(found.empty(), "{}", found.front());
  SPARSIM_CHECK(ports > 0, "a bus without initiators");
  for (std::size_t p = 0; p < ports; ++p)
    ports_.push_back(
        {Ring<Request>(config.queue_depth), Slots(config.port_outstanding), Slots(config.port_outstanding), {}});
}

void AxiBus::push(std::size_t port, const Transfer& transfer, std::uint64_t id, std::int64_t arrival) {
  SPARSIM_CHECK(!full(port), "port {} has no room at {}", port, arrival);
  SPARSIM_CHECK(transfer.row_bytes > 0 && transfer.rows > 0, "port {} sent an empty request at {}", port, arrival);
  ports_[port].queue.push_back(
      {id, transfer.write, arrival, BurstSplitter(transfer, config_.data_bytes, config_.burst_beats)});
  look_at_head(port);
}

std::int64_t AxiBus::next() const { return std::min(find_grant().date, next_delivery()); }

std::optional<AxiBus::Step> AxiBus::advance(BurstMemory& memory, std::int64_t before) {
  for (;;) {
    const Candidate candidate = find_grant();
    const std::int64_t delivery = next_delivery();
    if (std::min(candidate.date, delivery) >= before) return std::nullopt;
    if (auto step = delivery <= candidate.date ? deliver_write(memory) : grant(candidate, memory)) return step;
  }
}

void AxiBus::look_at_head(std::size_t p) {
  Port& port = ports_[p];
  if (port.queue.empty()) {
    heads_[p] = {};
  } else {
    const Request& request = port.queue.front();
    heads_[p] = {std::max(request.arrival, port.slots(request.write).free_from()), request.write};
  }
}

AxiBus::Candidate AxiBus::find_grant() const {
  const std::int64_t read_from = std::max(address_free_, reads_.free_from());
  const std::int64_t write_from = std::max(address_free_, writes_.free_from());
  Candidate best;
  std::size_t p = last_served_;
  for (std::size_t i = 0; i < heads_.size(); ++i) {
    p = p + 1 == heads_.size() ? 0 : p + 1;
    const std::int64_t date = std::max(heads_[p].ready, heads_[p].write ? write_from : read_from);
    if (date < best.date) best = {date, p};  // in round-robin order, so a tie keeps the first
  }
  return best;
}

std::optional<AxiBus::Step> AxiBus::grant(Candidate candidate, BurstMemory& memory) {
  const auto [date, p] = candidate;
  const std::int64_t ready = heads_[p].ready;
  Port& port = ports_[p];
  Request& request = port.queue.front();
  const std::int64_t arrival = request.arrival;
  const Burst burst = request.bursts.next();
  const bool last = request.bursts.done();
  ++request.burst_count;
  request.beat_count += burst.beats;
  const bool write = request.write;
  Completion completion{request.id, 0, request.burst_count, request.beat_count};
  if (last) port.queue.pop_front();
  address_free_ = date + 1;
  last_served_ = p;

  port.slots(write).take();
  (write ? writes_ : reads_).take();
  std::int64_t first_beat;
  if (write) {
    first_beat = std::max(write_free_, date);
    write_free_ = first_beat + burst.beats;
    port.stats.write_bytes += static_cast<std::uint64_t>(burst.bytes);
    posted_.push_back({write_free_, burst, p, last, completion});
  } else {
    const auto in_memory = memory.access(false, burst, date + config_.forward_cycles);
    first_beat = std::max(read_free_, in_memory.first + config_.return_cycles);
    read_free_ = std::max(first_beat + burst.beats, in_memory.last + config_.return_cycles + 1);
    port.stats.read_bytes += static_cast<std::uint64_t>(burst.bytes);
    port.reads.tell(read_free_);
    reads_.tell(read_free_);
    completion.date = read_free_;
  }
  account(port, arrival, ready, date, first_beat, burst.beats, write ? write_free_ : read_free_);
  look_at_head(p);
  if (!last) return std::nullopt;
  return Step{date, p, true, write ? std::nullopt : std::optional(completion)};
}

std::optional<AxiBus::Step> AxiBus::deliver_write(BurstMemory& memory) {
  const PostedWrite write = posted_.front();
  posted_.pop_front();
  Port& port = ports_[write.port];
  const std::int64_t done =
      memory.access(true, write.burst, write.sent + config_.forward_cycles).last + config_.return_cycles;
  port.writes.tell(done);
  writes_.tell(done);
  port.answered_by = std::max(port.answered_by, done);
  look_at_head(write.port);

  if (!write.last_of_request) return std::nullopt;
  Completion completion = write.completion;
  completion.date = done;
  return Step{write.sent, write.port, false, completion};
}

// What the cycles since `accounted` went into. The dates ascend, but all of them may lie before it, under bursts of the
// other channel.
void AxiBus::account(Port& port, std::int64_t arrival, std::int64_t ready, std::int64_t granted,
                     std::int64_t first_beat, std::int64_t beats, std::int64_t end) {
  const std::int64_t begin = port.accounted;
  const std::int64_t answered = std::max(begin, std::min(arrival, port.answered_by));
  const std::int64_t asked = std::max(begin, arrival);
  const std::int64_t able = std::max(begin, ready);
  const std::int64_t went = std::max(begin, granted);
  const std::int64_t data = std::max(begin, first_beat);
  const std::int64_t over = std::max(begin, end);
  const std::int64_t busy = std::min(over - data, beats);
  AxiPortStats& s = port.stats;
  s.idle += asked - answered;
  s.waiting_grant += went - able;
  s.busy += busy;
  s.waiting_data += (answered - begin)       // for a write's answer
                    + (able - asked)         // as many bursts under way as the port may have
                    + (data - went)          // for the first beat
                    + (over - data - busy);  // gaps between beats, where the memory is slower than the channel
  ++s.bursts;
  s.beats += static_cast<std::uint64_t>(beats);
  port.accounted = over;
}

AxiPortStats AxiBus::stats(std::size_t port) const {
  AxiPortStats stats = ports_[port].stats;
  stats.waiting_data += std::max<std::int64_t>(0, ports_[port].answered_by - ports_[port].accounted);
  return stats;
}

}  // namespace sparsim
