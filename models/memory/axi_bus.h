#pragma once

#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <vector>

#include "models/memory/ring.h"
#include "models/memory/transfer.h"

namespace sparsim {

/// Interconnect between the initiators of the accelerator and one memory port (an AXI_HP port of a Zynq, or a MIG's
/// AXI4 slave). Cycles are those of that port's clock.
struct AxiConfig {
  double clock_mhz = 100;
  std::int64_t data_bytes = 8;        // width of the read and of the write data channel
  std::int64_t burst_beats = 16;      // at most 16 in AXI3, 256 in AXI4
  std::int64_t outstanding = 8;       // bursts under way through the memory port: reads, and as many writes
  std::int64_t port_outstanding = 4;  // the same of one initiator
  std::int64_t queue_depth = 4;       // requests that wait at an initiator's port
  std::int64_t forward_cycles = 4;    // from the address phase (writes: the end of data) to the memory; at least 1
  std::int64_t return_cycles = 4;     // from there to the initiator

  /// Of one direction; reads and writes have a channel each.
  double peak_bytes_per_second() const { return static_cast<double>(data_bytes) * clock_mhz * 1e6; }
};

/// What is wrong with it, each as `axi.key = value: what is allowed`; empty where nothing is.
std::vector<std::string> problems(const AxiConfig& config);

/// Every cycle (of AxiConfig's clock) of a port up to `accounted_until` is in exactly one of the four cycle counters.
struct AxiPortStats {
  std::uint64_t read_bytes = 0, write_bytes = 0, bursts = 0, beats = 0;
  std::int64_t busy = 0, waiting_grant = 0, waiting_data = 0, idle = 0;

  std::int64_t accounted_until() const { return busy + waiting_grant + waiting_data + idle; }
  template <class Visitor>
  void visit(Visitor&& v) const {
    v("read_bytes", read_bytes, "B", "read from memory");
    v("write_bytes", write_bytes, "B", "written to memory");
    v("bursts", bursts, "bursts", "address phases");
    v("beats", beats, "beats", "data words, those of ragged ends included");
    v("busy", busy, "cycles", "a beat of this port was on a data channel");
    v("waiting_grant", waiting_grant, "cycles",
      "a burst could have gone but others were served, or the memory port was full");
    v("waiting_data", waiting_data, "cycles", "bursts were under way and none of their beats on a channel");
    v("idle", idle, "cycles", "nobody asked");
  }
};

/// What the bus sees of the memory, dates in cycles of the bus: a burst that arrives at `arrival` has its first word
/// there to be taken from `first` on and its last from `last`. Arrivals do not descend from call to call.
class BurstMemory {
 public:
  struct Dates {
    std::int64_t first = 0, last = 0;
  };
  virtual Dates access(bool write, const Burst& burst, std::int64_t arrival) = 0;

 protected:
  ~BurstMemory() = default;
};

/// The arbiter and the channels, burst by burst; no SystemC.
///
/// A cycle has one address phase. It goes to a port whose oldest request has a burst ready, has fewer than
/// `port_outstanding` bursts of that direction under way, and the memory port fewer than `outstanding`; among several,
/// to the next one by number after the port served last. A read burst is at the memory `forward_cycles` later; its
/// beats follow on the read channel in the order of grants, `return_cycles` after the memory has them. The beats of a
/// write burst follow its address on the write channel; the memory has it `forward_cycles` after the last; the answer
/// takes `return_cycles`. Reads and writes reach the memory in order of their arrival there.
class AxiBus {
 public:
  static constexpr std::int64_t kNever = std::numeric_limits<std::int64_t>::max();

  /// A request that is over: all its beats are at the initiator, or its last write is answered.
  struct Completion {
    std::uint64_t id = 0;
    std::int64_t date = 0;
    std::int64_t bursts = 0, beats = 0;
  };
  /// What an initiator is told: its queue has room again, or a request is over.
  struct Step {
    std::int64_t date = 0;
    std::size_t port = 0;
    bool left_queue = false;  // the last burst of the port's oldest request was granted: room for one more after `date`
    std::optional<Completion> completion;
  };

  /// Throws ModelError where `problems(config)` has any.
  AxiBus(const AxiConfig& config, std::size_t ports);

  std::size_t ports() const { return ports_.size(); }
  bool full(std::size_t port) const { return ports_[port].queue.full(); }
  /// Appends a request that arrives at cycle `arrival`. The port must not be full; the transfer must not be empty.
  void push(std::size_t port, const Transfer& transfer, std::uint64_t id, std::int64_t arrival);

  /// Cycle of what happens next, or kNever where nothing is left to do.
  std::int64_t next() const;
  /// Lets happen, in order, what happens before cycle `before`, up to the first step that an initiator is told of; none
  /// where there is no such step. Every request that arrives before `before` must have been pushed.
  std::optional<Step> advance(BurstMemory& memory, std::int64_t before);

  AxiPortStats stats(std::size_t port) const;

 private:
  struct Request {
    std::uint64_t id = 0;
    bool write = false;
    std::int64_t arrival = 0;
    BurstSplitter bursts;
    std::int64_t burst_count = 0, beat_count = 0;
  };
  /// Completion dates of the last `limit` bursts of a direction: a new one may go when the oldest is over. A burst
  /// takes a slot, which is over at kNever until it is told; bursts are told in the order in which they took theirs.
  class Slots {
   public:
    explicit Slots(std::int64_t limit) : done_(static_cast<std::size_t>(limit), 0) {}
    std::int64_t free_from() const { return done_[oldest_]; }
    void take() {
      done_[oldest_] = kNever;
      oldest_ = after(oldest_);
    }
    void tell(std::int64_t date) {
      done_[untold_] = date;
      untold_ = after(untold_);
    }

   private:
    std::size_t after(std::size_t slot) const { return slot + 1 == done_.size() ? 0 : slot + 1; }
    std::vector<std::int64_t> done_;
    std::size_t oldest_ = 0, untold_ = 0;
  };
  struct Port {
    Ring<Request> queue;
    Slots reads, writes;
    AxiPortStats stats;
    std::int64_t accounted = 0;    // end of the cycles that `stats` has
    std::int64_t answered_by = 0;  // when the last of its writes so far is answered
    Slots& slots(bool write) { return write ? writes : reads; }
  };
  /// The next burst of a port, as far as the port itself decides: apart from the ports, since every grant looks at all.
  struct Head {
    std::int64_t ready = kNever;
    bool write = false;
  };
  /// A write whose beats are on their way to the memory.
  struct PostedWrite {
    std::int64_t sent = 0;  // cycle after its last beat
    Burst burst;
    std::size_t port = 0;
    bool last_of_request = false;
    Completion completion;  // without its date
  };
  struct Candidate {
    std::int64_t date = kNever;
    std::size_t port = 0;
  };

  void look_at_head(std::size_t port);
  Candidate find_grant() const;
  std::int64_t next_delivery() const { return posted_.empty() ? kNever : posted_.front().sent; }
  std::optional<Step> grant(Candidate candidate, BurstMemory& memory);
  std::optional<Step> deliver_write(BurstMemory& memory);
  static void account(Port& port, std::int64_t arrival, std::int64_t ready, std::int64_t granted,
                      std::int64_t first_beat, std::int64_t beats, std::int64_t end);

  const AxiConfig config_;
  std::vector<Port> ports_;
  std::vector<Head> heads_;  // a port
  Slots reads_, writes_;
  Ring<PostedWrite> posted_;
  std::int64_t address_free_ = 0, read_free_ = 0, write_free_ = 0;
  std::size_t last_served_;
};

}  // namespace sparsim
