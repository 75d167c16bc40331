#include "models/core/window_count.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "models/core/error.h"

namespace sparsim {
namespace {

using Word = std::uint64_t;

Word low_bits(std::size_t n) { return n >= 64 ? ~Word{0} : (Word{1} << n) - 1; }

// Bits begin .. begin + 63 of a mask, zeros past its end.
Word word_at(const std::vector<Word>& words, std::size_t begin) {
  const std::size_t i = begin / 64, shift = begin % 64;
  const Word low = words[i] >> shift;
  return shift != 0 && i + 1 < words.size() ? low | words[i + 1] << (64 - shift) : low;
}

// Bit i of the index, in byte i.
constexpr std::array<Word, 256> spread_bits() {
  std::array<Word, 256> table{};
  for (std::size_t bits = 0; bits < 256; ++bits)
    for (std::size_t i = 0; i < 8; ++i) table[bits] |= Word{bits >> i & 1} << (8 * i);
  return table;
}
constexpr std::array<Word, 256> kSpread = spread_bits();

// 64 sums of one-bit numbers side by side: plane p holds bit p of each.
template <int kPlanes>
class BitSums {
 public:
  void add(Word bits) { add_to_plane<0>(bits); }
  void add(Word a, Word b) {
    const Word odd = a ^ b, carry = (a & b) | (planes_[0] & odd);
    planes_[0] ^= odd;
    add_to_plane<1>(carry);
  }
  /// To a byte each.
  void store(std::uint8_t* sums) const {
    for (std::size_t eighth = 0; eighth < 8; ++eighth) {
      Word eight = 0;
      for (int p = 0; p < kPlanes; ++p) eight |= kSpread[planes_[p] >> (8 * eighth) & 0xff] << p;
      std::memcpy(sums + 8 * eighth, &eight, 8);
    }
  }

 private:
  template <int kPlane>
  void add_to_plane(Word bits) {
    if constexpr (kPlane < kPlanes) {
      const Word carry = planes_[kPlane] & bits;
      planes_[kPlane] ^= bits;
      add_to_plane<kPlane + 1>(carry);
    }
  }

  Word planes_[kPlanes] = {};
};

// sums[i] = bits that are set among the i-th of each row, for i below `size`; 0 from there to a multiple of 64.
template <int kPlanes>
void add_rows(const std::vector<Word>& words, const std::vector<std::size_t>& rows, std::size_t size,
              std::uint8_t* sums) {
  for (std::size_t i = 0; i < size; i += 64) {
    const Word inside = low_bits(size - i);
    BitSums<kPlanes> total;
    std::size_t row = 0;
    for (; row + 1 < rows.size(); row += 2)
      total.add(word_at(words, rows[row] + i) & inside, word_at(words, rows[row + 1] + i) & inside);
    if (row < rows.size()) total.add(word_at(words, rows[row] + i) & inside);
    total.store(sums + i);
  }
}

// sums[i] = columns[i] + columns[i + step] + .., `kernel` terms, for i below `size`.
void add_columns(const std::uint8_t* __restrict columns, std::size_t kernel, std::size_t step, std::size_t size,
                 std::uint8_t* __restrict sums) {
  if (kernel == 3) {  // the usual one: a third faster in one go
    for (std::size_t i = 0; i < size; ++i)
      sums[i] = static_cast<std::uint8_t>(columns[i] + columns[i + step] + columns[i + 2 * step]);
    return;
  }
  std::copy_n(columns, size, sums);
  for (std::size_t k = 1; k < kernel; ++k)
    for (std::size_t i = 0; i < size; ++i) sums[i] = static_cast<std::uint8_t>(sums[i] + columns[i + k * step]);
}

// Each byte becomes the number of its bits that are set.
void count_bits(std::uint8_t* bytes, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    const std::uint8_t all = bytes[i];
    const auto pairs = static_cast<std::uint8_t>(all - (all >> 1 & 0x55));
    const auto fours = static_cast<std::uint8_t>((pairs & 0x33) + (pairs >> 2 & 0x33));
    bytes[i] = static_cast<std::uint8_t>((fours & 0x0f) + (fours >> 4));
  }
}

// sums[i] = the sum of bytes i * kTerms .. i * kTerms + kTerms - 1.
template <std::size_t kTerms>
void add_neighbours(const std::uint8_t* __restrict bytes, std::size_t size, std::uint8_t* __restrict sums) {
  for (std::size_t i = 0; i < size; ++i) {
    std::uint8_t sum = 0;
    for (std::size_t k = 0; k < kTerms; ++k) sum = static_cast<std::uint8_t>(sum + bytes[i * kTerms + k]);
    sums[i] = sum;
  }
}
constexpr decltype(&add_neighbours<1>) kAddNeighbours[] = {add_neighbours<1>, add_neighbours<2>, add_neighbours<3>,
                                                           add_neighbours<4>, add_neighbours<5>, add_neighbours<6>,
                                                           add_neighbours<7>, add_neighbours<8>};

}  // namespace

WindowCounter::WindowCounter(const WindowShape& shape) : shape_(shape), windows_per_pixel_(shape.input.channels) {
  SPARSIM_CHECK(shape.kernel_h * shape.kernel_w <= kMaxCount, "a kernel of {}x{} values", shape.kernel_h,
                shape.kernel_w);
  const std::int64_t starts = (shape.output.width - 1) * shape.stride_w + 1;
  const std::int64_t reach = starts + (shape.kernel_w - 1) * shape.dilation_w;
  const std::int64_t width = std::max(reach, shape.pad_left + shape.input.width);
  columns_.resize(static_cast<std::size_t>(width * shape.input.channels) + 64);
  if (shape.stride_w > 1) sums_.resize(static_cast<std::size_t>(starts * shape.input.channels));
}

