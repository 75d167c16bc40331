// What a run of the accelerator leaves behind.
#include <utility>

#include "models/core/timed_run.h"
#include "models/cost/storage.h"
#include "models/fpgaconvnet/fpgaconvnet.h"
#include "models/stream/pipeline_record.h"

namespace sparsim {
RunRecord FpgaConvNet::run() {
  run_to_end(options_, record_);
  for (CauseShare& share : record_.critical_path) {
    const std::string own = std::string(name()) + ".";
    for (std::size_t at; (at = share.cause.find(own)) != std::string::npos;) share.cause.erase(at, own.size());
  }
  shell_.record_images(record_);
  PipelineLogs logs;
  for (const Node& node : nodes_) logs.nodes.push_back(node.log());
  logs.activity = [this](std::size_t n, std::size_t image) { return activity(n, image); };
  logs.source = [this](std::size_t image) { return shell_.source_record(image); };
  logs.result = [this](std::size_t image) { return shell_.result_records(record_, image); };
  record_layers(record_, plan_.pipeline, logs, options_.timeline);
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
