#pragma once

#include <string>
#include <vector>

#include "sim/cosim/cosimulation.h"

namespace sparsim {

/// The cycles as a Value Change Dump (IEEE 1364-2001, section 18) with a time step a cycle: scope `inputs`, and the
/// pins of the step model and of the RTL in scopes of their own, where there is a model.
std::string value_change_dump(const std::vector<CycleRecord>& cycles, bool with_model);

}  // namespace sparsim