WindowCounter::WindowCounter(const WindowShape& shape, int streams) : shape_(shape), streams_(streams) {
  SPARSIM_CHECK(shape.kernel_h == 1 && shape.kernel_w == 1, "clusters of channels under a kernel of {}x{}",
                shape.kernel_h, shape.kernel_w);
  SPARSIM_CHECK(streams >= 1 && streams <= 64, "a cluster of {} streams", streams);
  windows_per_pixel_ = ceil_div(shape.input.channels, streams);
  clusters_.resize(static_cast<std::size_t>(windows_per_row() * ceil_div(streams, 8)) + 8);
}

void WindowCounter::count_row(const BitMask& nonzero, std::int64_t y, std::uint8_t* counts) {
  SPARSIM_CHECK(static_cast<std::int64_t>(nonzero.size()) == shape_.input.elements(), "{} bits for a map of {}",
                nonzero.size(), to_string(shape_.input));
  SPARSIM_CHECK(y >= 0 && y < shape_.output.height, "row {} of {}", y, shape_.output.height);
  if (streams_ == 0)
    count_channels(nonzero.words(), y, counts);
  else
    count_clusters(nonzero.words(), y, counts);
}

// Separable: down the rows as bit planes, values of all columns and channels alike in one run of bits; then along x as
// bytes. A stride along x takes its share of the windows at stride 1.
void WindowCounter::count_channels(const std::vector<Word>& words, std::int64_t y, std::uint8_t* counts) {
  const auto channels = static_cast<std::size_t>(shape_.input.channels);
  const std::size_t row_bits = static_cast<std::size_t>(shape_.input.width) * channels;
  rows_.clear();
  for (std::int64_t k = 0; k < shape_.kernel_h; ++k) {
    const std::int64_t row = y * shape_.stride_h - shape_.pad_top + k * shape_.dilation_h;
    if (row >= 0 && row < shape_.input.height) rows_.push_back(static_cast<std::size_t>(row) * row_bits);
  }
  // What lies left and right of the map in columns_ stays zero.
  std::uint8_t* inside = columns_.data() + static_cast<std::size_t>(shape_.pad_left) * channels;
  const auto add = rows_.size() < 2    ? add_rows<1>
                   : rows_.size() < 4  ? add_rows<2>
                   : rows_.size() < 8  ? add_rows<3>
                   : rows_.size() < 16 ? add_rows<4>
                                       : add_rows<8>;
  add(words, rows_, row_bits, inside);

  const auto kernel = static_cast<std::size_t>(shape_.kernel_w);
  const std::size_t step = static_cast<std::size_t>(shape_.dilation_w) * channels;
  if (shape_.stride_w == 1) {
    add_columns(columns_.data(), kernel, step, static_cast<std::size_t>(windows_per_row()), counts);
    return;
  }
  add_columns(columns_.data(), kernel, step, sums_.size(), sums_.data());
  const std::size_t stride = static_cast<std::size_t>(shape_.stride_w) * channels;
  if (channels < 8) {  // too few for a copy of each pixel to pay
    for (std::size_t c = 0; c < channels; ++c)
      for (std::size_t from = c, to = c; from < sums_.size(); from += stride, to += channels) counts[to] = sums_[from];
    return;
  }
  for (std::size_t from = 0; from < sums_.size(); from += stride, counts += channels)
    std::copy_n(&sums_[from], channels, counts);
}

// The clusters of a row, each from a byte on, then the bits of these bytes.
void WindowCounter::count_clusters(const std::vector<std::uint64_t>& words, std::int64_t y, std::uint8_t* counts) {
  const auto channels = static_cast<std::size_t>(shape_.input.channels), streams = static_cast<std::size_t>(streams_);
  const std::size_t cluster_bytes = (streams + 7) / 8;
  const std::size_t pixel_bytes = static_cast<std::size_t>(windows_per_pixel_) * cluster_bytes;
  std::fill(clusters_.begin(), clusters_.end(), std::uint8_t{0});
  const std::int64_t row = y * shape_.stride_h - shape_.pad_top;
  if (row >= 0 && row < shape_.input.height) {
    const auto row_begin = static_cast<std::size_t>(row * shape_.input.width) * channels;
    // Output pixels whose input is not padding.
    const std::int64_t first = ceil_div(shape_.pad_left, shape_.stride_w);
    const std::int64_t last =
        std::min(shape_.output.width, ceil_div(shape_.pad_left + shape_.input.width, shape_.stride_w));
    if (shape_.stride_w == 1 && streams % 8 == 0 && channels % streams == 0) {  // as they lie in the map
      std::memcpy(&clusters_[static_cast<std::size_t>(first) * pixel_bytes],
                  reinterpret_cast<const std::uint8_t*>(words.data()) + row_begin / 8,
                  static_cast<std::size_t>(last - first) * pixel_bytes);
    } else {
      for (std::int64_t x = first; x < last; ++x) {
        const std::size_t pixel =
            row_begin + static_cast<std::size_t>(x * shape_.stride_w - shape_.pad_left) * channels;
        std::uint8_t* cluster = &clusters_[static_cast<std::size_t>(x) * pixel_bytes];
        for (std::size_t c = 0; c < channels; c += streams, cluster += cluster_bytes) {
          const Word bits = word_at(words, pixel + c) & low_bits(std::min(streams, channels - c));
          std::memcpy(cluster, &bits, sizeof bits);  // the bytes beyond are zero, and those of the clusters to come
        }
      }
    }
  }
  const auto windows = static_cast<std::size_t>(windows_per_row());
  count_bits(clusters_.data(), windows * cluster_bytes);
  kAddNeighbours[cluster_bytes - 1](clusters_.data(), windows, counts);
}

}  // namespace sparsim
