#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "models/core/architecture.h"
#include "models/stream/node_log.h"

namespace sparsim {

/// Whether images follow each other in a pipeline as they will for ever: for the last kSteadyImages results, results
/// came at one interval, and a unit, in the same images, worked every cycle of it. No image tells the units apart, so
/// nothing can hold that unit up any more that did not in all these: what comes before it has caught up with it, and
/// what stands behind it keeps its pace. And the source must have come to the same pace, within 1 % (of bursts and
/// refreshes of the memory): FIFOs are as full as they will be.
inline constexpr std::size_t kSteadyImages = 8;

/// The interval, in cycles, once the pipeline is steady. Cycle dates of images at the source and of their results;
/// `units`: of each, its images.
std::optional<Cycles> steady_interval(const std::vector<Cycles>& source_starts, const std::vector<Cycles>& result_ends,
                                      const std::vector<const NodeLog*>& units);

/// Fills `record`, whose last image was steady, up to `images`: each as the last one, an interval later.
void extrapolate(RunRecord& record, Cycles interval, std::size_t images);

}  // namespace sparsim
