#pragma once

#include <cstdint>

#include "models/core/cycles.h"
#include "models/sparsepixels/config.h"
#include "models/sparsepixels/stages.h"

namespace sparsim {

/// Cycles that an operator takes for an image, by its structure (latency.cpp derives each).
/// `active`: pixels in its input list; of the reduction, active pixels of the image. It matters only to an operator
/// with a reuse factor or an early exit.
Cycles stage_latency(const PixelStage& stage, const SparsePixelsConfig& config, std::int64_t active);

}  // namespace sparsim
