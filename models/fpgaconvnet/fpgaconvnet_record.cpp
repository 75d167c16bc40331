// What a run of the accelerator leaves behind.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "models/core/timed_run.h"
#include "models/fpgaconvnet/fpgaconvnet.h"
#include "models/fpgaconvnet/storage.h"

namespace sparsim {
namespace {

std::string in_words(const CycleBuckets& b) {
  if (b.waiting_input > b.busy && b.waiting_input >= b.waiting_output) return "waits for input";
  return b.waiting_output > b.busy ? "waits for room behind it" : "its own work";
}

}  // namespace

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
