#pragma once

#include <cstdint>
#include <string>

namespace sparsim {

/// A feature map of one image, stored NHWC: value (y, x, c) has index (y * width + x) * channels + c.
struct MapShape {
  std::int64_t height = 1, width = 1, channels = 1;

  std::int64_t pixels() const { return height * width; }
  std::int64_t elements() const { return pixels() * channels; }
  friend bool operator==(const MapShape& a, const MapShape& b) {
    return a.height == b.height && a.width == b.width && a.channels == b.channels;
  }
  friend bool operator!=(const MapShape& a, const MapShape& b) { return !(a == b); }
};

/// "55x55x96": height x width x channels.
std::string to_string(const MapShape& shape);

/// The geometry of an operator that slides a window over a feature map: convolution, pooling, and, with a window of one
/// pixel, everything else. A dense layer is a convolution over a map of one pixel whose channels are all its inputs.
struct WindowShape {
  MapShape input, output;
  std::int64_t kernel_h = 1, kernel_w = 1;
  std::int64_t stride_h = 1, stride_w = 1;
  std::int64_t dilation_h = 1, dilation_w = 1;
  std::int64_t pad_top = 0, pad_left = 0, pad_bottom = 0, pad_right = 0;  // pixels of zeros around the input
  std::int64_t groups = 1;  // convolution only: group g connects its share of the inputs to its share of the filters

  std::int64_t channels_per_group() const { return input.channels / groups; }
  std::int64_t filters_per_group() const { return output.channels / groups; }
  /// Weights of a convolution, biases not counted: [filter][kernel_h][kernel_w][channels_per_group].
  std::int64_t weights() const { return output.channels * kernel_h * kernel_w * channels_per_group(); }
  /// Multiply-accumulates of a dense convolution of one image, those on padding included, as the literature counts.
  std::int64_t macs() const { return output.pixels() * weights(); }

  static WindowShape dense(std::int64_t inputs, std::int64_t outputs);
};

/// Output extent of a window along one axis: floor((in + pads - dilation * (kernel - 1) - 1) / stride) + 1, or the
/// ceiling where `round_up` (ceil_mode), in which case a last window that would start in the padding is dropped.
/// Zero or less means that the window does not fit.
std::int64_t output_extent(std::int64_t in, std::int64_t pads, std::int64_t kernel, std::int64_t stride,
                           std::int64_t dilation, bool round_up, std::int64_t pad_before);

constexpr std::int64_t ceil_div(std::int64_t a, std::int64_t b) { return (a + b - 1) / b; }

}  // namespace sparsim
