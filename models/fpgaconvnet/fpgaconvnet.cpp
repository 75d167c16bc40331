#include "models/fpgaconvnet/fpgaconvnet.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <utility>

#include "models/core/error.h"
#include "models/core/timed_run.h"
#include "models/fpgaconvnet/storage.h"
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

std::string in_words(const CycleBuckets& b) {
  if (b.waiting_input > b.busy && b.waiting_input >= b.waiting_output) return "waits for input";
  return b.waiting_output > b.busy ? "waits for room behind it" : "its own work";
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

RunRecord FpgaConvNet::run() {
  TimedRun::Options options;
  options.max_cycles = options_.max_cycles;
  options.critical_path = options_.critical_path;
  TimedRun timed(options);
  timed.run();
  record_.end = timed.end();
  record_.reached_limit = timed.reached_limit();
  record_.critical_path = timed.critical_path();
  for (CauseShare& share : record_.critical_path) {
    const std::string own = std::string(name()) + ".";
    for (std::size_t at; (at = share.cause.find(own)) != std::string::npos;) share.cause.erase(at, own.size());
  }
  collect_images();
  collect_layers();
  for (std::size_t e = 0; e < fifos_.size(); ++e) {
    const TimedFifoBase::Counters c = fifos_[e]->counters();
    const PipelineEdge& edge = plan_.pipeline.edges[e];
    const auto depth = static_cast<std::int64_t>(fifos_[e]->depth());
    record_.fifos.push_back({edge.name, fifos_[e]->depth(), c.words, c.high_water, c.writer_stall_cycles,
                             c.reader_starvation_cycles,
                             fifo_resources(depth, 8 * word_bytes(config_.format) * edge.shape.streams).bram18});
  }
  record_.notes = plan_.notes;
  return std::move(record_);
}

void FpgaConvNet::collect_images() {
  const std::size_t finished = std::min(host_ends_.size(), sink_->log().ends.size());
  record_.accelerated = 0;
  for (std::size_t i = 0; i < finished; ++i) {
    const bool single = config_.flow == ImageFlow::one_at_a_time;
    ImageRecord image;
    image.start = single ? host_starts_[i] : source_->log().starts[i];
    image.end = single || !plan_.pipeline.host_layers.empty() ? host_ends_[i] : sink_->log().ends[i];
    record_.images.push_back(std::move(image));
    if (single) *record_.accelerated += sink_->log().ends[i] - source_->log().starts[i];
  }
  if (config_.flow == ImageFlow::streamed && finished > 0)
    record_.accelerated = sink_->log().ends[finished - 1] - source_->log().starts[0];
}

// A node without a layer of its own stands with the layer whose words it hands on; behind the source, with the first.
void FpgaConvNet::collect_layers() {
  const Pipeline& p = plan_.pipeline;
  std::vector<std::size_t> owner(p.nodes.size(), PipelineNode::kNoLayer);
  std::size_t first = PipelineNode::kNoLayer, last = PipelineNode::kNoLayer;
  for (std::size_t n = 0; n < p.nodes.size(); ++n) {
    if (p.nodes[n].layer != PipelineNode::kNoLayer) {
      owner[n] = last = p.nodes[n].layer;
      if (first == PipelineNode::kNoLayer) first = last;
    } else if (!p.nodes[n].inputs.empty()) {
      owner[n] = owner[p.edges[p.nodes[n].inputs[0]].from];
    }
  }
  for (std::size_t& layer : owner)
    if (layer == PipelineNode::kNoLayer) layer = first;

  std::vector<NodeLog> logs;
  for (const Node& node : nodes_) logs.push_back(node.log());
  for (std::size_t image = 0; image < record_.images.size(); ++image) {
    for (std::size_t n = 0; n < p.nodes.size(); ++n) {
      if (p.nodes[n].layer == PipelineNode::kNoLayer) continue;
      const NodeImage& own = logs[n][image];
      LayerRecord record;
      record.image = image;
      record.layer = p.nodes[n].layer;
      record.start = own.start;
      record.end = own.end;
      record.accelerated = true;
      record.bottleneck = in_words(own.buckets);
      for (std::size_t m = 0; m < p.nodes.size(); ++m) {
        if (owner[m] != record.layer || (p.nodes[m].kind == NodeKind::sink)) continue;
        if (p.nodes[m].kind == NodeKind::source) {
          PartRecord dma{"input DMA", source_->log().starts[image], source_->log().ends[image], {}, {}};
          dma.activity = source_->log().activity[image];
          dma.buckets.busy = dma.end - dma.start;
          record.parts.push_back(dma);
          continue;
        }
        PartRecord part;
        part.part = m == n ? std::string(to_string(p.nodes[m].kind)) : p.nodes[m].name;
        part.start = logs[m][image].start;
        part.end = logs[m][image].end;
        part.buckets = logs[m][image].buckets;
        part.activity = activity(m, image);
        record.parts.insert(m == n ? record.parts.begin() : record.parts.end(), part);  // the layer's own first
      }
      if (record.layer == last)
        for (PartRecord& part : result_records(image)) record.parts.push_back(std::move(part));
      record_.layers.push_back(record);
      if (options_.timeline)
        record_.timeline.push_back({p.nodes[n].name, fmt::format("image {}", image), own.start, own.end});
    }
  }
}

// What stands behind the last node: the DMA engine; and for the whole image the memory and the host.
std::vector<PartRecord> FpgaConvNet::result_records(std::size_t image) const {
  const Cycles end = sink_->log().ends[image];
  PartRecord dma{"output DMA", record_.images[image].start, end, {}, sink_->log().activity[image]};
  dma.buckets.busy = dma.end - dma.start;
  PartRecord memory{"external memory", record_.images[image].start, end, {}, memory_at_[image]};
  if (image > 0) memory.activity -= memory_at_[image - 1];
  memory.buckets.idle = memory.end - memory.start;
  PartRecord host{"host", record_.images[image].start, record_.images[image].end, {}, {}};
  const Cycles busy = host_busy_at_[image] - (image > 0 ? host_busy_at_[image - 1] : 0);
  host.activity.host_cycles = static_cast<std::uint64_t>(busy);
  host.buckets.busy = std::min(busy, host.end - host.start);
  host.buckets.idle = host.end - host.start - host.buckets.busy;
  return {dma, memory, host};
}

// Memories on chip are read and written as rtl/ does: an engine reads the weights of a whole window for each filter's
// use of it; an accumulator is read and written once by each.
Activity FpgaConvNet::activity(std::size_t n, std::size_t image) const {
  const Pipeline& p = plan_.pipeline;
  const auto bytes = static_cast<std::uint64_t>(word_bytes(config_.format));
  Activity a;
  for (const std::size_t e : p.nodes[n].outputs) {
    const auto moved = static_cast<std::uint64_t>(p.edges[e].shape.map.elements()) * bytes;
    a.scratchpad_write_bytes += moved;
    a.scratchpad_read_bytes += moved;
  }
  const Node& node = nodes_[n];
  if (!node.fused && !node.parts) return a;
  const ConvDesign& design = plan_.designs[n];
  const ConvWork& work = (node.fused ? node.fused->work() : node.parts->work())[image];
  a.macs_done = static_cast<std::uint64_t>(work.macs_done);
  a.macs_skipped = static_cast<std::uint64_t>(work.macs_skipped);
  const auto operands = static_cast<std::uint64_t>(work.windows * design.operands());
  const auto uses = static_cast<std::uint64_t>(design.shape.filters_per_group());
  const auto sums = static_cast<std::uint64_t>(work.windows * psum_bytes(config_.format)) * uses;
  const auto lines = static_cast<std::uint64_t>(design.shape.input.elements() * (design.shape.kernel_h - 1)) * bytes;
  a.scratchpad_read_bytes += operands * bytes * (uses + 1) + sums + lines;  // weights, windows, sums, line buffers
  a.scratchpad_write_bytes += operands * bytes + sums + lines;
  if (node.weight_stream && image + 1 == record_.images.size()) a += node.weight_stream->dma.activity();
  return a;
}

}  // namespace sparsim
