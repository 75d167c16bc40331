#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <systemc>
#include <vector>

#include "models/core/timed_fifo.h"
#include "models/core/timed_process.h"
#include "models/core/work.h"
#include "models/crossbar/dot_timing.h"
#include "models/fpgaconvnet/conv_design.h"
#include "models/fpgaconvnet/conv_windows.h"
#include "models/stream/node_log.h"
#include "models/stream/slots.h"

namespace sparsim {

/// A weighted layer as one process: line buffers, the FIFOs of windows behind them, the engines, and the join of their
/// streams, with the dates that these parts have when each is a process of its own (conv_parts.h). The crossbar is the
/// fast form; a critical path is not kept. It lives in a Region.
class ConvNode final : public TimedProcess {
 public:
  TimedIn<> input{"input", *this};     // words of design.in_streams() values
  TimedOut<> output{"output", *this};  // words of design.out_streams() values
  /// A token for each window of a stream, where weights are streamed; otherwise null.
  std::unique_ptr<TimedIn<>> weights;

  /// Image i of the run is image i % workload.images(). `latency`: from the sum to its word in the FIFO behind.
  ConvNode(const sc_core::sc_module_name& name, const ConvDesign& design, const Workload& workload, std::size_t layer,
           ChannelOrder order, Cycles latency, std::size_t images);

  /// Buckets are those of the stream with the most work of the image: busy while a window holds its engines, waiting
  /// for output while a result does not leave, otherwise for input.
  const NodeLog& log() const { return log_; }
  const std::vector<ConvWork>& work() const { return windows_.work(); }

 private:
  // A stream's engines, one for all of coarse_out.
  struct Engine {
    DotTiming timing;
    Cycles busy = 0, stalled = 0;  // of the image
  };
  // The dates of the newest items of a queue, by item.
  class DateRing {
   public:
    /// Good as long as the ring; in a loop, a copy stays in registers.
    struct View {
      Cycles* dates;
      std::size_t mask;
      Cycles& operator[](std::uint64_t item) const { return dates[static_cast<std::size_t>(item) & mask]; }
    };
    explicit DateRing(std::int64_t depth);
    View view() { return {dates_.data(), dates_.size() - 1}; }
    Cycles& operator[](std::uint64_t item) { return view()[item]; }

   private:
    std::vector<Cycles> dates_;
  };

  bool step() override;
  bool run();
  void pass_windows();
  void advance_slots(std::int64_t most);
  void begin_windows();
  bool send_results();
  bool send_directly();
  bool send_to_join();
  void gather_early();
  bool join_results();
  void count_sent();
  void count_left(std::int64_t results, Cycles date);

  const SlotSchedule schedule_;
  const std::size_t images_, streams_;
  const std::int64_t steps_, filters_, image_rows_, image_results_;
  const std::uint64_t window_depth_, result_depth_;
  const Cycles latency_;  // to the FIFO behind
  ConvWindows windows_;
  const std::int64_t row_windows_;

  // Line buffers: they run ahead of the engines by the FIFO of windows.
  std::size_t run_ = 0, slot_image_ = 0;
  std::int64_t slot_ = 0;                  // of the run
  Cycles slot_clock_ = 0;                  // from here on the next slot can happen
  bool input_over_ = false;                // the limit came
  std::uint64_t emitted_ = 0, begun_ = 0;  // windows of a stream
  DateRing window_dates_;                  // a window is there for the engines
  DateRing window_places_;                 // its place in the FIFO is free again

  // Engines.
  std::vector<Engine> engines_;
  std::size_t image_ = 0;
  std::int64_t row_ = 0, window_ = 0, step_ = 0;  // of the image, of the row, of the group: the next to begin
  const std::uint16_t* passes_ = nullptr;         // of the next window
  std::int64_t unsent_ = 0;                       // results of the group at hand

  // The join: results of all streams that wait for it.
  std::uint64_t sent_ = 0, joined_ = 0;
  DateRing result_dates_;   // all streams' results are there
  DateRing result_places_;  // their places are free again
  Cycles join_clock_ = 0;

  bool image_begun_ = false;
  Cycles image_start_ = 0;
  std::vector<NodeImage> leaving_;  // images through the engines, with results that have not left
  std::int64_t results_left_ = 0;   // of the first of them
  NodeLog log_;
};

}  // namespace sparsim
