#include "sim/workload/mac_count.h"

#include <gtest/gtest.h>

#include <random>

namespace sparsim {
namespace {

Layer layer(std::int64_t groups) {
  Layer layer;
  layer.shape.input = {5, 4, 6};
  layer.shape.output = {3, 4, 4};  // (5+1+1-3)/2+1 by (4+1+1-3)/1+1
  layer.shape.kernel_h = layer.shape.kernel_w = 3;
  layer.shape.stride_h = 2;
  layer.shape.pad_top = layer.shape.pad_left = layer.shape.pad_bottom = layer.shape.pad_right = 1;
  layer.shape.groups = groups;
  return layer;
}

// Every multiply-accumulate, one by one.
MacCount counted_by_hand(const Layer& layer, const BitMask& nonzero, const BitMask& kept) {
  const WindowShape& s = layer.shape;
  MacCount count;
  for (std::int64_t f = 0; f < s.output.channels; ++f)
    for (std::int64_t oy = 0; oy < s.output.height; ++oy)
      for (std::int64_t ox = 0; ox < s.output.width; ++ox)
        for (std::int64_t ky = 0; ky < s.kernel_h; ++ky)
          for (std::int64_t kx = 0; kx < s.kernel_w; ++kx)
            for (std::int64_t i = 0; i < s.channels_per_group(); ++i) {
              const std::int64_t c = f / s.filters_per_group() * s.channels_per_group() + i;
              if (!kept.test(c) || (!layer.kept_filters.empty() && !layer.kept_filters.test(f))) continue;
              bool connected = layer.connections.empty();
              for (const Connection& pair : layer.connections)
                connected |= pair.filters.test(f) && pair.channels.test(c);
              if (!connected) continue;
              ++count.kept;
              const std::int64_t y = oy * s.stride_h + ky - s.pad_top, x = ox * s.stride_w + kx - s.pad_left;
              if (y < 0 || x < 0 || y >= s.input.height || x >= s.input.width) continue;
              const std::int64_t w = ((f * s.kernel_h + ky) * s.kernel_w + kx) * s.channels_per_group() + i;
              if (!layer.weight_nonzero.empty() && !layer.weight_nonzero.test(w)) continue;
              if (nonzero.test((y * s.input.width + x) * s.input.channels + c)) ++count.useful;
            }
  return count;
}

BitMask random_mask(std::int64_t size, std::mt19937& random) {
  BitMask mask(static_cast<std::size_t>(size));
  for (std::size_t i = 0; i < mask.size(); ++i) mask.set(i, (random() & 1u) != 0);
  return mask;
}

TEST(CountMacs, AgreesWithCountingOneByOne) {
  std::mt19937 random(7);
  for (int round = 0; round < 20; ++round) {
    Layer l = layer(round % 2 == 0 ? 1 : 2);
    if (round % 3 > 0) l.weight_nonzero = random_mask(l.shape.weights(), random);
    if (round % 4 > 1) l.kept_filters = random_mask(4, random);
    if (round % 5 == 0) {
      const BitMask filters = random_mask(4, random);
      BitMask others(4, true);
      for (std::size_t i = 0; i < 4; ++i) others.set(i, !filters.test(i));
      l.connections = {{filters, random_mask(6, random)}, {others, random_mask(6, random)}};
    }
    const BitMask nonzero = random_mask(l.shape.input.elements(), random), kept = random_mask(6, random);
    const MacCount got = count_macs(l, nonzero, kept), want = counted_by_hand(l, nonzero, kept);
    EXPECT_EQ(got.kept, want.kept) << round;
    EXPECT_EQ(got.useful, want.useful) << round;
  }
}

TEST(CountMacs, OfAllIsTheDenseCount) {
  const Layer l = layer(1);
  const MacCount count = count_macs(l, BitMask(120, true), BitMask(6, true));
  EXPECT_EQ(count.kept, l.macs());
  // Rows -1..1, 1..3, 3..5 of 0..4 are 2+3+2 inside; columns likewise 2+3+3+2: 7 * 10 * 6 channels * 4 filters.
  EXPECT_EQ(count.useful, 1680);
}

// Two of five pixels side by side are active: each sees both, where all five sites put out it is one, two, two, one.
TEST(CountMacs, OfActiveSitesLeavesOutTheOthers) {
  Layer l;
  l.shape.input = {1, 5, 2};
  l.shape.output = {1, 5, 3};
  l.shape.kernel_w = 3;
  l.shape.pad_left = l.shape.pad_right = 1;
  BitMask nonzero(10);
  nonzero.set(2), nonzero.set(5);  // channel 0 of pixel 1, channel 1 of pixel 2
  EXPECT_EQ(count_macs(l, nonzero, BitMask(2, true)).useful, 3 * (1 + 2 + 2 + 1));
  l.active_sites = true;
  EXPECT_EQ(count_macs(l, nonzero, BitMask(2, true)).useful, 3 * (2 + 2));
  EXPECT_EQ(count_macs(l, nonzero, BitMask(2, true)).kept, l.macs());
}

TEST(CountMacs, CrossesWordsOfTheMask) {  // 70 channels begin anywhere in a word
  Layer l;
  l.kind = LayerKind::convolution;
  l.shape.input = {2, 3, 70};
  l.shape.output = {2, 3, 2};
  std::mt19937 random(11);
  const BitMask nonzero = random_mask(420, random);
  EXPECT_EQ(count_macs(l, nonzero, BitMask(70, true)).useful, 2 * static_cast<std::int64_t>(nonzero.count()));
}

}  // namespace
}  // namespace sparsim
