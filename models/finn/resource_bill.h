#pragma once

#include <vector>

#include "models/cost/resources.h"
#include "models/finn/config.h"

namespace sparsim {

/// A matrix- or vector-vector unit with its weights, thresholds and, where `layer.blocks`, what skipping takes.
/// Formulas: resource_bill.cpp. Cheap enough to be asked for at each step of a folding. `unit` has no problems().
Resources unit_resources(const MatrixUnit& unit, const Layer& layer, const Device& device);

/// An item a node, source and sink left out; one each for the FIFOs, DMA engines and the interconnect.
std::vector<ResourceItem> resource_bill(const FinnPlan& plan, const LayerGraph& graph, const Device& device);

}  // namespace sparsim
