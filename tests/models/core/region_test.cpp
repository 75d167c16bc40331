// A process in a region that waits for several things at a time.
#include "models/core/region.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <functional>
#include <string>
#include <systemc>

#include "models/core/error.h"
#include "models/core/timed_fifo.h"
#include "models/core/timed_run.h"

namespace sparsim {
namespace {

using testing::HasSubstr;

/// Takes an item of each of two inputs at once, and asks for both that are missing.
class Join final : public TimedProcess {
 public:
  TimedIn<> left{"left", *this}, right{"right", *this};
  int steps = 0;

  Join(const sc_core::sc_module_name& name, int items) : TimedProcess(name), items_(items) {}

 private:
  bool step() override {
    ++steps;
    for (; items_ > 0; --items_) {
      if (left.ready() == 0 || right.ready() == 0) {
        wake_at(left);
        wake_at(right);
        return false;
      }
      left.front(), right.front();
      left.pop(), right.pop();
    }
    return true;
  }

  int items_;
};

struct Bench : sc_core::sc_module {
  TimedFifo<> left{"left", 4, 0, 0}, right{"right", 4, 0, 0};
  Region region{"region"};
  Join join;
  TimedThread writer;
  TimedOut<> to_left{"to_left", writer}, to_right{"to_right", writer};

  Bench(const sc_core::sc_module_name& name, int items, std::function<void(Bench&)> write)
      : sc_module(name), join("join", items), writer("writer", [this, write] { write(*this); }) {
    join.left(left), join.right(right);
    to_left(left), to_right(right);
    region.add(join);
  }
  void at(Cycles date) {
    writer.advance_to(date);
    writer.sync();
  }
};

// Once at the start, and once when both are there: the second wake finds it in the queue.
TEST(Region, StepsAProcessOnceForTwoThingsThatCome) {
  Bench bench("bench", 1, [](Bench& b) {
    b.at(5);
    b.to_left.write();
    b.to_right.write();
  });
  TimedRun().run();
  EXPECT_EQ(bench.join.steps, 2);
  EXPECT_EQ(bench.join.now(), 5);
}

void left_then_right(Bench& b) {
  b.at(5);
  b.to_left.write();
  b.at(9);
  b.to_right.write();
}
void right_then_left(Bench& b) {
  b.at(5);
  b.to_right.write();
  b.at(9);
  b.to_left.write();
}

// At the start, and for each that comes, whichever is the first.
TEST(Region, StepsAProcessForTheFirstThingItAskedFor) {
  Bench bench("bench", 1, left_then_right);
  TimedRun().run();
  EXPECT_EQ(bench.join.steps, 3);
  EXPECT_EQ(bench.join.now(), 9);
}

TEST(Region, StepsAProcessForTheSecondThingItAskedFor) {
  Bench bench("bench", 1, right_then_left);
  TimedRun().run();
  EXPECT_EQ(bench.join.steps, 3);
  EXPECT_EQ(bench.join.now(), 9);
}

/// Reads one of its inputs, whichever has an item first, and is done: the other still knows that it asked.
class First final : public TimedProcess {
 public:
  TimedIn<> left{"left", *this}, right{"right", *this};
  int steps = 0;
  explicit First(const sc_core::sc_module_name& name) : TimedProcess(name) {}

 private:
  bool step() override {
    ++steps;
    if (left.ready() != 0) return left.read(), true;
    wake_at(left);
    wake_at(right);
    return false;
  }
};

TEST(Region, DoesNotStepAProcessThatIsDone) {
  TimedFifo<> left("left", 1, 0, 0), right("right", 1, 0, 0);
  Region region("region");
  First first("first");
  region.add(first);
  struct Writer : sc_core::sc_module {
    TimedThread process;
    TimedOut<> left{"left", process}, right{"right", process};
    explicit Writer(const sc_core::sc_module_name& name)
        : sc_module(name), process("process", [this] {
            process.advance_to(5);
            process.sync();
            left.write();
            process.advance_to(9);
            process.sync();
            right.write();
          }) {}
  } writer("writer");
  first.left(left), first.right(right);
  writer.left(left), writer.right(right);
  TimedRun().run();
  EXPECT_EQ(first.steps, 2);
  EXPECT_TRUE(first.finished());
}

/// Hands items on beside its clock.
class Relay final : public TimedProcess {
 public:
  TimedIn<> in{"in", *this};
  TimedOut<> out{"out", *this};
  Relay(const sc_core::sc_module_name& name, int items) : TimedProcess(name), items_(items) {}

 private:
  bool step() override {
    for (; items_ > 0; --items_) {
      if (!in.await() || !out.await()) return false;
      in.read();
      out.put();
      advance(1);
    }
    return true;
  }

  int items_;
};

// Items are there from 0 on, one place is behind the relay, and its reader comes in kernel time, at 1000. The relay
// takes items at 0, 1 and 2 all the same, the last two when the kernel stands at 1000.
TEST(Region, HasDatesThatTheKernelHasPassed) {
  TimedFifo<> in("in", 4, 0, 0), out("out", 1, 0, 0);
  Region region("region");
  Relay relay("relay", 3);
  region.add(relay);
  struct Ends : sc_core::sc_module {
    TimedThread source, sink;
    TimedOut<> to_in{"to_in", source};
    TimedIn<> from_out{"from_out", sink};
    explicit Ends(const sc_core::sc_module_name& name)
        : sc_module(name),
          source("source",
                 [this] {
                   for (int i = 0; i < 3; ++i) to_in.write();
                 }),
          sink("sink", [this] {
            sink.advance_to(1000);
            sink.sync();
            for (int i = 0; i < 3; ++i) from_out.read();
          }) {}
  } ends("ends");
  relay.in(in), relay.out(out);
  ends.to_in(in), ends.from_out(out);
  TimedRun().run();
  EXPECT_EQ(relay.now(), 3);
  EXPECT_EQ(in.counters().reader_starvation_cycles, 0);
  EXPECT_EQ(ends.sink.now(), 1000);
}

TEST(Region, NamesTheFirstThingThatAProcessAskedForInADeadlock) {
  Bench bench("bench", 1, [](Bench&) {});
  try {
    TimedRun().run();
    FAIL();
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("bench.join at cycle 0 waits for an item in FIFO bench.left (depth 4, empty)"));
  }
}

}  // namespace
}  // namespace sparsim
