#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "models/core/bit_mask.h"
#include "models/core/window_count.h"
#include "models/core/work.h"
#include "models/fpgaconvnet/conv_design.h"

namespace sparsim {

/// What the engines of a node did with an image.
struct ConvWork {
  std::int64_t windows = 0, zero_windows = 0;  // of all streams; zeros are looked for in front of sparse engines only
  std::int64_t macs_done = 0, macs_skipped = 0;
};

/// The channels of a map in the order in which a pixel's words bring them: order[position] = channel. Empty: as they
/// are numbered.
using ChannelOrder = std::vector<std::int64_t>;

/// The non-zeros of a map with the channels of each pixel in this order, which is not empty.
BitMask reordered(const BitMask& nonzero, const MapShape& map, const ChannelOrder& order);

/// The windows of a weighted node, from the non-zeros of a workload: for each output row, pixel by pixel, the windows
/// of a pixel (groups() x steps()), and for each of these all streams().
class ConvWindows {
 public:
  /// `workload` must outlive it.
  ConvWindows(const ConvDesign& design, const Workload& workload, std::size_t layer, ChannelOrder order);

  /// Windows of a stream a pixel, a row, an image.
  std::int64_t per_pixel() const { return per_pixel_; }
  std::int64_t per_row() const { return per_pixel_ * design_.shape.output.width; }
  std::int64_t per_image() const { return per_pixel_ * design_.shape.output.pixels(); }

  /// Image i of the run is image i % workload.images().
  void load(std::size_t image);

  /// Of output row `y` of the image: passes[window * streams() + stream], in cycles. Dense engines: one value for all.
  const std::uint16_t* passes(std::int64_t y);
  /// By image loaded, as far as its rows were asked for.
  const std::vector<ConvWork>& work() const { return work_; }

  /// Which operands of a window are not zero, bit by bit; at most 64 operands. `window`: of the row.
  std::uint64_t requests(std::int64_t y, std::int64_t window, std::int64_t stream) const;

 private:
  std::int64_t position(std::int64_t window, std::int64_t stream, std::int64_t operand) const;
  std::int64_t channel(std::int64_t window, std::int64_t stream, std::int64_t operand) const;

  const ConvDesign design_;
  const Workload& workload_;
  const std::size_t layer_;
  const ChannelOrder order_;
  const std::int64_t per_pixel_, streams_;

  BitMask mask_;
  std::unique_ptr<WindowCounter> counter_;  // of sparse engines
  std::vector<std::size_t> sources_;        // [window of the pixel * streams + stream]: which of a pixel's counts
  bool straight_ = true;                    // sources_ count up
  std::vector<std::uint16_t> pass_of_;      // by count
  std::vector<std::uint8_t> counts_;
  std::vector<std::uint16_t> passes_;
  std::vector<ConvWork> work_;
};

}  // namespace sparsim
