// A whole layer as a node, all its filters and engines: the Verilated RTL (the baseline) and the fused model, on the
// same values of a layer of traces/shapes.h5, between a source and a sink that are always ready. Every date of both is
// compared before any is timed. The RTL gets its pins from a plain loop, and new weights only where it asks for others.
#include <benchmark/benchmark.h>

#include <map>
#include <memory>
#include <string_view>
#include <systemc>

#include "models/core/region.h"
#include "models/fpgaconvnet/conv_node.h"
#include "models/fpgaconvnet/rtl_conv_node.h"
#include "tests/models/fpgaconvnet/rtl_node_run.h"

namespace sparsim {
namespace {

constexpr std::size_t kImages = 1;  // a round
constexpr std::size_t kDepth = 16;  // of the FIFOs in front and behind

struct Node {
  const char* name;
  Folding folding;
  bool skip_zero_window;
};
// Rows of models/fpgaconvnet/conv_node_rtl.cmake.
const Node kNodes[] = {{"conv1", {1, 4, 1, 4}, false},
                       {"block_a", {4, 4, 1, 3}, false},
                       {"down", {4, 8, 1, 3}, true},
                       {"mix", {8, 8, 1, 2}, true},
                       {"resnet18_layer3", {4, 4, 1, 3}, false}};

ValueLayer layer_of(const Node& node) {
  if (node.name != std::string_view("resnet18_layer3")) return ValueLayer(node.name, kImages);
  WindowShape shape;
  shape.input = shape.output = {14, 14, 256};
  shape.kernel_h = shape.kernel_w = 3;
  shape.pad_top = shape.pad_left = shape.pad_bottom = shape.pad_right = 1;
  return ValueLayer(shape, kImages, 0.5, 1);
}

ConvDesign design_of(const Node& node, const WindowShape& shape) {
  ConvDesign design;
  design.shape = shape;
  design.folding = node.folding;
  design.engine = DotEngine::crossbar;
  design.skip_zero_window = node.skip_zero_window;
  return design;
}

/// `words` of each round, a cycle each.
class Source final : public TimedProcess {
 public:
  TimedIn<> go_i{"go_i", *this};
  TimedOut<> out{"out", *this};

  Source(const sc_core::sc_module_name& name, std::size_t words) : TimedProcess(name), words_(words) {}

 private:
  bool step() override {
    for (;;) {
      if (left_ == 0) {
        if (!go_i.await()) return false;
        go_i.read();
        left_ = words_;
      }
      for (; left_ != 0; --left_) {
        if (!out.await()) return false;
        advance_to(last_ + 1);
        out.write();
        last_ = now();
      }
    }
  }
  const std::size_t words_;
  std::size_t left_ = 0;
  Cycles last_ = 0;
};

class Sink final : public TimedProcess {
 public:
  TimedIn<> in{"in", *this};
  std::vector<Cycles> dates;

  explicit Sink(const sc_core::sc_module_name& name) : TimedProcess(name) {}

 private:
  bool step() override {
    for (;;) {
      if (!in.await()) return false;
      in.read();
      dates.push_back(now());
      advance(1);
    }
  }
};

/// The model, which runs another round of images when asked.
class FusedNode : public sc_core::sc_module {
 public:
  FusedNode(const sc_core::sc_module_name& name, const ConvDesign& design, const ValueLayer& layer)
      : sc_module(name),
        source_("source", kImages * static_cast<std::size_t>(layer.shape().input.pixels() * design.steps())),
        node_("node", design, layer, 0, {}, 0, std::size_t{1} << 40) {
    go_o_(go_fifo_);
    source_.go_i(go_fifo_);
    source_.out(in_);
    node_.input(in_);
    node_.output(out_);
    sink_.in(out_);
    for (TimedProcess* process : std::initializer_list<TimedProcess*>{&source_, &node_, &sink_}) region_.add(*process);
  }

  const std::vector<Cycles>& run_round() {
    sink_.dates.clear();
    start_.notify(sc_core::SC_ZERO_TIME);
    sc_core::sc_start();
    return sink_.dates;
  }

 private:
  void go() {
    for (;; go_o_.write()) sc_core::wait(start_);
  }

  Region region_{"region"};
  Source source_;
  ConvNode node_;
  Sink sink_{"sink"};
  TimedFifo<> go_fifo_{"go_fifo", 1, 0, 0}, in_{"in", kDepth, 1, 1}, out_{"out", kDepth, 1, 1};
  TimedThread go_thread_{"go_thread", [this] { go(); }};
  TimedOut<> go_o_{"go_o", go_thread_};
  sc_core::sc_event start_;
};

/// Both forms of a node. SystemC elaborates once, so all are built before the first runs.
struct Forms {
  ValueLayer layer;
  ConvDesign design;
  ConvNodeShape shape;
  std::unique_ptr<RtlConvNode> rtl;
  std::unique_ptr<FusedNode> fused;
  NodeSurroundings around;
  NodePins pins;

  explicit Forms(const Node& node)
      : layer(layer_of(node)),
        design(design_of(node, layer.shape())),
        shape(conv_node_shape(design, kDepth)),
        rtl(rtl_conv_node(shape)),
        fused(std::make_unique<FusedNode>(node.name, design, layer)),
        pins(design, layer) {
    around.depth_in = kDepth;
    around.source.assign(pins.words.size(), 1);
    around.sink.assign(kImages * static_cast<std::size_t>(layer.shape().output.pixels() * design.filters()), 1);
  }
  RtlNodeRun run_rtl() { return run_rtl_node(*rtl, design, pins, around); }
};

std::vector<std::unique_ptr<Forms>>& all_forms() {
  static std::vector<std::unique_ptr<Forms>> all = [] {
    std::vector<std::unique_ptr<Forms>> built;
    for (const Node& node : kNodes) built.push_back(std::make_unique<Forms>(node));
    sc_core::sc_start();  // until all wait for their first round
    return built;
  }();
  return all;
}

/// Whether both give the same dates. Compared once a node, in the first round.
bool same(Forms& forms) {
  static std::map<const Forms*, bool> compared;
  const auto [found, first] = compared.emplace(&forms, false);
  if (first) found->second = forms.run_rtl().dates.read == forms.fused->run_round();
  return found->second;
}

template <class Run>
void measure(benchmark::State& state, Run&& run) {
  Forms& forms = *all_forms()[static_cast<std::size_t>(state.range(0))];
  if (!same(forms)) return state.SkipWithError("the dates of model and RTL differ");
  for (auto _ : state) run(forms);
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kImages));
  state.SetLabel(kNodes[state.range(0)].name + (", engines: " + std::to_string(forms.design.engines())));
}

void baseline(benchmark::State& state) {
  measure(state, [](Forms& forms) { benchmark::DoNotOptimize(forms.run_rtl().dates.read.data()); });
}
void fused(benchmark::State& state) {
  measure(state, [](Forms& forms) { benchmark::DoNotOptimize(forms.fused->run_round().data()); });
}

void nodes(benchmark::internal::Benchmark* b) {
  b->ArgName("node")->Unit(benchmark::kMillisecond)->DenseRange(0, static_cast<int>(std::size(kNodes)) - 1);
}
BENCHMARK(baseline)->Apply(nodes);
BENCHMARK(fused)->Apply(nodes);

}  // namespace
}  // namespace sparsim
