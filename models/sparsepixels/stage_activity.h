#pragma once

#include <cstdint>

#include "models/core/activity.h"
#include "models/sparsepixels/config.h"
#include "models/sparsepixels/stages.h"

namespace sparsim {

/// What an operator does for an image. `active_in`, `active_out`: pixels in the lists that it is handed and hands on,
/// or non-zero values of vectors; of the dense baseline they do not matter.
///
/// MACs: a multiplier works where its operand is not zero. Of a convolution these are the products of all pairs of
/// active pixels. Those too far apart are multiplied by a weight of zero and count as done, though never more for an
/// output pixel than its window has places: an upper bound, reached where active pixels lie close together. Of a dense
/// layer they are the products of its non-zero inputs. The dense baseline does them all. MACs done and skipped add up
/// to those of the dense layer.
///
/// Bytes: what goes into the buffers between operators and comes out of them, values as wide as activations; empty
/// slots and zeros change nothing there. The baseline writes and reads streams of all pixels, and the rows above its
/// windows. Registers of the image, and weights that are logic, are no memories; weights in block RAM are left out.
Activity stage_activity(const PixelStage& stage, const SparsePixelsConfig& config, std::int64_t active_in,
                        std::int64_t active_out);

}  // namespace sparsim
