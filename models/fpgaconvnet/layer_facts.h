#pragma once

#include <cstddef>
#include <vector>

#include "models/core/architecture.h"
#include "models/core/work.h"
#include "models/fpgaconvnet/channel_order.h"
#include "models/fpgaconvnet/config.h"

namespace sparsim {

/// Of each layer that is a node: how it is built, and the cycles an image that its work alone would take, by the mean
/// over the first `images` of the workload. What a run adds is stalls. `orders`: by layer, as channel_orders() has
/// them.
std::vector<LayerFacts> layer_facts(const FpgaConvNetPlan& plan, const std::vector<ChannelOrder>& orders,
                                    const Workload& workload, std::size_t images);

}  // namespace sparsim
