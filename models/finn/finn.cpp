#include "models/finn/finn.h"

#include <algorithm>
#include <utility>

#include "models/finn/steady_state.h"
#include "models/finn/unit_slots.h"

namespace sparsim {
namespace {

std::string module_name(std::string name) {
  std::replace(name.begin(), name.end(), '.', '_');  // SystemC's own separator
  return name;
}

constexpr std::size_t kTransferImages = 16;  // github Xilinx/finn-hlslib, dma.h: Mem2Stream_Batch

std::int64_t bytes(std::int64_t bits) { return ceil_div(bits, 8); }

}  // namespace

Finn::Finn(const sc_core::sc_module_name& name, const FinnConfig& config, FinnPlan plan, const Workload& workload,
           const RunOptions& options)
    : Architecture(name),
      config_(config),
      plan_(std::move(plan)),
      workload_(workload),
      options_(options),
      shell_(config, traffic()),
      region_("pipeline"),
      nodes_(plan_.pipeline.nodes.size()) {
  for (std::size_t n = 0; n < nodes_.size(); ++n) build(n);
  bind();
  if (!options.every_image && !options.timeline && !options.max_cycles && config.flow == ImageFlow::streamed)
    shell_.end_when([this](std::size_t results) { return is_steady(results); });
}

// Values lie packed in memory: of 1 to 8 bits in bytes, others as wide as they are.
StreamShell::Traffic Finn::traffic() const {
  const Pipeline& p = plan_.pipeline;
  const auto extent = [&](std::size_t edge) {
    const StreamShape& shape = p.edges[edge].shape;
    const std::int64_t values = shape.map.elements();
    return StreamExtent{values * bytes(plan_.value_bits[edge]), shape.words(), values};
  };
  StreamShell::Traffic t;
  t.network = workload_.graph().name;
  t.input = extent(p.nodes.front().outputs[0]);
  t.result = extent(p.nodes.back().inputs[0]);
  t.source_name = module_name(p.nodes.front().name);
  t.sink_name = module_name(p.nodes.back().name);
  t.images = options_.images;
  t.stored_images = std::min(options_.images, workload_.images());
  t.transfer_images = kTransferImages;
  if (config_.label_select) return t;  // a softmax would change no label
  for (const std::size_t layer : p.host_layers)
    t.host_layers.push_back(host_operations(workload_.graph().layers[layer], BitMask(), bytes(config_.result_bits)));
  return t;
}

SlotNode& Finn::add_process(Node& node, const std::string& name, SlotSchedule schedule, int inputs, int outputs,
                            Cycles latency) {
  node.processes.push_back(std::make_unique<SlotNode>(module_name(name).c_str(), std::move(schedule), inputs, outputs,
                                                      latency, options_.images));
  region_.add(*node.processes.back());
  return *node.processes.back();
}

TimedFifo<>& Finn::add_fifo(Node& node, const std::string& name, std::size_t depth) {
  node.between.push_back(std::make_unique<TimedFifo<>>(module_name(name).c_str(), depth, 1, 1));
  return *node.between.back();
}

void Finn::build(std::size_t n) {
  const PipelineNode& node = plan_.pipeline.nodes[n];
  switch (node.kind) {
    case NodeKind::source:
    case NodeKind::sink:
      break;
    case NodeKind::window:
      build_window(n);
      break;
    case NodeKind::weighted:
      build_matrix_unit(n);
      break;
    default:
      add_process(nodes_[n], node.name, slots(plan_.pipeline, node, workload_.graph()),
                  static_cast<int>(node.inputs.size()), static_cast<int>(node.outputs.size()), node.latency);
  }
}

void Finn::build_window(std::size_t n) {
  const PipelineNode& node = plan_.pipeline.nodes[n];
  const WindowShape& shape = workload_.graph().layers[node.layer].shape;
  const StreamShape &in = plan_.pipeline.input(node), &out = plan_.pipeline.output(node);
  WindowSlots slots = sliding_window_slots(shape, in.words_per_pixel(), shape.groups > 1,
                                           std::max<std::int64_t>(out.streams / in.map.channels, 1));
  Node& built = nodes_[n];
  SlotNode& fill = add_process(built, node.name + "_fill", std::move(slots.fill), 2, 1, 0);
  SlotNode& emit = add_process(built, node.name, std::move(slots.emit), 1, 2, node.latency);
  const auto depth = static_cast<std::size_t>(slots.ring_words);
  TimedFifo<>& there = add_fifo(built, node.name + "_there", depth);
  TimedFifo<>& room = add_fifo(built, node.name + "_room", depth);
  room.prefill(slots.credits);
  fill.outputs[0].bind(there);
  emit.inputs[0].bind(there);
  emit.outputs[1].bind(room);
  fill.inputs[1].bind(room);
}

void Finn::build_matrix_unit(std::size_t n) {
  const PipelineNode& node = plan_.pipeline.nodes[n];
  const Layer& layer = workload_.graph().layers[node.layer];
  const MatrixUnit& unit = plan_.units[n];
  Node& built = nodes_[n];
  if (layer.blocks) {
    built.bcr = bcr_timing(layer, unit.pe, unit.simd);
    BcrSlots slots = bcr_slots(unit, *built.bcr);
    SlotNode& loader = add_process(built, node.name + "_load", std::move(slots.loader), 2, 1, 0);
    SlotNode& engine = add_process(built, node.name, std::move(slots.engine), 1, 2, node.latency);
    TimedFifo<>& loaded = add_fifo(built, node.name + "_loaded", BcrSlots::kBanks);
    TimedFifo<>& freed = add_fifo(built, node.name + "_banks", BcrSlots::kBanks);
    freed.prefill(BcrSlots::kBanks);
    loader.outputs[0].bind(loaded);
    engine.inputs[0].bind(loaded);
    engine.outputs[1].bind(freed);
    loader.inputs[1].bind(freed);
    return;
  }
  const bool streamed = unit.weights == WeightMemory::stream;
  SlotNode& process = add_process(built, node.name, matrix_slots(unit, streamed), streamed ? 2 : 1, 1, node.latency);
  if (!streamed) return;
  const std::int64_t period =
      unit.depthwise() ? unit.shape.output.channels / unit.pe : unit.neuron_folds();  // then they are read again
  WeightStream& stream =
      shell_.add_weights(module_name(node.name) + "_weights", unit.row_bytes(), unit.row_reads(), period);
  TimedFifo<>& weights = add_fifo(built, node.name + "_weight_fifo", 2);
  stream.output.bind(weights);
  process.inputs[1].bind(weights);
}

// Words of results that the registers of a node hold: a word has its place in the FIFO behind from the slot on that
// writes it, but needs none there before it has come through them.
std::size_t Finn::in_flight(std::size_t n) const {
  const PipelineNode& node = plan_.pipeline.nodes[n];
  if (nodes_[n].processes.empty()) return 0;
  Cycles apart = 1;
  if (node.kind == NodeKind::weighted && !nodes_[n].bcr) apart = plan_.units[n].synapse_folds();
  return static_cast<std::size_t>(ceil_div(node.latency, apart));
}

void Finn::bind() {
  const Pipeline& p = plan_.pipeline;
  for (const PipelineEdge& edge : p.edges)
    fifos_.push_back(
        std::make_unique<TimedFifo<>>(module_name(edge.name).c_str(), edge.depth + in_flight(edge.from), 1, 1));
  for (std::size_t n = 0; n < p.nodes.size(); ++n) {
    const PipelineNode& node = p.nodes[n];
    for (std::size_t i = 0; i < node.inputs.size(); ++i)
      (node.kind == NodeKind::sink ? shell_.input() : nodes_[n].input(i)).bind(*fifos_[node.inputs[i]]);
    for (std::size_t i = 0; i < node.outputs.size(); ++i)
      (node.kind == NodeKind::source ? shell_.output() : nodes_[n].output(i)).bind(*fifos_[node.outputs[i]]);
  }
  shell_.connect();
}

bool Finn::is_steady(std::size_t results) {
  if (results == options_.images) return false;
  counters_.before = std::move(counters_.now);
  counters_.now.clear();
  for (const auto& fifo : fifos_) counters_.now.push_back(fifo->counters());
  std::vector<const NodeLog*> logs;
  for (const Node& node : nodes_)
    if (!node.processes.empty()) logs.push_back(&node.processes.back()->log());
  interval_ = steady_interval(shell_.source_log().starts, shell_.sink_log().ends, logs);
  return interval_.has_value();
}

}  // namespace sparsim
