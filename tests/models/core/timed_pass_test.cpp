// Items in bulk: pass() against the dates of its definition.
#define SC_INCLUDE_DYNAMIC_PROCESSES  // sc_spawn
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <functional>
#include <random>
#include <string>
#include <tuple>
#include <vector>

#include "models/core/timed_run.h"
#include "tests/models/core/timed_fifo_networks.h"

namespace sparsim {
namespace {

using testing::ElementsAre;

constexpr std::size_t kItems = 700;

MATCHER_P2(Share, cause, cycles, "") { return arg.cause == cause && arg.cycles == cycles; }

/// source -> stage, in bulk -> sink, with a service time an item in each.
struct Chain : sc_core::sc_module {
  TimedFifo<> from, to;
  std::vector<std::vector<Cycles>> service;  // [process][item]
  TimedThread source{"source", [this] { run_source(); }}, stage{"stage", [this] { run_stage(); }},
      sink{"sink", [this] { run_sink(); }};
  TimedOut<> source_o{"source_o", source}, stage_o{"stage_o", stage};
  TimedIn<> stage_i{"stage_i", stage}, sink_i{"sink_i", sink};
  std::vector<Cycles> dates;    // at which the sink had an item
  std::size_t longest_row = 0;  // passed at once

  Chain(const sc_core::sc_module_name& name, std::size_t depth, Cycles forward, Cycles backward,
        std::vector<std::vector<Cycles>> service_times)
      : sc_module(name),
        from("from", depth, forward, backward),
        to("to", depth, forward, backward),
        service(std::move(service_times)) {
    source_o(from), stage_i(from), stage_o(to), sink_i(to);
  }
  void run_source() {
    for (const Cycles s : service[0]) source.advance(s), source_o.write();
  }
  void run_stage() {
    for (std::size_t done = 0; done < service[1].size();) {
      stage_i.await();
      stage_o.await();
      const std::size_t n = std::min(stage_i.ready(), stage_o.ready());
      pass(stage_i, stage_o, service[1].data() + done, n);
      longest_row = std::max(longest_row, n);
      done += n;
    }
  }
  void run_sink() {
    for (const Cycles s : service[2]) sink_i.read(), dates.push_back(sink.now()), sink.advance(s);
  }
};

/// The dates of such a chain as the recurrence that a blocking FIFO is.
struct Recurrence {
  std::vector<Cycles> entered[2], left[2];
  Cycles stall[2] = {0, 0}, starvation[2] = {0, 0};

  Recurrence(std::size_t depth, Cycles forward, Cycles backward, const std::vector<std::vector<Cycles>>& service) {
    Cycles now[3] = {0, 0, 0};
    const auto wait = [](Cycles& clock, Cycles date, Cycles& waited) {
      waited += std::max(Cycles{0}, date - clock);
      clock = std::max(clock, date);
    };
    for (std::size_t i = 0; i < service[0].size(); ++i)
      for (std::size_t p = 0; p < 3; ++p) {
        if (p != 0) {
          wait(now[p], entered[p - 1][i] + forward, starvation[p - 1]);
          left[p - 1].push_back(now[p]);
        }
        now[p] += service[p][i];
        if (p == 2) continue;
        if (i >= depth) wait(now[p], left[p][i - depth] + backward, stall[p]);
        entered[p].push_back(now[p]);
      }
  }
};

std::vector<std::vector<Cycles>> random_service() {
  constexpr std::uint32_t kSeed = 3;
  std::mt19937 random(kSeed);
  std::vector<std::vector<Cycles>> service(3, std::vector<Cycles>(kItems));
  for (auto& times : service)
    for (Cycles& s : times) s = static_cast<Cycles>(random() % 10);
  return service;
}

class Pass : public testing::TestWithParam<std::tuple<std::size_t, Cycles, Cycles, bool>> {};

TEST_P(Pass, GivesTheDatesAndCountersOfItemByItem) {
  const auto [depth, forward, backward, critical_path] = GetParam();
  Chain chain("chain", depth, forward, backward, random_service());
  TimedRun run({{}, critical_path});
  run.run();

  const Recurrence expected(depth, forward, backward, chain.service);
  EXPECT_EQ(chain.dates, expected.left[1]);
  EXPECT_EQ(chain.longest_row, std::min(depth, kItems));
  std::size_t f = 0;
  for (const TimedFifo<>* fifo : {&chain.from, &chain.to}) {
    const TimedFifoBase::Counters counters = fifo->counters();
    EXPECT_EQ(counters.words, kItems);
    EXPECT_EQ(counters.writer_stall_cycles, expected.stall[f]);
    EXPECT_EQ(counters.reader_starvation_cycles, expected.starvation[f]);
    EXPECT_EQ(counters.high_water, testing_networks::high_water(expected.entered[f], expected.left[f]));
    ++f;
  }
  if (!critical_path) return;
  Cycles sum = 0;
  for (const CauseShare& share : run.critical_path()) sum += share.cycles;
  EXPECT_EQ(sum, expected.left[1].back() + chain.service[2].back());
}

INSTANTIATE_TEST_SUITE_P(Depths, Pass,
                         testing::Combine(testing::Values(1, 2, 5, 16, 150), testing::Values(0, 1),
                                          testing::Values(0, 2), testing::Bool()));

TEST(PassAtALimit, LetsEverythingHappenUpToIt) {
  Chain chain("chain", 16, 1, 0, random_service());
  const Recurrence expected(16, 1, 0, chain.service);
  const Cycles limit = expected.entered[1][kItems / 2];
  TimedRun run({limit, false});
  run.run();
  const auto until_limit = [&](const std::vector<Cycles>& dates) {
    return static_cast<std::size_t>(std::upper_bound(dates.begin(), dates.end(), limit) - dates.begin());
  };
  EXPECT_EQ(run.end(), limit);
  EXPECT_EQ(chain.dates.size(), until_limit(expected.left[1]));
  for (const std::size_t f : {0, 1}) {
    const std::size_t words = until_limit(expected.entered[f]);
    const TimedFifoBase::Counters counters = (f == 0 ? chain.from : chain.to).counters();
    EXPECT_EQ(counters.words, words);
    const std::vector<Cycles> entered(expected.entered[f].begin(), expected.entered[f].begin() + words);
    EXPECT_EQ(counters.high_water, testing_networks::high_water(entered, expected.left[f]));
  }
}

// The source gives an item a cycle, the stage takes 5, so it is the stage that the end waits for but for one cycle.
TEST(PassOnACriticalPath, CountsItsService) {
  Chain chain("chain", 4, 0, 0, {{1, 1, 1, 1}, {5, 5, 5, 5}, {0, 0, 0, 0}});
  TimedRun run({{}, true});
  run.run();
  EXPECT_THAT(run.critical_path(), ElementsAre(Share("chain.stage", 4 * 5), Share("chain.source", 1)));
}

/// Two processes, each of which does as it is told.
struct Pair : sc_core::sc_module {
  TimedFifo<> from{"from", 8, 0, 0}, to{"to", 8, 0, 0};
  TimedThread source, stage;
  TimedOut<> source_o{"source_o", source}, stage_o{"stage_o", stage};
  TimedIn<> stage_i{"stage_i", stage}, source_i{"source_i", source};
  std::vector<Cycles> dates;  // of what came back

