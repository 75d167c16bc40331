#pragma once

#include <string>

#include "sim/config/accelerator.h"
#include "sim/simulation.h"

namespace sparsim {

/// What `sparsim run` prints: rates, energy, resources, where the cycles of each layer went, what holds the run back.
std::string run_report(const Result& result);

/// Resources against the device, as a table.
std::string resource_report(const std::vector<ResourceItem>& bill, const Device& device);

}  // namespace sparsim
