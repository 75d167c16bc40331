#include "models/fpgaconvnet/fpgaconvnet.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "models/core/error.h"
#include "models/memory/host_cost.h"

namespace sparsim {
namespace {

std::string module_name(std::string name) {
  std::replace(name.begin(), name.end(), '.', '_');  // SystemC's own separator
  return name;
}

// "rtl" for all nodes, or "rtl:conv3" for one.
struct CrossbarChoice {
  CrossbarEngine engine = CrossbarEngine::fast;
  std::string node;  // empty: all

  explicit CrossbarChoice(const std::string& text) {
    if (text.empty()) return;
    const std::size_t colon = text.find(':');
    engine = crossbar_engine(text.substr(0, colon));
    if (colon != std::string::npos) node = text.substr(colon + 1);
  }
};

std::size_t sparse_nodes_named(const FpgaConvNetPlan& plan, const std::string& name) {
  std::size_t found = 0;
  for (std::size_t n = 0; n < plan.pipeline.nodes.size(); ++n)
    found += plan.pipeline.nodes[n].kind == NodeKind::weighted && plan.designs[n].engine != DotEngine::dense &&
             (name.empty() || plan.pipeline.nodes[n].name == name);
  return found;
}

}  // namespace

TimedIn<>& FpgaConvNet::Node::input(std::size_t i) {
  return fused ? fused->input : parts ? parts->input() : slots->inputs[i];
}

TimedOut<>& FpgaConvNet::Node::output(std::size_t i) {
  return fused ? fused->output : parts ? parts->output() : slots->outputs[i];
}

NodeLog FpgaConvNet::Node::log() const {
  return fused ? fused->log() : parts ? parts->log() : slots ? slots->log() : NodeLog{};
}

FpgaConvNet::FpgaConvNet(const sc_core::sc_module_name& name, const FpgaConvNetConfig& config, FpgaConvNetPlan plan,
                         const std::vector<ChannelOrder>& orders, const Workload& workload, const RunOptions& options)
    : Architecture(name),
      config_(config),
      plan_(std::move(plan)),
      workload_(workload),
      options_(options),
      shell_(config, traffic()),
      region_("pipeline") {
  const CrossbarChoice choice(options.crossbar);
  if (!options.crossbar.empty() && sparse_nodes_named(plan_, choice.node) == 0)
    input_error(
        "--crossbar {}: {}", options.crossbar,
        choice.node.empty() ? "no node of this accelerator has a crossbar" : "no node of that name has a crossbar");
  build_nodes(orders);
  bind();
}

StreamShell::Traffic FpgaConvNet::traffic() const {
  const Pipeline& p = plan_.pipeline;
  const auto extent = [&](const StreamShape& shape) {
    const std::int64_t values = shape.map.elements();
    return StreamExtent{values * word_bytes(config_.format), shape.words(), values};
  };
  StreamShell::Traffic t;
  t.network = workload_.graph().name;
  t.input = extent(p.output(p.nodes.front()));
  t.result = extent(p.input(p.nodes.back()));
  t.source_name = module_name(p.nodes.front().name);
  t.sink_name = module_name(p.nodes.back().name);
  t.images = options_.images;
  t.stored_images = std::min(options_.images, workload_.images());
  for (const std::size_t layer : p.host_layers)
    t.host_layers.push_back(host_operations(workload_.graph().layers[layer], BitMask(), word_bytes(config_.format)));
  return t;
}

CrossbarEngine FpgaConvNet::engine_of(const PipelineNode& node) const {
  const CrossbarChoice choice(options_.crossbar);
  return choice.node.empty() || choice.node == node.name ? choice.engine : CrossbarEngine::fast;
}

void FpgaConvNet::build_nodes(const std::vector<ChannelOrder>& orders) {
  const Pipeline& p = plan_.pipeline;
  nodes_.resize(p.nodes.size());
  for (std::size_t n = 0; n < p.nodes.size(); ++n) {
    const PipelineNode& node = p.nodes[n];
    const std::string name = module_name(node.name);
    switch (node.kind) {
      case NodeKind::source:
      case NodeKind::sink:
        break;
      case NodeKind::weighted:
        build_weighted(n, orders[node.layer]);
        break;
      default:
        nodes_[n].slots = std::make_unique<SlotNode>(
            name.c_str(), slots(p, node, workload_.graph()), static_cast<int>(node.inputs.size()),
            static_cast<int>(node.outputs.size()), node.latency, options_.images);
        region_.add(*nodes_[n].slots);
    }
  }
}

void FpgaConvNet::build_weighted(std::size_t n, const ChannelOrder& order) {
  const PipelineNode& pipeline_node = plan_.pipeline.nodes[n];
  const ConvDesign& design = plan_.designs[n];
  const std::string name = module_name(pipeline_node.name);
  Node& node = nodes_[n];
  const CrossbarEngine engine = engine_of(pipeline_node);
  const bool fast = engine == CrossbarEngine::fast || design.engine == DotEngine::dense;
  if (fast && !options_.critical_path) {
    node.fused = std::make_unique<ConvNode>(name.c_str(), design, workload_, pipeline_node.layer, order,
                                            pipeline_node.latency, options_.images);
    region_.add(*node.fused);
  } else {
    node.parts = std::make_unique<ConvParts>(name.c_str(), region_, design, workload_, pipeline_node.layer, order,
                                             pipeline_node.latency, options_.images, engine);
  }
  if (!design.weights_streamed) return;
  const std::int64_t windows = design.groups() * design.steps();
  node.weight_stream =
      &shell_.add_weights(name + "_weights", design.shape.weights() * word_bytes(config_.format) / windows,
                          windows * design.shape.output.pixels(), windows);
  node.weight_fifo = std::make_unique<TimedFifo<>>((name + "_weight_fifo").c_str(),
                                                   static_cast<std::size_t>(design.window_depth), 1, 1);
  node.weight_stream->output.bind(*node.weight_fifo);
  (node.fused ? *node.fused->weights : node.parts->weights()).bind(*node.weight_fifo);
}

void FpgaConvNet::bind() {
  const Pipeline& p = plan_.pipeline;
  for (const PipelineEdge& edge : p.edges)
    fifos_.push_back(std::make_unique<TimedFifo<>>(module_name(edge.name).c_str(), edge.depth, 1, 1));
  for (std::size_t n = 0; n < p.nodes.size(); ++n) {
    const PipelineNode& node = p.nodes[n];
    for (std::size_t i = 0; i < node.inputs.size(); ++i)
      (node.kind == NodeKind::sink ? shell_.input() : nodes_[n].input(i)).bind(*fifos_[node.inputs[i]]);
    for (std::size_t i = 0; i < node.outputs.size(); ++i)
      (node.kind == NodeKind::source ? shell_.output() : nodes_[n].output(i)).bind(*fifos_[node.outputs[i]]);
  }
  shell_.connect();
}

}  // namespace sparsim
