#include "sim/registry.h"

#include "sim/config/architecture_readers.h"

namespace sparsim {

const std::vector<ArchitectureEntry>& architectures() {
  static const std::vector<ArchitectureEntry> entries{
      {"sparcnet", "a PE grid behind AXI that computes one layer at a time, with filter and channel masks",
       &read_sparcnet},
      {"fpgaconvnet", "every layer a node of one pipeline, with dense, round-robin or sparse crossbar engines (PASS)",
       &read_fpgaconvnet},
      {"sparsepixels", "a dataflow of operators on a list of active pixels, or its dense baseline, for triggers",
       &read_sparsepixels},
      {"finn", "a dataflow of quantised matrix-vector units, folded by PE and SIMD; dense, or pruned in blocks (BCR)",
       &read_finn},
      {"cpu", "the host processor alone: the software baseline", &read_cpu},
  };
  return entries;
}

}  // namespace sparsim
