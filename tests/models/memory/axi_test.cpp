#include "models/memory/axi.h"

#include <gtest/gtest.h>

#include <memory>

#include "models/memory/dma.h"
#include "models/memory/dram.h"
#include "tests/models/memory/bus_reference.h"

namespace sparsim {
namespace {

using testing_support::Ends;
using testing_support::QueueMemory;
using testing_support::Script;

/// QueueMemory as a SystemC module.
class TestMemory : public MemoryController {
 public:
  TestMemory(const sc_core::sc_module_name& name, std::int64_t latency, std::int64_t bytes_a_cycle)
      : MemoryController(name, 1 << 20), memory_(latency, bytes_a_cycle) {}
  double peak_bytes_per_second() const override { return 0; }
  Activity activity() const override { return {}; }

 private:
  MemoryDates serve(bool write, std::uint64_t address, std::int64_t bytes, Cycles arrival) override {
    const auto dates = memory_.access(write, {address, bytes, 0}, arrival);
    return {dates.first, dates.last};
  }
  QueueMemory memory_;
};

/// Plays a script through a DMA engine whose set-up time is the script's pause.
class Player : public sc_core::sc_module {
 public:
  DmaEngine dma;

  Player(const sc_core::sc_module_name& name, const Script& script)
      : sc_module(name), dma("dma", DmaConfig{script.pause, 1}), script_(script) {
    SC_HAS_PROCESS(Player);
    SC_THREAD(play);
  }
  const std::vector<std::int64_t>& ends() const { return ends_; }

 private:
  void play() {
    for (const Transfer& t : script_.transfers) ends_.push_back(dma.transfer(t));
  }
  const Script script_;
  std::vector<std::int64_t> ends_;
};

/// Something happens at every tick, so that nobody can run ahead.
class Metronome : public sc_core::sc_module {
 public:
  explicit Metronome(const sc_core::sc_module_name& name) : sc_module(name) {
    SC_HAS_PROCESS(Metronome);
    SC_METHOD(beat);
  }

 private:
  void beat() {
    if (kernel_cycle() < 200'000) next_trigger(sc_core::sc_time::from_value(1));
  }
};

struct Scene {
  bool metronome, reversed;
};
void PrintTo(const Scene& scene, std::ostream* os) {
  *os << (scene.metronome ? "an event a tick" : "running ahead") << (scene.reversed ? ", processes reversed" : "");
}
class RandomTraffic : public testing::TestWithParam<std::tuple<Scene, unsigned>> {};

TEST_P(RandomTraffic, EndsWhenTheRulesSayIndependentOfTheKernel) {
  const auto [scene, seed] = GetParam();
  std::mt19937 random(1000 + seed);
  AxiConfig config = testing_support::random_config(random);
  const std::size_t ports = 2 + seed % 3;
  const auto scripts = testing_support::random_scripts(random, ports);

  AxiInterconnect bus("bus", config, ports, config.clock_mhz);
  TestMemory memory("memory", 9, 3);
  bus.memory_port.bind(memory);
  std::vector<std::unique_ptr<Player>> players(ports);
  for (std::size_t i = 0; i < ports; ++i) {
    const std::size_t p = scene.reversed ? ports - 1 - i : i;
    players[p] = std::make_unique<Player>(("player" + std::to_string(p)).c_str(), scripts[p]);
    players[p]->dma.socket.bind(bus.port_sockets[p]);
  }
  std::unique_ptr<Metronome> metronome;
  if (scene.metronome) metronome = std::make_unique<Metronome>("metronome");
  sc_core::sc_start();

  Ends ends;
  for (const auto& player : players) ends.push_back(player->ends());
  QueueMemory reference_memory(9, 3);
  EXPECT_EQ(ends, testing_support::reference(config, scripts, reference_memory));
}

INSTANTIATE_TEST_SUITE_P(Seeds, RandomTraffic,
                         testing::Combine(testing::Values(Scene{false, false}, Scene{false, true}, Scene{true, false},
                                                          Scene{true, true}),
                                          testing::Range(0u, 6u)));

/// One initiator, one memory, as little as can be.
struct Machine {
  AxiInterconnect bus;
  TestMemory memory;
  Player player;

