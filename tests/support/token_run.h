#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/fpgaconvnet/config.h"

namespace sparsim {

/// What became of a plan as a network of nodes that block, without time: what it can do depends on its FIFOs alone, and
/// on no order (Kahn). Weighted nodes have the least that they could be built with, a window and no results in between.
struct TokenOutcome {
  bool finished = false;                        // all images; otherwise it is a deadlock
  std::vector<std::int64_t> written, read;      // words, by edge
  std::vector<std::int64_t> reads_of_an_image;  // by edge: words that its reader's schedule takes
};

TokenOutcome token_run(const FpgaConvNetPlan& plan, const LayerGraph& graph, std::int64_t images);

}  // namespace sparsim
