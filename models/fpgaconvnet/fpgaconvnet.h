#pragma once

#include <memory>
#include <systemc>
#include <vector>

#include "models/core/architecture.h"
#include "models/fpgaconvnet/config.h"

namespace sparsim {

/// An fpgaConvNet accelerator: the whole network as one pipeline behind DMA engines, AXI and memory, with its host.
class FpgaConvNet : public Architecture {
 public:
  /// `workload` must outlive it. Throws InputError with all problems(config, graph).
  FpgaConvNet(const sc_core::sc_module_name& name, const FpgaConvNetConfig& config, const Workload& workload,
              const RunOptions& options);
  ~FpgaConvNet() override;
  RunRecord run() override;

 private:
  struct Parts;
  std::unique_ptr<Parts> parts_;
};

}  // namespace sparsim
