#pragma once

#include <vector>

#include "models/core/work.h"
#include "models/fpgaconvnet/config.h"
#include "models/fpgaconvnet/conv_work.h"

namespace sparsim {

/// In which order channels travel, so that the streams of a layer have about the same work: the densest channel goes to
/// the first stream, the next to the second, and so on to the last, then back (a snake).
///
/// The order is one of a feature map: whoever writes it (filters are stored in that order, which costs nothing) and all
/// who read it share it. Pools, element-wise layers and depthwise convolutions hand it on; an add joins those of its
/// inputs; a concat lays those of its inputs side by side, so its sections stay sections. Of all weighted layers that
/// read a map the one with most streams decides. Groups of a convolution stay groups. The network's input and result
/// come in their own order, as does what is flattened.

/// By layer. `foldings` and `densities` (of input channels) by layer, too; only those of weighted layers are looked at,
/// a weighted layer without densities decides nothing. Empty for layers that have no weights or whose input keeps its
/// order.
std::vector<ChannelOrder> snake_orders(const LayerGraph& graph, const std::vector<Folding>& foldings,
                                       const std::vector<std::vector<double>>& densities);

/// By layer, of a plan: densities are those of the first `images` images, or of all that there are. All empty where
/// `deal` is naive.
std::vector<ChannelOrder> channel_orders(const FpgaConvNetPlan& plan, const Workload& workload, ChannelDeal deal,
                                         std::size_t images);

}  // namespace sparsim
