#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "models/cost/device.h"
#include "models/fpgaconvnet/config.h"
#include "sim/config/board.h"
#include "sim/mapping/fold_objective.h"

namespace sparsim {

struct FoldOptions : FoldGoal {
  std::size_t images = 8;  // of the workload, from the first: their zeros are counted; as many as there are
};

/// A node as folded. Cycles are those of an image, the mean over the images counted.
struct FoldedNode {
  std::string layer;
  NodeKind kind = NodeKind::weighted;
  Folding folding;          // of a weighted layer
  std::int64_t coarse = 0;  // of any other
  double cycles = 0;        // in which it takes one image after the other: its slowest stream, its words
  double ideal_cycles = 0;  // of a weighted layer: its multiplications of non-zeros spread evenly over its multipliers
  double imbalance = 1;     // slowest stream / mean stream
  double zero_windows = 0;  // share
};

struct FoldResult {
  FpgaConvNetConfig config;       // as given, with the factors of every layer in `nodes`
  std::vector<FoldedNode> nodes;  // in the order of the pipeline
  double interval_cycles = 0;     // of the slowest node: no FIFO holds it up
  double latency_cycles = 0;      // estimate, first word in to last word out
  Resources need, capacity;       // what the board reserves is in `need`
  std::string limit;              // what stands in the way of more, in words
};

/// Chooses the factors of every layer: the slowest node is sped up, again and again, until nothing fits or nothing
/// helps, and every node has the cheapest factors that keep up with it. What a weighted node takes is counted on
/// the activations, stream by stream, not told from their mean. Factors that `config` has are forgotten, and depths of
/// FIFOs by name, which depend on them; engines and all else are kept. Deterministic. Throws InputError where
/// `problems(config, graph)` has any, or where even factors of 1 do not fit.
FoldResult fold(const FpgaConvNetConfig& config, const Workload& workload, const BoardFile& board,
                const FoldOptions& options = {});

}  // namespace sparsim
