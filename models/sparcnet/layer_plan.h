#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/memory/transfer.h"
#include "models/sparcnet/memory_map.h"
#include "models/sparcnet/tiling.h"

namespace sparsim {

/// A layer of an image as the controller hands it to the DMA engines and the PE grid: steps in order, and what each
/// of them moves. Feature maps lie in memory channel by channel, so that a channel left out costs nothing; weights
/// filter group by filter group, in each channel by channel.
class LayerPlan {
 public:
  /// `layer` and `config` must outlive the plan. Throws InputError where not even the smallest tile fits a scratchpad.
  LayerPlan(const Layer& layer, const BitMask& kept_channels, const LayerAddresses& addresses,
            const SparcnetConfig& config);
  LayerPlan(const LayerPlan&) = delete;
  LayerPlan& operator=(const LayerPlan&) = delete;

  const Layer& layer() const { return layer_; }
  const std::vector<TileStep>& steps() const { return steps_; }
  /// Steps in which the PEs rank the maps of the input by magnitude, before the first of steps(); they load input only.
  const std::vector<TileStep>& ranking() const { return ranking_; }
  /// 32-bit registers that hold the masks: a bit a filter and a bit an input channel for each connection.
  std::int64_t mask_registers() const;
  std::int64_t macs() const { return macs_; }

  Cycles compute_cycles(const TileStep& step) const {
    return sparsim::compute_cycles(layer_.shape, config_.pe_grid, step);
  }
  std::int64_t macs(const TileStep& step) const;
  std::vector<Transfer> ifmap_transfers(const TileStep& step) const;
  std::vector<Transfer> weight_transfers(const TileStep& step) const;
  std::vector<Transfer> ofmap_transfers(const TileStep& step) const;

 private:
  void plan_ranking();

  const Layer& layer_;
  const SparcnetConfig& config_;
  const LayerAddresses addresses_;
  const std::int64_t word_;
  std::vector<MaskedConnection> connections_;
  std::vector<std::uint64_t> weight_bases_;  // a connection
  MaskedConnection ranked_;                  // all maps of the input, where the PEs rank them
  std::vector<TileStep> steps_, ranking_;
  std::int64_t macs_ = 0;
};

}  // namespace sparsim
