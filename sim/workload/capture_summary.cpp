#include "sim/workload/capture_summary.h"

#include <algorithm>

namespace sparsim {

void CaptureSummary::add(const CapturedImage& image) {
  const TraceImage& trace = image.trace;
  ++images_;
  if (image.unreduced_top1 == trace.top1) ++agreed_;
  if (trace.label) {
    ++labelled_;
    if (trace.top1 == trace.label) ++top1_;
    if (image.unreduced_top1 == trace.label) ++unreduced_top1_;
    if (std::any_of(image.best.begin(), image.best.end(), [&](const Guess& g) { return g.label == *trace.label; }))
      ++top5_;
  }
  for (std::size_t layer = 0; layer < layers_.size(); ++layer) {
    layers_[layer].density += trace.inputs[layer].nonzero.density();
    layers_[layer].kept += trace.inputs[layer].kept_channels.density();
  }
}

}  // namespace sparsim
