#include "models/fpgaconvnet/conv_windows.h"

#include <utility>

namespace sparsim {

BitMask reordered(const BitMask& nonzero, const MapShape& map, const ChannelOrder& order) {
  BitMask result(nonzero.size());
  const auto channels = static_cast<std::size_t>(map.channels);
  for (std::size_t pixel = 0; pixel < nonzero.size(); pixel += channels)
    for (std::size_t position = 0; position < channels; ++position)
      if (nonzero.test(pixel + static_cast<std::size_t>(order[position]))) result.set(pixel + position);
  return result;
}

ConvWindows::ConvWindows(const ConvDesign& design, const Workload& workload, std::size_t layer, ChannelOrder order)
    : design_(design),
      workload_(workload),
      layer_(layer),
      order_(std::move(order)),
      per_pixel_(design.groups() * design.steps()),
      streams_(design.streams()) {
  if (design.engine == DotEngine::dense) {
    passes_.assign(static_cast<std::size_t>(per_row() * streams_), static_cast<std::uint16_t>(design.pass(0)));
    return;
  }
  if (design.clustered())
    counter_ = std::make_unique<WindowCounter>(design.shape, static_cast<int>(design.operands()));
  else
    counter_ = std::make_unique<WindowCounter>(design.shape);
  for (std::int64_t window = 0; window < per_pixel_; ++window)
    for (std::int64_t stream = 0; stream < streams_; ++stream) {
      // Clusters are counted of a map in the order of positions; windows of one channel of the map as it is.
      const std::int64_t source =
          design.clustered() ? position(window, stream, 0) / design.operands() : channel(window, stream, 0);
      straight_ = straight_ && source == static_cast<std::int64_t>(sources_.size());
      sources_.push_back(static_cast<std::size_t>(source));
    }
  for (int count = 0; count <= design.operands(); ++count)
    pass_of_.push_back(static_cast<std::uint16_t>(design.pass(count)));
  counts_.resize(static_cast<std::size_t>(counter_->windows_per_row()));
  passes_.resize(static_cast<std::size_t>(per_row() * streams_));
}

std::int64_t ConvWindows::position(std::int64_t window, std::int64_t stream, std::int64_t operand) const {
  const std::int64_t in_pixel = window % per_pixel_;
  return design_.channel(stream, in_pixel / design_.steps(), in_pixel % design_.steps(), operand);
}

std::int64_t ConvWindows::channel(std::int64_t window, std::int64_t stream, std::int64_t operand) const {
  const std::int64_t p = position(window, stream, operand);
  return order_.empty() ? p : order_[static_cast<std::size_t>(p)];
}

void ConvWindows::load(std::size_t image) {
  work_.emplace_back();
  if (design_.engine == DotEngine::dense) {
    work_.back().windows = per_image() * streams_;
    work_.back().macs_done = design_.shape.macs();
    return;
  }
  mask_ = workload_.nonzero(image % workload_.images(), layer_);
  if (design_.clustered() && !order_.empty()) mask_ = reordered(mask_, design_.shape.input, order_);
}

const std::uint16_t* ConvWindows::passes(std::int64_t y) {
  if (design_.engine == DotEngine::dense) return passes_.data();
  counter_->count_row(mask_, y, counts_.data());
  const auto per_pixel = static_cast<std::size_t>(per_pixel_ * streams_);
  std::int64_t nonzeros = 0, zero_windows = 0;
  if (straight_) {
    for (std::size_t i = 0; i < passes_.size(); ++i) {
      const std::uint8_t count = counts_[i];
      nonzeros += count;
      zero_windows += count == 0;
      passes_[i] = pass_of_[count];
    }
  } else {
    for (std::size_t pixel = 0; pixel < passes_.size(); pixel += per_pixel)
      for (std::size_t i = 0; i < per_pixel; ++i) {
        const std::uint8_t count = counts_[pixel + sources_[i]];
        nonzeros += count;
        zero_windows += count == 0;
        passes_[pixel + i] = pass_of_[count];
      }
  }
  const std::int64_t used = design_.shape.filters_per_group();
  ConvWork& work = work_.back();
  work.windows += static_cast<std::int64_t>(passes_.size());
  work.zero_windows += zero_windows;
  work.macs_done += nonzeros * used;
  work.macs_skipped += (static_cast<std::int64_t>(passes_.size()) * design_.operands() - nonzeros) * used;
  return passes_.data();
}

std::uint64_t ConvWindows::requests(std::int64_t y, std::int64_t window, std::int64_t stream) const {
  const WindowShape& s = design_.shape;
  const std::int64_t x = window / per_pixel_;
  const auto nonzero = [&](std::int64_t row, std::int64_t column, std::int64_t c) {
    if (row < 0 || row >= s.input.height || column < 0 || column >= s.input.width) return false;
    return mask_.test(static_cast<std::size_t>((row * s.input.width + column) * s.input.channels + c));
  };
  std::uint64_t bits = 0;
  if (design_.clustered()) {
    for (std::int64_t operand = 0; operand < design_.operands(); ++operand)
      bits |= std::uint64_t{nonzero(y * s.stride_h - s.pad_top, x * s.stride_w - s.pad_left,
                                    position(window, stream, operand))}
              << operand;
    return bits;
  }
  const std::int64_t c = channel(window, stream, 0);
  for (std::int64_t ky = 0; ky < s.kernel_h; ++ky)
    for (std::int64_t kx = 0; kx < s.kernel_w; ++kx)
      bits |= std::uint64_t{nonzero(y * s.stride_h - s.pad_top + ky * s.dilation_h,
                                    x * s.stride_w - s.pad_left + kx * s.dilation_w, c)}
              << (ky * s.kernel_w + kx);
  return bits;
}

}  // namespace sparsim
