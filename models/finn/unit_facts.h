#pragma once

#include <vector>

#include "models/core/architecture.h"
#include "models/finn/config.h"

namespace sparsim {

/// Of each layer that is a node: how it is built, and the cycles an image that its work alone would take. What a run
/// adds is stalls.
std::vector<LayerFacts> unit_facts(const FinnPlan& plan, const LayerGraph& graph);

}  // namespace sparsim
