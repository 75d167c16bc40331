#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/finn/config.h"
#include "models/finn/matrix_unit.h"
#include "sim/config/board.h"
#include "sim/mapping/fold_search.h"
#include "sim/mapping/latency_estimate.h"
#include "sim/mapping/streamed_layers.h"

namespace sparsim {

/// One way to fold a weighted layer, and what comes of it.
struct FinnFoldingOption {
  std::int64_t pe = 1, simd = 1;
  double cycles = 0;  // an image
  Resources need;
};

/// A weighted layer and the ways to fold it.
struct FinnFoldableLayer {
  std::size_t layer = 0;
  MatrixUnit unit;                         // with factors of 1
  std::vector<FinnFoldingOption> options;  // those worth having
};

/// Factors for every layer, and what comes of them.
struct FinnFoldCandidate {
  std::vector<std::size_t> choice;  // by weighted layer: its option
  FinnConfig config;
  FinnPlan plan;
  std::vector<double> cycles;  // an image, by node of the plan
  Resources need;              // what the board reserves is in it

  double interval() const;
};

LatencyEstimate latency_estimate(const FinnPlan& plan, const LayerGraph& graph);

/// Cycles an image that padding and sliding window before a unit take: a word a cycle in, a word of windows a cycle
/// out, the rows of the next windows beside those of this one (FINN's ConvolutionInputGenerator, RTL, 2D).
Cycles window_cycles(const MatrixUnit& unit);

/// The ways to fold a layer with this unit, but for its factors: PE that divide the filters, SIMD that divide the input
/// channels, of a depthwise layer 1, and, where `wide`, all channels of several kernel pixels. Those that are no unit
/// of a single super-logic region are left out.
std::vector<FinnFoldingOption> folding_options(const MatrixUnit& unit, const Layer& layer, const Device& device,
                                               bool wide = false);

/// All foldings of a network on a board: a Space of fold_search.h and best_folding.h.
class FinnFoldSpace {
 public:
  /// All must outlive it. Throws InputError with all problems that do not come of factors.
  FinnFoldSpace(const FinnConfig& config, const LayerGraph& graph, const BoardFile& board);

  const std::vector<FinnFoldableLayer>& weighted() const { return weighted_; }
  const std::vector<double>& intervals() const { return intervals_; }
  const Budget& budget() const { return budget_; }

  FinnFoldCandidate candidate(std::vector<std::size_t> choice, double interval) const;
  FinnFoldCandidate cheapest(double interval, const Shares& weights) const;

 private:
  Resources need(const FinnFoldCandidate& candidate) const;

  const LayerGraph& graph_;
  const BoardFile& board_;
  const Budget budget_;
  LayerGraph dense_;          // as if no weight were pruned: for all but the weighted nodes, whose bill takes its time
  FinnConfig base_;           // as given, with factors of 1
  double memory_cycles_ = 0;  // to move an image and its result
  std::vector<FinnFoldableLayer> weighted_;
  std::vector<StreamedLayer> streamed_;
  std::vector<double> intervals_;
};

}  // namespace sparsim
