#pragma once

#include <vector>

#include "models/cost/resources.h"
#include "models/sparcnet/config.h"

namespace sparsim {

/// PEs, scratchpads, DMA engines and interconnect of an accelerator in one technology.
std::vector<ResourceItem> resource_bill(const SparcnetConfig& config, const Technology& technology);

}  // namespace sparsim
