#include "sim/mapping/streamed_layers.h"

#include <algorithm>
#include <set>

#include "sim/mapping/fold_search.h"

namespace sparsim {
namespace {

double slots_of(const Pipeline& pipeline, const PipelineNode& node, const LayerGraph& graph) {
  return static_cast<double>(slots(pipeline, node, graph).slots());
}

}  // namespace

std::int64_t StreamedLayer::narrowest(double interval) const {
  const auto found =
      std::find_if(streams.begin(), streams.end(), [&](std::int64_t n) { return cycles(n) <= interval; });
  return found == streams.end() ? streams.back() : *found;
}

std::vector<StreamedLayer> streamed_layers(const Pipeline& pipeline, const LayerGraph& graph) {
  std::vector<StreamedLayer> found;
  for (const PipelineNode& node : pipeline.nodes)
    if (node.kind == NodeKind::pool || node.kind == NodeKind::add || node.kind == NodeKind::concat ||
        node.kind == NodeKind::elementwise)
      found.push_back(
          {node.layer, slots_of(pipeline, node, graph), divisors(divided_channels(graph, graph.layers[node.layer]))});
  return found;
}

std::vector<double> node_cycles(const Pipeline& pipeline, const LayerGraph& graph,
                                const std::function<double(std::size_t node)>& own, double memory) {
  std::vector<double> cycles;
  for (std::size_t n = 0; n < pipeline.nodes.size(); ++n) {
    const PipelineNode& node = pipeline.nodes[n];
    if (node.kind == NodeKind::weighted || node.kind == NodeKind::window)
      cycles.push_back(own(n));
    else if (node.kind == NodeKind::source)
      cycles.push_back(std::max(memory, static_cast<double>(pipeline.output(node).words())));
    else if (node.kind == NodeKind::sink)
      cycles.push_back(static_cast<double>(pipeline.input(node).words()));
    else
      cycles.push_back(slots_of(pipeline, node, graph));
  }
  return cycles;
}

std::vector<double> fold_intervals(const std::vector<std::vector<double>>& options,
                                   const std::vector<StreamedLayer>& streamed, double memory) {
  std::set<double> all;
  double floor = memory;  // of the node that can be the least fast
  for (const std::vector<double>& layer : options) {
    floor = std::max(floor, layer.front());
    all.insert(layer.begin(), layer.end());
  }
  for (const StreamedLayer& layer : streamed) {
    floor = std::max(floor, layer.cycles(layer.streams.back()));
    for (const std::int64_t n : layer.streams) all.insert(layer.cycles(n));
  }
  all.insert(floor);
  return {all.lower_bound(floor), all.end()};
}

}  // namespace sparsim
