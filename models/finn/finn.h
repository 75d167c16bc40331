#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <systemc>
#include <vector>

#include "models/core/architecture.h"
#include "models/core/region.h"
#include "models/core/timed_fifo.h"
#include "models/finn/bcr.h"
#include "models/finn/config.h"
#include "models/memory/stream_shell.h"
#include "models/stream/slot_node.h"

namespace sparsim {

/// A FINN accelerator: the whole network as a dataflow of units behind DMA engines, AXI and memory, with its host.
///
/// Time follows from shapes, folding and weights; no value of an image changes it. So where images are streamed, a run
/// ends once they follow each other as they always will (steady_state.h), and the rest is extrapolated, unless a
/// timeline, a limit or every image is asked for.
class Finn : public Architecture {
 public:
  /// `workload` must outlive it. Throws InputError where network and images do not fit the external memory.
  Finn(const sc_core::sc_module_name& name, const FinnConfig& config, FinnPlan plan, const Workload& workload,
       const RunOptions& options);
  RunRecord run() override;

 private:
  /// What stands for a node of the pipeline: a process, or two that share a buffer.
  struct Node {
    std::vector<std::unique_ptr<SlotNode>> processes;
    std::vector<std::unique_ptr<TimedFifo<>>> between;
    std::optional<BcrTiming> bcr;

    TimedIn<>& input(std::size_t i) { return processes.front()->inputs[i]; }
    TimedOut<>& output(std::size_t i) { return processes.back()->outputs[i]; }
    NodeLog log() const { return processes.empty() ? NodeLog{} : processes.back()->log(); }
  };
  /// What a FIFO had counted when the last results came.
  struct Snapshot {
    std::vector<TimedFifoBase::Counters> before, now;
  };

  StreamShell::Traffic traffic() const;
  void build(std::size_t node);
  void build_window(std::size_t node);
  void build_matrix_unit(std::size_t node);
  SlotNode& add_process(Node& node, const std::string& name, SlotSchedule schedule, int inputs, int outputs,
                        Cycles latency);
  TimedFifo<>& add_fifo(Node& node, const std::string& name, std::size_t depth);
  std::size_t in_flight(std::size_t node) const;
  void bind();

  bool is_steady(std::size_t results);
  void record_fifos(std::size_t extrapolated);
  Activity activity(std::size_t node) const;

  const FinnConfig config_;
  const FinnPlan plan_;
  const Workload& workload_;
  const RunOptions options_;
  StreamShell shell_;
  Region region_;
  std::vector<Node> nodes_;                          // as in the pipeline; the source and the sink are empty
  std::vector<std::unique_ptr<TimedFifo<>>> fifos_;  // as its edges
  std::optional<Cycles> interval_;                   // once it is steady
  Snapshot counters_;
  RunRecord record_;
};

}  // namespace sparsim
