#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "models/core/random.h"
#include "models/core/work.h"
#include "sim/workload/trace.h"

namespace sparsim {

/// What a vector-dot engine is fed: windows in order, a group of them for each output pixel, and its weight memory.
class WindowSource {
 public:
  virtual ~WindowSource() = default;

  std::size_t inputs() const { return inputs_; }      // operands of a window
  std::uint32_t filters() const { return filters_; }  // that use each window
  std::uint64_t windows() const { return windows_; }  // in all
  /// [row][input], row = channel * filters + filter, as the engine asks for them.
  const std::vector<std::int16_t>& weights() const { return weights_; }
  std::size_t rows() const { return weights_.size() / inputs_; }

  /// Starts over: the same windows again.
  virtual void rewind() = 0;
  /// The next window's operands, [inputs()]. Returns whether it ends its group. At most windows() times.
  virtual bool next(std::vector<std::int16_t>& window) = 0;

 protected:
  WindowSource(std::size_t inputs, std::uint32_t filters, std::uint64_t windows)
      : inputs_(inputs), filters_(filters), windows_(windows) {}

  const std::size_t inputs_;
  const std::uint32_t filters_;
  const std::uint64_t windows_;
  std::vector<std::int16_t> weights_;
};

/// Drawn windows: each operand is non-zero with probability `density`; groups of 1 to kMostChannels windows.
class RandomWindows final : public WindowSource {
 public:
  static constexpr std::size_t kMostChannels = 16;

  RandomWindows(std::size_t inputs, std::uint32_t filters, std::uint64_t windows, double density, std::uint64_t seed);
  void rewind() override;
  bool next(std::vector<std::int16_t>& window) override;

 private:
  const double density_;
  const std::uint64_t seed_;
  Random random_;
  std::uint64_t produced_ = 0;
  std::size_t left_ = 0;  // windows of this group
};

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
