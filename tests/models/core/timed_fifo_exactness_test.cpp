// TimedFifo networks against naive ones, date by date: sc_fifo + wait where latencies are 0/0, counters stepped cycle
// by cycle where the FIFO is registered.
#define SC_INCLUDE_DYNAMIC_PROCESSES  // sc_spawn
#include <gtest/gtest.h>

#include <random>
#include <string>
#include <tuple>

#include "models/core/timed_run.h"
#include "tests/models/core/timed_fifo_networks.h"

namespace sparsim {
namespace {

using namespace testing_networks;

constexpr std::size_t kItems = 300;

struct Topology {
  const char* name;
  Network (*make)(std::mt19937&);
};
void PrintTo(const Topology& t, std::ostream* os) { *os << t.name; }

struct Latencies {
  Cycles forward, backward;
};
void PrintTo(const Latencies& l, std::ostream* os) { *os << l.forward << '/' << l.backward; }

class TimedFifoExactness : public testing::TestWithParam<std::tuple<Topology, std::size_t, Latencies>> {};

TEST_P(TimedFifoExactness, GivesTheDatesOfTheNaiveNetwork) {
  const auto& [topology, depth, latencies] = GetParam();
  const auto seed = static_cast<std::mt19937::result_type>(1000 * depth + 7);
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  Network network = topology.make(random);
  network.depth = depth;
  network.forward = latencies.forward;
  network.backward = latencies.backward;

  std::unique_ptr<NaiveNetwork> naive;
  if (latencies.forward == 0) naive = std::make_unique<NaiveNetwork>("naive", network);
  TimedNetwork region("region", network, Users::region), threads("threads", network, Users::threads),
      mixed("mixed", network, Users::mixed);
  TimedRun().run();

  const Outcome expected = naive ? naive->outcome() : simulate_cycles(network);
  ASSERT_EQ(expected.dates.back().size(), kItems * 2);  // the sink: a read and some work
  const std::vector<Wait> expected_waits = waits(network, expected.dates);
  ASSERT_GE(expected_waits.size(), network.fifos);
  for (TimedNetwork* timed : {&region, &threads, &mixed}) {
    const Outcome actual = timed->outcome();
    for (std::size_t p = 0; p < expected.dates.size(); ++p) {
      SCOPED_TRACE(std::string(timed->name()) + ", process " + std::to_string(p));
      ASSERT_EQ(actual.dates[p], expected.dates[p]);
    }
    EXPECT_EQ(actual.high_water, expected.high_water);
    for (const Wait& wait : expected_waits) {
      const TimedFifoBase::Counters counters = timed->fifo(wait.fifo).counters();
      EXPECT_EQ(counters.words, kItems);
      EXPECT_EQ(wait.reading ? counters.reader_starvation_cycles : counters.writer_stall_cycles, wait.cycles)
          << "FIFO " << wait.fifo << (wait.reading ? ", reading" : ", writing");
    }
  }
}

const Topology kTopologies[] = {
    {"pipeline", [](std::mt19937& r) { return pipeline(r, 4, kItems); }},
    {"atomic", [](std::mt19937& r) { return diamond(r, Step::write_all, Step::read_all, kItems); }},
    {"independent", [](std::mt19937& r) { return diamond(r, Step::write_each, Step::read_each, kItems); }},
    {"atomic_fork", [](std::mt19937& r) { return diamond(r, Step::write_all, Step::read_each, kItems); }},
    {"atomic_join", [](std::mt19937& r) { return diamond(r, Step::write_each, Step::read_all, kItems); }},
};
std::string case_name(const testing::TestParamInfo<TimedFifoExactness::ParamType>& test) {
  const auto& [topology, depth, latencies] = test.param;
  return std::string(topology.name) + "_depth" + std::to_string(depth) + "_" + std::to_string(latencies.forward) +
         std::to_string(latencies.backward);
}
INSTANTIATE_TEST_SUITE_P(Networks, TimedFifoExactness,
                         testing::Combine(testing::ValuesIn(kTopologies), testing::Values(1, 2, 3, 16),
                                          testing::Values(Latencies{0, 0}, Latencies{1, 1}, Latencies{1, 0})),
                         case_name);

}  // namespace
}  // namespace sparsim
