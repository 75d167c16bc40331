#pragma once

#include <string>
#include <vector>

#include "sim/simulation.h"

namespace sparsim {

/// Runs the same images again in child processes, with each of result.steps. Capacity is not looked at. Throws
/// InputError where a child fails.
std::vector<Gain> measure_gains(const Accelerator& accelerator, const Result& result, const std::string& trace_file);

}  // namespace sparsim
