#pragma once

#include <cstdint>

#include "models/core/cycles.h"
#include "models/sparsepixels/config.h"
#include "models/sparsepixels/stages.h"

namespace sparsim {

/// Latencies of SparsePixels' operators from their structure, in cycles of a design that high-level synthesis schedules
/// for 5 ns (arXiv 2512.06208). latency.cpp derives each, and says what was seen in published reports only.

/// From an operator's first cycle of an image to its last. `active`: pixels in its input list; of the reduction, active
/// pixels of the image. It matters only to an operator with a reuse factor or an early exit.
Cycles stage_latency(const PixelStage& stage, const SparsePixelsConfig& config, std::int64_t active);

/// From an operator's first cycle of an image to that of the next, where neither input nor room is waited for.
Cycles stage_interval(const PixelStage& stage, const SparsePixelsConfig& config, Cycles latency);

/// Between the last cycle of `from` and the first of `to`; null: the end of the design.
Cycles hand_off(const PixelStage& from, const PixelStage* to, const SparsePixelsConfig& config);

}  // namespace sparsim
