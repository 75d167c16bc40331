#pragma once

#include <cstdint>
#include <memory>
#include <systemc>

#include "models/core/timed_fifo.h"
#include "models/core/timed_process.h"
#include "models/crossbar/crossbar_shape.h"
#include "models/crossbar/dealer.h"
#include "models/crossbar/dot_timing.h"
#include "models/stream/node_log.h"

namespace sparsim {

/// A window on its way to an engine, as far as its timing goes.
struct CrossbarWindow {
  std::uint64_t requests = 0;  // bit i: operand i is not zero
  bool last = false;           // of its group
};

/// rtl/sparse_vector_dot.sv as a part of a pipeline: windows in, a token a result out (a group's filters, in order).
/// Dates are those of the RTL between FIFOs of these depths. It sends the results that a window completes before it
/// looks for the next window, in the order of simulation and not in time; so where more windows are in its pipeline
/// than fit the FIFO behind, a ring of parts may need a deeper one here than in hardware.
class SparseDot final : public TimedProcess {
 public:
  TimedIn<CrossbarWindow> windows{"windows", *this};
  TimedOut<Token> results{"results", *this};

  /// `shape` is without problems(); it ends after `images` of `windows` each. A result is in the FIFO behind `latency`
  /// cycles after it left, where it has its place from then on.
  SparseDot(const sc_core::sc_module_name& name, const CrossbarShape& shape, std::int64_t filters,
            std::unique_ptr<Dealer> dealer, std::uint64_t windows, std::size_t images = 1, Cycles latency = 0);

  /// From an image's first window to its last result. Busy: windows were dealt; waiting for output: a result did not
  /// leave; otherwise waiting for windows.
  const NodeLog& log() const { return log_; }

 private:
  bool step() override;

  const CrossbarShape shape_;
  const std::int64_t filters_;
  const std::unique_ptr<Dealer> dealer_;
  const std::uint64_t image_windows_;
  const Cycles latency_;
  DotTiming timing_;
  std::uint64_t windows_left_;
  std::size_t images_left_;
  NodeImage image_;
  NodeLog log_;
};

}  // namespace sparsim
