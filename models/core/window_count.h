#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/core/bit_mask.h"
#include "models/core/shape.h"

namespace sparsim {

/// Non-zeros of the windows of a feature map, a row of output pixels at a time: memory is that of a row. One counter
/// serves any number of maps of its shape.
///
/// A window is what a vector-dot engine takes at once. It is either the kernel_h x kernel_w values of one channel
/// around an output pixel; or, for a 1x1 kernel over clusters of channel streams, window j of a pixel is its channels
/// j * streams .. j * streams + streams - 1, the last window being shorter where `streams` does not divide the
/// channels. Padding counts as zero. Groups of channels and filters make no difference.
class WindowCounter {
 public:
  /// Windows of one channel; a kernel of at most kMaxCount values.
  explicit WindowCounter(const WindowShape& shape);
  /// Windows of 1..64 channel streams; the kernel is 1x1.
  WindowCounter(const WindowShape& shape, int streams);

  /// Windows of an output pixel: channels, or clusters of them.
  std::int64_t windows_per_pixel() const { return windows_per_pixel_; }
  std::int64_t windows_per_row() const { return shape_.output.width * windows_per_pixel_; }

  /// Of output row `y`: counts[x * windows_per_pixel() + window], windows_per_row() of them. `nonzero` is
  /// [input.height][input.width][input.channels].
  void count_row(const BitMask& nonzero, std::int64_t y, std::uint8_t* counts);

  static constexpr std::int64_t kMaxCount = 255;

 private:
  void count_channels(const std::vector<std::uint64_t>& words, std::int64_t y, std::uint8_t* counts);
  void count_clusters(const std::vector<std::uint64_t>& words, std::int64_t y, std::uint8_t* counts);

  WindowShape shape_;
  int streams_ = 0;  // 0: windows of one channel
  std::int64_t windows_per_pixel_ = 0;
  // Scratch, a row's.
  std::vector<std::size_t> rows_;       // where the kernel's rows begin in the map, those in the padding left out
  std::vector<std::uint8_t> columns_;   // [padded x][channel]: sums down the kernel's rows
  std::vector<std::uint8_t> sums_;      // [x at stride 1][channel]: sums of columns; where the stride is 1, not used
  std::vector<std::uint8_t> clusters_;  // [x][cluster][byte]: bits, then how many are set
};

}  // namespace sparsim
