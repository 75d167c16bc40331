#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/core/shape.h"
#include "models/crossbar/crossbar_shape.h"

namespace sparsim {

/// What computes the dot product of a window: all operands in turn, the non-zeros on one multiplier, or the non-zeros
/// dealt to several by a crossbar.
enum class DotEngine { dense, round_robin, crossbar };

constexpr std::string_view kDotEngineNames[] = {"dense", "round_robin", "crossbar"};
constexpr std::string_view to_string(DotEngine engine) { return kDotEngineNames[static_cast<std::size_t>(engine)]; }

/// How a weighted layer is spread over engines (fpgaConvNet; github AlexMontgomerie/fpgaconvnet-model).
struct Folding {
  std::int64_t coarse_in = 1;     // input channels of a group at a time
  std::int64_t coarse_out = 1;    // filters of a group at a time
  std::int64_t coarse_group = 1;  // groups at a time
  std::int64_t fine = 1;          // multipliers of an engine

  friend bool operator==(const Folding& a, const Folding& b) {
    return a.coarse_in == b.coarse_in && a.coarse_out == b.coarse_out && a.coarse_group == b.coarse_group &&
           a.fine == b.fine;
  }
};

/// A weighted layer as a node: coarse_group x coarse_in streams of windows, each used by coarse_out engines that do the
/// same at the same time, on other filters. The loops of an engine, from the outside: pixels, its groups, the channels
/// of the group (a window each), filters. A dense layer is a convolution of one pixel.
///
/// Where a 1x1 kernel leaves a window of one value, a crossbar deals a cluster instead: the coarse_in values of a word.
struct ConvDesign {
  WindowShape shape;
  Folding folding;
  DotEngine engine = DotEngine::dense;
  bool skip_zero_window = false;   // sparse engines: a window of zeros takes no pass
  bool built_only = false;         // a crossbar has to be one of those whose RTL was built
  bool weights_streamed = false;   // from the memory, for every window again; otherwise they are on chip
  std::int64_t window_depth = 4;   // windows between a stream's line buffers and its engines
  std::int64_t result_depth = 16;  // results between a stream's engines and the join of all streams

  std::int64_t kernel() const { return shape.kernel_h * shape.kernel_w; }
  bool clustered() const { return engine == DotEngine::crossbar && kernel() == 1; }
  /// Streams of windows that keep a time of their own.
  std::int64_t streams() const { return folding.coarse_group * (clustered() ? 1 : folding.coarse_in); }
  std::int64_t in_streams() const { return folding.coarse_group * folding.coarse_in; }
  std::int64_t out_streams() const { return folding.coarse_group * folding.coarse_out; }
  /// Of a stream and a pixel: groups, one after the other; windows of a group; results a group, one a filter.
  std::int64_t groups() const { return shape.groups / folding.coarse_group; }
  std::int64_t steps() const { return shape.channels_per_group() / folding.coarse_in; }
  std::int64_t filters() const { return shape.filters_per_group() / folding.coarse_out; }
  std::int64_t engines() const { return streams() * folding.coarse_out; }
  std::int64_t multipliers() const { return engines() * folding.fine; }
  /// Of an engine: operands of a window, multipliers.
  std::int64_t operands() const { return clustered() ? folding.coarse_in : kernel(); }
  /// The input channel of operand `operand` (of a cluster; otherwise 0) of window `step` of group `group` in time.
  std::int64_t channel(std::int64_t stream, std::int64_t group, std::int64_t step, std::int64_t operand) const;

  /// Cycles of a filter's use of a window with so many non-zeros; 0: skipped.
  Cycles pass(int nonzeros) const;
  /// Registers from a beat to the accumulators (crossbar_shape.h), the same for all engines.
  int dot_stages() const;
  /// From the join of the streams to the sum: a register a level of the adder tree over coarse_in.
  Cycles join_latency() const;
  /// The engine as rtl/ knows it; only where operands() is at most CrossbarShape::kMostInputs.
  CrossbarShape crossbar() const;
};

/// One sentence for each factor that does not divide or is out of range, `coarse_in = 3: ...`; empty where all is well.
std::vector<std::string> problems(const ConvDesign& design);

}  // namespace sparsim
