#include "models/crossbar/sparse_dot.h"

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/core/random.h"
#include "models/core/region.h"
#include "models/core/timed_run.h"
#include "models/crossbar/rtl_dealer.h"
#include "models/crossbar/vector_dot_step.h"

namespace sparsim {
namespace {

using Shares = std::map<std::string, Cycles>;

struct Pipeline {
  const char* name;
  CrossbarShape shape;
  CrossbarEngine engine = CrossbarEngine::fast;
  std::uint32_t filters = 1;
  std::size_t depth_in = 2, depth_out = 2;
  Cycles backward = 1;  // of both FIFOs; forward is 1
  double density = 0.3;
  std::uint64_t slowest_source = 1, slowest_sink = 1;  // cycles an item, drawn from 1 to this
};
void PrintTo(const Pipeline& pipeline, std::ostream* os) { *os << pipeline.name; }

/// Windows, and how long source and sink take for each item.
struct Stimulus {
  std::vector<CrossbarWindow> windows;
  std::vector<Cycles> source, sink;

  Stimulus(const Pipeline& p, std::uint64_t seed) {
    Random random(seed, 0);
    std::uint64_t left = 0;
    for (std::size_t i = 0; i < 400; ++i) {
      if (left == 0) left = 1 + random.below(5);
      --left;
      CrossbarWindow window;
      for (int input = 0; input < p.shape.inputs; ++input)
        if (random.chance(p.density)) window.requests |= std::uint64_t{1} << input;
      window.last = left == 0;
      windows.push_back(window);
      source.push_back(static_cast<Cycles>(1 + random.below(p.slowest_source)));
      for (std::uint32_t filter = 0; window.last && filter < p.filters; ++filter)
        sink.push_back(static_cast<Cycles>(1 + random.below(p.slowest_sink)));
    }
  }
};

/// When windows are written, and results read.
struct Dates {
  std::vector<Cycles> written, read;
};

/// Cycle by cycle: source, FIFO, step model, FIFO, sink, by nothing but the definition of a FIFO.
Dates naive(const Pipeline& p, const Stimulus& stimulus) {
  SparseDotStep engine(p.shape);
  engine.reset(p.filters);
  DotInputs pins;
  pins.window.assign(static_cast<std::size_t>(p.shape.inputs), 0);
  pins.weight.assign(static_cast<std::size_t>(p.shape.inputs), 1);
  Dates dates;
  std::vector<Cycles> taken, left;  // by the engine; from it
  const auto gone = [](const std::vector<Cycles>& events, std::size_t index, Cycles by) {
    return events.size() > index && events[index] <= by;
  };
  Cycles source_ready = stimulus.source[0], sink_ready = stimulus.sink[0];
  for (Cycles t = 0; dates.read.size() < stimulus.sink.size(); ++t) {
    if (t > 1'000'000) {
      ADD_FAILURE() << "the reference does not end";
      break;
    }
    // The sink takes what left a cycle ago or earlier.
    const std::size_t reading = dates.read.size();
    if (t >= sink_ready && gone(left, reading, t - 1)) {
      dates.read.push_back(t);
      if (reading + 1 < stimulus.sink.size()) sink_ready = t + stimulus.sink[reading + 1];
    }
    // The engine, with its slot free `backward` cycles after the sink read.
    pins.window_valid = gone(dates.written, taken.size(), t - 1);
    if (pins.window_valid) {
      const CrossbarWindow& window = stimulus.windows[taken.size()];
      for (std::size_t i = 0; i < pins.window.size(); ++i) pins.window[i] = window.requests >> i & 1u;
      pins.last = window.last;
    }
    pins.result_ready = left.size() < p.depth_out || gone(dates.read, left.size() - p.depth_out, t - p.backward);
    const DotOutputs& seen = engine.evaluate(pins);
    if (pins.window_valid && seen.window_ready) taken.push_back(t);
    if (seen.result_valid && pins.result_ready) left.push_back(t);
    engine.clock();
    // The source writes what it has.
    const std::size_t writing = dates.written.size();
    if (writing < stimulus.windows.size() && t >= source_ready &&
        (writing < p.depth_in || gone(taken, writing - p.depth_in, t - p.backward))) {
      dates.written.push_back(t);
      if (writing + 1 < stimulus.windows.size()) source_ready = t + stimulus.source[writing + 1];
    }
  }
  return dates;
}

class Source final : public TimedProcess {
 public:
  TimedOut<CrossbarWindow> out{"out", *this};
  Source(const sc_core::sc_module_name& name, const Stimulus& stimulus) : TimedProcess(name), stimulus_(stimulus) {}
  std::vector<Cycles> written;

