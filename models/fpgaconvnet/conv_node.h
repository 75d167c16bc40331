#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <systemc>
#include <vector>

#include "models/core/timed_fifo.h"
#include "models/core/timed_process.h"
#include "models/core/work.h"
#include "models/fpgaconvnet/conv_design.h"
#include "models/stream/node_log.h"

namespace sparsim {

/// What the engines of a node did, all images.
struct ConvWork {
  std::int64_t windows = 0, zero_windows = 0;  // of all streams
  std::int64_t macs_done = 0, macs_skipped = 0;
  std::vector<Cycles> busy;  // by stream: cycles in which a window held its engines
};

/// A weighted layer as one process: line buffers, the FIFOs of windows behind them, the engines, and the join of their
/// streams, with the dates that these parts have when each is a process of its own (conv_parts.h). The crossbar is the
/// fast form.
class ConvNode final : public TimedProcess {
 public:
  TimedIn<> input{"input", *this};     // words of design.in_streams() values
  TimedOut<> output{"output", *this};  // words of design.out_streams() values
  /// A token for each window of a stream, where weights are streamed; otherwise null.
  std::unique_ptr<TimedIn<>> weights;

  /// Image i of the run is image i % workload.images(). `order[position]`: the channel at this position of a pixel;
  /// empty where channels come in their own order. `latency`: from the sum to its word in the FIFO behind.
  ConvNode(const sc_core::sc_module_name& name, const ConvDesign& design, const Workload& workload, std::size_t layer,
           std::vector<std::int64_t> order, Cycles latency, std::size_t images);
  ~ConvNode() override;

  const NodeLog& log() const;
  const ConvWork& work() const;

 private:
  class Chain;
  bool step() override;

  const std::unique_ptr<Chain> chain_;
};

}  // namespace sparsim
