#include "sim/mapping/finn_fold.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "sim/mapping/best_folding.h"
#include "sim/mapping/finn_fold_space.h"

namespace sparsim {
namespace {

// What stands in the way of more throughput.
std::string limit(const FinnFoldSpace& space, const FinnFoldCandidate& c, const BoardFile& board) {
  const auto slowest = std::max_element(c.cycles.begin(), c.cycles.end()) - c.cycles.begin();
  const std::string node = fmt::format("{} takes {:.0f} cycles an image",
                                       c.plan.pipeline.nodes[static_cast<std::size_t>(slowest)].name, c.interval());
  const std::string missing = obstacle(space, c.interval(), board.device);
  return missing.empty() ? node + " and cannot be made faster" : fmt::format("{}; {}", node, missing);
}

}  // namespace

FinnFoldResult fold_finn(const FinnConfig& config, const LayerGraph& graph, const BoardFile& board,
                         const FoldGoal& goal) {
  const FinnFoldSpace space(config, graph, board);
  FinnFoldCandidate best = best_folding(space, graph, board, config, goal);
  FinnFoldResult result;
  for (std::size_t n = 0; n < best.plan.pipeline.nodes.size(); ++n) {
    const PipelineNode& node = best.plan.pipeline.nodes[n];
    if (node.layer == PipelineNode::kNoLayer || node.kind == NodeKind::padding || node.kind == NodeKind::window)
      continue;
    FinnFoldedNode folded;
    folded.layer = graph.layers[node.layer].name;
    folded.kind = node.kind;
    folded.pe = best.plan.pipeline.output(node).streams;
    folded.cycles = best.cycles[n];
    if (node.kind == NodeKind::weighted) {
      const MatrixUnit& unit = best.plan.units[n];
      folded.simd = unit.simd;
      folded.dense_cycles = static_cast<double>(unit.cycles());
    }
    result.nodes.push_back(std::move(folded));
  }
  result.interval_cycles = best.interval();
  result.latency_cycles = latency_estimate(best.plan, graph).cycles(best.cycles);
  result.need = best.need;
  result.capacity = board.device.capacity;
  result.limit = limit(space, best, board);
  result.config = std::move(best.config);
  return result;
}

}  // namespace sparsim
