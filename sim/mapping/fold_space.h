#pragma once

#include <cstddef>
#include <vector>

#include "models/fpgaconvnet/config.h"
#include "models/fpgaconvnet/conv_work.h"
#include "sim/config/board.h"
#include "sim/mapping/fold_search.h"
#include "sim/mapping/folding_options.h"
#include "sim/mapping/latency_estimate.h"
#include "sim/mapping/streamed_layers.h"

namespace sparsim {

/// A weighted layer and the ways to fold it.
struct FoldableLayer {
  std::size_t layer = 0;
  ConvDesign design;  // with factors of 1
  WindowHistogram histogram;
  std::vector<FoldingOption> options;
};

/// Factors for every layer, and what comes of them.
struct FoldCandidate {
  std::vector<std::size_t> choice;  // by weighted layer: its option
  FpgaConvNetConfig config;
  FpgaConvNetPlan plan;
  std::vector<double> cycles;  // an image, by node of the plan
  Resources need;              // what the board reserves is in it

  double interval() const;
};

LatencyEstimate latency_estimate(const FpgaConvNetPlan& plan, const LayerGraph& graph);

/// All foldings of a network on a board: what may be chosen, and what a choice costs.
class FoldSpace {
 public:
  /// Zeros are counted on the first `images` images. All must outlive it. Throws InputError with all problems that do
  /// not come of factors.
  FoldSpace(const FpgaConvNetConfig& config, const Workload& workload, const BoardFile& board, std::size_t images);

  const std::vector<FoldableLayer>& weighted() const { return weighted_; }
  /// Cycles an image that some layer can take and that all layers can keep up with, ascending.
  const std::vector<double>& intervals() const { return intervals_; }
  const Budget& budget() const { return budget_; }

  /// Options of the weighted layers; all other layers have the narrowest streams that keep up with `interval`.
  FoldCandidate candidate(std::vector<std::size_t> choice, double interval) const;
  /// Each weighted layer at its cheapest option that keeps up with `interval`, one of intervals().
  FoldCandidate cheapest(double interval, const Shares& weights) const;

 private:
  void list_options(FoldableLayer& layer) const;

  const LayerGraph& graph_;
  const BoardFile& board_;
  const Budget budget_;
  FpgaConvNetConfig base_;    // as given, with factors of 1
  double memory_cycles_ = 0;  // to move an image and its result
  std::vector<FoldableLayer> weighted_;
  std::vector<StreamedLayer> streamed_;
  std::vector<double> intervals_;
};

}  // namespace sparsim
