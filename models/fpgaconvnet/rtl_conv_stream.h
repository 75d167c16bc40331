#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/fpgaconvnet/conv_design.h"

namespace sparsim {

/// What is compile-time of rtl/conv_stream.sv: one stream of windows, with the engines that use it.
struct ConvStreamShape {
  int height = 1, width = 1, channels = 1;  // of the map; words of a pixel
  int cluster = 1;                          // channels of a word
  int kernel_h = 1, kernel_w = 1, stride_h = 1, stride_w = 1, dilation_h = 1, dilation_w = 1;
  int pad_top = 0, pad_left = 0;
  int windows_h = 1, windows_w = 1;
  int window_depth = 4;
  int engines = 1, lanes = 1;
  bool skip_zero_window = false;

  constexpr int operands() const { return kernel_h * kernel_w * cluster; }
  friend bool operator==(const ConvStreamShape& a, const ConvStreamShape& b);
};

/// "6x7 map of 3 words a pixel, 3x3 windows ...".
std::string to_string(const ConvStreamShape& shape);

/// Each stream of a design. Throws InputError for what the RTL has not: dense engines, dilated kernels, groups one
/// after the other.
ConvStreamShape conv_stream_shape(const ConvDesign& design);

/// The input pins of rtl/conv_stream.sv in one cycle.
struct ConvStreamInputs {
  bool word_valid = false;
  std::vector<std::int16_t> word;    // [cluster]
  std::vector<std::int16_t> weight;  // [engine][operand]: the row that weight_row asked for in the cycle before
  bool result_ready = false;
};

/// Its output pins.
struct ConvStreamOutputs {
  bool word_ready = false;
  std::uint32_t weight_row = 0;  // word of the pixel * filters + filter of the engine
  bool result_valid = false;
  std::vector<std::int64_t> result;  // [engine]; with result_valid
  bool result_end = false;           // of the pixel's last filter
};

/// The Verilated RTL, cycle by cycle: set the inputs, look at the outputs, clock. Values and weights have 16 bits,
/// results 48 that wrap. What the pins cannot take is a ModelError.
class ConvStream {
 public:
  virtual ~ConvStream() = default;
  /// Forgets all; an engine has `filters` filters from now on (1..Arbiter::kMaxPasses).
  virtual void reset(std::uint32_t filters) = 0;
  /// The outputs of this cycle, valid until the next call. May be called again with other inputs.
  virtual const ConvStreamOutputs& evaluate(const ConvStreamInputs& inputs) = 0;
  /// The clock edge, with the inputs evaluated last.
  virtual void clock() = 0;
};

/// Those of models/fpgaconvnet/conv_stream_rtl.cmake, in its order.
const std::vector<ConvStreamShape>& built_conv_streams();

/// Throws InputError for a shape that was not built; the message lists those that were.
std::unique_ptr<ConvStream> rtl_conv_stream(const ConvStreamShape& shape);

}  // namespace sparsim
