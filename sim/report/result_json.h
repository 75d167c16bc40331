#pragma once

#include <nlohmann/json.hpp>

#include "sim/config/accelerator.h"
#include "sim/simulation.h"

namespace sparsim {

/// result.json, schema version 1. Keys carry their units: `_cycles` of the clock in `clock_mhz`, `_w`, `_j`; the
/// activity's units stand in `units`. The same result gives the same bytes.
nlohmann::ordered_json result_json(const Result& result, const Accelerator& accelerator);

}  // namespace sparsim
