#include "sim/mapping/block_corners.h"

#include <algorithm>

#include "models/core/error.h"
#include "models/finn/bcr.h"

namespace sparsim {
namespace {

constexpr int kRatios = 32;  // of the grid on which break-even is looked for

class Corners {
 public:
  Corners(const LayerGraph& graph, const std::vector<MatrixUnit>& units, const BlockPruningRule& rule)
      : graph_(graph), units_(units), rule_(rule) {}

  Layer pruned_layer(const PrunedLayer& target, Corner corner, double ratio) const {
    BlockPruningRule rule = rule_;
    rule.balanced = corner.balanced;
    rule.ratio = ratio;
    return pruned(graph_.layers[target.position], target, rule, corner.reordered);
  }

  Cycles dense(std::size_t layer) const { return units_[layer].cycles(); }
  Cycles pruned_cycles(const Layer& layer, const PrunedLayer& target) const {
    const MatrixUnit& unit = units_[target.position];
    return unit.vectors() * bcr_timing(layer, unit.pe, unit.simd).interval(unit.synapse_folds());
  }

  /// The share of weights that `some` keep at the lowest ratio of the grid at which each of them takes fewer cycles
  /// than dense.
  std::optional<double> break_even(const std::vector<const PrunedLayer*>& some, Corner corner) const {
    for (int step = 1; step < kRatios; ++step)
      if (const auto kept = kept_where_all_gain(some, corner, static_cast<double>(step) / kRatios)) return kept;
    return std::nullopt;
  }

 private:
  std::optional<double> kept_where_all_gain(const std::vector<const PrunedLayer*>& some, Corner corner,
                                            double ratio) const {
    std::size_t kept = 0, all = 0;
    for (const PrunedLayer* const target : some) {
      const Layer layer = pruned_layer(*target, corner, ratio);
      if (pruned_cycles(layer, *target) >= dense(target->position)) return std::nullopt;
      kept += layer.weight_nonzero.count();
      all += layer.weight_nonzero.size();
    }
    return static_cast<double>(kept) / static_cast<double>(all);
  }

  const LayerGraph& graph_;
  const std::vector<MatrixUnit>& units_;
  const BlockPruningRule& rule_;
};

}  // namespace

std::string to_string(Corner corner) {
  if (corner.balanced) return corner.reordered ? "balanced, reordered" : "balanced";
  return corner.reordered ? "reordered" : "neither";
}

BlockCorners block_corners(const LayerGraph& graph, const std::vector<MatrixUnit>& units,
                           const std::vector<PrunedLayer>& targets, const BlockPruningRule& rule) {
  SPARSIM_CHECK(units.size() == graph.layers.size() && !targets.empty(), "{} units for {} layers, {} of them pruned",
                units.size(), graph.layers.size(), targets.size());
  const Corners corners(graph, units, rule);
  BlockCorners result;
  ByCorner<std::size_t> kept{};
  std::size_t all = 0;
  auto target = targets.begin();
  for (std::size_t position = 0; position < graph.layers.size(); ++position) {
    if (!graph.layers[position].weighted()) continue;
    LayerCorners& layer = result.layers.emplace_back();
    layer.layer = position;
    layer.dense = corners.dense(position);
    layer.pruned.fill(layer.dense);
    if (target == targets.end() || target->position != position) continue;
    all += target->weights.size();
    for (std::size_t c = 0; c < kCornerCount; ++c) {
      const Layer after = corners.pruned_layer(*target, kCorners[c], rule.ratio);
      layer.pruned[c] = corners.pruned_cycles(after, *target);
      layer.break_even[c] = corners.break_even({&*target}, kCorners[c]);
      kept[c] += after.weight_nonzero.count();
    }
    ++target;
  }
  const auto slowest = [&](const auto& cycles_of) {
    return static_cast<std::size_t>(
        std::max_element(result.layers.begin(), result.layers.end(),
                         [&](const LayerCorners& a, const LayerCorners& b) { return cycles_of(a) < cycles_of(b); }) -
        result.layers.begin());
  };
  result.slowest_dense = slowest([](const LayerCorners& layer) { return layer.dense; });
  for (std::size_t c = 0; c < kCornerCount; ++c) {
    result.slowest[c] = slowest([c](const LayerCorners& layer) { return layer.pruned[c]; });
    result.kept[c] = static_cast<double>(kept[c]) / static_cast<double>(all);
  }

  std::vector<const PrunedLayer*> slow;  // unless one of the slowest is not pruned
  const Cycles most = result.layers[result.slowest_dense].dense;
  for (const LayerCorners& layer : result.layers) {
    if (layer.dense != most) continue;
    const auto found =
        std::find_if(targets.begin(), targets.end(), [&](const PrunedLayer& t) { return t.position == layer.layer; });
    if (found == targets.end()) return result;
    slow.push_back(&*found);
  }
  for (std::size_t c = 0; c < kCornerCount; ++c) result.break_even[c] = corners.break_even(slow, kCorners[c]);
  return result;
}

}  // namespace sparsim
