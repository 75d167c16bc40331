#include "sim/mapping/latency_estimate.h"

#include <algorithm>

#include "models/stream/slots.h"

namespace sparsim {
namespace {

double share(std::int64_t part, std::int64_t all) { return static_cast<double>(part) / static_cast<double>(all); }

// Slots before the first that writes.
std::int64_t slots_to_first_word(const SlotSchedule& schedule) {
  std::int64_t before = 0;
  for (const SlotRun& run : schedule.runs) {
    if (run.writes != 0) break;
    before += run.count;
  }
  return before;
}

}  // namespace

LatencyEstimate::LatencyEstimate(const Pipeline& pipeline, const LayerGraph& graph,
                                 const std::vector<NodePace>& paces) {
  for (std::size_t n = 0; n < pipeline.nodes.size(); ++n) {
    const PipelineNode& node = pipeline.nodes[n];
    Node made;
    for (const std::size_t edge : node.inputs) made.producers.push_back(pipeline.edges[edge].from);
    made.latency = static_cast<double>(node.latency);
    if (node.kind == NodeKind::weighted || node.kind == NodeKind::window) {
      const NodePace& pace = paces[n];
      const SlotSchedule window = window_slots(pace.window, 1);  // shares are the same for any number of words a pixel
      made.fill = share(slots_to_first_word(window) + 1, window.slots());
      made.tail = share(1, pace.words);
      made.latency += static_cast<double>(pace.latency);
    } else if (node.kind != NodeKind::source && node.kind != NodeKind::sink) {
      const SlotSchedule schedule = slots(pipeline, node, graph);
      made.fill = share(slots_to_first_word(schedule), schedule.slots());
      made.tail = share(1, schedule.slots());
    }
    nodes_.push_back(std::move(made));
  }
}

double LatencyEstimate::cycles(const std::vector<double>& node_cycles) const {
  struct Flow {
    double first = 0, last = 0;  // words out
  };
  std::vector<Flow> flows;
  for (std::size_t n = 0; n < nodes_.size(); ++n) {
    const Node& node = nodes_[n];
    Flow in;
    for (const std::size_t producer : node.producers) {
      in.first = std::max(in.first, flows[producer].first);
      in.last = std::max(in.last, flows[producer].last);
    }
    const double own = node_cycles[n];
    flows.push_back({in.first + node.fill * std::max(own, in.last - in.first) + node.latency,
                     std::max(in.first + own, in.last + node.tail * own) + node.latency});
  }
  return flows.empty() ? 0 : flows.back().last;
}

}  // namespace sparsim
