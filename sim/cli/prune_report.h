#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "sim/agreement.h"
#include "sim/mapping/block_corners.h"

namespace sparsim {

/// What became of the blocks on an accelerator.
struct AcceleratorCorners {
  std::string name;
  double clock_mhz = 0;
  std::vector<MatrixUnit> units;  // by position in LayerGraph::layers
  BlockCorners corners;
  ByCorner<std::optional<Agreement>> agreement;
};

/// All that `sparsim prune` has to say.
struct PruneReport {
  std::string output;
  LayerGraph graph;  // pruned
  std::vector<PrunedLayer> targets;
  BlockPruningRule rule;
  bool reordered = false;
  std::uint64_t seed = 0;
  std::string not_computed;            // why there is no agreement; empty where there is
  std::optional<Agreement> agreement;  // with the unpruned network
  std::size_t answers_moved = 0;       // images whose class before is not the one that the trace had
  std::optional<AcceleratorCorners> accelerator;
};

/// For the terminal, and the same unrounded.
std::string to_text(const PruneReport& report);
nlohmann::ordered_json to_json(const PruneReport& report);

}  // namespace sparsim
