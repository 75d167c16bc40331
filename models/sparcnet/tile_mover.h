#pragma once

#include <functional>
#include <string>
#include <systemc>

#include "models/core/timed_fifo.h"
#include "models/core/timed_process.h"
#include "models/memory/dma.h"
#include "models/sparcnet/layer_log.h"
#include "models/sparcnet/layer_plan.h"

namespace sparsim {

/// What a TileLoader or TileStorer has in common: a DMA engine, the plans it follows, the log it keeps. It reads plans
/// until it reads a null one.
class TileMover : public sc_core::sc_module {
 protected:
  TimedThread process_;

 public:
  TimedIn<const LayerPlan*> plans{"plans", process_};
  DmaEngine dma;

  const LayerLog& log() const { return log_; }
  LayerLog& log() { return log_; }

 protected:
  TileMover(const sc_core::sc_module_name& name, const DmaConfig& config, std::string verb);

  virtual void move(const LayerPlan& plan) = 0;
  /// Moves one tile from where the local clock stands; afterwards that is where it has arrived. Returns its bytes.
  std::int64_t transfer(const LayerPlan& plan, std::vector<Transfer> transfers);

  LayerLog log_;

 private:
  void work();

  const std::string verb_;
  std::vector<Transfer> transfers_;  // under way
};

/// Loads the tiles of one operand into its scratchpad: a slot of `tiles` is a buffer there, taken from the start of a
/// load until the PEs are through with it.
class TileLoader : public TileMover {
 public:
  enum class Operand { ifmap, weight };

  TimedOut<> tiles{"tiles", process_};

  TileLoader(const sc_core::sc_module_name& name, const DmaConfig& config, Operand operand);

 private:
  void move(const LayerPlan& plan) override;
  void load(const LayerPlan& plan, const TileStep& step);

  const Operand operand_;
};

/// Stores finished tiles; says when a layer's last one is in memory.
class TileStorer : public TileMover {
 public:
  TimedIn<> tiles{"tiles", process_};
  TimedOut<> layers_done{"layers_done", process_};

  TileStorer(const sc_core::sc_module_name& name, const DmaConfig& config);

 private:
  void move(const LayerPlan& plan) override;
};

}  // namespace sparsim
