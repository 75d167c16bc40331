// Ends of FIFOs in bursts have the dates and counters that they have item by item.
#include "models/core/timed_burst.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "models/core/random.h"
#include "models/core/region.h"
#include "models/core/timed_run.h"

namespace sparsim {
namespace {

struct Case {
  std::size_t items = 300, in_depth, out_depth;
  Cycles forward, backward, latency;
  std::uint64_t slowest_source, slowest_worker, slowest_sink;  // cycles an item, drawn from 0 to this
  std::uint64_t longest_burst;
  std::uint64_t seed;

  explicit Case(std::uint64_t drawn) : seed(drawn) {
    Random random(seed, 0);
    in_depth = 1 + random.below(8);
    out_depth = 1 + random.below(8);
    forward = static_cast<Cycles>(random.below(3));
    backward = static_cast<Cycles>(random.below(3));
    latency = static_cast<Cycles>(random.below(6));
    slowest_source = random.chance(0.3) ? 20 : 2;
    slowest_worker = random.chance(0.3) ? 20 : 2;
    slowest_sink = random.chance(0.3) ? 20 : 2;
    longest_burst = 1 + random.below(10);
  }
  std::vector<Cycles> services(std::uint64_t slowest, std::uint64_t stream) const {
    Random random(seed, stream);
    std::vector<Cycles> drawn(items);
    for (Cycles& service : drawn) service = static_cast<Cycles>(random.below(slowest + 1));
    return drawn;
  }
};

/// Reads an item, works, and writes it on, `latency` away from the FIFO behind.
class Worker : public TimedProcess {
 public:
  TimedIn<> in{"in", *this};
  TimedOut<> out{"out", *this};

 protected:
  Worker(const sc_core::sc_module_name& name, const Case& c)
      : TimedProcess(name), case_(c), services_(c.services(c.slowest_worker, 2)) {}

  const Case case_;
  const std::vector<Cycles> services_;
  std::size_t done_ = 0;
};

class ItemByItem final : public Worker {
 public:
  ItemByItem(const sc_core::sc_module_name& name, const Case& c) : Worker(name, c) {}

 private:
  bool step() override {
    for (; done_ < services_.size(); ++done_, has_item_ = false) {
      if (!has_item_) {
        if (!in.await()) return false;
        in.read();
        advance(services_[done_]);
        has_item_ = true;
      }
      if (!out.await()) return false;
      out.write_after(case_.latency);
    }
    return true;
  }

  bool has_item_ = false;
};

class InBursts final : public Worker {
 public:
  InBursts(const sc_core::sc_module_name& name, const Case& c) : Worker(name, c), random_(c.seed, 4) {}

 private:
  bool step() override {
    while (done_ < services_.size()) {
      if (burst()) continue;
      wake_at(in);
      wake_at(out);
      return false;
    }
    return true;
  }

  // As many as are drawn, as far as there are items and places. False: it moved nothing.
  bool burst() {
    BurstIn from(in);
    BurstOut to(out);
    Cycles clock = now();
    std::uint64_t count = 0;
    for (const std::uint64_t most = 1 + random_.below(case_.longest_burst); count < most; ++count, ++done_) {
      if (done_ == services_.size() || from.ready() == 0 || to.ready() == 0) break;
      const Cycles read = std::max(clock, from.available()), ready = read + services_[done_];
      from.leave(read, clock);
      clock = std::max(ready, to.freed());
      to.enter(clock, case_.latency, ready);
    }
    advance_to(clock);
    return count != 0;
  }

  Random random_;
};

/// A worker between a source and a sink.
template <class Work>
struct Bench : sc_core::sc_module {
  TimedFifo<> before, behind;
  TimedThread source, sink;
  TimedOut<> from_source{"from_source", source};
  TimedIn<> to_sink{"to_sink", sink};
  Region region{"region"};
  Work worker;
  std::vector<Cycles> written, read;

  Bench(const sc_core::sc_module_name& name, const Case& c)
      : sc_module(name),
        before("before", c.in_depth, c.forward, c.backward),
        behind("behind", c.out_depth, c.forward, c.backward),
        source("source",
               [this, services = c.services(c.slowest_source, 1)] {
                 for (const Cycles service : services) {
                   source.advance(service);
                   from_source.write();
                   written.push_back(source.now());
                 }
               }),
        sink("sink",
             [this, services = c.services(c.slowest_sink, 3)] {
               for (const Cycles service : services) {
                 to_sink.read();
                 read.push_back(sink.now());
                 sink.advance(service);
               }
             }),
        worker("worker", c) {
    from_source(before);
    worker.in(before);
    worker.out(behind);
    to_sink(behind);
    region.add(worker);
  }
};

void expect_equal(const TimedFifoBase::Counters& a, const TimedFifoBase::Counters& b) {
  EXPECT_EQ(a.words, b.words);
  EXPECT_EQ(a.writer_stall_cycles, b.writer_stall_cycles);
  EXPECT_EQ(a.reader_starvation_cycles, b.reader_starvation_cycles);
  EXPECT_EQ(a.high_water, b.high_water);
}

class Bursts : public testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(Random, Bursts, testing::Range(std::uint64_t{1}, std::uint64_t{41}));

TEST_P(Bursts, HaveTheDatesAndCountersOfItemByItem) {
  const Case c(GetParam());
  Bench<ItemByItem> items("items", c);
  Bench<InBursts> bursts("bursts", c);
  TimedRun().run();
  EXPECT_EQ(items.written, bursts.written);
  EXPECT_EQ(items.read, bursts.read);
  EXPECT_EQ(items.read.size(), c.items);
  EXPECT_EQ(items.worker.now(), bursts.worker.now());
  expect_equal(items.before.counters(), bursts.before.counters());
  expect_equal(items.behind.counters(), bursts.behind.counters());
}

}  // namespace
}  // namespace sparsim
