#include <cstddef>
#include <cstdint>

#include "models/core/error.h"
#include "sim/workload/trace.h"

namespace sparsim {
namespace {

// Everything that a trace offers, as its readers ask for it.
void read_everything(const Trace& trace) {
  const std::vector<Layer>& layers = trace.graph().layers;
  for (std::size_t layer = 0; layer < layers.size(); ++layer) {
    trace.stored_bytes(layer);
    if (!layers[layer].weighted()) continue;
    trace.weights(layer);
    trace.parameters(layer);
  }
  for (std::size_t image = 0; image < trace.images(); ++image) {
    trace.image_name(image);
    trace.label(image);
    trace.top1(image);
    trace.pixels(image);
    for (std::size_t layer = 0; layer < layers.size(); ++layer) {
      if (!layers[layer].weighted()) continue;
      trace.nonzero(image, layer);
      trace.kept_channels(image, layer);
      trace.values(image, layer);
    }
  }
}

}  // namespace
}  // namespace sparsim

// HDF5 1.10 loses memory where the metadata that it reads is damaged (H5C_protect).
extern "C" const char* __lsan_default_suppressions() { return "leak:libhdf5\n"; }

// Any bytes are a trace or an InputError.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    sparsim::read_everything(sparsim::Trace::from_bytes(data, size, "input.h5"));
  } catch (const sparsim::InputError&) {
  }
  return 0;
}
