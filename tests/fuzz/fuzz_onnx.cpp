#include <cstddef>
#include <cstdint>

#include "models/core/error.h"
#include "sim/workload/onnx_import.h"

// Any bytes are a network or an InputError.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    sparsim::import_onnx_bytes({reinterpret_cast<const char*>(data), size}, "input.onnx");
  } catch (const sparsim::InputError&) {
  }
  return 0;
}
