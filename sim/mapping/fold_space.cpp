#include "sim/mapping/fold_space.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>
#include <optional>
#include <set>

#include "models/core/error.h"
#include "models/fpgaconvnet/channel_order.h"
#include "models/fpgaconvnet/resource_bill.h"

namespace sparsim {
namespace {

FoldSpace::Shares amounts(const Resources& resources) {
  FoldSpace::Shares all{};
  std::size_t i = 0;
  resources.visit([&](const char*, double amount) { all[i++] = amount; });
  return all;
}

double slots_of(const FpgaConvNetPlan& plan, const PipelineNode& node, const LayerGraph& graph) {
  return static_cast<double>(slots(plan.pipeline, node, graph).slots());
}

}  // namespace

double FoldCandidate::interval() const { return *std::max_element(cycles.begin(), cycles.end()); }

FoldSpace::FoldSpace(const FpgaConvNetConfig& config, const Workload& workload, const BoardFile& board,
                     std::size_t images)
    : graph_(workload.graph()), board_(board), base_(config) {
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
  for (std::size_t n = 0; n < pipeline.nodes.size(); ++n) {
    const PipelineNode& node = pipeline.nodes[n];
    if (node.kind == NodeKind::weighted) {
      weighted_.push_back({node.layer, base.designs[n], WindowHistogram(workload, node.layer, images), {}});
      weighted_.back().design.built_only = config.built_crossbars;
      list_options(weighted_.back());
    } else if (node.layer != PipelineNode::kNoLayer) {
      std::int64_t common = pipeline.output(node).map.channels;
      for (std::size_t i = 0; i < node.inputs.size(); ++i)
        common = std::gcd(common, pipeline.input(node, i).map.channels);
      others_.push_back({node.layer, slots_of(base, node, graph_), divisors(common)});
    }
  }
  base_.built_crossbars = config.built_crossbars;
  list_intervals();
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

void FoldSpace::list_intervals() {
  std::set<double> all;
  double floor = memory_cycles_;  // of the node that can be the least fast
  for (const FoldableLayer& l : weighted_) {
    floor = std::max(floor, l.options.front().cycles);
    for (const FoldingOption& option : l.options) all.insert(option.cycles);
  }
  for (const OtherLayer& other : others_) {
    floor = std::max(floor, other.slots / static_cast<double>(other.coarse.back()));
    for (const std::int64_t coarse : other.coarse) all.insert(other.slots / static_cast<double>(coarse));
  }
  all.insert(floor);
  intervals_.assign(all.lower_bound(floor), all.end());
}

FoldSpace::Shares FoldSpace::shares(const Resources& need) const {
  const Shares needs = amounts(need), capacity = amounts(board_.device.capacity);
  Shares shares{};
  for (std::size_t r = 0; r < shares.size(); ++r)
    if (needs[r] > 0) shares[r] = capacity[r] > 0 ? needs[r] / capacity[r] : std::numeric_limits<double>::infinity();
  return shares;
}

bool FoldSpace::fits(const Resources& need) const {
  const Shares all = shares(need);
  return std::all_of(all.begin(), all.end(), [](double share) { return share <= 1; });
}

double FoldSpace::cost(const Resources& need, const Shares& weights) const {
  const Shares all = shares(need);
  return std::inner_product(all.begin(), all.end(), weights.begin(), 0.0);
}

FoldCandidate FoldSpace::candidate(std::vector<std::size_t> choice, double interval) const {
  FoldCandidate c;
  c.config = base_;
  for (std::size_t w = 0; w < weighted_.size(); ++w)
    c.config.nodes[graph_.layers[weighted_[w].layer].name].folding = weighted_[w].options[choice[w]].folding;
  for (const OtherLayer& other : others_) {
    const auto keeps_up = [&](std::int64_t coarse) { return other.slots / static_cast<double>(coarse) <= interval; };
    const auto narrowest = std::find_if(other.coarse.begin(), other.coarse.end(), keeps_up);
    c.config.nodes[graph_.layers[other.layer].name].coarse =
        narrowest == other.coarse.end() ? other.coarse.back() : *narrowest;
  }
  c.choice = std::move(choice);
  c.plan = plan(c.config, graph_);
  const Pipeline& pipeline = c.plan.pipeline;
  auto weighted = weighted_.begin();
  auto option = c.choice.begin();
  for (const PipelineNode& node : pipeline.nodes) {
    if (node.kind == NodeKind::weighted)
      c.cycles.push_back((weighted++)->options[*option++].cycles);
    else if (node.kind == NodeKind::source)
      c.cycles.push_back(std::max(memory_cycles_, static_cast<double>(pipeline.output(node).words())));
    else if (node.kind == NodeKind::sink)
      c.cycles.push_back(static_cast<double>(pipeline.input(node).words()));
    else
      c.cycles.push_back(slots_of(c.plan, node, graph_));
  }
  c.need = total(resource_bill(c.plan, graph_, c.config.format, board_.device.technology)) + board_.reserved;
  return c;
}

FoldCandidate FoldSpace::cheapest(double interval, const Shares& weights) const {
  std::vector<std::size_t> choice;
  for (const FoldableLayer& l : weighted_) {
    std::size_t best = 0;
    double least = cost(l.options[0].need, weights);
    for (std::size_t i = 1; i < l.options.size() && l.options[i].cycles <= interval; ++i) {
      const double price = cost(l.options[i].need, weights);
      if (price > least) continue;  // of equal ones the slowest, which is the narrowest
      best = i;
      least = price;
    }
    choice.push_back(best);
  }
  return candidate(std::move(choice), interval);
}

std::optional<FoldCandidate> FoldSpace::fitting(double interval) const {
  constexpr int kAttempts = 12;  // beyond that weights swing between the same few choices
  Shares weights = kEvenly;
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    FoldCandidate c = cheapest(interval, weights);
    if (fits(c.need)) return c;
    const Shares all = shares(c.need);
    for (std::size_t r = 0; r < all.size(); ++r)
      if (std::isfinite(all[r])) weights[r] *= std::max(all[r], 0.5);
  }
  return std::nullopt;
}

}  // namespace sparsim
