#include "models/memory/axi_bus.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <map>

#include "models/core/error.h"
#include "tests/models/memory/bus_reference.h"

namespace sparsim {
namespace {

using testing_support::Ends;
using testing_support::QueueMemory;
using testing_support::Script;

/// As fast as one can wish, but `latency` cycles away.
class FarMemory : public BurstMemory {
 public:
  explicit FarMemory(std::int64_t latency) : latency_(latency) {}
  Dates access(bool, const Burst&, std::int64_t arrival) override {
    EXPECT_GE(arrival, latest_);
    latest_ = arrival;
    return {arrival + latency_, arrival + latency_};
  }

 private:
  std::int64_t latency_, latest_ = 0;
};

/// 8 bytes a beat, 128 bytes a burst; the way to the memory and back takes 4 + 10 + 4 cycles.
AxiConfig config() {
  AxiConfig c;
  c.data_bytes = 8;
  c.burst_beats = 16;
  c.outstanding = c.port_outstanding = 8;
  c.forward_cycles = c.return_cycles = 4;
  return c;
}
constexpr std::int64_t kWay = 4 + 10 + 4;

/// Runs the bus dry; completion dates by request.
std::map<std::uint64_t, std::int64_t> drain(AxiBus& bus, BurstMemory& memory) {
  std::map<std::uint64_t, std::int64_t> ends;
  while (const auto step = bus.advance(memory, AxiBus::kNever))
    if (step->completion) ends[step->completion->id] = step->completion->date;
  return ends;
}

std::int64_t one_read(const AxiConfig& c, std::int64_t bytes) {
  AxiBus bus(c, 1);
  FarMemory memory(10);
  bus.push(0, {false, 0, bytes}, 0, 0);
  return drain(bus, memory).at(0);
}

TEST(AxiBus, AReadPaysTheWayOnceAndThenABeatACycle) {
  EXPECT_EQ(one_read(config(), 8), kWay + 1);
  EXPECT_EQ(one_read(config(), 1024), kWay + 128);
  EXPECT_EQ(one_read(config(), 1 << 20), kWay + (1 << 17));  // the whole bandwidth
}

TEST(AxiBus, OneOutstandingBurstPaysTheWayEachTime) {
  AxiConfig c = config();
  c.port_outstanding = 1;
  EXPECT_EQ(one_read(c, 8 * 128), 8 * (kWay + 16));
}

TEST(AxiBus, TwoOutstandingBurstsHideHalfOfTheWay) {
  // Bursts 0 and 1 end at 34 and 50; 2 may go at 34 and ends at 68, 3 follows at 84: 34 cycles a pair.
  AxiConfig c = config();
  c.outstanding = 2;
  EXPECT_EQ(one_read(c, 8 * 128), 3 * (kWay + 16) + kWay + 32);
}

TEST(AxiBus, ThreeOutstandingBurstsHideIt) {
  AxiConfig c = config();
  c.outstanding = 3;  // 3 x 16 beats cover 18 + 16 cycles
  EXPECT_EQ(one_read(c, 8 * 128), kWay + 8 * 16);
}

TEST(AxiBus, AWriteIsAnsweredAfterItsDataAndTheWay) {
  AxiBus bus(config(), 1);
  FarMemory memory(10);
  bus.push(0, {true, 0, 256}, 7, 100);
  EXPECT_EQ(drain(bus, memory).at(7), 100 + 32 + kWay);
}

TEST(AxiBus, ReadsAndWritesHaveAChannelEach) {
  AxiBus bus(config(), 2);
  FarMemory memory(10);
  bus.push(0, {false, 0, 1024}, 0, 0);
  bus.push(1, {true, 0, 1024}, 1, 0);
  const auto ends = drain(bus, memory);
  EXPECT_EQ(ends.at(0), kWay + 128);
  EXPECT_EQ(ends.at(1), 1 + 128 + kWay);  // its first address phase is the second
}

TEST(AxiBus, TwoPortsTakeTurnsFromPortZero) {
  AxiBus bus(config(), 2);
  FarMemory memory(10);
  bus.push(1, {false, 0, 4 * 128}, 1, 0);
  bus.push(0, {false, 0, 4 * 128}, 0, 0);
  const auto ends = drain(bus, memory);
  EXPECT_EQ(ends.at(0), kWay + 7 * 16);  // its last burst is the seventh
  EXPECT_EQ(ends.at(1), kWay + 8 * 16);
}

TEST(AxiBus, TheTurnGoesOnFromThePortServedLast) {
  AxiBus bus(config(), 3);
  FarMemory memory(10);
  bus.push(1, {false, 0, 128}, 1, 0);  // served alone at 0
  bus.push(0, {false, 0, 128}, 0, 1);
  bus.push(2, {false, 0, 128}, 2, 1);
  const auto ends = drain(bus, memory);
  EXPECT_EQ(ends.at(2), kWay + 2 * 16);
  EXPECT_EQ(ends.at(0), kWay + 3 * 16);
}

TEST(AxiBus, RequestsOfAPortFollowWithoutAGap) {
  AxiBus bus(config(), 1);
  FarMemory memory(10);
  bus.push(0, {false, 0, 256}, 0, 0);
  bus.push(0, {false, 4096, 256}, 1, 0);
  const auto ends = drain(bus, memory);
  EXPECT_EQ(ends.at(0), kWay + 32);
  EXPECT_EQ(ends.at(1), kWay + 64);
}

TEST(AxiBus, ASlowMemoryStretchesTheBeats) {
  AxiBus bus(config(), 1);
  QueueMemory memory(10, 1);  // a byte a cycle, the first of them 10 cycles after it began
  bus.push(0, {false, 0, 128}, 0, 0);
  EXPECT_EQ(drain(bus, memory).at(0), 4 + 10 + 127 + 4 + 1);
  const AxiPortStats stats = bus.stats(0);
  EXPECT_EQ(stats.busy, 16);
  EXPECT_EQ(stats.waiting_data, kWay + 128 - 16);
}

TEST(AxiBus, EveryCycleOfAPortHasAName) {
  AxiBus bus(config(), 2);
  FarMemory memory(10);
  bus.push(0, {false, 0, 128}, 0, 0);
  bus.push(1, {true, 0, 128}, 1, 0);
  drain(bus, memory);
  bus.push(1, {false, 0, 128}, 2, 100);
  drain(bus, memory);
  const AxiPortStats first = bus.stats(0), second = bus.stats(1);
  EXPECT_EQ(first.waiting_data, kWay);
  EXPECT_EQ(first.busy, 16);
  EXPECT_EQ(first.accounted_until(), kWay + 16);
  EXPECT_EQ(second.waiting_grant, 1);           // the other port went first
  EXPECT_EQ(second.busy, 16 + 16);              // 1..17, 118..134
  EXPECT_EQ(second.waiting_data, kWay + kWay);  // 17..35 for the answer, 100..118 for the data
  EXPECT_EQ(second.idle, 100 - 35);
  EXPECT_EQ(second.accounted_until(), 100 + kWay + 16);
  EXPECT_EQ(second.read_bytes, 128u);
  EXPECT_EQ(second.write_bytes, 128u);
  EXPECT_EQ(second.bursts, 2u);
  EXPECT_EQ(second.beats, 32u);
}

TEST(AxiBus, WaitingForAnAnswerIsNotWaitingForAGrant) {
  AxiConfig c = config();
  c.port_outstanding = 1;
  AxiBus bus(c, 1);
  FarMemory memory(10);
  bus.push(0, {true, 0, 256}, 0, 0);
  EXPECT_EQ(drain(bus, memory).at(0), 2 * (16 + kWay));
  EXPECT_EQ(bus.stats(0).busy, 32);
  EXPECT_EQ(bus.stats(0).waiting_data, 2 * kWay);
  EXPECT_EQ(bus.stats(0).waiting_grant, 0);
}

TEST(AxiBus, AFullQueueSaysNo) {
  AxiConfig c = config();
  c.queue_depth = 2;
  AxiBus bus(c, 1);
  FarMemory memory(10);
  bus.push(0, {false, 0, 256}, 0, 0);
  EXPECT_FALSE(bus.full(0));
  bus.push(0, {false, 0, 8}, 1, 0);
  EXPECT_TRUE(bus.full(0));
  EXPECT_THROW(bus.push(0, {false, 0, 8}, 2, 0), ModelError);
  EXPECT_FALSE(bus.advance(memory, 1));  // the first of two bursts
  const auto step = bus.advance(memory, 2);
  ASSERT_TRUE(step);
  EXPECT_TRUE(step->left_queue);
  EXPECT_EQ(step->date, 1);
  EXPECT_FALSE(bus.full(0));
  EXPECT_THROW(bus.push(0, {false, 0, 0}, 2, 0), ModelError);
}

/// Drives the bus as a simulation does: never past the next arrival.
Ends run(const AxiConfig& c, const std::vector<Script>& scripts, BurstMemory& memory) {
  AxiBus bus(c, scripts.size());
  Ends ends(scripts.size());
  std::multimap<std::int64_t, std::size_t> arrivals;
  for (std::size_t p = 0; p < scripts.size(); ++p) arrivals.emplace(scripts[p].pause, p);
  while (!arrivals.empty() || bus.next() != AxiBus::kNever) {
    const std::int64_t arrival = arrivals.empty() ? AxiBus::kNever : arrivals.begin()->first;
    if (const auto step = bus.advance(memory, arrival)) {
      if (!step->completion) continue;
      const std::size_t p = step->completion->id;
      ends[p].push_back(step->completion->date);
      if (ends[p].size() < scripts[p].transfers.size()) arrivals.emplace(step->completion->date + scripts[p].pause, p);
    } else if (!arrivals.empty()) {
      const std::size_t p = arrivals.begin()->second;
      arrivals.erase(arrivals.begin());
      bus.push(p, scripts[p].transfers[ends[p].size()], p, arrival);
    }
  }
  for (std::size_t p = 0; p < scripts.size(); ++p) {
    std::uint64_t bytes = 0;
    for (const Transfer& t : scripts[p].transfers) bytes += static_cast<std::uint64_t>(t.bytes());
    const AxiPortStats stats = bus.stats(p);
    EXPECT_EQ(stats.read_bytes + stats.write_bytes, bytes);
    EXPECT_EQ(stats.accounted_until(), *std::max_element(ends[p].begin(), ends[p].end()));
  }
  return ends;
}

TEST(AxiBus, AgreesWithTheRulesCycleByCycle) {
  for (unsigned seed = 0; seed < 100; ++seed) {
    std::mt19937 random(seed);
    const AxiConfig c = testing_support::random_config(random);
    const auto scripts = testing_support::random_scripts(random, 1 + seed % 4);
    const std::int64_t latency = 1 + seed % 30, bytes_a_cycle = 1 + seed % 17;
    QueueMemory memory(latency, bytes_a_cycle), reference_memory(latency, bytes_a_cycle);
    ASSERT_EQ(run(c, scripts, memory), testing_support::reference(c, scripts, reference_memory)) << "seed " << seed;
  }
}

struct Breach {
  const char* key;
  void (*commit)(AxiConfig&);
};
void PrintTo(const Breach& breach, std::ostream* os) { *os << breach.key; }
class AxiProblems : public testing::TestWithParam<Breach> {};

TEST_P(AxiProblems, NameTheKey) {
  AxiConfig c;
  EXPECT_TRUE(problems(c).empty());
  GetParam().commit(c);
  EXPECT_THAT(problems(c), testing::ElementsAre(testing::StartsWith("axi." + std::string(GetParam().key) + " =")));
  EXPECT_THROW(AxiBus(c, 1), ModelError);
}

INSTANTIATE_TEST_SUITE_P(EveryRule, AxiProblems,
                         testing::Values(Breach{"clock_mhz", [](AxiConfig& c) { c.clock_mhz = 0; }},
                                         Breach{"data_bytes", [](AxiConfig& c) { c.data_bytes = 12; }},
                                         Breach{"burst_beats", [](AxiConfig& c) { c.burst_beats = 257; }},
                                         Breach{"outstanding", [](AxiConfig& c) { c.outstanding = 0; }},
                                         Breach{"port_outstanding", [](AxiConfig& c) { c.port_outstanding = 0; }},
                                         Breach{"queue_depth", [](AxiConfig& c) { c.queue_depth = 0; }},
                                         Breach{"forward_cycles", [](AxiConfig& c) { c.forward_cycles = 0; }},
                                         Breach{"return_cycles", [](AxiConfig& c) { c.return_cycles = -1; }}));

}  // namespace
}  // namespace sparsim
