#pragma once

#include <cstdint>

#include "models/core/cycles.h"
#include "models/core/work.h"
#include "models/cost/device.h"
#include "models/finn/matrix_unit.h"

namespace sparsim {

/// A matrix- or vector-vector unit with its weights, thresholds and, where `layer.blocks`, what skipping takes.
/// Formulas: unit_cost.cpp. `unit` has no problems(). `busiest_pe`: where weights are pruned in blocks, the steps of
/// the PE that has most; 0 asks bcr_timing(), which takes its time.
Resources unit_resources(const MatrixUnit& unit, const Layer& layer, const Device& device, Cycles busiest_pe = 0);

/// What multiplies in it where that is left open: DSPs, where they are a smaller share of the device than the LUTs
/// would be. Never `automatic`.
Multipliers chosen_multipliers(const MatrixUnit& unit, const Layer& layer, const Device& device);

/// Values of `value_bits` to outputs of `output_bits`, `streams` at a time, each with the thresholds of its channel,
/// which are those of `folds` channels in turn.
Resources thresholds(std::int64_t folds, std::int64_t streams, int value_bits, int output_bits);

}  // namespace sparsim
