#pragma once

#include <string>
#include <systemc>
#include <vector>

#include "models/core/timed_fifo.h"
#include "models/core/timed_process.h"
#include "models/sparcnet/config.h"
#include "models/sparcnet/layer_log.h"
#include "models/sparcnet/layer_plan.h"

namespace sparsim {

/// The PEs, in lockstep on one broadcast: takes a tile of input and of weights, computes, and leaves finished tiles in
/// the ofmap scratchpad. Reads plans until it reads a null one.
class PeGrid : public sc_core::sc_module {
 private:
  TimedThread process_;

 public:
  TimedIn<const LayerPlan*> plans{"plans", process_};
  TimedIn<> ifmap{"ifmap", process_};
  TimedIn<> weight{"weight", process_};
  TimedOut<> ofmap{"ofmap", process_};

  PeGrid(const sc_core::sc_module_name& name, const PeGridConfig& config);

  LayerLog& log() { return log_; }
  /// What held each layer back, in words, in the order of the run.
  const std::vector<std::string>& bottlenecks() const { return bottlenecks_; }

 private:
  /// Cycles the PEs waited for each of their three buffers.
  struct Waits {
    Cycles ifmap = 0, weight = 0, ofmap = 0;
  };

  void work();
  void rank(const LayerPlan& plan);
  void compute(const LayerPlan& plan);
  void count(const LayerPlan& plan, const TileStep& step, Cycles cycles);
  std::string bottleneck(const LayerPlan& plan) const;
  template <class Wait>
  Cycles timed(Wait&& wait);

  const PeGridConfig config_;
  LayerLog log_;
  Waits waits_;
  std::string cause_;  // of the cycles under way, in the critical path
  std::vector<std::string> bottlenecks_;
};

}  // namespace sparsim