  Machine(const AxiConfig& config, double clock_mhz, const std::vector<Transfer>& transfers)
      : bus("bus", config, 1, clock_mhz), memory("memory", 10, 1'000'000), player("player", {0, transfers}) {
    bus.memory_port.bind(memory);
    player.dma.socket.bind(bus.port_sockets[0]);
  }
};

AxiConfig fast_config() {
  AxiConfig c;
  c.outstanding = c.port_outstanding = 16;
  c.forward_cycles = c.return_cycles = 4;
  return c;
}

TEST(AxiInterconnect, RunsOnTheClockOfItsMemoryPort) {
  AxiConfig config = fast_config();
  config.clock_mhz = 200;
  Machine machine(config, 100, {{false, 0, 8 * 1000}});
  sc_core::sc_start();
  // 4 bus cycles are 2 of the accelerator, the memory answers 10 later, at bus cycle 24; 1000 beats from 28 to 1028.
  EXPECT_EQ(machine.player.ends(), (std::vector<std::int64_t>{514}));
  EXPECT_EQ(machine.bus.stats(0).busy, 1000);
}

TEST(AxiInterconnect, RoundsUpToAcceleratorCyclesAndDoesNotDrift) {
  AxiConfig config = fast_config();
  config.clock_mhz = 150;
  Machine machine(config, 100, {{false, 0, 8 * 3000}});
  sc_core::sc_start();
  // Address at 0; at the memory in bus cycle 4, 2.67 accelerator cycles: 3; answered at 13, bus cycle 19.5: 20; beats
  // from 24 to 3024, accelerator cycle 2016. Rounded at every burst it would be late by up to 188 cycles.
  EXPECT_EQ(machine.player.ends(), (std::vector<std::int64_t>{2016}));
}

TEST(AxiInterconnect, RunsAheadOfTheKernel) {
  Machine machine(fast_config(), 100, {{false, 0, 128 * 1000}});
  const std::uint64_t before = sc_core::sc_delta_count();
  sc_core::sc_start();
  EXPECT_EQ(machine.bus.stats(0).bursts, 1000u);
  EXPECT_LT(sc_core::sc_delta_count() - before, 10u);
}

TEST(AxiInterconnect, AnAddressPastTheMemoryIsADefect) {
#ifdef __SANITIZE_ADDRESS__
  GTEST_SKIP() << "AddressSanitizer loses the stack when a SystemC process throws after a switch of coroutines";
#endif
  Machine machine(fast_config(), 100, {{false, (1 << 20) - 8, 16}});
  EXPECT_THROW(sc_core::sc_start(), sc_core::sc_report);  // the kernel wraps what a process throws
}

/// Descriptors far beyond the queue of the port: END_REQ holds the DMA engine back, and nothing is lost.
class Flood : public sc_core::sc_module {
 public:
  DmaEngine dma{"dma", DmaConfig{0, 8}};
  Cycles end = 0;

  explicit Flood(const sc_core::sc_module_name& name) : sc_module(name) {
    SC_HAS_PROCESS(Flood);
    SC_THREAD(send);
  }

 private:
  void send() {
    DmaEngine::Ticket last = 0;
    for (std::uint64_t i = 0; i < 20; ++i) last = dma.start({false, 1024 * i, 128});
    end = dma.finish(last);
  }
};

TEST(AxiInterconnect, AFullQueueHoldsTheInitiatorBack) {
  AxiConfig config = fast_config();
  config.queue_depth = 1;
  AxiInterconnect bus("bus", config, 1, 100);
  TestMemory memory("memory", 10, 1'000'000);
  Flood flood("flood");
  bus.memory_port.bind(memory);
  flood.dma.socket.bind(bus.port_sockets[0]);
  sc_core::sc_start();
  // Eight descriptors cover the way (18 cycles) with their 8 x 16 beats, so the data channel never rests.
  EXPECT_EQ(flood.end, 18 + 20 * 16);
  EXPECT_EQ(flood.dma.activity().bus_read_bytes, 20u * 128);
  EXPECT_EQ(flood.dma.activity().bus_bursts, 20u);
}

TEST(AxiInterconnect, WithADdr3BehindBytesInAreBytesOut) {
  AxiConfig config;
  AxiInterconnect bus("bus", config, 2, 100);
  DramController dram("dram", DramConfig{}, 100);
  Player reader("reader", {5, {{false, 3, 10'001}, {false, 1 << 20, 500, 20, 4096}}});
  Player writer("writer", {5, {{true, 1 << 22, 20'000}}});
  bus.memory_port.bind(dram);
  reader.dma.socket.bind(bus.port_sockets[0]);
  writer.dma.socket.bind(bus.port_sockets[1]);
  sc_core::sc_start();
  EXPECT_EQ(reader.dma.activity().bus_read_bytes, 20'001u);
  EXPECT_EQ(writer.dma.activity().bus_write_bytes, 20'000u);
  EXPECT_EQ(bus.stats(0).read_bytes, 20'001u);
  EXPECT_EQ(bus.stats(1).write_bytes, 20'000u);
  EXPECT_EQ(dram.activity().dram_read_bytes, 20'001u);
  EXPECT_EQ(dram.activity().dram_write_bytes, 20'000u);
  EXPECT_EQ(reader.dma.activity().bus_bursts, bus.stats(0).bursts);
}

}  // namespace
}  // namespace sparsim
