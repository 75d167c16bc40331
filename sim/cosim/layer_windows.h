#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "models/core/shape.h"
#include "sim/cosim/windows.h"
#include "sim/workload/trace.h"

namespace sparsim {

/// The value under tap `tap` of the window at output pixel `pixel`, from a convolution's input
/// [height][width][channels]; zero in the padding.
std::int64_t window_value(const WindowShape& shape, const std::vector<std::int16_t>& values, std::int64_t pixel,
                          std::int64_t tap, std::int64_t channel);

/// The windows of a convolution of a trace, with real quantised values and weights: output pixels in raster order, and
/// for each its channels. A KxK window holds one channel; where the kernel is 1x1 (dense layers among them) a window
/// holds a cluster of channels, as many as the engine has inputs, the last one filled up with zeros.
class LayerWindows final : public WindowSource {
 public:
  /// Group `group` of the layer. Throws InputError where the trace holds no values or no weights of the layer, or the
  /// engine's inputs do not fit the kernel.
  LayerWindows(const Trace& trace, const std::string& trace_name, std::size_t image, std::size_t layer,
               std::int64_t group, std::size_t inputs);
  void rewind() override { next_ = 0; }
  bool next(std::vector<std::int16_t>& window) override;

  /// Windows of an output pixel.
  static std::size_t channels(const WindowShape& shape, std::size_t inputs);

  /// What the layer's integer convolution gives, by its definition: [pixel][filter] of the group.
  std::vector<std::int64_t> convolution() const;

 private:
  std::int64_t value(std::int64_t pixel, std::int64_t tap, std::int64_t channel) const;
  std::int64_t weight(std::int64_t filter, std::int64_t tap, std::int64_t channel) const;

  const WindowShape shape_;
  const std::int64_t group_;
  std::vector<std::int16_t> values_;          // [height][width][channels]
  std::vector<std::int16_t> kernel_weights_;  // [filter][kernel_h][kernel_w][channels_per_group]
  std::uint64_t next_ = 0;
};

}  // namespace sparsim
