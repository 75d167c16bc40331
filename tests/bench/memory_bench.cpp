// What a burst of 128 bytes costs: in the DDR3 timing alone, in the bus alone, and through the whole way from DMA
// engine over sockets to the DDR3 controller and back, for 1 to 4 engines and requests of 1 to 1024 bursts.
#include <benchmark/benchmark.h>

#include <memory>
#include <string>
#include <systemc>
#include <vector>

#include "models/memory/axi.h"
#include "models/memory/dma.h"
#include "models/memory/dram.h"

namespace sparsim {
namespace {

constexpr std::int64_t kBurstBytes = 128;    // 16 beats of 8 bytes
constexpr std::int64_t kRoundBursts = 8192;  // of all engines together

void report_bursts(benchmark::State& state, std::int64_t bursts_an_iteration) {
  state.counters["s_a_burst"] =
      benchmark::Counter(static_cast<double>(bursts_an_iteration),
                         benchmark::Counter::kIsIterationInvariantRate | benchmark::Counter::kInvert);
}

void dram_timing(benchmark::State& state) {
  DramTiming dram{DramConfig{}};
  std::uint64_t address = 0;
  std::int64_t clock = 0;
  for (auto _ : state) {
    clock = dram.access(false, address, kBurstBytes, clock).first;
    address = (address + kBurstBytes) % (1 << 24);
  }
  report_bursts(state, 1);
}
BENCHMARK(dram_timing);

void bus(benchmark::State& state) {
  class : public BurstMemory {
    Dates access(bool, const Burst&, std::int64_t arrival) override { return {arrival + 10, arrival + 10}; }
  } memory;
  const auto ports = static_cast<std::size_t>(state.range(0));
  AxiBus bus(AxiConfig{}, ports);
  for (auto _ : state) {
    for (std::size_t p = 0; p < ports; ++p) bus.push(p, {false, 0, kRoundBursts / state.range(0) * kBurstBytes}, 0, 0);
    while (bus.advance(memory, AxiBus::kNever)) benchmark::ClobberMemory();
  }
  report_bursts(state, kRoundBursts);
}
BENCHMARK(bus)->ArgName("ports")->Arg(1)->Arg(2)->Arg(4);

class Engine : public sc_core::sc_module {
 public:
  DmaEngine dma{"dma", DmaConfig{}};

  Engine(const sc_core::sc_module_name& name, std::uint64_t base) : sc_module(name), base_(base) {
    SC_HAS_PROCESS(Engine);
    SC_THREAD(play);
  }
  void go(std::int64_t requests, std::int64_t bursts) {
    requests_ = requests;
    bursts_ = bursts;
    go_.notify();
  }

 private:
  void play() {
    for (;;) {
      wait(go_);
      DmaEngine::Ticket last = 0;
      for (std::int64_t r = 0; r < requests_; ++r)
        last = dma.start({false, base_ + static_cast<std::uint64_t>(r * bursts_ * kBurstBytes), bursts_ * kBurstBytes});
      dma.finish(last);
    }
  }
  const std::uint64_t base_;
  std::int64_t requests_ = 0, bursts_ = 0;
  sc_core::sc_event go_;
};

class Machine : public sc_core::sc_module {
 public:
  Machine(const sc_core::sc_module_name& name, std::size_t engines)
      : sc_module(name), bus_("bus", AxiConfig{}, engines, 100), dram_("dram", DramConfig{}, 100) {
    bus_.memory_port.bind(dram_);
    for (std::size_t i = 0; i < engines; ++i) {
      engines_.push_back(std::make_unique<Engine>(("engine" + std::to_string(i)).c_str(), i << 24));
      engines_.back()->dma.socket.bind(bus_.port_sockets[i]);
    }
  }
  /// kRoundBursts bursts, in requests of so many.
  void run_round(std::int64_t bursts_a_request) {
    const std::int64_t requests = kRoundBursts / bursts_a_request / static_cast<std::int64_t>(engines_.size());
    for (auto& engine : engines_) engine->go(requests, bursts_a_request);
    sc_core::sc_start();
  }

 private:
  AxiInterconnect bus_;
  DramController dram_;
  std::vector<std::unique_ptr<Engine>> engines_;
};

// SystemC elaborates once, so all machines stand before the first is run; those without requests cost nothing.
Machine& machine(std::int64_t engines) {
  static Machine one("one", 1), two("two", 2), four("four", 4);
  static const bool started = (sc_core::sc_start(sc_core::SC_ZERO_TIME), true);
  static_cast<void>(started);
  return engines == 1 ? one : engines == 2 ? two : four;
}

void dma_to_dram(benchmark::State& state) {
  Machine& m = machine(state.range(0));
  for (auto _ : state) m.run_round(state.range(1));
  report_bursts(state, kRoundBursts);
}
BENCHMARK(dma_to_dram)->ArgNames({"engines", "bursts_a_request"})->ArgsProduct({{1, 2, 4}, {1, 8, 64, 1024}});

}  // namespace
}  // namespace sparsim
