#pragma once

#include <cstddef>
#include <cstdint>
#include <systemc>
#include <utility>

#include "models/core/timed_fifo.h"
#include "models/core/timed_process.h"
#include "models/stream/node_log.h"
#include "models/stream/slots.h"

namespace sparsim {

/// A node that does the same slots for every image, a cycle each at the least: padding and sliding window, pool,
/// squeeze, split, add, concat. Elastic: a slot waits until every input has a word and every output room; what it
/// writes is `latency` cycles later in the FIFO behind, where it has its place from the slot on. It lives in a Region.
class SlotNode final : public TimedProcess {
 public:
  sc_core::sc_vector<TimedIn<>> inputs;
  sc_core::sc_vector<TimedOut<>> outputs;

  /// It ends after `images`.
  SlotNode(const sc_core::sc_module_name& name, SlotSchedule schedule, int inputs, int outputs, Cycles latency,
           std::size_t images);

  const NodeLog& log() const { return log_; }

 private:
  bool step() override;
  void end_run();
  bool slots_through();
  bool slots(const SlotRun& run);
  void burst_of(const SlotRun& run);
  bool ready(const SlotRun& run);
  void begin(Cycles date);
  void slot(const SlotRun& run);
  template <std::size_t kInputs, std::size_t kOutputs>
  void burst(const SlotRun& run);
  template <std::size_t... kIn, std::size_t... kOut>
  void burst(const SlotRun& run, std::index_sequence<kIn...>, std::index_sequence<kOut...>);

  const SlotSchedule schedule_;
  const Cycles latency_;
  std::size_t images_left_;
  std::size_t run_ = 0;                 // of the repeat
  std::int64_t repeat_ = 0, done_ = 0;  // of the image; slots of the run
  bool started_ = false;                // the image
  NodeImage image_;
  NodeLog log_;
};

}  // namespace sparsim
