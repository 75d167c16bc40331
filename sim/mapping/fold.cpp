#include "sim/mapping/fold.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

#include "models/core/error.h"
#include "models/cost/energy.h"
#include "models/cost/resources.h"
#include "models/fpgaconvnet/channel_order.h"
#include "sim/mapping/fold_space.h"
#include "sim/mapping/latency_estimate.h"

namespace sparsim {
namespace {

// Watts of a design of so many flip-flops that does nothing: the rest of the energy of an image, that of its
// operations and words, is the same for all foldings.
double standing_watts(const FpgaConvNetConfig& config, const BoardFile& board, double flip_flops) {
  return total(energy({board.device, board.board, config.format, config.clock_mhz, flip_flops}, Activity{}, 1)).joules;
}

FoldCandidate least_energy(const FoldSpace& space, const BoardFile& board, FoldCandidate best, double share) {
  const auto joules = [&](const FoldCandidate& c) { return standing_watts(c.config, board, c.need.ff) * c.interval(); };
  const double slowest = best.interval() / share;
  double least = joules(best);
  for (const double interval : space.intervals()) {
    if (interval <= best.interval()) continue;
    if (interval > slowest) break;
    FoldCandidate c = space.cheapest(interval, kEvenly);
    if (!space.budget().fits(c.need) || joules(c) >= least) continue;
    least = joules(c);
    best = std::move(c);
  }
  return best;
}

// Again and again the step that shortens the estimate most for what it costs; then cheaper options that do not lengthen
// it.
class LatencySearch {
 public:
  LatencySearch(const FoldSpace& space, const LayerGraph& graph, FoldCandidate start)
      : space_(space), graph_(graph), best_(std::move(start)), cycles_(latency(best_)) {}

  FoldCandidate run() {
    while (step()) {
    }
    give_back();
    return std::move(best_);
  }
  double cycles() const { return cycles_; }

 private:
  struct Step {
    std::size_t weighted, option;
    double gain;  // cycles for a share of the device
  };

  double latency(const FoldCandidate& c) const { return LatencyEstimate(c.plan, graph_).cycles(c.cycles); }

  FoldCandidate with(std::size_t weighted, std::size_t option) const {
    std::vector<std::size_t> choice = best_.choice;
    choice[weighted] = option;
    double interval = 0;
    for (std::size_t w = 0; w < choice.size(); ++w)
      interval = std::max(interval, space_.weighted()[w].options[choice[w]].cycles);
    return space_.candidate(std::move(choice), std::max(interval, space_.intervals().front()));
  }

  bool take_if(std::size_t weighted, std::size_t option, double at_most) {
    FoldCandidate c = with(weighted, option);
    const double cycles = latency(c);
    if (!space_.budget().fits(c.need) || cycles > at_most) return false;
    best_ = std::move(c);
    cycles_ = cycles;
    return true;
  }

  bool step() {
    constexpr double kWorthIt = 1 - 1e-6;
    const LatencyEstimate estimate(best_.plan, graph_);
    std::vector<Step> steps;
    auto node = best_.plan.pipeline.nodes.begin();
    std::vector<double> cycles = best_.cycles;
    for (std::size_t w = 0; w < best_.choice.size(); ++w, ++node) {
      node = std::find_if(node, best_.plan.pipeline.nodes.end(),
                          [](const PipelineNode& n) { return n.kind == NodeKind::weighted; });
      const auto n = static_cast<std::size_t>(node - best_.plan.pipeline.nodes.begin());
      const std::vector<FoldingOption>& options = space_.weighted()[w].options;
      const double paid = space_.budget().cost(options[best_.choice[w]].need, kEvenly);
      for (std::size_t option = 0; option < best_.choice[w]; ++option) {
        cycles[n] = options[option].cycles;
        const double gain = cycles_ - estimate.cycles(cycles);
        const double price = space_.budget().cost(options[option].need, kEvenly) - paid;
        if (gain > 0) steps.push_back({w, option, gain / std::max(price, 1e-9)});
      }
      cycles[n] = best_.cycles[n];
    }
    std::stable_sort(steps.begin(), steps.end(), [](const Step& a, const Step& b) { return a.gain > b.gain; });
    return std::any_of(steps.begin(), steps.end(),
                       [&](const Step& s) { return take_if(s.weighted, s.option, cycles_ * kWorthIt); });
  }

  void give_back() {
    for (std::size_t w = 0; w < best_.choice.size(); ++w) {
      const std::vector<FoldingOption>& options = space_.weighted()[w].options;
      const auto price = [&](std::size_t option) { return space_.budget().cost(options[option].need, kEvenly); };
      std::vector<std::size_t> cheaper;
      for (std::size_t option = 0; option < options.size(); ++option)
        if (price(option) < price(best_.choice[w])) cheaper.push_back(option);
      std::stable_sort(cheaper.begin(), cheaper.end(),
                       [&](std::size_t a, std::size_t b) { return price(a) < price(b); });
      std::any_of(cheaper.begin(), cheaper.end(), [&](std::size_t option) { return take_if(w, option, cycles_); });
    }
  }

  const FoldSpace& space_;
  const LayerGraph& graph_;
  FoldCandidate best_;
  double cycles_;
};

// The smallest folding is a start far from local optima; the fastest one a start that is never worse.
FoldCandidate least_latency(const FoldSpace& space, const LayerGraph& graph, FoldCandidate fastest) {
  const double slowest = space.intervals().back();
  LatencySearch from_fastest(space, graph, std::move(fastest));
  FoldCandidate best = from_fastest.run();
  if (std::optional<FoldCandidate> smallest = fitting(space, slowest)) {
    LatencySearch from_smallest(space, graph, std::move(*smallest));
    FoldCandidate other = from_smallest.run();
    if (from_smallest.cycles() < from_fastest.cycles()) best = std::move(other);
  }
  return best;
}

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
  result.latency_cycles = LatencyEstimate(c.plan, graph).cycles(c.cycles);
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
  FoldCandidate best = fastest(space, board.device);
  // One image at a time, throughput is latency.
  if (options.objective == FoldObjective::latency ||
      (options.objective == FoldObjective::throughput && config.flow == ImageFlow::one_at_a_time))
    best = least_latency(space, workload.graph(), std::move(best));
  if (options.objective == FoldObjective::energy)
    best = least_energy(space, board, std::move(best), options.throughput_share);
  return describe(space, std::move(best), workload, board, images);
}

}  // namespace sparsim
