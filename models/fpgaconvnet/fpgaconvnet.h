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
#include "models/fpgaconvnet/stream_dma.h"
#include "models/memory/axi.h"
#include "models/memory/axi_lite.h"
#include "models/memory/controller.h"
#include "models/memory/host.h"
#include "models/memory/register_file.h"
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
    std::unique_ptr<WeightStream> weight_stream;
    std::unique_ptr<TimedFifo<>> weight_fifo;

    TimedIn<>& input(std::size_t i);
    TimedOut<>& output(std::size_t i);
    NodeLog log() const;
  };

  void place_in_memory();
  void build_nodes(const std::vector<ChannelOrder>& orders);
  void build_weighted(std::size_t node, const ChannelOrder& order);
  void bind();
  CrossbarEngine engine_of(const PipelineNode& node) const;
  std::size_t images_a_start() const;

  void control();
  void spend_host(double host_cycles, const char* cause);

  void collect_images();
  void collect_layers();
  std::vector<PartRecord> result_records(std::size_t image) const;
  Activity activity(std::size_t node, std::size_t image) const;

  const FpgaConvNetConfig config_;
  const FpgaConvNetPlan plan_;
  const Workload& workload_;
  const RunOptions options_;

  // Byte addresses in external memory.
  std::uint64_t input_address_ = 0, result_address_ = 0;
  std::vector<std::uint64_t> weight_addresses_;  // by node; of streamed weights
  std::uint64_t memory_bytes_ = 0;

  Host host_;
  AxiLiteBus register_bus_;
  RegisterFile registers_;
  std::unique_ptr<AxiInterconnect> interconnect_;
  std::unique_ptr<MemoryController> memory_;
  Region region_;
  TimedThread controller_;
  std::vector<Node> nodes_;                          // as in the pipeline; the source and the sink are empty
  std::vector<std::unique_ptr<TimedFifo<>>> fifos_;  // as its edges
  std::unique_ptr<StreamSource> source_;
  std::unique_ptr<StreamSink> sink_;
  TimedFifo<> starts_, done_;
  TimedOut<> to_source_{"to_source", controller_};
  TimedIn<> from_sink_{"from_sink", controller_};

  std::vector<Cycles> host_starts_, host_ends_;  // of images one at a time
  Cycles host_busy_ = 0;                         // in spend_host()
  std::vector<Cycles> host_busy_at_;             // when an image was through, all of its work
  std::vector<Activity> memory_at_;              // when an image was stored
  RunRecord record_;
};

}  // namespace sparsim
