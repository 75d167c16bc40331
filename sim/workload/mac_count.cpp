#include "sim/workload/mac_count.h"

#include <vector>

#include "models/core/error.h"
#include "sim/workload/connectivity.h"

namespace sparsim {
namespace {

// How many filters multiply the value at each place of the window: at all, and by a weight that is not zero.
struct FilterCounts {
  std::vector<std::int64_t> kept, nonzero;  // [kernel_h][kernel_w][input channel]
};

FilterCounts count_filters(const Layer& layer, const BitMask& kept_channels) {
  const WindowShape& s = layer.shape;
  const std::int64_t taps = s.kernel_h * s.kernel_w;
  FilterCounts counts;
  counts.kept.assign(static_cast<std::size_t>(taps * s.input.channels), 0);
  counts.nonzero = counts.kept;
  const std::vector<Connection> connections = layer.connections.empty() ? group_connections(s) : layer.connections;
  for (const Connection& connection : connections)
    for (std::int64_t filter = 0; filter < s.output.channels; ++filter) {
      if (!connection.filters.test(static_cast<std::size_t>(filter))) continue;
      if (!layer.kept_filters.empty() && !layer.kept_filters.test(static_cast<std::size_t>(filter))) continue;
      const std::int64_t first = filter / s.filters_per_group() * s.channels_per_group();
      for (std::int64_t i = 0; i < s.channels_per_group(); ++i) {
        const auto channel = static_cast<std::size_t>(first + i);
        if (!connection.channels.test(channel) || !kept_channels.test(channel)) continue;
        for (std::int64_t tap = 0; tap < taps; ++tap) {
          const auto place = static_cast<std::size_t>(tap * s.input.channels) + channel;
          const auto weight = static_cast<std::size_t>((filter * taps + tap) * s.channels_per_group() + i);
          ++counts.kept[place];
          if (layer.weight_nonzero.empty() || layer.weight_nonzero.test(weight)) ++counts.nonzero[place];
        }
      }
    }
  return counts;
}

// The filters of all non-zero values of one pixel.
std::int64_t at_pixel(const BitMask& nonzero, std::size_t first, const std::int64_t* filters, std::size_t channels) {
  std::int64_t total = 0;
  for (std::size_t begin = 0; begin < channels; begin += 64) {
    const std::size_t at = first + begin, count = std::min<std::size_t>(64, channels - begin), shift = at % 64;
    std::uint64_t bits = nonzero.words()[at / 64] >> shift;
    if (shift + count > 64) bits |= nonzero.words()[at / 64 + 1] << (64 - shift);
    if (count < 64) bits &= (std::uint64_t{1} << count) - 1;
    for (; bits != 0; bits &= bits - 1) total += filters[begin + static_cast<std::size_t>(__builtin_ctzll(bits))];
  }
  return total;
}

// The pixels that a convolution on active sites puts out: those that have a non-zero value.
std::vector<bool> active_sites(const MapShape& shape, const BitMask& nonzero) {
  std::vector<bool> active(static_cast<std::size_t>(shape.pixels()));
  const auto channels = static_cast<std::size_t>(shape.channels);
  for (std::size_t i = 0; i < nonzero.size(); ++i)
    if (nonzero.test(i)) active[i / channels] = true;
  return active;
}

}  // namespace

MacCount count_macs(const Layer& layer, const BitMask& nonzero, const BitMask& kept_channels) {
  const WindowShape& s = layer.shape;
  SPARSIM_CHECK(nonzero.size() == static_cast<std::size_t>(s.input.elements()), "{}: {} bits", layer.name,
                nonzero.size());
  const FilterCounts filters = count_filters(layer, kept_channels);
  const auto channels = static_cast<std::size_t>(s.input.channels);
  const std::vector<bool> sites = layer.active_sites
                                      ? active_sites(s.input, nonzero)
                                      : std::vector<bool>(static_cast<std::size_t>(s.output.pixels()), true);
  MacCount count;
  for (const std::int64_t kept : filters.kept) count.kept += kept * s.output.pixels();
  for (std::int64_t out_y = 0; out_y < s.output.height; ++out_y)
    for (std::int64_t ky = 0; ky < s.kernel_h; ++ky) {
      const std::int64_t y = out_y * s.stride_h + ky * s.dilation_h - s.pad_top;
      if (y < 0 || y >= s.input.height) continue;
      for (std::int64_t out_x = 0; out_x < s.output.width; ++out_x) {
        if (!sites[static_cast<std::size_t>(out_y * s.output.width + out_x)]) continue;
        for (std::int64_t kx = 0; kx < s.kernel_w; ++kx) {
          const std::int64_t x = out_x * s.stride_w + kx * s.dilation_w - s.pad_left;
          if (x < 0 || x >= s.input.width) continue;
          count.useful +=
              at_pixel(nonzero, static_cast<std::size_t>(y * s.input.width + x) * channels,
                       &filters.nonzero[static_cast<std::size_t>(ky * s.kernel_w + kx) * channels], channels);
        }
      }
    }
  return count;
}

}  // namespace sparsim
