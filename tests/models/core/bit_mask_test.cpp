#include "models/core/bit_mask.h"

#include <gtest/gtest.h>

#include <random>

#include "models/core/error.h"

namespace sparsim {
namespace {

TEST(BitMask, KeepsBitsPastTheEndZero) {
  const BitMask mask(70, true);
  EXPECT_EQ(mask.count(), 70u);
  EXPECT_EQ(mask.words().back(), 0x3fu);  // 70 = 64 + 6
  const std::vector<std::uint8_t> ones(9, 0xff);
  EXPECT_EQ(BitMask::from_bytes(ones.data(), 70), mask);
}

TEST(BitMask, CountsRangesAsBitByBit) {
  std::mt19937_64 random(7);
  BitMask mask(200);
  for (std::size_t i = 0; i < 200; ++i) mask.set(i, random() % 3 == 0);
  for (std::size_t begin = 0; begin <= 200; begin += 7)
    for (std::size_t end = begin; end <= 200; end += 5) {
      std::size_t expected = 0;
      for (std::size_t i = begin; i < end; ++i) expected += mask.test(i);
      ASSERT_EQ(mask.count(begin, end), expected) << begin << ".." << end;
    }
}

TEST(BitMask, PacksTheFirstBitLowest) {
  BitMask mask(10);
  mask.set(0);
  mask.set(9);
  EXPECT_EQ(mask.to_bytes(), (std::vector<std::uint8_t>{0x01, 0x02}));
  EXPECT_EQ(BitMask::from_bytes(mask.to_bytes().data(), 10), mask);
}

TEST(BitMask, OfNothingIsDense) {
  EXPECT_EQ(BitMask().density(), 1.0);
  EXPECT_TRUE(BitMask().to_bytes().empty());
}

TEST(BitMask, RefusesToMeetAnotherSize) {
  BitMask mask(8);
  EXPECT_THROW(mask &= BitMask(9), ModelError);
}

}  // namespace
}  // namespace sparsim
