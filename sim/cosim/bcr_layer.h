#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "sim/cosim/bcr_cosim.h"
#include "sim/workload/trace.h"

namespace sparsim {

/// Which unit, and what of a trace it computes.
struct BcrLayerChoice {
  std::size_t layer = 0;
  std::int64_t pe = 1, simd = 1;
  std::size_t image = 0;  // whose values are taken where the trace holds any
  std::size_t vectors = 1;
  std::uint64_t seed = 1;  // of what is drawn
};

/// A layer of a trace that was pruned in blocks, cut to what the RTL holds: the first rows and columns of its matrix.
/// Weights are those of the trace, vectors the windows of an image in raster order, again from the first after the
/// last; drawn where the trace holds no quantised values of 8 bits. Fills in all of the report but stalls, progress and
/// result. Throws InputError where the layer was not pruned in blocks, has groups, or is smaller than the unit.
BcrWork bcr_work(const Trace& trace, const std::string& trace_name, const BcrLayerChoice& choice,
                 BcrCosimReport& report);

}  // namespace sparsim
