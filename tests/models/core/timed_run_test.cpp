#include "models/core/timed_run.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <systemc>
#include <vector>

#include "models/core/error.h"
#include "models/core/region.h"
#include "models/core/timed_fifo.h"

namespace sparsim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// Two processes and two FIFOs from the first to the second.
struct Pair : sc_core::sc_module {
  TimedFifo<int> data, control;
  TimedThread writer, reader;
  TimedOut<int> data_o{"data_o", writer}, control_o{"control_o", writer};
  TimedIn<int> data_i{"data_i", reader}, control_i{"control_i", reader};

  Pair(const sc_core::sc_module_name& name, std::size_t data_depth, Cycles forward, Cycles backward,
       std::function<void(Pair&)> write, std::function<void(Pair&)> read)
      : sc_module(name),
        data("data", data_depth, forward, backward),
        control("control", 1, 0, 0),
        writer("writer", [this, write] { write(*this); }),
        reader("reader", [this, read] { read(*this); }) {
    data_o(data), control_o(control);
    data_i(data), control_i(control);
  }
};

std::string error_of(TimedRun run) {
  try {
    run.run();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

// All data before the control word, which the reader wants first.
void write_data_first(Pair& p) {
  for (int i = 0; i < 5; ++i) {
    p.writer.advance(10);
    p.data_o.write(i);
  }
  p.control_o.write(5);
}
void read_control_first(Pair& p) {
  const int n = p.control_i.read();
  for (int i = 0; i < n; ++i) EXPECT_EQ(p.data_i.read(), i);
}

TEST(TimedRunDeadlock, NamesWhoWaitsOnWhatAndTheDepthThatIsEnough) {
  Pair pair("pair", 2, 0, 0, write_data_first, read_control_first);
  EXPECT_EQ(error_of(TimedRun()),
            "deadlock: nothing can move and work is left\n"
            "  pair.writer at cycle 30 waits for room in FIFO pair.data (depth 2, full)\n"
            "  pair.reader at cycle 0 waits for an item in FIFO pair.control (depth 1, empty)\n"
            "the run would have finished with\n"
            "  FIFO pair.data: depth 5");
}

TEST(TimedRunDeadlock, IsNoneWithTheDepthThatIsEnough) {
  Pair pair("pair", 5, 0, 0, write_data_first, read_control_first);
  EXPECT_EQ(error_of(TimedRun()), "no error");
  EXPECT_EQ(pair.reader.now(), 50);                // the fifth item, and with it the control word
  EXPECT_EQ(pair.data.counters().high_water, 4u);  // the fifth enters in the cycle in which the first leaves
}

TEST(TimedRunDeadlock, SaysWhereNoDepthHelps) {
  Pair pair(
      "pair", 2, 0, 0, [](Pair& p) { p.data_o.write(1); },
      [](Pair& p) {
        p.data_i.read();
        p.data_i.read();
      });
  EXPECT_EQ(error_of(TimedRun()),
            "deadlock: nothing can move and work is left\n"
            "  pair.reader at cycle 0 waits for an item in FIFO pair.data (depth 2, empty)\n"
            "more depth alone does not resolve it");
}

/// Hands data on beside its clock, and a control word when it has them all; in a region.
struct Relay final : TimedProcess {
  TimedIn<int> data{"data", *this};
  TimedOut<int> side{"side", *this}, control{"control", *this};
  explicit Relay(const sc_core::sc_module_name& name) : TimedProcess(name) {}

 private:
  bool step() override {
    for (; handed_on_ < 5; ++handed_on_) {
      if (!data.await() || !side.await()) return false;
      side.put(data.read());
    }
    if (!control.await()) return false;
    control.write(5);
    return true;
  }
  int handed_on_ = 0;
};

// Data come from a DMA engine, in kernel time, at cycles 100, 200, ... When nothing moves, the kernel stands at 500 and
// the relay at 101, where it read the first item; once it has room, it reads the next, which was there at 201.
TEST(TimedRunDeadlock, IsExploredThoughTheKernelWentOn) {
  TimedFifo<int> data("data", 4, 1, 1), side("side", 1, 1, 1), control("control", 1, 1, 1);
  Region region("region");
  Relay relay("relay");
  region.add(relay);
  struct Ends : sc_core::sc_module {
    TimedThread source, sink;
    TimedOut<int> data{"data", source};
    TimedIn<int> side{"side", sink}, control{"control", sink};
    explicit Ends(const sc_core::sc_module_name& name)
        : sc_module(name),
          source("source",
                 [this] {
                   for (int i = 0; i < 5; ++i) {
                     source.sync();
                     sc_core::wait(kernel_time(100));
                     source.catch_up("memory");
                     data.write(i);
                   }
                 }),
          sink("sink", [this] {
            const int n = control.read();
            for (int i = 0; i < n; ++i) EXPECT_EQ(side.read(), i);
          }) {}
  } ends("ends");
  relay.data(data), relay.side(side), relay.control(control);
  ends.data(data), ends.side(side), ends.control(control);
  EXPECT_EQ(error_of(TimedRun()),
            "deadlock: nothing can move and work is left\n"
            "  relay at cycle 101 waits for room in FIFO side (depth 1, full)\n"
            "  ends.sink at cycle 0 waits for an item in FIFO control (depth 1, empty)\n"
            "the run would have finished with\n"
            "  FIFO side: depth 5");
}

// A writer every 10 cycles, a reader that takes 25 an item, one place in between: items enter at 10, 20 and then as the
// reader takes the one before: reads at 10, 35, 60, 85, and entries at 10, 20, 35, 60.
void write_every_10(Pair& p) {
  for (int i = 0; i < 100; ++i) {
    p.writer.advance(10);
    p.data_o.write(i);
  }
}
struct Reads {
  std::vector<Cycles> dates;
  void operator()(Pair& p) {
    for (int i = 0; i < 100; ++i) {
      p.data_i.front();
      dates.push_back(p.reader.now());
      p.data_i.pop();
      p.reader.advance(25);
    }
  }
};

TEST(TimedRunLimit, LetsEverythingHappenUpToItAndNothingLater) {
  Reads reads;
  Pair pair("pair", 1, 0, 0, write_every_10, std::ref(reads));
  TimedRun run({Cycles{60}, false});
  run.run();
  EXPECT_THAT(reads.dates, ElementsAre(10, 35, 60));
  EXPECT_EQ(pair.data.counters().words, 4u);
  EXPECT_EQ(pair.data.counters().writer_stall_cycles, (35 - 30) + (60 - 45));
  EXPECT_TRUE(run.reached_limit());
  EXPECT_EQ(run.end(), 60);
  EXPECT_TRUE(pair.reader.stopped());
  EXPECT_FALSE(pair.reader.finished());
}

TEST(TimedRunLimit, IsExactToTheCycle) {
  Reads reads;
  Pair pair("pair", 1, 0, 0, write_every_10, std::ref(reads));
  TimedRun run({Cycles{59}, true});
  run.run();
  EXPECT_THAT(reads.dates, ElementsAre(10, 35));
  EXPECT_EQ(pair.data.counters().words, 3u);
  Cycles sum = 0;
  for (const CauseShare& share : run.critical_path()) sum += share.cycles;
  EXPECT_EQ(sum, 59);
}

// What a blocking transport does: it waits in the kernel, where only its return moves the local clock.
TEST(TimedRunLimit, StopsAProcessThatWaitsForKernelTime) {
  Pair pair(
      "pair", 1, 0, 0,
      [](Pair& p) {
        p.writer.advance(20);
        p.writer.sync();
        sc_core::wait(kernel_time(100));
        p.writer.catch_up("bus");
        p.data_o.write(1);
      },
      [](Pair& p) { p.data_i.read(); });
  TimedRun run({Cycles{60}, true});
  run.run();
  EXPECT_TRUE(run.reached_limit());
  EXPECT_TRUE(pair.writer.stopped());
  EXPECT_FALSE(pair.reader.finished());
  EXPECT_EQ(run.end(), 60);
  Cycles sum = 0;
  for (const CauseShare& share : run.critical_path()) sum += share.cycles;
  EXPECT_EQ(sum, 60);
}

TEST(TimedRunLimit, IsNotReachedByARunThatEndsOnIt) {
  Reads reads;
  Pair pair("pair", 1, 0, 0, write_every_10, std::ref(reads));
  TimedRun run({Cycles{10 + 100 * 25}, false});
  run.run();
  EXPECT_FALSE(run.reached_limit());
  EXPECT_EQ(reads.dates.size(), 100u);
  EXPECT_EQ(run.end(), 10 + 100 * 25);
}

TEST(TimedRun, PassesOnWhatAProcessThrows) {
  Pair pair(
      "pair", 1, 0, 0, [](Pair&) { input_error("tile 3 does not fit"); }, [](Pair&) {});
  EXPECT_EQ(error_of(TimedRun()), "tile 3 does not fit");
}

struct Broken : TimedProcess {
  explicit Broken(const sc_core::sc_module_name& name) : TimedProcess(name) {}
  bool step() override { input_error("broken"); }
};
TEST(TimedRun, PassesOnWhatAProcessInARegionThrows) {
  Region region("region");
  Broken broken("broken");
  region.add(broken);
  EXPECT_EQ(error_of(TimedRun()), "broken");
}

// Waiting behind the back of the local clock leaves it below kernel time: nothing may be dated then.
TEST(TimedRun, RefusesADateBelowKernelTime) {
  Pair pair(
      "pair", 1, 0, 0,
      [](Pair& p) {
        sc_core::wait(kernel_time(7));
        p.data_o.write(1);
      },
      [](Pair& p) { p.data_i.read(); });
  EXPECT_THROW(TimedRun().run(), ModelError);
}

TEST(TimedRun, TakesADateOfKernelTime) {
  Pair pair(
      "pair", 1, 0, 0,
      [](Pair& p) {
        sc_core::wait(kernel_time(7));
        p.writer.catch_up("bus");
        p.data_o.write(1);
      },
      [](Pair& p) { p.data_i.read(); });
  TimedRun run;
  run.run();
  EXPECT_EQ(pair.reader.now(), 7);
}

TEST(TimedProcess, SyncsWithKernelTime) {
  Cycles kernel = 0;
  Pair pair(
      "pair", 1, 0, 0,
      [&](Pair& p) {
        p.writer.advance(123);
        EXPECT_EQ(kernel_cycle(), 0);
        p.writer.sync();
        kernel = kernel_cycle();
      },
      [](Pair&) {});
  TimedRun().run();
  EXPECT_EQ(kernel, 123);
}

TEST(TimedFifo, DatesAnItemOfALongPipelineWithoutHoldingTheWriter) {
  std::vector<Cycles> written, read;
  Pair pair(
      "pair", 2, 1, 1,
      [&](Pair& p) {
        for (const Cycles latency : {20, 5, 5, 5}) {
          p.writer.advance(1);
          p.data_o.write_after(latency, 0);
          written.push_back(p.writer.now());
        }
      },
      [&](Pair& p) {
        for (int i = 0; i < 4; ++i) {
          p.data_i.read();
          read.push_back(p.reader.now());
        }
      });
  TimedRun().run();
  // Item 0 starts at 1, enters at 21, is there at 22. Item 1 starts at 2, but does not overtake. The slots are free
  // again at 23: items 2 and 3 start then (the second a cycle later), enter 5 later and are there 1 later still.
  EXPECT_THAT(written, ElementsAre(1, 2, 23, 24));
  EXPECT_THAT(read, ElementsAre(22, 22, 29, 30));
}

TEST(TimedFifo, RefusesASecondReader) {
  Pair pair(
      "pair", 1, 0, 0, [](Pair&) {}, [](Pair&) {});
  struct Intruder : sc_core::sc_module {
    TimedIn<int> in;
    Intruder(const sc_core::sc_module_name& name, Pair& p) : sc_module(name), in("in", p.writer) { in(p.data); }
  } intruder("intruder", pair);
  EXPECT_THROW(TimedRun().run(), ModelError);
}

TEST(TimedFifo, RefusesAPopBeforeItsFront) {
  Pair pair(
      "pair", 1, 0, 0, [](Pair& p) { p.writer.advance(3), p.data_o.write(1); },
      [](Pair& p) {
        EXPECT_TRUE(p.data_i.await());
        p.data_i.pop();  // at cycle 0, when the item is not there yet
      });
  EXPECT_THROW(TimedRun().run(), ModelError);
}

TEST(TimedFifo, RefusesDepthZeroAndNegativeLatencies) {
  EXPECT_THROW(TimedFifo<>("none", 0, 0, 0), InputError);
  EXPECT_THROW(TimedFifo<>("negative_forward", 1, -1, 0), InputError);
  EXPECT_THROW(TimedFifo<>("negative_backward", 1, 0, -1), InputError);
}

}  // namespace
}  // namespace sparsim
