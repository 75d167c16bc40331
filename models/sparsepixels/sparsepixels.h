#pragma once

#include <memory>
#include <string>
#include <systemc>
#include <vector>

#include "models/core/architecture.h"
#include "models/core/region.h"
#include "models/core/timed_fifo.h"
#include "models/sparsepixels/config.h"
#include "models/sparsepixels/input_reduction.h"
#include "models/sparsepixels/pixel_network.h"
#include "models/sparsepixels/pixel_node.h"
#include "models/sparsepixels/stages.h"

namespace sparsim {

/// A SparsePixels accelerator: operators with a ping-pong buffer between each two. Images are in registers when they
/// are offered, as in the published designs: how they get there is not modelled.
class SparsePixels : public Architecture {
 public:
  /// `workload` must outlive it. Throws InputError for a form of the reduction that there is not.
  SparsePixels(const sc_core::sc_module_name& name, const SparsePixelsConfig& config, const Workload& workload,
               const RunOptions& options);
  RunRecord run() override;

 private:
  PixelNode::Timing operate(std::size_t stage, PixelToken& token);
  void build();
  void collect_layers(RunRecord& record) const;
  std::string in_words(const std::string& cause) const;

  const SparsePixelsConfig config_;
  const RunOptions options_;
  const std::vector<PixelStage> stages_;
  const PixelNetwork network_;
  std::unique_ptr<InputReduction> reduction_;    // where another form than the latency law was asked for
  std::vector<std::vector<Activity>> activity_;  // by stage, by image
  std::vector<std::int64_t> dropped_pixels_;     // by image

  Region region_{"region"};
  std::unique_ptr<PixelSource> source_;
  std::unique_ptr<PixelSink> sink_;
  std::vector<std::unique_ptr<PixelNode>> nodes_;                // by stage
  std::vector<std::unique_ptr<TimedFifo<PixelToken>>> buffers_;  // before each stage, and behind the last
  TimedFifo<> left_{"left", 2, 0, 0};
};

}  // namespace sparsim