 private:
  bool step() override {
    for (; written.size() < stimulus_.windows.size(); written.push_back(now())) {
      if (!worked_) advance(stimulus_.source[written.size()]);
      worked_ = true;
      if (!out.await()) return false;
      out.write(stimulus_.windows[written.size()]);
      worked_ = false;
    }
    return true;
  }
  const Stimulus& stimulus_;
  bool worked_ = false;
};

class Sink final : public TimedProcess {
 public:
  TimedIn<Token> in{"in", *this};
  Sink(const sc_core::sc_module_name& name, const Stimulus& stimulus) : TimedProcess(name), stimulus_(stimulus) {}
  std::vector<Cycles> read;

 private:
  bool step() override {
    for (; read.size() < stimulus_.sink.size(); read.push_back(now())) {
      if (!worked_) advance(stimulus_.sink[read.size()]);
      worked_ = true;
      if (!in.await()) return false;
      in.read();
      worked_ = false;
    }
    return true;
  }
  const Stimulus& stimulus_;
  bool worked_ = false;
};

class SparseDotPipeline : public testing::TestWithParam<Pipeline> {
 protected:
  void run(bool critical_path) {
    const Pipeline& p = GetParam();
    constexpr std::uint64_t kSeed = 11;
    SCOPED_TRACE(testing::Message() << "seed " << kSeed);
    const Stimulus stimulus(p, kSeed);
    Source source("source", stimulus);
    TimedFifo<CrossbarWindow> in("in", p.depth_in, 1, p.backward);
    SparseDot dot("dot", p.shape, p.filters, make_dealer(p.engine, p.shape, p.filters), stimulus.windows.size());
    TimedFifo<Token> out("out", p.depth_out, 1, p.backward);
    Sink sink("sink", stimulus);
    source.out(in);
    dot.windows(in);
    dot.results(out);
    sink.in(out);
    Region region("region");
    for (TimedProcess* process : std::initializer_list<TimedProcess*>{&source, &dot, &sink}) region.add(*process);
    TimedRun timed({std::nullopt, critical_path});
    timed.run();

    const Dates expected = naive(p, stimulus);
    EXPECT_EQ(source.written, expected.written);
    EXPECT_EQ(sink.read, expected.read);
    if (!critical_path) return;
    Cycles sum = 0;
    for (const CauseShare& share : timed.critical_path()) sum += share.cycles;
    EXPECT_EQ(sum, timed.end());
  }
};

TEST_P(SparseDotPipeline, HasTheDatesOfTheEngineCycleByCycle) { run(false); }

TEST_P(SparseDotPipeline, HasThemWithTheirCausesWhichAddUp) { run(true); }

constexpr CrossbarShape kNineThree{9, 3, false}, kNineThreeSkip{9, 3, true}, kNineNineSkip{9, 9, true},
    kEightTwoSkip{8, 2, true};
using Engine = CrossbarEngine;

INSTANTIATE_TEST_SUITE_P(
    Pipelines, SparseDotPipeline,
    testing::Values(Pipeline{"Eager", kNineThree}, Pipeline{"EagerFilters", kNineThree, Engine::fast, 5},
                    Pipeline{"SlowSource", kNineThree, Engine::fast, 1, 1, 1, 1, 0.3, 9, 1},
                    Pipeline{"SlowSink", kNineThree, Engine::fast, 3, 2, 1, 1, 0.3, 1, 7},
                    Pipeline{"CombinationalReady", kNineThree, Engine::fast, 3, 1, 1, 0, 0.3, 3, 5},
                    Pipeline{"Skipping", kNineThreeSkip, Engine::fast, 3, 2, 2, 1, 0.05, 2, 2},
                    Pipeline{"SkippingSlowSink", kNineThreeSkip, Engine::fast, 17, 4, 1, 1, 0.05, 1, 4},
                    Pipeline{"SkippingWide", kNineNineSkip, Engine::fast, 17, 1, 3, 0, 0.05, 3, 3},
                    Pipeline{"SkippingAllZero", kEightTwoSkip, Engine::fast, 2, 2, 2, 1, 0.0, 2, 2},
                    Pipeline{"Step", kNineThree, Engine::step, 3, 2, 2, 1, 0.4, 3, 3},
                    Pipeline{"Rtl", kNineThree, Engine::rtl, 3, 2, 2, 1, 0.4, 3, 3},
                    Pipeline{"RtlSkipping", kEightTwoSkip, Engine::rtl, 3, 2, 2, 1, 0.1, 3, 3},
                    Pipeline{"Lockstep", kNineThree, Engine::lockstep, 3, 2, 2, 1, 0.4, 3, 3}),
    [](const auto& pipeline) { return pipeline.param.name; });

// ---- what a stalled engine blames: ten windows of one result each through FIFOs of one place, and a source that goes
// on for 1000 cycles behind the last one it wrote, so that the run ends with what held that up.

Shares shares_of(const CrossbarShape& shape, std::uint64_t requests, Cycles sink_cycles) {
  constexpr int kWindows = 10;
  TimedFifo<CrossbarWindow> in("in", 1, 1, 1);
  TimedFifo<Token> out("out", 1, 1, 1);
  SparseDot dot("dot", shape, 1, std::make_unique<FastDealer>(shape), kWindows);
  dot.windows(in);
  dot.results(out);
  struct Ends : sc_core::sc_module {
    TimedThread source, sink;
    TimedOut<CrossbarWindow> windows{"windows", source};
    TimedIn<Token> results{"results", sink};
    Ends(const sc_core::sc_module_name& name, std::uint64_t of_window, Cycles of_result)
        : sc_module(name),
          source("source",
                 [this, of_window] {
                   for (int i = 0; i < kWindows; ++i) {
                     windows.write({of_window, true});
                     source.advance(1);
                   }
                   source.advance(1000);
                 }),
          sink("sink", [this, of_result] {
            for (int i = 0; i < kWindows; ++i) {
              results.read();
              sink.advance(of_result);
            }
          }) {}
  } ends("ends", requests, sink_cycles);
  ends.windows(in);
  ends.results(out);
  TimedRun timed({std::nullopt, true});
  timed.run();
  Shares shares;
  for (const CauseShare& share : timed.critical_path()) shares[share.cause] = share.cycles;
  return shares;
}

// A result is taken every 10 cycles: at 6, 16, 26, 36. The first four windows enter at 1, 3, 5 and 7: the pipeline has
// room. Results 2, 3 and 4 leave when there is a place, at 17, 27 and 37, and the pipeline moves in these cycles only.
// Windows 4 to 8 enter at 9 (the window before it sits in the way, but nothing behind it yet), 17, 19, 27 and 37, with
// the pipeline. So the last one is written at 38, a cycle after window 8 left its place; that waited for the place of
// result 4, free a cycle after result 3 was taken at 36; that for the sink, three times 10 cycles, since it took result
// 0 at 6. Before that: a cycle through each FIFO and four through the engine.
TEST(SparseDotPath, AStalledEngineBlamesWhoStallsIt) {
  EXPECT_EQ(shares_of({1, 1, false}, 1, 10),
            (Shares{{"ends.source", 1001}, {"ends.sink", 30}, {"dot", 4}, {"FIFO in", 2}, {"FIFO out", 2}}));
}

// Four non-zeros on a multiplier, four cycles a window: they enter at 1, 5, ..., 33, and the last one is written at 34.
TEST(SparseDotPath, AnEngineThatIsSlowItselfBlamesItself) {
  EXPECT_EQ(shares_of({4, 1, false}, 0xf, 1), (Shares{{"ends.source", 1001}, {"dot", 32}, {"FIFO in", 2}}));
}

}  // namespace
}  // namespace sparsim
