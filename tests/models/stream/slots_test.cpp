#include "models/stream/slots.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>
#include <utility>
#include <vector>

#include "models/core/random.h"

namespace sparsim {

void PrintTo(const SlotRun& run, std::ostream* os) {
  *os << "{" << run.count << ", reads " << run.reads << ", writes " << run.writes << "}";
}

namespace {

using testing::ElementsAre;

// Kinds of slots with one input and one output.
SlotRun idle(std::int64_t count) { return {count, 0, 0}; }
SlotRun read(std::int64_t count) { return {count, 1, 0}; }
SlotRun write(std::int64_t count) { return {count, 0, 1}; }
SlotRun both(std::int64_t count) { return {count, 1, 1}; }

/// One row of `width` pixels under a window of `kernel`.
WindowShape row(std::int64_t width, std::int64_t kernel, std::int64_t stride, std::int64_t pad_left,
                std::int64_t pad_right, bool round_up = false) {
  WindowShape s;
  s.input = {1, width, 1};
  s.kernel_w = kernel;
  s.stride_w = stride;
  s.pad_left = pad_left;
  s.pad_right = pad_right;
  s.output = {1, output_extent(width, pad_left + pad_right, kernel, stride, 1, round_up, pad_left), 1};
  return s;
}

std::vector<SlotRun> runs(const WindowShape& shape, std::int64_t words_per_pixel = 1) {
  return window_slots(shape, words_per_pixel).runs;
}

TEST(WindowSlots, WriteAWindowWithItsLastPixel) {
  WindowShape s;
  s.input = {3, 3, 1};
  s.output = {2, 2, 1};
  s.kernel_h = s.kernel_w = 2;
  // Windows end in the pixels x, y >= 1: r r r / r w w / r w w.
  EXPECT_THAT(runs(s), ElementsAre(read(4), both(2), read(1), both(2)));
  EXPECT_THAT(runs(s, 3), ElementsAre(read(12), both(6), read(3), both(6)));  // three words a pixel, channels inside
}

TEST(WindowSlots, TakeASlotForAPixelOfPadding) {
  WindowShape s;
  s.input = {2, 2, 1};
  s.output = {2, 2, 1};
  s.kernel_h = s.kernel_w = 3;
  s.pad_top = s.pad_left = s.pad_bottom = s.pad_right = 1;
  // Padded 4x4, values in the middle, windows end in x, y >= 2: . . . . / . r r . / . r b w / . . w w.
  EXPECT_THAT(runs(s), ElementsAre(idle(5), read(2), idle(2), read(1), both(1), write(1), idle(2), write(2)));
  EXPECT_EQ(window_slots(s, 1).slots(), 16);
  EXPECT_EQ(window_slots(s, 1).reads(0), 4);
  EXPECT_EQ(window_slots(s, 1).writes(0), 4);
}

TEST(WindowSlots, ReadWhatTheStrideLeavesOut) {
  EXPECT_THAT(runs(row(4, 1, 2, 0, 0)), ElementsAre(both(1), read(1), both(1), read(1)));
  EXPECT_THAT(runs(row(5, 2, 3, 0, 0)), ElementsAre(read(1), both(1), read(2), both(1)));  // ends in x = 1, 4
}

TEST(WindowSlots, KnowWhichSideIsPadded) {
  EXPECT_THAT(runs(row(3, 2, 2, 0, 1)), ElementsAre(read(1), both(1), read(1), write(1)));
  EXPECT_THAT(runs(row(3, 2, 2, 1, 0)), ElementsAre(idle(1), both(1), read(1), both(1)));
}

TEST(WindowSlots, LeaveOutPaddingBehindTheLastWindow) {
  // Five columns hold windows that end in x = 1, 3: the column of padding would follow in vain.
  EXPECT_THAT(runs(row(4, 2, 2, 0, 1)), ElementsAre(read(1), both(1), read(1), both(1)));
}

TEST(WindowSlots, GoPastTheMapWhereTheExtentIsRoundedUp) {
  const WindowShape pool = row(5, 2, 2, 0, 0, true);
  ASSERT_EQ(pool.output.width, 3);  // ceil(5 / 2): the last window has a column outside the map
  EXPECT_THAT(runs(pool), ElementsAre(read(1), both(1), read(1), both(1), read(1), write(1)));
}

TEST(WindowSlots, SpreadADilatedKernel) {
  WindowShape s = row(4, 2, 1, 0, 0);
  s.dilation_w = 2;
  s.output.width = 2;  // over x = 0, 2 and 1, 3
  EXPECT_THAT(runs(s), ElementsAre(read(2), both(2)));
}

// The definition: the padded map in raster order; a value is read where there is one, a window written at its corner.
TEST(WindowSlots, AreTheRasterOfThePaddedMap) {
  constexpr std::uint64_t kSeed = 41;
  Random random(kSeed, 0);
  const auto from = [&](std::int64_t low, std::uint64_t high) {
    return low + static_cast<std::int64_t>(random.below(high - static_cast<std::uint64_t>(low) + 1));
  };
  for (int round = 0; round < 500; ++round) {
    SCOPED_TRACE(testing::Message() << "seed " << kSeed << ", round " << round);
    WindowShape s;
    s.input = {from(1, 9), from(1, 9), from(1, 3)};
    s.kernel_h = from(1, 4), s.kernel_w = from(1, 4);
    s.stride_h = from(1, 3), s.stride_w = from(1, 3);
    s.dilation_h = from(1, 2), s.dilation_w = from(1, 2);
    s.pad_top = from(0, 2), s.pad_left = from(0, 2), s.pad_bottom = from(0, 2), s.pad_right = from(0, 2);
    const bool round_up = random.chance(0.3);
    s.output = {output_extent(s.input.height, s.pad_top + s.pad_bottom, s.kernel_h, s.stride_h, s.dilation_h, round_up,
                              s.pad_top),
                output_extent(s.input.width, s.pad_left + s.pad_right, s.kernel_w, s.stride_w, s.dilation_w, round_up,
                              s.pad_left),
                s.input.channels};
    if (s.output.height < 1 || s.output.width < 1) continue;

    std::set<std::pair<std::int64_t, std::int64_t>> values, corners;
    std::int64_t height = 0, width = 0;
    const auto put = [&](auto& set, std::int64_t y, std::int64_t x) {
      set.emplace(y, x);
      height = std::max(height, y + 1), width = std::max(width, x + 1);
    };
    for (std::int64_t y = 0; y < s.input.height; ++y)
      for (std::int64_t x = 0; x < s.input.width; ++x) put(values, s.pad_top + y, s.pad_left + x);
    for (std::int64_t y = 0; y < s.output.height; ++y)
      for (std::int64_t x = 0; x < s.output.width; ++x)
        put(corners, y * s.stride_h + (s.kernel_h - 1) * s.dilation_h,
            x * s.stride_w + (s.kernel_w - 1) * s.dilation_w);
    std::vector<SlotRun> expected;
    for (std::int64_t y = 0; y < height; ++y)
      for (std::int64_t x = 0; x < width; ++x)
        expected.insert(
            expected.end(), static_cast<std::size_t>(s.input.channels),
            {1, static_cast<std::uint32_t>(values.count({y, x})), static_cast<std::uint32_t>(corners.count({y, x}))});

    const SlotSchedule schedule = window_slots(s, s.input.channels);
    ASSERT_EQ(schedule.repeats, 1);
    std::vector<SlotRun> seen;
    for (SlotRun run : schedule.runs)
      for (; run.count > 0; --run.count) seen.push_back({1, run.reads, run.writes});
    ASSERT_EQ(seen, expected);
  }
}

TEST(SqueezeSlots, GiveAWideWordInParts) {
  const SlotSchedule schedule = squeeze_slots({{1, 3, 16}, 8}, 1);
  EXPECT_THAT(schedule.runs, ElementsAre(both(1), write(7)));
  EXPECT_EQ(schedule.repeats, 6);  // words of 8 in 48 values
  EXPECT_EQ(schedule.reads(0), 6);
  EXPECT_EQ(schedule.writes(0), 48);
}

TEST(SqueezeSlots, CollectNarrowWords) {
  const SlotSchedule schedule = squeeze_slots({{1, 3, 16}, 1}, 8);
  EXPECT_THAT(schedule.runs, ElementsAre(read(7), both(1)));
  EXPECT_EQ(schedule.repeats, 6);
}

TEST(SqueezeSlots, HoldWhatIsLeftOfAWord) {
  const SlotSchedule schedule = squeeze_slots({{1, 2, 12}, 6}, 4);
  EXPECT_THAT(schedule.runs, ElementsAre(both(2), write(1)));  // 6 - 4 = 2; + 6 - 4 = 4; - 4 = 0
  EXPECT_EQ(schedule.repeats, 2);
  EXPECT_THAT(squeeze_slots({{1, 2, 12}, 4}, 6).runs, ElementsAre(read(1), both(2)));  // 4; + 4 - 6 = 2; + 4 - 6 = 0
}

TEST(SplitSlots, WriteAllBranches) {
  const SlotSchedule schedule = split_slots(5, 3);
  EXPECT_THAT(schedule.runs, ElementsAre(SlotRun{5, 0b1, 0b111}));
  EXPECT_EQ(schedule.slots(), 5);
}

TEST(JoinSlots, ReadAllBranches) { EXPECT_THAT(join_slots(5, 3).runs, ElementsAre(SlotRun{5, 0b111, 0b1})); }

TEST(ConcatSlots, ReadOneBranchAfterTheOtherForEachPixel) {
  const SlotSchedule schedule = concat_slots(4, {2, 3, 1});
  EXPECT_THAT(schedule.runs, ElementsAre(SlotRun{2, 0b001, 1}, SlotRun{3, 0b010, 1}, SlotRun{1, 0b100, 1}));
  EXPECT_EQ(schedule.repeats, 4);
  EXPECT_EQ(schedule.slots(), 24);
  EXPECT_EQ(schedule.reads(0), 8);
  EXPECT_EQ(schedule.reads(1), 12);
  EXPECT_EQ(schedule.reads(2), 4);
  EXPECT_EQ(schedule.writes(0), 24);
}

}  // namespace
}  // namespace sparsim
