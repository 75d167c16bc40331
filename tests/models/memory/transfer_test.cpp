#include "models/memory/transfer.h"

#include <gtest/gtest.h>

#include <vector>

namespace sparsim {
namespace {

using Bursts = std::vector<std::vector<std::int64_t>>;  // address, bytes, beats

Bursts split(const Transfer& transfer, std::int64_t beat_bytes, std::int64_t max_beats) {
  Bursts bursts;
  for (BurstSplitter splitter(transfer, beat_bytes, max_beats); !splitter.done();) {
    const Burst b = splitter.next();
    bursts.push_back({static_cast<std::int64_t>(b.address), b.bytes, b.beats});
  }
  return bursts;
}

TEST(BurstSplitter, FillsBurstsAndLeavesTheRestToTheLast) {
  EXPECT_EQ(split({false, 0, 300}, 8, 16), (Bursts{{0, 128, 16}, {128, 128, 16}, {256, 44, 6}}));
}

TEST(BurstSplitter, UnalignedEndsCostABeatEach) {
  EXPECT_EQ(split({false, 4, 8}, 8, 16), (Bursts{{4, 8, 2}}));
  EXPECT_EQ(split({false, 7, 1}, 8, 16), (Bursts{{7, 1, 1}}));
  // 16 beats from the beat of the first byte: 0..127, of which 4 bytes are not asked for.
  EXPECT_EQ(split({false, 4, 128}, 8, 16), (Bursts{{4, 124, 16}, {128, 4, 1}}));
}

TEST(BurstSplitter, NeverCrossesA4KiBBoundary) {
  EXPECT_EQ(split({false, 4096 - 24, 64}, 8, 16), (Bursts{{4072, 24, 3}, {4096, 40, 5}}));
  EXPECT_EQ(split({false, 4096 - 24, 24}, 8, 16), (Bursts{{4072, 24, 3}}));
  EXPECT_EQ(split({false, 0, 8192}, 32, 256), (Bursts{{0, 4096, 128}, {4096, 4096, 128}}));
}

TEST(BurstSplitter, ARowWithAGapStartsABurstOfItsOwn) {
  EXPECT_EQ(split({false, 1000, 20, 3, 100}, 4, 16), (Bursts{{1000, 20, 5}, {1100, 20, 5}, {1200, 20, 5}}));
}

TEST(BurstSplitter, RowsWithoutAGapAreOne) { EXPECT_EQ(split({false, 0, 20, 3, 20}, 4, 16), (Bursts{{0, 60, 15}})); }

}  // namespace
}  // namespace sparsim
