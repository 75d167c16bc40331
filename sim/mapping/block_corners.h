#pragma once

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "models/core/cycles.h"
#include "models/finn/matrix_unit.h"
#include "sim/workload/prune.h"

namespace sparsim {

/// A way to prune in blocks.
struct Corner {
  bool balanced = false, reordered = false;
};
constexpr std::size_t kCornerCount = 4;
inline constexpr std::array<Corner, kCornerCount> kCorners{
    {{true, true}, {true, false}, {false, true}, {false, false}}};
/// "balanced, reordered", ..., "neither".
std::string to_string(Corner corner);

/// A number a corner, in the order of kCorners.
template <class Number>
using ByCorner = std::array<Number, kCornerCount>;

/// A weighted layer on its matrix unit, of an image; input and output never wait.
struct LayerCorners {
  std::size_t layer = 0;  // position in LayerGraph::layers
  Cycles dense = 0;
  ByCorner<Cycles> pruned{};  // as dense where the layer is not pruned
  /// The largest share of its weights that can be kept, of ratios of 1/32 to 31/32, so that the pruned unit takes fewer
  /// cycles than the dense one; nothing where none of them does.
  ByCorner<std::optional<double>> break_even;
};

/// What pruning in blocks makes of the cycles of a network's matrix units.
struct BlockCorners {
  std::vector<LayerCorners> layers;  // the weighted ones
  ByCorner<double> kept{};           // of the weights of all layers that are pruned
  std::size_t slowest_dense = 0;     // position in `layers`, the first of equals
  ByCorner<std::size_t> slowest{};
  /// As of a layer, for the largest of all units' cycles: of the weights of the layers that have it when dense.
  ByCorner<std::optional<double>> break_even;
};

/// `units` by position in LayerGraph::layers; those of layers without weights are not looked at. rule.balanced is not
/// either.
BlockCorners block_corners(const LayerGraph& graph, const std::vector<MatrixUnit>& units,
                           const std::vector<PrunedLayer>& targets, const BlockPruningRule& rule);

}  // namespace sparsim
