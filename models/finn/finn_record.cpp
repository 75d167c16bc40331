// What a run of the accelerator leaves behind.
#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "models/core/timed_run.h"
#include "models/cost/storage.h"
#include "models/finn/finn.h"
#include "models/finn/steady_state.h"
#include "models/stream/pipeline_record.h"

namespace sparsim {

RunRecord Finn::run() {
  run_to_end(options_, record_);
  for (CauseShare& share : record_.critical_path) {
    const std::string own = std::string(name()) + ".";
    for (std::size_t at; (at = share.cause.find(own)) != std::string::npos;) share.cause.erase(at, own.size());
  }
  shell_.record_images(record_);
  PipelineLogs logs;
  for (const Node& node : nodes_) logs.nodes.push_back(node.log());
  logs.activity = [this](std::size_t n, std::size_t) { return activity(n); };
  logs.source = [this](std::size_t image) { return shell_.source_record(image); };
  logs.result = [this](std::size_t image) { return shell_.result_records(record_, image); };
  record_layers(record_, plan_.pipeline, logs, options_.timeline);
  record_.notes = plan_.notes;
  std::size_t extrapolated = 0;
  if (interval_) {
    const std::size_t simulated = record_.images.size();
    extrapolated = options_.images - simulated;
    extrapolate(record_, *interval_, options_.images);
    record_.extrapolated_from = simulated;
    record_.notes.push_back(
        fmt::format("{} images were simulated; from there on they follow each other every {} cycles: the other {} are "
                    "extrapolated{}",
                    simulated, *interval_, extrapolated,
                    options_.critical_path ? ", and the critical path is that of those simulated" : ""));
  }
  record_fifos(extrapolated);
  return std::move(record_);
}

// What is over a FIFO's depth waits in the registers of the node before it. Of images that were extrapolated, a FIFO
// counts what it did of the last one simulated.
void Finn::record_fifos(std::size_t extrapolated) {
  for (std::size_t e = 0; e < fifos_.size(); ++e) {
    TimedFifoBase::Counters c = fifos_[e]->counters();
    const PipelineEdge& edge = plan_.pipeline.edges[e];
    if (extrapolated > 0) {
      const TimedFifoBase::Counters &now = counters_.now[e], &before = counters_.before[e];
      const auto times = static_cast<Cycles>(extrapolated);
      c.words = static_cast<std::uint64_t>(edge.shape.words()) * options_.images;
      c.writer_stall_cycles = now.writer_stall_cycles + times * (now.writer_stall_cycles - before.writer_stall_cycles);
      c.reader_starvation_cycles =
          now.reader_starvation_cycles + times * (now.reader_starvation_cycles - before.reader_starvation_cycles);
    }
    const auto depth = static_cast<std::int64_t>(edge.depth);
    record_.fifos.push_back({edge.name, edge.depth, c.words, std::min(c.high_water, edge.depth), c.writer_stall_cycles,
                             c.reader_starvation_cycles,
                             shift_fifo(depth, plan_.value_bits[e] * edge.shape.streams).bram18});
  }
}

// Of an image: the same for all. FIFOs, rings of sliding windows, vectors that a unit keeps, and weights are read and
// written a word at a time; a unit reads the weights of all its lanes in every cycle that it works.
Activity Finn::activity(std::size_t n) const {
  const Pipeline& p = plan_.pipeline;
  const PipelineNode& node = p.nodes[n];
  std::int64_t read_bits = 0, written_bits = 0;
  const auto stream_bits = [&](std::size_t e) { return p.edges[e].shape.map.elements() * plan_.value_bits[e]; };
  for (const std::size_t e : node.outputs) {
    read_bits += stream_bits(e);
    written_bits += stream_bits(e);
  }
  Activity a;
  if (node.kind == NodeKind::window) {  // the ring
    written_bits += stream_bits(node.inputs[0]);
    read_bits += stream_bits(node.outputs[0]);
  }
  if (node.kind == NodeKind::weighted) {
    const MatrixUnit& unit = plan_.units[n];
    const Node& built = nodes_[n];
    const std::int64_t macs = unit.shape.macs();
    const std::int64_t done = built.bcr ? built.bcr->kept * unit.vectors() : macs;
    const std::int64_t lanes = built.bcr ? built.bcr->steps * unit.simd * unit.vectors() : macs;
    a.macs_done = static_cast<std::uint64_t>(done);
    a.macs_skipped = static_cast<std::uint64_t>(macs - done);
    a.mac_bit_products = a.macs_done * static_cast<std::uint64_t>(unit.weight_bits * unit.input_bits);
    if (unit.weights == WeightMemory::stream) {
      const std::int64_t bursts = ceil_div(unit.row_bytes(), config_.axi.burst_beats * config_.axi.data_bytes);
      a.bus_read_bytes = static_cast<std::uint64_t>(unit.row_reads() * unit.row_bytes());
      a.bus_bursts = static_cast<std::uint64_t>(unit.row_reads() * bursts);
    } else {
      read_bits += lanes * unit.weight_bits;
    }
    written_bits += stream_bits(node.inputs[0]);
    read_bits += lanes / (built.bcr ? 1 : unit.pe) * unit.input_bits;  // PEs that skip have a copy of the vector each
  }
  a.scratchpad_read_bytes = static_cast<std::uint64_t>(ceil_div(read_bits, 8));
  a.scratchpad_write_bytes = static_cast<std::uint64_t>(ceil_div(written_bits, 8));
  return a;
}

}  // namespace sparsim
