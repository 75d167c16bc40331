#include "models/cpu/cpu.h"
#include "sim/config/architecture_readers.h"

namespace sparsim {

void read_cpu(Section&, Accelerator& accelerator) {
  const CpuConfig config{accelerator.board.host};
  accelerator.clock_mhz = config.host.clock_mhz;
  accelerator.design = [config](const Workload& workload) {
    Design design;
    design.elaborate = [config, &workload](const RunOptions& options) {
      refuse_crossbar("cpu", options);
      refuse_reduction("cpu", options);
      return std::make_unique<Cpu>("cpu", config, workload, options);
    };
    return design;
  };
}

}  // namespace sparsim
