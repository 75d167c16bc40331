#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/fpgaconvnet/conv_design.h"

namespace sparsim {

/// What is compile-time of rtl/conv_node.sv, all but widths.
struct ConvNodeShape {
  int height = 1, width = 1, channels = 1;  // of the map; words of a pixel
  int kernel_h = 1, kernel_w = 1, stride_h = 1, stride_w = 1, dilation_h = 1, dilation_w = 1;
  int pad_top = 0, pad_left = 0;
  int windows_h = 1, windows_w = 1;
  int streams = 1;
  int cluster = 1;  // channels of a stream in a word
  int engines = 1;  // of a stream
  int window_depth = 4, result_depth = 16, out_depth = 2;
  int lanes = 1;
  bool skip_zero_window = false;

  constexpr int word() const { return streams * cluster; }                  // values
  constexpr int operands() const { return kernel_h * kernel_w * cluster; }  // of a window
  constexpr int weights() const { return streams * engines * operands(); }  // that meet a window of each stream
  friend bool operator==(const ConvNodeShape& a, const ConvNodeShape& b);
};

std::string to_string(const ConvNodeShape& shape);

/// A node in front of a FIFO of `out_depth`. Throws InputError for what the RTL has not: dense engines, groups.
ConvNodeShape conv_node_shape(const ConvDesign& design, std::size_t out_depth);

/// The input pins of rtl/conv_node.sv in one cycle.
struct RtlNodeInputs {
  bool word_valid = false;
  std::vector<std::int16_t> word;    // [stream][cluster]
  std::vector<std::int16_t> weight;  // [stream][engine][operand]: the rows asked for in the cycle before
  bool sum_ready = false;
};

/// Its output pins.
struct RtlNodeOutputs {
  bool word_ready = false;
  std::vector<std::uint32_t> weight_row;  // [stream]: word of the pixel * filters of an engine + filter
  bool sum_valid = false;
  std::vector<std::int64_t> sum;  // [engine]; with sum_valid
};

/// The Verilated RTL, cycle by cycle: set the inputs, look at the outputs, clock. Values and weights have 16 bits,
/// the sum of a stream has 48 that wrap. What the pins cannot take is a ModelError.
class RtlConvNode {
 public:
  virtual ~RtlConvNode() = default;
  /// Forgets all; an engine has `filters` filters from now on (1..Arbiter::kMaxPasses).
  virtual void reset(std::uint32_t filters) = 0;
  /// The outputs of this cycle, valid until the next call. May be called again with other inputs.
  virtual const RtlNodeOutputs& evaluate(const RtlNodeInputs& inputs) = 0;
  /// The clock edge, with the inputs evaluated last.
  virtual void clock() = 0;
};

/// Those of models/fpgaconvnet/conv_node_rtl.cmake, in its order.
const std::vector<ConvNodeShape>& built_conv_nodes();

/// Throws InputError for a shape that was not built; the message lists those that were.
std::unique_ptr<RtlConvNode> rtl_conv_node(const ConvNodeShape& shape);

}  // namespace sparsim
