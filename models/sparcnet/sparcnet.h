#pragma once

#include <memory>
#include <systemc>
#include <vector>

#include "models/core/architecture.h"
#include "models/core/timed_fifo.h"
#include "models/core/timed_process.h"
#include "models/memory/axi.h"
#include "models/memory/axi_lite.h"
#include "models/memory/controller.h"
#include "models/memory/host.h"
#include "models/memory/register_file.h"
#include "models/sparcnet/config.h"
#include "models/sparcnet/layer_log.h"
#include "models/sparcnet/memory_map.h"
#include "models/sparcnet/pe_grid.h"
#include "models/sparcnet/tile_mover.h"

namespace sparsim {

/// A SPARCNet accelerator with its host, bus and memory, computing one layer at a time. The host programs each
/// convolution, waits for its interrupt, and computes all other layers itself.
class Sparcnet : public Architecture {
 public:
  /// `workload` must outlive it. Throws InputError where network and images do not fit the external memory.
  Sparcnet(const sc_core::sc_module_name& name, const SparcnetConfig& config, const Workload& workload,
           const RunOptions& options);
  RunRecord run() override;

 private:
  void control();
  void compute_image(std::size_t number);
  void run_on_grid(std::size_t image, std::size_t layer);
  void run_on_host(std::size_t image, std::size_t layer);
  void spend_host(const std::string& cause);
  void collect_parts();

  const SparcnetConfig config_;
  const Workload& workload_;
  const RunOptions options_;
  const std::vector<Placement> placement_;
  const MemoryMap map_;

  Host host_;
  AxiLiteBus register_bus_;
  RegisterFile registers_;
  AxiInterconnect interconnect_;
  std::unique_ptr<MemoryController> memory_;
  TileLoader ifmap_loader_, weight_loader_;
  PeGrid pe_grid_;
  TileStorer ofmap_storer_;
  TimedThread controller_;

  // A slot of a tile FIFO is a buffer of a scratchpad: two where it is double buffered.
  TimedFifo<> ifmap_tiles_, weight_tiles_, ofmap_tiles_;
  TimedFifo<const LayerPlan*> ifmap_plans_, weight_plans_, grid_plans_, ofmap_plans_;
  TimedFifo<> layers_done_;
  TimedOut<const LayerPlan*> to_ifmap_{"to_ifmap", controller_}, to_weight_{"to_weight", controller_},
      to_grid_{"to_grid", controller_}, to_ofmap_{"to_ofmap", controller_};
  TimedIn<> done_{"done", controller_};

  std::unique_ptr<LayerPlan> plan_;  // of the layer on the grid
  LayerLog host_log_{"host"}, memory_log_{"external memory"};
  RunRecord record_;
};

}  // namespace sparsim
