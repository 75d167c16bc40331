#pragma once

#include <cstddef>
#include <optional>
#include <vector>

#include "models/core/architecture.h"
#include "models/stream/node_log.h"

namespace sparsim {

/// Images that have to look alike before those behind them are taken to.
inline constexpr std::size_t kSteadyImages = 8;

/// The interval, in cycles, once images follow each other in a pipeline as they will for ever. No image tells the nodes
/// apart: their times repeat as soon as their state does. That is taken to be so when the last kSteadyImages results
/// came at one interval, and meanwhile
///   - one node worked in every cycle: it can go no faster, all before it keeps up, all behind it keeps its pace; or
///   - every node did the same in each of these images, an interval later.
/// And the source must have come to the same pace, within 1 %, for what the memory's bursts and refreshes change: FIFOs
/// are as full as they will be. `source_starts`, `result_ends`: of images, cycle dates; `nodes`: what each logged.
std::optional<Cycles> steady_interval(const std::vector<Cycles>& source_starts, const std::vector<Cycles>& result_ends,
                                      const std::vector<const NodeLog*>& nodes);

/// Fills `record`, whose last image was steady, up to `images`: each as the last one, an interval later. FIFOs are the
/// caller's.
void extrapolate(RunRecord& record, Cycles interval, std::size_t images);

}  // namespace sparsim
