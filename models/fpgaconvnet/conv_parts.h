#pragma once

#include <cstddef>
#include <memory>
#include <systemc>
#include <vector>

#include "models/core/region.h"
#include "models/core/timed_fifo.h"
#include "models/crossbar/rtl_dealer.h"
#include "models/crossbar/sparse_dot.h"
#include "models/fpgaconvnet/conv_design.h"
#include "models/fpgaconvnet/conv_windows.h"
#include "models/stream/node_log.h"
#include "models/stream/slot_node.h"
#include "models/stream/slots.h"

namespace sparsim {

/// The line buffers of a weighted node: the slots of a sliding window, each window to all streams at once.
class LineBuffers final : public TimedProcess {
 public:
  TimedIn<> input{"input", *this};
  std::unique_ptr<TimedIn<>> weights;  // a token for each window, where weights are streamed; otherwise null
  sc_core::sc_vector<TimedOut<CrossbarWindow>> windows;  // one a stream

  LineBuffers(const sc_core::sc_module_name& name, const ConvDesign& design, const Workload& workload,
              std::size_t layer, ChannelOrder order, std::size_t images);

  const std::vector<ConvWork>& work() const { return windows_.work(); }

 private:
  bool step() override;
  bool slot(const SlotRun& run);
  CrossbarWindow window(std::int64_t stream) const;

  const ConvDesign design_;
  const SlotSchedule schedule_;
  const std::size_t images_;
  ConvWindows windows_;
  std::size_t image_ = 0, run_ = 0;
  std::int64_t slot_ = 0;            // of the run
  std::int64_t row_ = 0, next_ = 0;  // of the image, of the row: the next window
};

/// A weighted layer in parts: line buffers, a FIFO of windows and an engine for each stream, and the join. The
/// reference of ConvNode, which has the same dates; for a run that keeps its critical path, or asks for another
/// crossbar than the fast form.
class ConvParts final : public sc_core::sc_module {
 public:
  /// All its processes are added to `region`. `engine`: what stands for the crossbar of each stream.
  ConvParts(const sc_core::sc_module_name& name, Region& region, const ConvDesign& design, const Workload& workload,
            std::size_t layer, ChannelOrder order, Cycles latency, std::size_t images, CrossbarEngine engine);
  ~ConvParts() override;

  TimedIn<>& input() { return line_buffers_.input; }
  TimedIn<>& weights() { return *line_buffers_.weights; }
  TimedOut<>& output();

  /// As ConvNode's.
  NodeLog log() const;
  const std::vector<ConvWork>& work() const { return line_buffers_.work(); }

 private:
  LineBuffers line_buffers_;
  std::vector<std::unique_ptr<TimedFifo<CrossbarWindow>>> window_fifos_;
  std::vector<std::unique_ptr<SparseDot>> engines_;
  std::vector<std::unique_ptr<TimedFifo<>>> result_fifos_;
  std::unique_ptr<SlotNode> join_;  // of several streams
};

}  // namespace sparsim
