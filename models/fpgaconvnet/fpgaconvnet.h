#pragma once

#include <memory>
#include <systemc>
#include <vector>

#include "models/core/architecture.h"
#include "models/core/region.h"
#include "models/core/timed_fifo.h"
#include "models/core/timed_process.h"
#include "models/fpgaconvnet/config.h"
#include "models/fpgaconvnet/conv_node.h"
#include "models/fpgaconvnet/conv_parts.h"
#include "models/memory/stream_shell.h"
#include "models/stream/slot_node.h"

namespace sparsim {

/// An fpgaConvNet accelerator: the whole network as one pipeline behind DMA engines, AXI and memory, with its host.
///
/// Weighted nodes are fused processes; where a critical path is asked for, or another crossbar than the fast form, they
/// are built part by part, with the same dates.
class FpgaConvNet : public Architecture {
 public:
  /// `workload` must outlive it. `orders`: of each layer's input channels (channel_order.h). Throws InputError where
  /// network and images do not fit the external memory, and for a crossbar or a node that there is not.
  FpgaConvNet(const sc_core::sc_module_name& name, const FpgaConvNetConfig& config, FpgaConvNetPlan plan,
              const std::vector<ChannelOrder>& orders, const Workload& workload, const RunOptions& options);
  RunRecord run() override;

 private:
  /// What stands for a node of the pipeline: one of them.
  struct Node {
    std::unique_ptr<SlotNode> slots;
    std::unique_ptr<ConvNode> fused;
    std::unique_ptr<ConvParts> parts;
    WeightStream* weight_stream = nullptr;  // where weights are streamed
    std::unique_ptr<TimedFifo<>> weight_fifo;

    TimedIn<>& input(std::size_t i);
    TimedOut<>& output(std::size_t i);
    NodeLog log() const;
  };

  StreamShell::Traffic traffic() const;
  void build_nodes(const std::vector<ChannelOrder>& orders);
  void build_weighted(std::size_t node, const ChannelOrder& order);
  void bind();
  CrossbarEngine engine_of(const PipelineNode& node) const;
  Activity activity(std::size_t node, std::size_t image) const;

  const FpgaConvNetConfig config_;
  const FpgaConvNetPlan plan_;
  const Workload& workload_;
  const RunOptions options_;

  StreamShell shell_;
  Region region_;
  std::vector<Node> nodes_;                          // as in the pipeline; the source and the sink are empty
  std::vector<std::unique_ptr<TimedFifo<>>> fifos_;  // as its edges
  RunRecord record_;
};

}  // namespace sparsim
