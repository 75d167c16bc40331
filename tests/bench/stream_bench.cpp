// How long simulating an image in an fpgaConvNet pipeline with crossbars takes: against computing it (oneDNN inference
// on one core, in turns; "network"), and against the size of the work ("pixels", "channels", "layers"). FIFOs are 32
// words deep. SystemC elaborates once a process, so every simulation has a child process of its own, which times
// planning, elaboration and run; starting the process and making the zeros is not in it.
//
// "network" tells what a run of one image costs, planning and elaboration in it, and what each image more costs, which
// are planned and elaborated once; both in times of an inference (run_by_inference, more_by_inference).
#include <benchmark/benchmark.h>

#include <array>
#include <string>
#include <vector>

#include "models/fpgaconvnet/fpgaconvnet.h"
#include "sim/config/board.h"
#include "sim/workload/synthesize.h"
#include "tests/bench/child_time.h"
#include "tests/bench/inference_time.h"
#include "tests/support/plain_workload.h"

namespace sparsim {
namespace {

constexpr std::array<const char*, 2> kNetworks{"resnet-18", "squeezenet-1.1"};

std::string source(const std::string& path) { return std::string(SPARSIM_SOURCE_DIR) + "/configs/" + path; }

NetworkDescription description(const benchmark::State& state) {
  return load_network(source(std::string("networks/") + kNetworks[static_cast<std::size_t>(state.range(0))] + ".yaml"));
}

/// One synthesized image, in memory.
class SynthesizedWorkload final : public Workload {
 public:
  explicit SynthesizedWorkload(const NetworkDescription& network)
      : synthesizer_(network, 1), image_(synthesizer_.image(0)) {}

  const LayerGraph& graph() const override { return synthesizer_.graph(); }
  std::size_t images() const override { return 1; }
  BitMask nonzero(std::size_t, std::size_t layer) const override { return image_.inputs[layer].nonzero; }
  BitMask kept_channels(std::size_t, std::size_t layer) const override { return image_.inputs[layer].kept_channels; }

 private:
  const Synthesizer synthesizer_;
  const TraceImage image_;
};

std::int64_t divisor(std::int64_t whole, std::int64_t most) {
  while (whole % most != 0) --most;
  return most;
}

FpgaConvNetConfig config(const LayerGraph& graph) {
  const BoardFile board = load_board(source("devices/zedboard.yaml"));
  FpgaConvNetConfig c;
  c.engine = DotEngine::crossbar;
  c.fifo_depth = 32;
  c.memory = board.memory;
  c.host = board.host;
  for (const Layer& layer : graph.layers) {
    if (!layer.weighted()) continue;
    NodeConfig& node = c.nodes[layer.name];
    node.folding.coarse_in = divisor(layer.shape.channels_per_group(), 4);
    node.folding.coarse_out = divisor(layer.shape.filters_per_group(), 4);
    node.folding.fine = layer.shape.kernel_h > 1 ? 3 : std::min<std::int64_t>(node.folding.coarse_in, 2);
  }
  return c;
}

// Without a critical path. Planning, elaboration and run.
ChildRun simulate(const FpgaConvNetConfig& c, const Workload& workload, std::size_t images) {
  return run_in_child([&] {
    RunOptions options;
    options.critical_path = false;
    options.images = images;
    const std::vector<ChannelOrder> orders(workload.graph().layers.size());
    FpgaConvNet accelerator("accelerator", c, plan(c, workload.graph()), orders, workload, options);
    accelerator.run();
  });
}

void network(benchmark::State& state) {
  constexpr std::size_t kMore = 4;
  state.SetLabel(kNetworks[static_cast<std::size_t>(state.range(0))]);
  const NetworkDescription network = description(state);
  const SynthesizedWorkload workload(network);
  const FpgaConvNetConfig c = config(workload.graph());
  state.counters["peak_MB"] = simulate(c, workload, 1).peak_megabytes;  // before there is anything of the inference
  TimedInference inference(network);
  double inferences = 0, runs = 0, more = 0;  // seconds
  for (auto _ : state) {
    inference.seconds();  // after a fork pages are copied as they are written: that is not inference
    const double computed = inference.seconds();
    const double one = simulate(c, workload, 1).seconds, several = simulate(c, workload, 1 + kMore).seconds;
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

void simulate(benchmark::State& state, const Workload& workload) {
  const FpgaConvNetConfig c = config(workload.graph());
  double windows = 0;
  for (const Layer& layer : workload.graph().layers)
    if (layer.weighted()) windows += static_cast<double>(layer.shape.output.pixels() * layer.shape.input.channels);
  ChildRun run;
  for (auto _ : state) {
    run = simulate(c, workload, 1);
    if (run.seconds < 0) return state.SkipWithError("the simulation failed");
    state.SetIterationTime(run.seconds);
  }
  state.counters["images_a_second"] = 1 / run.seconds;
  state.counters["ns_a_window"] = 1e9 * run.seconds / windows;
  state.counters["peak_MB"] = run.peak_megabytes;
}

// A chain of 3x3 convolutions of `size` x `size` pixels and as many channels in as out, every value non-zero.
PlainWorkload chain(std::int64_t layers, std::int64_t size, std::int64_t channels) {
  LayerGraph graph;
  graph.name = "chain";
  graph.input = {size, size, channels};
  for (std::int64_t i = 0; i < layers; ++i) {
    Layer layer = conv(("conv" + std::to_string(i)).c_str(), size, channels, channels, 3, 1, 1);
    if (i > 0) layer.inputs = {static_cast<std::size_t>(i - 1)};
    graph.layers.push_back(layer);
  }
  return PlainWorkload(graph);
}

void layers(benchmark::State& state) { simulate(state, chain(state.range(0), 56, 32)); }
void pixels(benchmark::State& state) { simulate(state, chain(2, state.range(0), 32)); }
void channels(benchmark::State& state) { simulate(state, chain(2, 56, state.range(0))); }

BENCHMARK(network)->ArgName("network")->DenseRange(0, 1)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(layers)->Arg(2)->Arg(4)->Arg(8)->Arg(16)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(pixels)->Arg(28)->Arg(56)->Arg(112)->Arg(224)->UseManualTime()->Unit(benchmark::kMillisecond);
BENCHMARK(channels)->Arg(16)->Arg(32)->Arg(64)->Arg(128)->UseManualTime()->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sparsim
