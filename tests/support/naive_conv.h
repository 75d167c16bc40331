#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <systemc>
#include <vector>

#include "models/core/work.h"
#include "models/fpgaconvnet/conv_design.h"
#include "tests/support/naive_pipeline.h"

namespace sparsim::naive {

/// A window as an engine sees it: 1 for what is not zero.
struct Window {
  std::vector<std::int16_t> operands;
  bool last = false;  // of its group
};

/// What an engine shows in a cycle.
struct DotPins {
  bool window_ready = false, result_valid = false;
};

/// A vector-dot engine's registers: look at the pins, then clock.
class Dot {
 public:
  virtual ~Dot() = default;
  /// `window`: the next one, be it there yet (`window_valid`) or not.
  virtual DotPins evaluate(bool window_valid, const Window& window, bool result_ready) = 0;
  virtual void clock() = 0;
};

/// The step model of rtl/sparse_vector_dot.sv.
std::unique_ptr<Dot> sparse_engine(const CrossbarShape& shape, std::int64_t filters);

/// rtl/dense_vector_dot.sv as far as its timing goes, register by register, for windows of any size.
class DenseEngine final : public Dot {
 public:
  DenseEngine(std::int64_t operands, std::int64_t lanes, std::int64_t filters);
  DotPins evaluate(bool window_valid, const Window& window, bool result_ready) override;
  void clock() override;

 private:
  const std::int64_t beats_, filters_;
  bool busy_ = false, last_ = false;  // a window is at work; the last of its group
  std::int64_t beat_ = 0, pass_ = 0;  // of the window
  std::vector<bool> sends_;           // multipliers and adder tree, the newest first: a result ends with this beat
  bool result_ = false;               // the result register holds one
  bool enters_ = false, entering_last_ = false, moves_ = false, pass_ends_ = false, free_ = false;  // in this cycle
};

/// The windows of a stream, in the order in which they leave its line buffers: images, pixels, groups, channels.
std::vector<Window> windows(const ConvDesign& design, const Workload& workload, std::size_t layer,
                            const std::vector<std::int64_t>& order, std::int64_t stream, std::size_t images);

/// An engine between its FIFO of windows and a FIFO of results.
class Engine : public Part {
 public:
  Engine(const sc_core::sc_module_name& name, Clock& clock, std::unique_ptr<Dot> dot, std::vector<Window> windows,
         std::int64_t filters, Fifo& in, Fifo& out, Cycles latency);
  bool done() const override { return out_.writes().size() == results_; }

 private:
  void act() override;

  const std::unique_ptr<Dot> dot_;
  const std::vector<Window> windows_;
  std::size_t results_ = 0;  // to come in all
  Fifo& in_;
  Fifo& out_;
  const Cycles latency_;
};

/// A weighted node: line buffers, FIFOs of windows, engines, FIFOs of results, join (models/fpgaconvnet/conv_design.h).
class Conv : public sc_core::sc_module {
 public:
  /// `weights`: null where they are on chip.
  Conv(const sc_core::sc_module_name& name, Clock& clock, const ConvDesign& design, const Workload& workload,
       std::size_t layer, const std::vector<std::int64_t>& order, Cycles latency, std::size_t images, Fifo& input,
       Fifo* weights, Fifo& output);

  const Fifo& window_fifo(std::size_t stream) const { return *window_fifos_[stream]; }
  /// Of several streams.
  const Fifo& result_fifo(std::size_t stream) const { return *result_fifos_[stream]; }

 private:
  std::vector<std::unique_ptr<Fifo>> window_fifos_, result_fifos_;
  std::vector<std::unique_ptr<Engine>> engines_;
  std::unique_ptr<SlotNode> line_buffers_, join_;
};

}  // namespace sparsim::naive
