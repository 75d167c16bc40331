#include "models/core/window_count.h"

#include <gtest/gtest.h>

#include <random>

#include "models/core/error.h"

namespace sparsim {
namespace {

struct Axis {
  std::int64_t kernel, stride = 1, dilation = 1, pad_before = 0, pad_after = 0;
};

WindowShape window_shape(MapShape input, Axis y, Axis x) {
  WindowShape s;
  s.input = input;
  s.kernel_h = y.kernel, s.stride_h = y.stride, s.dilation_h = y.dilation;
  s.pad_top = y.pad_before, s.pad_bottom = y.pad_after;
  s.kernel_w = x.kernel, s.stride_w = x.stride, s.dilation_w = x.dilation;
  s.pad_left = x.pad_before, s.pad_right = x.pad_after;
  const auto extent = [](std::int64_t in, const Axis& a) {
    return output_extent(in, a.pad_before + a.pad_after, a.kernel, a.stride, a.dilation, false, a.pad_before);
  };
  s.output = {extent(input.height, y), extent(input.width, x), 1};
  return s;
}

BitMask random_mask(const MapShape& shape, double density, std::mt19937_64& random) {
  std::bernoulli_distribution nonzero(density);
  BitMask mask(static_cast<std::size_t>(shape.elements()));
  for (std::size_t i = 0; i < mask.size(); ++i) mask.set(i, nonzero(random));
  return mask;
}

// Value by value, as convolution is defined.
int count_window(const BitMask& mask, const WindowShape& s, std::int64_t y, std::int64_t x, std::int64_t channel) {
  int count = 0;
  for (std::int64_t ky = 0; ky < s.kernel_h; ++ky)
    for (std::int64_t kx = 0; kx < s.kernel_w; ++kx) {
      const std::int64_t row = y * s.stride_h + ky * s.dilation_h - s.pad_top;
      const std::int64_t column = x * s.stride_w + kx * s.dilation_w - s.pad_left;
      if (row < 0 || row >= s.input.height || column < 0 || column >= s.input.width) continue;
      count += mask.test(static_cast<std::size_t>((row * s.input.width + column) * s.input.channels + channel));
    }
  return count;
}

void expect_counts(WindowCounter& counter, const BitMask& mask, const WindowShape& s, std::int64_t streams) {
  ASSERT_EQ(counter.windows_per_pixel(), ceil_div(s.input.channels, streams));
  std::vector<std::uint8_t> counts(static_cast<std::size_t>(counter.windows_per_row()));
  for (std::int64_t y = s.output.height - 1; y >= 0; --y) {  // rows in any order
    counter.count_row(mask, y, counts.data());
    std::vector<int> expected(counts.size(), 0);
    for (std::int64_t x = 0; x < s.output.width; ++x)
      for (std::int64_t c = 0; c < s.input.channels; ++c)
        expected[static_cast<std::size_t>(x * counter.windows_per_pixel() + c / streams)] +=
            count_window(mask, s, y, x, c);
    ASSERT_EQ(std::vector<int>(counts.begin(), counts.end()), expected)
        << "row " << y << " of " << to_string(s.input) << ", kernel " << s.kernel_h << "x" << s.kernel_w << ", stride "
        << s.stride_h << "x" << s.stride_w << ", dilation " << s.dilation_h << "x" << s.dilation_w << ", " << streams
        << " streams";
  }
}

void expect_channel_counts(const WindowShape& s, std::mt19937_64& random) {
  ASSERT_GT(s.output.pixels(), 0);
  WindowCounter counter(s);
  for (const double density : {0.3, 1.0})  // one counter, two maps
    expect_counts(counter, random_mask(s.input, density, random), s, 1);
}

TEST(WindowCount, CountsAsByHand) {
  // One channel:  1 0 1   under 2x2, no padding:  1+0+0+1  0+1+1+1
  //               0 1 1                           0+1+1+0  1+1+0+0
  //               1 0 0
  BitMask mask(9);
  for (const std::size_t i : {0, 2, 4, 5, 6}) mask.set(i);
  WindowCounter counter(window_shape({3, 3, 1}, {2}, {2}));
  std::vector<std::uint8_t> counts(2);
  counter.count_row(mask, 0, counts.data());
  EXPECT_EQ(counts, (std::vector<std::uint8_t>{2, 3}));
  counter.count_row(mask, 1, counts.data());
  EXPECT_EQ(counts, (std::vector<std::uint8_t>{2, 2}));
}

TEST(WindowCount, OfChannelsEqualsCountingValueByValue) {
  std::mt19937_64 random(1);
  for (const std::int64_t channels : {1, 3, 16, 64, 96, 130})
    for (const std::int64_t kernel : {1, 2, 3, 5, 7, 11})
      for (const std::int64_t stride : {1, 2, 4}) {
        const Axis axis{kernel, stride, 1, kernel / 2, (kernel - 1) / 2};
        expect_channel_counts(window_shape({12, 13, channels}, axis, axis), random);
      }
}

TEST(WindowCount, TakesEachAxisByItself) {
  std::mt19937_64 random(2);
  for (int round = 0; round < 200; ++round) {
    const auto axis = [&] {
      return Axis{1 + static_cast<std::int64_t>(random() % 5), 1 + static_cast<std::int64_t>(random() % 3),
                  1 + static_cast<std::int64_t>(random() % 3), static_cast<std::int64_t>(random() % 4),
                  static_cast<std::int64_t>(random() % 4)};
    };
    const std::int64_t channels = 1 + static_cast<std::int64_t>(random() % 70);
    expect_channel_counts(window_shape({13, 14, channels}, axis(), axis()), random);
  }
}

TEST(WindowCount, OfPaddingAloneIsZero) {
  const WindowShape shape = window_shape({1, 1, 5}, {1, 1, 1, 2, 2}, {1, 1, 1, 2, 2});
  WindowCounter channels(shape), clusters(shape, 5);
  const BitMask mask(5, true);
  std::vector<std::uint8_t> counts(25), cluster_counts(5);
  for (std::int64_t y = 0; y < 5; ++y) {
    channels.count_row(mask, y, counts.data());
    clusters.count_row(mask, y, cluster_counts.data());
    for (std::size_t x = 0; x < 5; ++x) {
      const bool inside = y == 2 && x == 2;
      EXPECT_EQ(counts[x * 5], inside ? 1 : 0);
      EXPECT_EQ(cluster_counts[x], inside ? 5 : 0);
    }
  }
}

// ceil_mode: the last window begins inside and reaches past all padding.
TEST(WindowCount, ReachesPastThePadding) {
  std::mt19937_64 random(3);
  WindowShape shape = window_shape({6, 6, 7}, {3, 2}, {3, 2});
  shape.output.height = shape.output.width = output_extent(6, 0, 3, 2, 1, true, 0);
  ASSERT_EQ(shape.output.width, 3);  // columns 4, 5 and one that is not there
  expect_channel_counts(shape, random);
}

TEST(WindowCount, HoldsTheLargestKernels) {
  std::mt19937_64 random(4);
  expect_channel_counts(window_shape({15, 17, 3}, {15}, {17}), random);  // 255 values
  expect_channel_counts(window_shape({200, 2, 3}, {200}, {1}), random);
  EXPECT_THROW(WindowCounter(window_shape({16, 16, 3}, {16}, {16})), ModelError);
}

TEST(WindowCount, OfClustersEqualsCountingValueByValue) {
  std::mt19937_64 random(5);
  for (const std::int64_t channels : {1, 3, 16, 64, 96, 130})
    for (const int streams : {1, 3, 8, 9, 16, 33, 48, 64})
      for (const std::int64_t stride : {1, 2})
        for (const std::int64_t pad : {0, 1, 3}) {
          const WindowShape shape = window_shape({5, 6, channels}, {1, 1, 1, pad, 0}, {1, stride, 1, pad, 2 * pad});
          WindowCounter counter(shape, streams);
          for (const double density : {0.4, 1.0})
            expect_counts(counter, random_mask(shape.input, density, random), shape, streams);
        }
}

TEST(WindowCount, EndsAPixelsClustersWithAShorterOne) {
  WindowCounter counter(window_shape({1, 2, 10}, {1}, {1}), 4);
  std::vector<std::uint8_t> counts(6);
  counter.count_row(BitMask(20, true), 0, counts.data());
  EXPECT_EQ(counts, (std::vector<std::uint8_t>{4, 4, 2, 4, 4, 2}));
}

TEST(WindowCount, RefusesWhatItWasNotMadeFor) {
  const WindowShape shape = window_shape({4, 4, 8}, {3}, {3});
  EXPECT_THROW(WindowCounter(shape, 8), ModelError);  // clusters are of 1x1 kernels
  const WindowShape pointwise = window_shape({4, 4, 8}, {1}, {1});
  EXPECT_THROW(WindowCounter(pointwise, 65), ModelError);
  EXPECT_THROW(WindowCounter(pointwise, 0), ModelError);

  WindowCounter counter(shape);
  std::vector<std::uint8_t> counts(16);
  EXPECT_THROW(counter.count_row(BitMask(4 * 4 * 8 - 1), 0, counts.data()), ModelError);
  EXPECT_THROW(counter.count_row(BitMask(4 * 4 * 8), 2, counts.data()), ModelError);  // two rows: 0 and 1
}

}  // namespace
}  // namespace sparsim
