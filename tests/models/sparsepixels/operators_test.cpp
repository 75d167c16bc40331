#include "models/sparsepixels/operators.h"

#include <gtest/gtest.h>

#include <cmath>

#include "models/core/error.h"
#include "models/core/random.h"

namespace sparsim {
namespace {

using Values = std::vector<std::int64_t>;
using Positions = std::vector<PixelPosition>;

constexpr FixedFormat kWhole{8, 8, false};

/// A 3x3 filter whose weights are 1 to 9 in raster order.
Values counting() { return {1, 2, 3, 4, 5, 6, 7, 8, 9}; }

TEST(ActivePixels, HaveAChannelAboveTheThreshold) {
  const Values image{0, 0, 3, 0, 0, 4, 2, 2};  // four pixels of two channels
  EXPECT_EQ(active_pixels(image, 2, 0), 3);
  EXPECT_EQ(active_pixels(image, 2, 2), 2);
  EXPECT_EQ(active_pixels(image, 2, 3), 1);
  EXPECT_EQ(active_pixels(image, 2, 4), 0);
}

TEST(InputReduction, KeepsTheFirstInRasterOrder) {
  const Values image{0, 7, 0,  //
                     5, 0, 0,  //
                     0, 9, 1};
  const PixelList list = reduce_input(image, {3, 3, 1}, 3, 0);
  EXPECT_EQ(list.positions, (Positions{{0, 1}, {1, 0}, {2, 1}}));
  EXPECT_EQ(list.values, (Values{7, 5, 9}));
}

TEST(InputReduction, CopiesAllChannelsOfAnActivePixel) {
  const Values image{1, 1, 0, 4, 3, 0};  // of three pixels, two channels each, the first has none above 2
  const PixelList list = reduce_input(image, {1, 3, 2}, 2, 2);
  EXPECT_EQ(list.channels, 2);
  EXPECT_EQ(list.positions, (Positions{{0, 1}, {0, 2}}));
  EXPECT_EQ(list.values, (Values{0, 4, 3, 0}));
}

TEST(InputReduction, LeavesMissingPixelsZero) {
  const PixelList list = reduce_input({0, 0, 6, 0}, {2, 2, 1}, 3, 0);
  EXPECT_EQ(list.slots(), 3u);
  EXPECT_EQ(list.values, (Values{6, 0, 0}));
  EXPECT_EQ(reduce_input({0, 0, 0, 0}, {2, 2, 1}, 2, 0).active_count(), 0u);
  EXPECT_EQ(reduce_input({1, 2, 3, 4}, {2, 2, 1}, 4, 0).values, (Values{1, 2, 3, 4}));
}

TEST(InputReduction, RefusesAnImageOfAnotherSize) {
  EXPECT_THROW(reduce_input({1, 2, 3}, {2, 2, 1}, 2, 0), ModelError);
}

TEST(SumFormat, HoldsEveryProductAndTheBias) {
  // 8 + 8 bits of a product, 2^5 - 1 of them and a bias: 2^5 terms.
  const FixedFormat sum = sum_format({8, 1, false}, {8, 3, true}, 31);
  EXPECT_EQ(sum, (FixedFormat{21, 9, true}));
  EXPECT_EQ(sum.fraction_bits(), 7 + 5);
  EXPECT_EQ(sum_format({8, 1, false}, {8, 3, true}, 32).bits, 22);
  // The ends, of three terms: 255 * -128 each, and a bias of -128 * 2^7.
  const FixedFormat three = sum_format({8, 1, false}, {8, 3, true}, 3);
  EXPECT_LE(three.lowest(), 3 * 255 * -128 - 128 * 128);
  EXPECT_GE(three.highest(), 3 * 255 * 127 + 127 * 128);
  EXPECT_FALSE(sum_format({8, 1, false}, {1, 1, false}, 1).is_signed);
}

TEST(Convolution, PicksWeightsByTheDifferenceOfPositions) {
  const PixelParameters layer{counting(), {0}};
  // The pixel at (1, 1) sees the one at (0, 0) above and left of itself: weight 1; that one sees it by weight 9.
  const PixelList diagonal{1, {{0, 0}, {1, 1}}, {2, 3}};
  EXPECT_EQ(convolve(layer, 3, diagonal).values, (Values{2 * 5 + 3 * 9, 3 * 5 + 2 * 1}));
  // To the right: weight 6; to the left: 4. Below: 8; above: 2.
  const PixelList row{1, {{0, 0}, {0, 1}}, {2, 3}}, column{1, {{0, 0}, {1, 0}}, {2, 3}};
  EXPECT_EQ(convolve(layer, 3, row).values, (Values{2 * 5 + 3 * 6, 3 * 5 + 2 * 4}));
  EXPECT_EQ(convolve(layer, 3, column).values, (Values{2 * 5 + 3 * 8, 3 * 5 + 2 * 2}));
  // Two apart, or at the end of one row and the start of the next: nothing.
  const PixelList apart{1, {{0, 0}, {0, 2}, {2, 1}, {9, 9}}, {2, 3, 1, 1}};
  EXPECT_EQ(convolve(layer, 3, apart).values, (Values{10, 15, 5, 5}));
}

TEST(Convolution, OfAFullMapOfOnesCountsNeighbours) {
  const PixelList full = reduce_input(Values(9, 1), {3, 3, 1}, 9, 0);
  const PixelParameters layer{Values(9, 1), {0}};
  EXPECT_EQ(convolve(layer, 3, full).values, (Values{4, 6, 4, 6, 9, 6, 4, 6, 4}));
}

TEST(Convolution, AddsChannelsAndKeepsFiltersApart) {
  // Two filters of 1x1 on two channels: a + 10 b and -a.
  const PixelParameters layer{{1, 10, -1, 0}, {0, 0}};
  const PixelList input{2, {{4, 4}, {7, 7}}, {3, 2, 0, 1}};
  const PixelList output = convolve(layer, 1, input);
  EXPECT_EQ(output.channels, 2);
  EXPECT_EQ(output.positions, input.positions);
  EXPECT_EQ(output.values, (Values{23, -3, 10, 0}));
}

TEST(Convolution, AddsTheBiasOnlyToSumsThatAreNotZero) {
  // Of the first filter the left pixel's sum is 2 - 2, the right one's 2; of the second both are 2.
  const PixelParameters layer{{0, 0, 0, 0, 1, -1, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0}, {3, -1}};
  const PixelList output = convolve(layer, 3, {1, {{0, 0}, {0, 1}}, {2, 2}});
  EXPECT_EQ(output.values, (Values{0, 2 - 1, 2 + 3, 2 - 1}));
}

TEST(Convolution, OfAnEmptySlotIsEmpty) {
  // The slot in between lies beside a pixel, and is none itself.
  const PixelParameters layer{counting(), {7}};
  const PixelList output = convolve(layer, 3, {1, {{0, 0}, {0, 1}, {0, 2}}, {1, 0, 1}});
  EXPECT_EQ(output.values, (Values{5 + 7, 0, 5 + 7}));
  EXPECT_EQ(convolve(layer, 3, {1, {{0, 0}, {0, 0}}, {0, 0}}).active_count(), 0u);
}

TEST(Convolution, ComputesAKeptPixelThatHasTurnedZero) {
  const PixelParameters layer{counting(), {7}};
  const PixelList output = convolve(layer, 3, {1, {{0, 0}, {0, 1}, {0, 2}}, {1, 0, 1}, {true, true, true}});
  EXPECT_EQ(output.values, (Values{5 + 7, 4 + 6 + 7, 5 + 7}));
  EXPECT_EQ(output.kept, (std::vector<bool>(3, true)));
}

TEST(Convolution, RefusesOtherWeightsThanItsWindow) {
  EXPECT_THROW(convolve({Values(8, 1), {0}}, 3, {1, {{0, 0}}, {1}}), ModelError);
}

TEST(Relu, DropsSignAndFraction) {
  Values values{-5, -1, 0, 1, 2, 3, 6, 10, 1000};                        // eighths
  relu(values, {16, 13, true}, {4, 3, false});                           // to halves, 0 to 15/2
  EXPECT_EQ(values, (Values{0, 0, 0, 0, 0, 1, 2, 2, 15}));               // 2/4, 6/4, 10/4 are ties
  EXPECT_THROW(relu(values, {16, 13, true}, {4, 3, true}), ModelError);  // has no room for the sign
}

TEST(AveragePool, AddsWhatFallsTogetherInTheFirstSlot) {
  const PixelList input{1, {{1, 1}, {5, 4}, {0, 0}, {0, 1}}, {8, 20, 4, 12}};
  const PixelList output = average_pool(input, 2, kWhole, kWhole);
  EXPECT_EQ(output.positions, (Positions{{0, 0}, {2, 2}, {0, 0}, {0, 0}}));
  EXPECT_EQ(output.values, (Values{(8 + 4 + 12) / 4, 20 / 4, 0, 0}));

  const PixelList turned{1, {{0, 1}, {0, 0}, {5, 4}, {1, 1}}, {12, 4, 20, 8}};  // the same pixels
  EXPECT_EQ(average_pool(turned, 2, kWhole, kWhole).values, (Values{6, 0, 5, 0}));
}

TEST(AveragePool, KeepsAPixelOfThoseThatFallTogether) {
  const PixelList input{1, {{0, 0}, {2, 2}, {1, 1}, {2, 0}}, {0, 8, 0, 0}, {false, true, true, false}};
  EXPECT_EQ(average_pool(input, 2, kWhole, kWhole).kept, (std::vector<bool>{true, true, false, false}));
}

TEST(AveragePool, KeepsChannelsApart) {
  const PixelList input{2, {{0, 0}, {2, 2}, {1, 0}}, {4, 0, 8, 12, 8, 16}};
  EXPECT_EQ(average_pool(input, 2, kWhole, kWhole).values, (Values{3, 4, 2, 3, 0, 0}));
}

TEST(AveragePool, RoundsTheMeanOnceWithTiesToEven) {
  const auto mean = [](std::int64_t sum, std::int64_t size, const FixedFormat& from, const FixedFormat& to) {
    return average_pool({1, {{0, 0}}, {sum}}, size, from, to).values[0];
  };
  EXPECT_EQ(mean(1, 2, kWhole, kWhole), 0);   // 1/4
  EXPECT_EQ(mean(2, 2, kWhole, kWhole), 0);   // 1/2
  EXPECT_EQ(mean(3, 2, kWhole, kWhole), 1);   // 3/4
  EXPECT_EQ(mean(6, 2, kWhole, kWhole), 2);   // 3/2
  EXPECT_EQ(mean(10, 2, kWhole, kWhole), 2);  // 5/2
  EXPECT_EQ(mean(24, 7, kWhole, kWhole), 0);  // 24/49, below a half
  EXPECT_EQ(mean(25, 7, kWhole, kWhole), 1);
  EXPECT_EQ(mean(1, 7, kWhole, {32, 0, false}), 87'652'394);  // 2^32 / 49 = 87652393.8
  EXPECT_EQ(mean(6, 2, kWhole, {8, 6, false}), 6);            // 3/2, in quarters
  EXPECT_EQ(mean(24, 2, {8, 6, false}, kWhole), 2);           // 24/4/4 = 3/2
  EXPECT_EQ(mean(255, 1, kWhole, {4, 4, false}), 15);
  EXPECT_EQ(mean(-25, 7, {8, 8, true}, {8, 8, true}), -1);
  EXPECT_EQ(mean(-6, 2, {8, 8, true}, {8, 8, true}), -2);
  EXPECT_EQ(mean(-10, 2, {8, 8, true}, {8, 8, true}), -2);
}

TEST(AveragePool, OfAnEmptyListIsEmpty) {
  EXPECT_EQ(average_pool({1, {{0, 0}, {3, 3}}, {0, 0}}, 2, kWhole, kWhole).active_count(), 0u);
}

TEST(Flatten, ScattersRowByRowChannelFastest) {
  const PixelList list{2, {{1, 0}, {0, 1}, {7, 7}}, {1, 2, 3, 4, 0, 0}};  // an empty slot lies anywhere
  EXPECT_EQ(flatten(list, {2, 3, 2}), (Values{0, 0, 3, 4, 0, 0, 1, 2, 0, 0, 0, 0}));
  EXPECT_EQ(flatten({1, {{0, 0}}, {0}}, {2, 1, 1}), (Values{0, 0}));
}

TEST(Flatten, RefusesAPixelOutsideTheMap) { EXPECT_THROW(flatten({1, {{2, 0}}, {1}}, {2, 3, 1}), ModelError); }

TEST(Dense, AddsTheBiasEverywhere) {
  const PixelParameters layer{{1, 2, 3, -1, 0, 5}, {3, -2}};
  EXPECT_EQ(multiply(layer, {1, 0, 2}), (Values{1 + 6 + 3, -1 + 10 - 2}));
  EXPECT_EQ(multiply(layer, {0, 0, 0}), (Values{3, -2}));
  EXPECT_THROW(multiply(layer, {1, 0}), ModelError);
}

TEST(Answers, AreOfTheValuesAndNotOfTheirRawForm) {
  EXPECT_EQ(sigmoid({0}, kWhole)[0], 0.5);
  EXPECT_DOUBLE_EQ(sigmoid({4}, {8, 6, true})[0], 0.7310585786300049);  // of 1: 1 / (1 + 1/e)
  EXPECT_EQ(softmax({5, 5, 5, 5}, kWhole), (std::vector<double>(4, 0.25)));
  // Of 0 and 1, whatever is added to both, and without overflow.
  EXPECT_DOUBLE_EQ(softmax({0, 4}, {8, 6, true})[1], 0.7310585786300049);
  EXPECT_DOUBLE_EQ(softmax({80'000, 80'004}, {32, 30, true})[1], 0.7310585786300049);
  EXPECT_TRUE(softmax({}, kWhole).empty());
}

// The definition on whole maps: a sum over the window, at sites that are not zero; a mean over a block.
TEST(Lists, ComputeWhatMapsWould) {
  constexpr std::uint64_t kSeed = 20;
  Random random(kSeed, 0);
  const MapShape shape{6, 9, 2};
  constexpr std::int64_t kKernel = 5, kFilters = 3, kPool = 3;
  PixelParameters layer{{}, {1, -2, 3}};
  for (std::int64_t i = 0; i < kFilters * kKernel * kKernel * shape.channels; ++i)
    layer.weights.push_back(static_cast<std::int64_t>(random.below(256)) - 128);
  for (const double density : {0.0, 0.1, 0.5, 1.0}) {
    Values image;
    for (std::int64_t i = 0; i < shape.elements(); ++i)
      image.push_back(random.chance(density) ? static_cast<std::int64_t>(random.below(256)) : 0);
    const auto at = [&](std::int64_t row, std::int64_t column, std::int64_t channel) -> std::int64_t {
      if (row < 0 || row >= shape.height || column < 0 || column >= shape.width) return 0;
      return image[static_cast<std::size_t>((row * shape.width + column) * shape.channels + channel)];
    };
    Values convolved, pooled(static_cast<std::size_t>(kFilters * 6));
    for (std::int64_t row = 0; row < shape.height; ++row)
      for (std::int64_t column = 0; column < shape.width; ++column)
        for (std::int64_t filter = 0; filter < kFilters; ++filter) {
          std::int64_t sum = 0;
          std::size_t weight = static_cast<std::size_t>(filter * kKernel * kKernel * shape.channels);
          for (std::int64_t r = row - 2; r <= row + 2; ++r)
            for (std::int64_t c = column - 2; c <= column + 2; ++c)
              for (std::int64_t channel = 0; channel < shape.channels; ++channel)
                sum += layer.weights[weight++] * at(r, c, channel);
          const bool site = at(row, column, 0) != 0 || at(row, column, 1) != 0;
          const std::int64_t bias = sum == 0 ? 0 : layer.bias[static_cast<std::size_t>(filter)];
          convolved.push_back(site ? sum + bias : 0);
          pooled[static_cast<std::size_t>((row / kPool * 3 + column / kPool) * kFilters + filter)] += convolved.back();
        }
    const FixedFormat sums{32, 29, true}, wide{32, 20, true};  // eighths, 4096ths
    for (std::int64_t& value : pooled) value = wide.quantize(static_cast<double>(value) / (8 * kPool * kPool));

    const PixelList list = convolve(layer, kKernel, reduce_input(image, shape, shape.pixels(), 0));
    const MapShape map{shape.height, shape.width, kFilters};
    ASSERT_EQ(flatten(list, map), convolved) << "density " << density << ", seed " << kSeed;
    ASSERT_EQ(flatten(average_pool(list, kPool, sums, wide), {2, 3, kFilters}), pooled)
        << "density " << density << ", seed " << kSeed;
  }
}

}  // namespace
}  // namespace sparsim
