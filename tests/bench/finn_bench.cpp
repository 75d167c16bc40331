// How long simulating a FINN accelerator takes. "mobilenet": one image of MobileNetV1 at 224 x 224, folded as
// published, in times of its oneDNN inference on one core, in turns (run_by_inference), and what each image more costs
// (more_by_inference). "batch": 1000 images of CNV, of which those behind a steady state are extrapolated, against all
// of them simulated (all_by_run). Planning, elaboration and run; SystemC elaborates once a process, so each simulation
// has a child process of its own, which times itself.
#include <benchmark/benchmark.h>

#include <string>

#include "sim/config/accelerator.h"
#include "tests/bench/child_time.h"
#include "tests/bench/inference_time.h"
#include "tests/support/plain_workload.h"

namespace sparsim {
namespace {

std::string source(const std::string& path) { return std::string(SPARSIM_SOURCE_DIR) + "/configs/" + path; }

ChildRun simulate(const Accelerator& accelerator, const Workload& workload, std::size_t images, bool every_image) {
  return run_in_child([&] {
    RunOptions options;
    options.critical_path = false;
    options.images = images;
    options.every_image = every_image;
    const Design design = accelerator.design(workload);
    const auto architecture = design.elaborate(options);
    architecture->run();
  });
}

void mobilenet(benchmark::State& state) {
  constexpr std::size_t kMore = 4;
  const NetworkDescription network = load_network(source("networks/mobilenet-v1.yaml"));
  const Accelerator accelerator = load_accelerator(source("accelerators/finn-mobilenet-v1-u250.yaml"));
  const PlainWorkload workload(network.graph);
  state.counters["peak_MB"] = simulate(accelerator, workload, 1, true).peak_megabytes;  // before the inference's
  TimedInference inference(network);
  double inferences = 0, runs = 0, more = 0;  // seconds
  for (auto _ : state) {
    inference.seconds();  // after a fork pages are copied as they are written: that is not inference
    const double computed = inference.seconds();
    const double one = simulate(accelerator, workload, 1, true).seconds;
    const double several = simulate(accelerator, workload, 1 + kMore, true).seconds;
    if (one < 0 || several < 0) return state.SkipWithError("the simulation failed");
    state.SetIterationTime(one);
    inferences += computed;
    runs += one;
    more += (several - one) / kMore;
  }
  const auto iterations = static_cast<double>(state.iterations());
  state.counters["inference_ms"] = 1e3 * inferences / iterations;
  state.counters["more_ms"] = 1e3 * more / iterations;
  state.counters["run_by_inference"] = runs / inferences;
  state.counters["more_by_inference"] = more / inferences;
}

void batch(benchmark::State& state) {
  constexpr std::size_t kImages = 1000;
  const PlainWorkload workload(load_network(source("networks/cnv-w1a1.yaml")).graph);
  const Accelerator accelerator = load_accelerator(source("accelerators/finn-cnv-w1a1-pynq.yaml"));
  double all = 0, runs = 0;
  for (auto _ : state) {
    const double every = simulate(accelerator, workload, kImages, true).seconds;
    const double steady = simulate(accelerator, workload, kImages, false).seconds;
    if (every < 0 || steady < 0) return state.SkipWithError("the simulation failed");
    state.SetIterationTime(steady);
    all += every;
    runs += steady;
  }
  state.counters["all_by_run"] = all / runs;
}

BENCHMARK(mobilenet)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(batch)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sparsim
