// How long simulating an image on the Zedboard's SPARCNet takes against computing it: oneDNN inference (baseline) on
// one core, in one run. SystemC elaborates once a process, so every simulation has a child process of its own, which
// times elaboration and run; starting the process is not in it.
#include <benchmark/benchmark.h>

#include <array>
#include <string>

#include "sim/config/accelerator.h"
#include "tests/bench/child_time.h"
#include "tests/bench/inference_time.h"
#include "tests/support/plain_workload.h"

namespace sparsim {
namespace {

constexpr std::array<const char*, 3> kNetworks{"alexnet", "squeezenet-1.0", "squeezenet-1.1"};

std::string source(const std::string& path) { return std::string(SPARSIM_SOURCE_DIR) + "/configs/" + path; }

NetworkDescription description(const benchmark::State& state) {
  return load_network(source(std::string("networks/") + kNetworks[static_cast<std::size_t>(state.range(0))] + ".yaml"));
}

void baseline(benchmark::State& state) {
  state.SetLabel(kNetworks[static_cast<std::size_t>(state.range(0))]);
  time_inference(state, description(state));
}

void simulation(benchmark::State& state) {
  state.SetLabel(kNetworks[static_cast<std::size_t>(state.range(0))]);
  const Accelerator accelerator = load_accelerator(source("accelerators/sparcnet-zedboard.yaml"));
  const PlainWorkload workload(description(state).graph);
  double peak_megabytes = 0;
  for (auto _ : state) {
    const ChildRun run = run_in_child([&] { accelerator.design(workload).elaborate({})->run(); });
    if (run.seconds < 0) return state.SkipWithError("the simulation failed");
    state.SetIterationTime(run.seconds);
    peak_megabytes = run.peak_megabytes;
  }
  state.counters["peak_MB"] = peak_megabytes;
}

BENCHMARK(baseline)->ArgName("network")->DenseRange(0, 2)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(simulation)->ArgName("network")->DenseRange(0, 2)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sparsim
