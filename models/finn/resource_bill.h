#pragma once

#include <vector>

#include "models/cost/resources.h"
#include "models/finn/config.h"
#include "models/finn/unit_cost.h"

namespace sparsim {

/// An item a node, source and sink left out; one each for the FIFOs, DMA engines and the interconnect. DMA engines and
/// their ports: one in, one out, and one a layer that streams its weights. Formulas: resource_bill.cpp.
std::vector<ResourceItem> resource_bill(const FinnPlan& plan, const LayerGraph& graph, const Device& device);

}  // namespace sparsim
