#include "sim/mapping/streamed_layers.h"

#include <algorithm>
#include <numeric>
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
  for (const PipelineNode& node : pipeline.nodes) {
    if (node.layer == PipelineNode::kNoLayer || node.kind == NodeKind::weighted) continue;
    std::int64_t common = pipeline.output(node).map.channels;
    for (std::size_t i = 0; i < node.inputs.size(); ++i)
      common = std::gcd(common, pipeline.input(node, i).map.channels);
    found.push_back({node.layer, slots_of(pipeline, node, graph), divisors(common)});
  }
  return found;
}

std::vector<double> node_cycles(const Pipeline& pipeline, const LayerGraph& graph, const std::vector<double>& weighted,
                                double memory) {
  std::vector<double> cycles;
  auto next = weighted.begin();
  for (const PipelineNode& node : pipeline.nodes) {
    if (node.kind == NodeKind::weighted)
      cycles.push_back(*next++);
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
