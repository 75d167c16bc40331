#pragma once

#include <vector>

#include "models/cost/resources.h"
#include "models/sparsepixels/config.h"
#include "models/sparsepixels/stages.h"

namespace sparsim {

/// LUT, FF, DSP and BRAM18 of each operator after logic synthesis, by its structure: comparators, multiplexers,
/// multipliers, adders, tables. resource_bill.cpp says which coefficients are derived and which are fitted on what.
std::vector<ResourceItem> resource_bill(const SparsePixelsConfig& config, const std::vector<PixelStage>& stages);

}  // namespace sparsim
