#pragma once

#include "models/core/architecture.h"
#include "models/memory/host.h"

namespace sparsim {

struct CpuConfig {
  HostConfig host;
};

/// The software baseline: every layer on the host processor, one after the other, in cycles of its own clock. Reads of
/// external memory are part of the stated cost an operation and not counted as traffic.
class Cpu : public Architecture {
 public:
  /// `workload` must outlive it.
  Cpu(const sc_core::sc_module_name& name, const CpuConfig& config, const Workload& workload,
      const RunOptions& options);
  RunRecord run() override;

 private:
  const CpuConfig config_;
  const Workload& workload_;
  const RunOptions options_;
};

}  // namespace sparsim
