#include "sim/mapping/finn_fold_space.h"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <set>
#include <utility>

#include "models/core/error.h"
#include "models/finn/bcr.h"
#include "models/finn/resource_bill.h"
#include "models/stream/slots.h"

namespace sparsim {
namespace {

// Steps of the PE that has most: of each, the sum over its rows. 0 where there are no steps.
Cycles busiest_pe(const std::vector<Cycles>& row_steps, std::int64_t pe) {
  const auto rows = static_cast<std::ptrdiff_t>(row_steps.size()) / pe;
  Cycles most = 0;
  for (auto row = row_steps.begin(); row != row_steps.end(); row += rows)
    most = std::max(most, std::accumulate(row, row + rows, Cycles{0}));
  return most;
}

// To move an image and its result, at the rate of the port.
double memory_cycles(const FinnConfig& config, const FinnPlan& plan) {
  const auto bytes = [&](std::size_t edge) {
    return static_cast<double>(plan.pipeline.edges[edge].shape.map.elements() * plan.value_bits[edge]) / 8;
  };
  const double bytes_a_cycle = static_cast<double>(config.axi.data_bytes) * config.axi.clock_mhz / config.clock_mhz;
  return (bytes(plan.pipeline.nodes.front().outputs[0]) + bytes(plan.pipeline.nodes.back().inputs[0])) / bytes_a_cycle;
}

}  // namespace

double FinnFoldCandidate::interval() const { return *std::max_element(cycles.begin(), cycles.end()); }

LatencyEstimate latency_estimate(const FinnPlan& plan, const LayerGraph& graph) {
  const Pipeline& pipeline = plan.pipeline;
  std::vector<NodePace> paces(pipeline.nodes.size());
  for (std::size_t n = 0; n < paces.size(); ++n) {
    const PipelineNode& node = pipeline.nodes[n];
    if (node.kind == NodeKind::window) paces[n] = {graph.layers[node.layer].shape, pipeline.output(node).words(), 0};
    if (node.kind != NodeKind::weighted) continue;
    WindowShape vectors;  // its own windows are complete as they come
    vectors.input = vectors.output = graph.layers[node.layer].shape.output;
    paces[n] = {vectors, pipeline.output(node).words(), 0};
  }
  return LatencyEstimate(pipeline, graph, paces);
}

Cycles window_cycles(const MatrixUnit& unit) {
  const WindowShape s = without_padding(unit.shape);
  const std::int64_t words = s.input.channels / unit.in_streams();  // a pixel
  const Cycles in = s.input.pixels() * words;
  if (!unit.slides()) return in;
  const Cycles row_in = s.stride_h * s.input.width * words,
               row_out = s.output.width * s.kernel_h * s.kernel_w * s.input.channels / unit.window_streams();
  return std::max(in, s.output.height * std::max(row_in, row_out));
}

std::vector<FinnFoldingOption> folding_options(const MatrixUnit& unit, const Layer& layer, const Device& device,
                                               bool wide) {
  std::vector<FinnFoldingOption> all;
  std::vector<std::string> too_large;  // what keeps the smallest unit from a region
  MatrixUnit u = unit;
  for (const std::int64_t simd : divisors(unit.depthwise() ? 1 : wide ? unit.columns() : unit.shape.input.channels)) {
    u.pe = 1;
    u.simd = simd;
    if (!problems(u).empty()) continue;
    const bool skips = layer.blocks && !unit.depthwise();
    const std::vector<Cycles> row_steps = skips ? bcr_row_steps(layer, simd) : std::vector<Cycles>();
    for (const std::int64_t pe : divisors(unit.shape.output.channels)) {
      u.pe = pe;
      const Cycles busiest = busiest_pe(row_steps, pe);
      const Resources need = unit_resources(u, layer, device, busiest);
      std::vector<std::string> missing = region_shortages({{layer.name, 1, need}}, device);
      if (missing.empty()) {
        const Cycles vector = std::max(busiest, Cycles{u.synapse_folds()});
        const Cycles cycles = skips ? u.vectors() * vector : u.cycles();
        all.push_back({pe, simd, static_cast<double>(std::max(cycles, window_cycles(u))), need});
      } else if (too_large.empty()) {
        too_large = std::move(missing);
      }
    }
  }
  if (all.empty()) input_error("the smallest folding of {}", fmt::join(too_large, ", "));
  return worth_having(std::move(all));
}

FinnFoldSpace::FinnFoldSpace(const FinnConfig& config, const LayerGraph& graph, const BoardFile& board)
    : graph_(graph), board_(board), budget_(board.device.capacity), dense_(graph), base_(config) {
  for (Layer& layer : dense_.layers) layer.blocks.reset();
  for (auto& [name, node] : base_.nodes) node.pe = node.simd = 0;
  base_.fifo_depths.clear();  // which FIFOs there are depends on the factors
  const std::vector<std::string> found = problems(base_, graph_);
  if (!found.empty()) throw InputError(fmt::format("{}", fmt::join(found, "\n")));

  const std::vector<bool> has_node = layers_with_node(graph_);
  for (std::size_t i = 0; i < graph_.layers.size(); ++i)
    if (has_node[i]) base_.nodes[graph_.layers[i].name].pe = 1;
  FinnConfig narrow = base_;
  narrow.branch_fifos = false;  // of no interest here
  const FinnPlan plan = sparsim::plan(narrow, graph_);
  memory_cycles_ = memory_cycles(base_, plan);
  std::vector<std::vector<double>> cycles;
  for (const PipelineNode& node : plan.pipeline.nodes) {
    if (node.kind != NodeKind::weighted) continue;
    const MatrixUnit unit = matrix_unit(base_, graph_, node.layer);
    weighted_.push_back(
        {node.layer, unit, folding_options(unit, graph_.layers[node.layer], board_.device, config.wide_windows)});
    cycles.emplace_back();
    for (const FinnFoldingOption& option : weighted_.back().options) cycles.back().push_back(option.cycles);
  }
  streamed_ = streamed_layers(plan.pipeline, graph_);
  intervals_ = fold_intervals(cycles, streamed_, memory_cycles_);
}

FinnFoldCandidate FinnFoldSpace::candidate(std::vector<std::size_t> choice, double interval) const {
  FinnFoldCandidate c;
  c.config = base_;
  std::vector<double> cycles(graph_.layers.size()), windows(graph_.layers.size());  // of weighted ones
  for (std::size_t w = 0; w < weighted_.size(); ++w) {
    const FinnFoldableLayer& l = weighted_[w];
    const FinnFoldingOption& option = l.options[choice[w]];
    MatrixUnit unit = l.unit;
    FinnNodeConfig& node = c.config.nodes[graph_.layers[l.layer].name];
    node.pe = unit.pe = option.pe;
    node.simd = unit.simd = option.simd;
    cycles[l.layer] = option.cycles;
    windows[l.layer] = static_cast<double>(window_cycles(unit));
  }
  for (const StreamedLayer& layer : streamed_)
    c.config.nodes[graph_.layers[layer.layer].name].pe = layer.narrowest(interval);
  c.choice = std::move(choice);
  c.plan = plan(c.config, graph_);
  const auto own = [&](std::size_t n) {
    const PipelineNode& node = c.plan.pipeline.nodes[n];
    return (node.kind == NodeKind::weighted ? cycles : windows)[node.layer];
  };
  c.cycles = node_cycles(c.plan.pipeline, graph_, own, memory_cycles_);
  c.need = need(c);
  return c;
}

Resources FinnFoldSpace::need(const FinnFoldCandidate& c) const {
  Resources sum = board_.reserved;
  std::set<std::string> units;
  for (std::size_t w = 0; w < weighted_.size(); ++w) {
    sum = sum + weighted_[w].options[c.choice[w]].need;
    units.insert(graph_.layers[weighted_[w].layer].name);
  }
  for (const ResourceItem& item : resource_bill(c.plan, dense_, board_.device))
    if (units.count(item.part) == 0) sum = sum + item.need;
  return sum;
}

FinnFoldCandidate FinnFoldSpace::cheapest(double interval, const Shares& weights) const {
  std::vector<std::size_t> choice;
  for (const FinnFoldableLayer& l : weighted_) choice.push_back(cheapest_option(l.options, interval, budget_, weights));
  return candidate(std::move(choice), interval);
}

}  // namespace sparsim
