#include "sim/mapping/fold_space.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <optional>

#include "models/core/error.h"
#include "models/fpgaconvnet/channel_order.h"
#include "models/fpgaconvnet/resource_bill.h"

namespace sparsim {
double FoldCandidate::interval() const { return *std::max_element(cycles.begin(), cycles.end()); }

LatencyEstimate latency_estimate(const FpgaConvNetPlan& plan, const LayerGraph& graph) {
  std::vector<NodePace> paces(plan.designs.size());
  for (std::size_t n = 0; n < paces.size(); ++n) {
    if (plan.pipeline.nodes[n].kind != NodeKind::weighted) continue;
    const ConvDesign& design = plan.designs[n];
    paces[n] = {design.shape, design.shape.output.pixels() * design.groups() * design.steps(),
                design.join_latency() + design.dot_stages()};
  }
  return LatencyEstimate(plan.pipeline, graph, paces);
}

FoldSpace::FoldSpace(const FpgaConvNetConfig& config, const Workload& workload, const BoardFile& board,
                     std::size_t images)
    : graph_(workload.graph()), board_(board), budget_(board.device.capacity), base_(config) {
  for (auto& [name, node] : base_.nodes) node.folding = {}, node.coarse = 0;
  base_.fifo_depths.clear();      // which FIFOs there are depends on the factors
  base_.built_crossbars = false;  // those of factors of 1 need not be
  const std::vector<std::string> found = problems(base_, graph_);
  if (!found.empty()) throw InputError(fmt::format("{}", fmt::join(found, "\n")));

  const std::vector<bool> has_node = layers_with_node(graph_);
  for (std::size_t i = 0; i < graph_.layers.size(); ++i)
    if (has_node[i] && !graph_.layers[i].weighted()) base_.nodes[graph_.layers[i].name].coarse = 1;
  const FpgaConvNetPlan base = plan(base_, graph_);
  const Pipeline& pipeline = base.pipeline;
  const std::int64_t moved = graph_.input.elements() + pipeline.edges.back().shape.map.elements();
  memory_cycles_ = static_cast<double>(moved * word_bytes(base_.format)) /
                   (static_cast<double>(base_.axi.data_bytes) * base_.axi.clock_mhz / base_.clock_mhz);
  std::vector<std::vector<double>> cycles;
  for (std::size_t n = 0; n < pipeline.nodes.size(); ++n) {
    if (pipeline.nodes[n].kind != NodeKind::weighted) continue;
    const std::size_t layer = pipeline.nodes[n].layer;
    weighted_.push_back({layer, base.designs[n], WindowHistogram(workload, layer, images), {}});
    weighted_.back().design.built_only = config.built_crossbars;
    list_options(weighted_.back());
    cycles.emplace_back();
    for (const FoldingOption& option : weighted_.back().options) cycles.back().push_back(option.cycles);
  }
  streamed_ = streamed_layers(pipeline, graph_);
  base_.built_crossbars = config.built_crossbars;
  intervals_ = fold_intervals(cycles, streamed_, memory_cycles_);
}

void FoldSpace::list_options(FoldableLayer& l) const {
  // As this layer would have its channels, were it the one that decides.
  std::map<std::pair<std::int64_t, std::int64_t>, ChannelOrder> orders;
  const auto order = [&](const ConvDesign& design) -> const ChannelOrder& {
    const auto [place, is_new] = orders.try_emplace({design.folding.coarse_in, design.folding.coarse_group});
    if (is_new && base_.deal == ChannelDeal::snake && design.engine != DotEngine::dense) {
      std::vector<Folding> foldings(graph_.layers.size());
      std::vector<std::vector<double>> densities(graph_.layers.size());
      foldings[l.layer] = design.folding;
      densities[l.layer] = l.histogram.channel_density();
      place->second = snake_orders(graph_, foldings, densities)[l.layer];
    }
    return place->second;
  };
  l.options = folding_options(
      l.design, [&](const ConvDesign& d) { return l.histogram.work(d, order(d)).node(); },
      [&](const ConvDesign& d) -> std::optional<Resources> {
        try {
          return conv_resources(d, base_.format, board_.device.technology);
        } catch (const InputError&) {
          return std::nullopt;  // wider than any engine that was synthesized
        }
      });
  if (l.options.empty())
    input_error("layer '{}': no folding of it is among the engines that were synthesized", graph_.layers[l.layer].name);
}

FoldCandidate FoldSpace::candidate(std::vector<std::size_t> choice, double interval) const {
  FoldCandidate c;
  c.config = base_;
  std::vector<double> cycles(graph_.layers.size());  // of weighted ones
  for (std::size_t w = 0; w < weighted_.size(); ++w) {
    const FoldingOption& option = weighted_[w].options[choice[w]];
    c.config.nodes[graph_.layers[weighted_[w].layer].name].folding = option.folding;
    cycles[weighted_[w].layer] = option.cycles;
  }
  for (const StreamedLayer& layer : streamed_)
    c.config.nodes[graph_.layers[layer.layer].name].coarse = layer.narrowest(interval);
  c.choice = std::move(choice);
  c.plan = plan(c.config, graph_);
  const auto own = [&](std::size_t n) { return cycles[c.plan.pipeline.nodes[n].layer]; };
  c.cycles = node_cycles(c.plan.pipeline, graph_, own, memory_cycles_);
  c.need = total(resource_bill(c.plan, graph_, c.config.format, board_.device.technology)) + board_.reserved;
  return c;
}

FoldCandidate FoldSpace::cheapest(double interval, const Shares& weights) const {
  std::vector<std::size_t> choice;
  for (const FoldableLayer& l : weighted_) choice.push_back(cheapest_option(l.options, interval, budget_, weights));
  return candidate(std::move(choice), interval);
}

}  // namespace sparsim
