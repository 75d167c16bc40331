#include "models/fpgaconvnet/fpgaconvnet.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "models/core/error.h"
#include "models/memory/host_cost.h"

namespace sparsim {
namespace {

constexpr std::uint64_t kPage = 4096;

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

std::uint64_t aligned(std::uint64_t bytes) { return (bytes + kPage - 1) / kPage * kPage; }

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
      host_("host", config.host, config.clock_mhz),
      register_bus_("register_bus", config.registers),
      registers_("registers"),
      memory_(make_memory(config.memory, config.clock_mhz)),
      region_("pipeline"),
      controller_("controller", [this] { control(); }),
      starts_("starts", 1, 0, 0),
      done_("done", 1, 0, 0) {
  const CrossbarChoice choice(options.crossbar);
  if (!options.crossbar.empty() && sparse_nodes_named(plan_, choice.node) == 0)
    input_error(
        "--crossbar {}: {}", options.crossbar,
        choice.node.empty() ? "no node of this accelerator has a crossbar" : "no node of that name has a crossbar");
  place_in_memory();
  host_.socket.bind(register_bus_.host_socket);
  register_bus_.register_socket.bind(registers_.socket);
  build_nodes(orders);
  bind();
}

std::size_t FpgaConvNet::images_a_start() const {
  return config_.flow == ImageFlow::one_at_a_time ? 1 : std::max<std::size_t>(options_.images, 1);
}

void FpgaConvNet::place_in_memory() {
  const Pipeline& p = plan_.pipeline;
  const std::int64_t bytes = word_bytes(config_.format);
  const std::uint64_t stored = std::min(options_.images, workload_.images());
  const auto place = [&](std::int64_t size) {
    const std::uint64_t address = memory_bytes_;
    memory_bytes_ = aligned(memory_bytes_ + static_cast<std::uint64_t>(size));
    return address;
  };
  input_address_ = place(p.output(p.nodes.front()).map.elements() * bytes * static_cast<std::int64_t>(stored));
  result_address_ = place(p.input(p.nodes.back()).map.elements() * bytes * static_cast<std::int64_t>(stored));
  weight_addresses_.resize(p.nodes.size());
  for (std::size_t n = 0; n < p.nodes.size(); ++n)
    if (p.nodes[n].kind == NodeKind::weighted && plan_.designs[n].weights_streamed)
      weight_addresses_[n] = place(plan_.designs[n].shape.weights() * bytes);
  if (memory_bytes_ > static_cast<std::uint64_t>(memory_->capacity_bytes()))
    input_error("{}: images, results and streamed weights need {} bytes of external memory, the board has {}",
                workload_.graph().name, memory_bytes_, memory_->capacity_bytes());
}

CrossbarEngine FpgaConvNet::engine_of(const PipelineNode& node) const {
  const CrossbarChoice choice(options_.crossbar);
  return choice.node.empty() || choice.node == node.name ? choice.engine : CrossbarEngine::fast;
}

void FpgaConvNet::build_nodes(const std::vector<ChannelOrder>& orders) {
  const Pipeline& p = plan_.pipeline;
  const std::int64_t bytes = word_bytes(config_.format);
  MemoryStream memory;
  memory.chunk_bytes = config_.axi.burst_beats * config_.axi.data_bytes;
  memory.images = options_.images;
  memory.stored_images = std::max<std::size_t>(std::min(options_.images, workload_.images()), 1);
  const auto stream = [&](std::uint64_t address, const StreamShape& shape) {
    MemoryStream s = memory;
    s.address = address;
    s.image_bytes = shape.map.elements() * bytes;
    s.image_words = shape.words();
    return s;
  };
  nodes_.resize(p.nodes.size());
  for (std::size_t n = 0; n < p.nodes.size(); ++n) {
    const PipelineNode& node = p.nodes[n];
    const std::string name = module_name(node.name);
    switch (node.kind) {
      case NodeKind::source:
        source_ = std::make_unique<StreamSource>(name.c_str(), config_.dma, stream(input_address_, p.output(node)),
                                                 images_a_start(), config_.source_interval);
        break;
      case NodeKind::sink:
        sink_ = std::make_unique<StreamSink>(name.c_str(), config_.dma, stream(result_address_, p.input(node)));
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
  MemoryStream weights;
  weights.address = weight_addresses_[n];
  const std::int64_t windows = design.groups() * design.steps();
  weights.chunk_bytes = design.shape.weights() * word_bytes(config_.format) / windows;
  weights.image_words = windows * design.shape.output.pixels();
  weights.image_bytes = weights.image_words * weights.chunk_bytes;
  weights.images = options_.images;
  node.weight_stream = std::make_unique<WeightStream>((name + "_weights").c_str(), config_.dma, weights, windows);
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
      (node.kind == NodeKind::sink ? sink_->input : nodes_[n].input(i)).bind(*fifos_[node.inputs[i]]);
    for (std::size_t i = 0; i < node.outputs.size(); ++i)
      (node.kind == NodeKind::source ? source_->output : nodes_[n].output(i)).bind(*fifos_[node.outputs[i]]);
  }
  to_source_.bind(starts_);
  source_->start.bind(starts_);
  sink_->done.bind(done_);
  from_sink_.bind(done_);

  std::vector<DmaEngine*> engines{&source_->dma, &sink_->dma};
  for (Node& node : nodes_)
    if (node.weight_stream) engines.push_back(&node.weight_stream->dma);
  interconnect_ = std::make_unique<AxiInterconnect>("interconnect", config_.axi, engines.size(), config_.clock_mhz);
  for (std::size_t i = 0; i < engines.size(); ++i) engines[i]->socket.bind(interconnect_->port_sockets[i]);
  interconnect_->memory_port.bind(*memory_);
}

void FpgaConvNet::spend_host(double host_cycles, const char* cause) {
  const auto spent = static_cast<Cycles>(std::ceil(host_cycles * config_.clock_mhz / config_.host.clock_mhz));
  controller_.advance(spent, cause);
  host_busy_ += spent;
  controller_.sync();
}

// Images one at a time: the host converts an image, starts the DMA engines and takes the result; streamed: they lie in
// memory as the accelerator reads them, and are started once.
void FpgaConvNet::control() {
  const Pipeline& p = plan_.pipeline;
  const bool single = config_.flow == ImageFlow::one_at_a_time;
  const auto inputs = static_cast<double>(p.output(p.nodes.front()).map.elements());
  const auto outputs = static_cast<double>(p.input(p.nodes.back()).map.elements());
  for (std::size_t image = 0; image < options_.images; ++image) {
    host_starts_.push_back(controller_.now());
    if (single) spend_host(config_.host_io.image_cycles + config_.host_io.cycles_per_input * inputs, "host: input");
    if (image % images_a_start() == 0) {
      controller_.sync();
      host_.write_registers(0, config_.image_registers);
      controller_.catch_up("host: starts the DMA engines");
      to_source_.write();
    }
    from_sink_.read();
    controller_.sync();
    memory_at_.push_back(memory_->activity());
    if (single || image + 1 == options_.images) host_.take_interrupt();
    for (const std::size_t layer : p.host_layers)
      host_.compute(host_operations(workload_.graph().layers[layer], BitMask(), word_bytes(config_.format)));
    controller_.catch_up("host: result");
    if (single) spend_host(config_.host_io.cycles_per_output * outputs, "host: result");
    host_ends_.push_back(controller_.now());
    host_busy_at_.push_back(host_busy_ + host_.busy_cycles());
  }
}

}  // namespace sparsim
