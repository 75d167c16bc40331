#pragma once

#include <nlohmann/json.hpp>
#include <vector>

#include "models/core/architecture.h"
#include "models/fpgaconvnet/config.h"
#include "sim/config/accelerator.h"

namespace sparsim {

/// The factors of all layers, as `folding: nodes` in an accelerator file says them.
nlohmann::ordered_json folding_keys(const FpgaConvNetConfig& config, const FpgaConvNetPlan& plan);

/// What might shorten a critical path: at the first node on it that can be made wider the next lane, or the next
/// divisor where its lanes are all there; and a place more in the first FIFO. At most one of each.
std::vector<DesignStep> design_steps(const FpgaConvNetPlan& plan, const std::vector<CauseShare>& critical_path);

}  // namespace sparsim
