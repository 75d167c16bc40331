#include "sim/mapping/fold.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "models/core/error.h"
#include "models/cost/resources.h"
#include "models/fpgaconvnet/channel_order.h"
#include "sim/mapping/best_folding.h"
#include "sim/mapping/fold_space.h"

namespace sparsim {
namespace {

std::string describe_node(const FoldCandidate& c, std::size_t node) {
  return fmt::format("{} takes {:.0f} cycles an image", c.plan.pipeline.nodes[node].name, c.cycles[node]);
}

// What stands in the way of more throughput.
std::string limit(const FoldSpace& space, const FoldCandidate& c, const BoardFile& board) {
  const auto slowest = static_cast<std::size_t>(std::max_element(c.cycles.begin(), c.cycles.end()) - c.cycles.begin());
  const std::string node = describe_node(c, slowest);
  const std::string missing = obstacle(space, c.interval(), board.device);
  return missing.empty() ? node + " and cannot be made faster" : fmt::format("{}; {}", node, missing);
}

FoldResult describe(const FoldSpace& space, FoldCandidate c, const Workload& workload, const BoardFile& board,
                    std::size_t images) {
  const LayerGraph& graph = workload.graph();
  const std::vector<ChannelOrder> orders = channel_orders(c.plan, workload, c.config.deal, images);
  FoldResult result;
  for (std::size_t n = 0; n < c.plan.pipeline.nodes.size(); ++n) {
    const PipelineNode& node = c.plan.pipeline.nodes[n];
    if (node.layer == PipelineNode::kNoLayer) continue;
    FoldedNode folded;
    folded.layer = graph.layers[node.layer].name;
    folded.kind = node.kind;
    if (node.kind == NodeKind::weighted) {
      WindowHistogram histogram(workload, node.layer, images);
      const ConvDesign& design = c.plan.designs[n];
      const StreamWork work = histogram.work(design, orders[node.layer]);
      c.cycles[n] = std::max(work.node(), c.cycles[n]);
      folded.folding = design.folding;
      folded.ideal_cycles = work.ideal;
      folded.imbalance = work.imbalance();
      folded.zero_windows = work.zero_windows;
    } else {
      folded.coarse = c.plan.pipeline.output(node).streams;
    }
    folded.cycles = c.cycles[n];
    result.nodes.push_back(std::move(folded));
  }
  result.interval_cycles = c.interval();
  result.latency_cycles = latency_estimate(c.plan, graph).cycles(c.cycles);
  result.need = c.need;
  result.capacity = board.device.capacity;
  result.limit = limit(space, c, board);
  result.config = std::move(c.config);
  return result;
}

}  // namespace

FoldResult fold(const FpgaConvNetConfig& config, const Workload& workload, const BoardFile& board,
                const FoldOptions& options) {
  const std::size_t images = std::max<std::size_t>(1, std::min(options.images, workload.images()));
  const FoldSpace space(config, workload, board, images);
  FoldCandidate best = best_folding(space, workload.graph(), board, config, options);
  return describe(space, std::move(best), workload, board, images);
}

}  // namespace sparsim
