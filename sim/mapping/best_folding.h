#pragma once

#include <algorithm>
#include <cstddef>
#include <optional>
#include <utility>
#include <vector>

#include "models/memory/stream_shell.h"
#include "models/stream/pipeline.h"
#include "sim/config/board.h"
#include "sim/mapping/fold_objective.h"
#include "sim/mapping/fold_search.h"
#include "sim/mapping/latency_estimate.h"

namespace sparsim {

// The objectives, for any Space of fold_search.h that has, besides,
//   weighted()                   the weighted layers in the order of the pipeline, each with its `options`;
//   candidate(choice, interval)  the design that takes these options, all other layers fast enough for the interval.
// A design has its `choice`, its `plan`, `cycles` by node of it, and interval().

/// Watts of a design of so many flip-flops that does nothing: the rest of the energy of an image, that of its
/// operations and words, is the same for all foldings.
double standing_watts(const BoardFile& board, double clock_mhz, double flip_flops);

/// `best` is of the shortest interval.
template <class Space, class Candidate>
Candidate least_energy(const Space& space, const BoardFile& board, double clock_mhz, Candidate best, double share) {
  const auto joules = [&](const Candidate& c) { return standing_watts(board, clock_mhz, c.need.ff) * c.interval(); };
  const double slowest = best.interval() / share;
  double least = joules(best);
  for (const double interval : space.intervals()) {
    if (interval <= best.interval()) continue;
    if (interval > slowest) break;
    Candidate c = space.cheapest(interval, kEvenly);
    if (!space.budget().fits(c.need) || joules(c) >= least) continue;
    least = joules(c);
    best = std::move(c);
  }
  return best;
}

/// Again and again the step that shortens the estimate most for what it costs; then cheaper options that do not
/// lengthen it.
template <class Space>
class LatencySearch {
  using Candidate = decltype(std::declval<Space>().cheapest(0, kEvenly));

 public:
  LatencySearch(const Space& space, const LayerGraph& graph, Candidate start)
      : space_(space), graph_(graph), best_(std::move(start)), cycles_(latency(best_)) {}

  Candidate run() {
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

  double latency(const Candidate& c) const { return latency_estimate(c.plan, graph_).cycles(c.cycles); }

  Candidate with(std::size_t weighted, std::size_t option) const {
    std::vector<std::size_t> choice = best_.choice;
    choice[weighted] = option;
    double interval = 0;
    for (std::size_t w = 0; w < choice.size(); ++w)
      interval = std::max(interval, space_.weighted()[w].options[choice[w]].cycles);
    return space_.candidate(std::move(choice), std::max(interval, space_.intervals().front()));
  }

  bool take_if(std::size_t weighted, std::size_t option, double at_most) {
    Candidate c = with(weighted, option);
    const double cycles = latency(c);
    if (!space_.budget().fits(c.need) || cycles > at_most) return false;
    best_ = std::move(c);
    cycles_ = cycles;
    return true;
  }

  bool step() {
    constexpr double kWorthIt = 1 - 1e-6;
    const LatencyEstimate estimate = latency_estimate(best_.plan, graph_);
    std::vector<Step> steps;
    auto node = best_.plan.pipeline.nodes.begin();
    std::vector<double> cycles = best_.cycles;
    for (std::size_t w = 0; w < best_.choice.size(); ++w, ++node) {
      node = std::find_if(node, best_.plan.pipeline.nodes.end(),
                          [](const PipelineNode& n) { return n.kind == NodeKind::weighted; });
      const auto n = static_cast<std::size_t>(node - best_.plan.pipeline.nodes.begin());
      const auto& options = space_.weighted()[w].options;
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
      const auto& options = space_.weighted()[w].options;
      const auto price = [&](std::size_t option) { return space_.budget().cost(options[option].need, kEvenly); };
      std::vector<std::size_t> cheaper;
      for (std::size_t option = 0; option < options.size(); ++option)
        if (price(option) < price(best_.choice[w])) cheaper.push_back(option);
      std::stable_sort(cheaper.begin(), cheaper.end(),
                       [&](std::size_t a, std::size_t b) { return price(a) < price(b); });
      std::any_of(cheaper.begin(), cheaper.end(), [&](std::size_t option) { return take_if(w, option, cycles_); });
    }
  }

  const Space& space_;
  const LayerGraph& graph_;
  Candidate best_;
  double cycles_;
};

/// The smallest folding is a start far from local optima; the fastest one a start that is never worse.
template <class Space, class Candidate>
Candidate least_latency(const Space& space, const LayerGraph& graph, Candidate fastest) {
  const double slowest = space.intervals().back();
  LatencySearch<Space> from_fastest(space, graph, std::move(fastest));
  Candidate best = from_fastest.run();
  if (std::optional<Candidate> smallest = fitting(space, slowest)) {
    LatencySearch<Space> from_smallest(space, graph, std::move(*smallest));
    Candidate other = from_smallest.run();
    if (from_smallest.cycles() < from_fastest.cycles()) best = std::move(other);
  }
  return best;
}

/// What the options ask for. Throws InputError where nothing fits.
template <class Space>
auto best_folding(const Space& space, const LayerGraph& graph, const BoardFile& board, const StreamShellConfig& config,
                  const FoldGoal& goal) {
  if (goal.interval > 0) return cheapest_within(space, goal.interval, board.device);
  auto best = fastest(space, board.device);
  // One image at a time, throughput is latency.
  if (goal.objective == FoldObjective::latency ||
      (goal.objective == FoldObjective::throughput && config.flow == ImageFlow::one_at_a_time))
    best = least_latency(space, graph, std::move(best));
  if (goal.objective == FoldObjective::energy)
    best = least_energy(space, board, config.clock_mhz, std::move(best), goal.throughput_share);
  return best;
}

}  // namespace sparsim
