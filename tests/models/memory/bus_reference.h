#pragma once

#include <algorithm>
#include <cstdint>
#include <random>
#include <vector>

#include "models/memory/axi_bus.h"

namespace sparsim::testing_support {

/// A memory that is busy `bytes_a_cycle` at a time and answers `latency` cycles after it began: order matters to it.
class QueueMemory : public BurstMemory {
 public:
  QueueMemory(std::int64_t latency, std::int64_t bytes_a_cycle) : latency_(latency), bytes_a_cycle_(bytes_a_cycle) {}
  Dates access(bool, const Burst& burst, std::int64_t arrival) override {
    const std::int64_t start = std::max(arrival, free_);
    free_ = start + (burst.bytes + bytes_a_cycle_ - 1) / bytes_a_cycle_;
    return {start + latency_, free_ - 1 + latency_};
  }

 private:
  std::int64_t latency_, bytes_a_cycle_, free_ = 0;
};

/// An initiator that sends one request after the other, each `pause` cycles after the end of the one before.
struct Script {
  std::int64_t pause = 0;
  std::vector<Transfer> transfers;
};

/// Dates at which the requests of each script were over.
using Ends = std::vector<std::vector<std::int64_t>>;

inline std::vector<Script> random_scripts(std::mt19937& random, std::size_t ports) {
  const auto pick = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); };
  std::vector<Script> scripts(ports);
  for (Script& script : scripts) {
    script.pause = std::max(0, pick(-20, 20));  // half of them none, so that requests meet grants in their cycle
    for (int i = pick(1, 6); i > 0; --i) {
      Transfer t;
      t.write = pick(0, 2) == 0;
      t.address = static_cast<std::uint64_t>(pick(0, 20'000));
      t.row_bytes = pick(1, 900);
      t.rows = pick(1, 4);
      t.row_stride_bytes = t.row_bytes + pick(0, 3000);
      script.transfers.push_back(t);
    }
  }
  return scripts;
}

inline AxiConfig random_config(std::mt19937& random) {
  const auto pick = [&](int low, int high) { return std::uniform_int_distribution<int>(low, high)(random); };
  AxiConfig c;
  c.data_bytes = 1 << pick(1, 4);
  c.burst_beats = pick(1, 20);
  c.outstanding = pick(1, 8);
  c.port_outstanding = pick(1, 5);
  c.forward_cycles = pick(1, 6);
  c.return_cycles = pick(0, 6);
  return c;
}

/// The rules of AxiBus cycle by cycle, written as plainly as they are told.
inline Ends reference(const AxiConfig& config, const std::vector<Script>& scripts, BurstMemory& memory) {
  struct InFlight {
    std::size_t port;
    Burst burst;
    bool write, last;
    std::int64_t sent, done;
  };
  struct Port {
    std::size_t request = 0;
    std::int64_t arrival = 0;
    std::vector<Burst> left;
    bool started = false;
  };
  const auto split = [&](const Transfer& t) {  // beat by beat
    std::vector<Burst> bursts;
    std::uint64_t previous = ~std::uint64_t{0};
    for (std::int64_t row = 0; row < t.rows; ++row)
      for (std::int64_t i = 0; i < t.row_bytes; ++i) {
        const std::uint64_t byte = t.address + static_cast<std::uint64_t>(row * t.row_stride_bytes + i);
        const auto width = static_cast<std::uint64_t>(config.data_bytes);
        const bool follows = byte == previous + 1;
        const bool same_beat = follows && byte % width != 0;
        if (!follows || byte % 4096 == 0 || (!same_beat && bursts.back().beats == config.burst_beats))
          bursts.push_back({byte, 0, 0});
        ++bursts.back().bytes;
        if (!same_beat) ++bursts.back().beats;
        previous = byte;
      }
    return bursts;
  };
  Ends ends(scripts.size());
  std::vector<Port> ports(scripts.size());
  std::vector<InFlight> flights;
  for (std::size_t p = 0; p < ports.size(); ++p) ports[p].arrival = scripts[p].pause;
  std::size_t served = ports.size() - 1, over = 0, wanted = 0;
  for (const Script& script : scripts) wanted += script.transfers.size();
  std::int64_t read_free = 0, write_free = 0;
  const auto finish = [&](const InFlight& f) {
    if (!f.last) return;
    ends[f.port].push_back(f.done);
    Port& port = ports[f.port];
    ++over;
    ++port.request;
    port.started = false;
    port.arrival = f.done + scripts[f.port].pause;
  };
  for (std::int64_t now = 0; over < wanted && now < 10'000'000; ++now) {
    for (InFlight& f : flights)
      if (f.write && f.sent == now) {
        f.done = memory.access(true, f.burst, now + config.forward_cycles).last + config.return_cycles;
        finish(f);
      }
    for (std::size_t p = 0; p < ports.size(); ++p)
      if (!ports[p].started && ports[p].request < scripts[p].transfers.size() && ports[p].arrival <= now) {
        ports[p].left = split(scripts[p].transfers[ports[p].request]);
        ports[p].started = true;
      }
    for (std::size_t i = 1; i <= ports.size(); ++i) {
      const std::size_t p = (served + i) % ports.size();
      Port& port = ports[p];
      if (!port.started || port.left.empty()) continue;
      const bool write = scripts[p].transfers[port.request].write;
      const auto under_way = [&](bool any_port) {
        return std::count_if(flights.begin(), flights.end(), [&](const InFlight& f) {
          return f.write == write && f.done > now && (any_port || f.port == p);
        });
      };
      if (under_way(false) >= config.port_outstanding || under_way(true) >= config.outstanding) continue;
      served = p;
      const Burst burst = port.left.front();
      port.left.erase(port.left.begin());
      InFlight f{p, burst, write, port.left.empty(), AxiBus::kNever, AxiBus::kNever};
      if (write) {
        f.sent = write_free = std::max(write_free, now) + burst.beats;
        flights.push_back(f);
      } else {
        const auto in_memory = memory.access(false, burst, now + config.forward_cycles);
        f.done = std::max(std::max(read_free, in_memory.first + config.return_cycles) + burst.beats,
                          in_memory.last + config.return_cycles + 1);
        read_free = f.done;
        flights.push_back(f);
        finish(f);
      }
      break;
    }
  }
  return ends;
}

}  // namespace sparsim::testing_support
