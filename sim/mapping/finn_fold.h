#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/cost/device.h"
#include "models/finn/config.h"
#include "sim/config/board.h"
#include "sim/mapping/fold_objective.h"

namespace sparsim {

/// A node as folded.
struct FinnFoldedNode {
  std::string layer;
  NodeKind kind = NodeKind::weighted;
  std::int64_t pe = 1;
  std::int64_t simd = 0;    // of a weighted layer
  double cycles = 0;        // an image, padding and sliding window before it included
  double dense_cycles = 0;  // of a weighted layer: the same of its unit alone, were no weight pruned
};

struct FinnFoldResult {
  FinnConfig config;                  // as given, with the factors of every layer in `nodes`
  std::vector<FinnFoldedNode> nodes;  // in the order of the pipeline
  double interval_cycles = 0;         // of the slowest node: no FIFO holds it up
  double latency_cycles = 0;          // estimate, first word in to last word out
  Resources need, capacity;           // what the board reserves is in `need`
  std::string limit;                  // what stands in the way of more, in words
};

/// Chooses PE and SIMD of every layer, as fold() does the factors of fpgaConvNet: the shortest interval for which the
/// cheapest units that keep up fit the device, and each unit one super-logic region. Factors that `config` has are
/// forgotten, and depths of FIFOs by name, which depend on them; widths, multipliers, memories and all else are kept.
/// Deterministic. What streamed weights wait for their memory is left out. Throws InputError where
/// `problems(config, graph)` has any, or where even PE and SIMD of 1 do not fit.
FinnFoldResult fold_finn(const FinnConfig& config, const LayerGraph& graph, const BoardFile& board,
                         const FoldGoal& goal = {});

}  // namespace sparsim