  Pair(const sc_core::sc_module_name& name, std::vector<Cycles> available, std::function<void(Pair&)> run_stage)
      : sc_module(name),
        source("source", [this, available] { feed(available); }),
        stage("stage", [this, run_stage] { run_stage(*this); }) {
    source_o(from), stage_i(from), stage_o(to), source_i(to);
  }
  void feed(const std::vector<Cycles>& available) {
    for (const Cycles date : available) source.advance_to(date), source_o.write();
    for (std::size_t i = 0; i < available.size(); ++i) {
      source_i.front();
      dates.push_back(source.now());
      source_i.pop();
    }
  }
};

TEST(PassBehindAPipeline, DoesNotOvertake) {
  Pair pair("pair", {0, 0, 0, 0, 0, 0}, [](Pair& p) {
    p.stage_i.read();
    p.stage_o.write_after(3);
    const std::vector<Cycles> service(5, 1);
    p.stage_i.await();
    pass(p.stage_i, p.stage_o, service.data(), service.size());
  });
  TimedRun().run();
  EXPECT_THAT(pair.dates, ElementsAre(3, 3, 3, 3, 4, 5));  // done at 0+3, 1, 2, 3, 4, 5
}

TEST(PassOfMoreThanIsReady, IsADefect) {
  Pair pair("pair", {0, 0, 0, 0}, [](Pair& p) {
    const std::vector<Cycles> service(5, 1);
    p.stage_i.await();
    pass(p.stage_i, p.stage_o, service.data(), service.size());
  });
  EXPECT_THROW(TimedRun().run(), ModelError);
}

// The two ways a pipeline of latency 3 stalls; the third item comes late.
constexpr std::size_t kLatency = 3;

// Elastic: what is inside moves on.
TEST(PipelinedNode, MovesOnWhereItIsElastic) {
  Pair pair("pair", {0, 0, 10, 10}, [](Pair& p) {
    for (int i = 0; i < 4; ++i) {
      p.stage_i.read();
      p.stage_o.write_after(kLatency);
      p.stage.advance(1);
    }
  });
  TimedRun().run();
  EXPECT_THAT(pair.dates, ElementsAre(10, 10, 13, 14));  // entered at 3, 4, 13, 14; the source looks from 10 on
  EXPECT_EQ(pair.to.counters().high_water, 2u);
}

// As a whole, as an HLS pipeline does: every step reads an item and writes the one that came kLatency steps before, so
// that whatever the step waits for holds all that is inside.
TEST(PipelinedNode, HoldsWhatIsInsideWhereItStallsAsAWhole) {
  Pair pair("pair", {0, 0, 10, 10}, [](Pair& p) {
    for (std::size_t i = 0; i < 4 + kLatency; ++i) {
      if (i < 4) p.stage_i.read();
      if (i >= kLatency) p.stage_o.write();
      p.stage.advance(1);
    }
  });
  TimedRun().run();
  EXPECT_THAT(pair.dates, ElementsAre(11, 12, 13, 14));  // steps at 0, 1, 10, 11, 12, 13, 14
}

// What stays in the FIFO at the end was there, too: a sink that takes one of six.
TEST(TimedFifoHighWater, CountsWhatNobodyReads) {
  Chain chain("chain", 8, 0, 0, {{1, 1, 1, 1, 1, 1}, {0, 0, 0, 0, 0, 0}, {0}});
  TimedRun().run();
  EXPECT_EQ(chain.to.counters().high_water, 5u);
  EXPECT_EQ(chain.from.counters().high_water, 1u);
}

}  // namespace
}  // namespace sparsim
