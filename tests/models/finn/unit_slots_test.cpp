// Slots of the units of a FINN pipeline: what they read and write, and in which cycle.
#include "models/finn/unit_slots.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "models/core/random.h"
#include "tests/support/plain_workload.h"

namespace sparsim {
namespace {

using testing::ElementsAre;

MatrixUnit unit(const Layer& layer, std::int64_t pe, std::int64_t simd) {
  MatrixUnit u;
  u.shape = layer.shape;
  u.pe = pe;
  u.simd = simd;
  return u;
}

// 6 inputs on 2 lanes, 4 filters on 2 PEs: 3 words, 2 rows each; two pixels.
TEST(MatrixSlots, ReadTheVectorOnceAndComputeEveryRow) {
  Layer layer = conv("c", 1, 6, 4, 1);
  layer.shape.input.width = layer.shape.output.width = 2;
  const SlotSchedule s = matrix_slots(unit(layer, 2, 2));
  EXPECT_EQ(s.repeats, 2);
  EXPECT_THAT(s.runs, ElementsAre(SlotRun{2, 1, 0}, SlotRun{1, 1, 1}, SlotRun{2, 0, 0}, SlotRun{1, 0, 1}));
  EXPECT_EQ(s.slots(), 12);
  EXPECT_EQ(unit(layer, 2, 2).cycles(), 12);
}

TEST(MatrixSlots, OfStreamedWeightsAskForThoseOfEachRow) {
  const Layer layer = conv("c", 1, 6, 4, 1);
  EXPECT_THAT(matrix_slots(unit(layer, 2, 2), true).runs,
              ElementsAre(SlotRun{1, 3, 0}, SlotRun{1, 1, 0}, SlotRun{1, 1, 1}, SlotRun{1, 2, 0}, SlotRun{1, 0, 0},
                          SlotRun{1, 0, 1}));
  EXPECT_THAT(matrix_slots(unit(layer, 2, 6), true).runs, ElementsAre(SlotRun{1, 3, 1}, SlotRun{1, 2, 1}));
}

// 4 channels, 2 at a time, of 2x2 pixels: a word of results behind 9 words of windows.
TEST(MatrixSlots, OfADepthwiseLayerComputeAnInputACycle) {
  Layer layer = conv("c", 4, 4, 4, 3);
  layer.shape.groups = 4;
  const SlotSchedule s = matrix_slots(unit(layer, 2, 1));
  EXPECT_EQ(s.repeats, 2 * 2 * 2);
  EXPECT_THAT(s.runs, ElementsAre(SlotRun{8, 1, 0}, SlotRun{1, 1, 1}));
}

// Two PEs; the second is done with its first row in cycle 3 and with its second in 5, when the bank is free again.
TEST(BcrSlots, WriteWhereTheLastPeIsDone) {
  const Layer layer = conv("c", 1, 6, 4, 1);
  BcrTiming timing;
  timing.word_done = {3, 5};
  timing.busiest_pe = 5;
  const BcrSlots s = bcr_slots(unit(layer, 2, 2), timing);
  EXPECT_THAT(s.loader.runs, ElementsAre(SlotRun{1, 3, 0}, SlotRun{1, 1, 0}, SlotRun{1, 1, 1}));
  EXPECT_THAT(s.engine.runs,
              ElementsAre(SlotRun{1, 1, 0}, SlotRun{1, 0, 0}, SlotRun{1, 0, 1}, SlotRun{1, 0, 0}, SlotRun{1, 0, 3}));
  timing.word_done = {1};
  timing.busiest_pe = 1;
  EXPECT_THAT(bcr_slots(unit(layer, 4, 6), timing).engine.runs, ElementsAre(SlotRun{1, 1, 3}));
  EXPECT_THAT(bcr_slots(unit(layer, 4, 6), timing).loader.runs, ElementsAre(SlotRun{1, 3, 1}));
}

/// The dates of a sliding window whose input and output never wait, by its words one by one: the ring as it is, without
/// tokens. A word is read in a cycle after the one in which the word `ring` before it was put out for the last time,
/// and put out in a cycle after the one in which it was read.
class Ring {
 public:
  Ring(const WindowShape& shape, std::int64_t words_per_pixel, bool depthwise, std::int64_t images) {
    const WindowShape s = without_padding(shape);
    const std::int64_t words = s.input.pixels() * words_per_pixel;
    std::vector<std::int64_t> order;
    for (std::int64_t y = 0; y < s.output.height; ++y)
      for (std::int64_t x = 0; x < s.output.width; ++x)
        for (std::int64_t outer = 0; outer < (depthwise ? words_per_pixel : 1); ++outer)
          for (std::int64_t k = 0; k < s.kernel_h * s.kernel_w; ++k)
            for (std::int64_t inner = 0; inner < (depthwise ? 1 : words_per_pixel); ++inner)
              order.push_back(((y * s.stride_h + k / s.kernel_w) * s.input.width + x * s.stride_w + k % s.kernel_w) *
                                  words_per_pixel +
                              outer + inner);
    const std::int64_t size = (s.kernel_h + s.stride_h) * s.input.width * words_per_pixel;
    std::vector<Cycles> read(static_cast<std::size_t>(words * images), -1), out;
    Cycles read_clock = 0, out_clock = 0;
    std::int64_t next_read = 0, freed = 0;
    // When each word is free for good: the date of the slot behind which no slot needs it or one before it.
    std::vector<Cycles> free_at(static_cast<std::size_t>(words * images), -1);
    const auto read_up_to = [&](std::int64_t word) {
      for (; next_read <= word; ++next_read) {
        if (next_read >= size) {
          ASSERT_LT(next_read - size, freed);
          read_clock = std::max(read_clock, free_at[static_cast<std::size_t>(next_read - size)] + 1);
        }
        read[static_cast<std::size_t>(next_read)] = read_clock++;
      }
    };
    for (std::int64_t image = 0; image < images; ++image)
      for (std::size_t slot = 0; slot < order.size(); ++slot) {
        const std::int64_t word = image * words + order[slot];
        read_up_to(word);
        out_clock = std::max(out_clock, read[static_cast<std::size_t>(word)] + 1);
        std::int64_t oldest = words;
        for (std::size_t later = slot + 1; later < order.size(); ++later) oldest = std::min(oldest, order[later]);
        for (; freed < image * words + oldest; ++freed) free_at[static_cast<std::size_t>(freed)] = out_clock;
        out.push_back(out_clock++);
      }
    dates_ = out;
  }
  const std::vector<Cycles>& dates() const { return dates_; }

 private:
  std::vector<Cycles> dates_;
};

/// The same of the two schedules, with tokens.
std::vector<Cycles> dates_of(const WindowSlots& slots, std::int64_t images) {
  const auto unrolled = [](const SlotSchedule& schedule) {
    std::vector<SlotRun> all;
    for (const SlotRun& run : schedule.runs)
      for (std::int64_t n = 0; n < run.count; ++n) all.push_back({1, run.reads, run.writes});
    return all;
  };
  const std::vector<SlotRun> fill = unrolled(slots.fill), emit = unrolled(slots.emit);
  std::vector<Cycles> there, room(slots.credits, -1), out;  // dates of tokens
  std::size_t next_there = 0, next_room = 0;
  std::size_t filled = 0, emitted = 0;
  const std::size_t fills = fill.size() * static_cast<std::size_t>(images);
  const std::size_t emits = emit.size() * static_cast<std::size_t>(images);
  Cycles fill_clock = 0, emit_clock = 0;
  for (bool moved = true; moved;) {
    moved = false;
    for (; filled < fills; ++filled, moved = true) {
      const SlotRun& slot = fill[filled % fill.size()];
      if ((slot.reads & 2u) != 0) {
        if (next_room == room.size()) break;
        fill_clock = std::max(fill_clock, room[next_room++] + 1);
      }
      if (slot.writes != 0) there.push_back(fill_clock);
      ++fill_clock;
    }
    for (; emitted < emits; ++emitted, moved = true) {
      const SlotRun& slot = emit[emitted % emit.size()];
      if (slot.reads != 0) {
        if (next_there == there.size()) break;
        emit_clock = std::max(emit_clock, there[next_there++] + 1);
      }
      if ((slot.writes & 2u) != 0) room.push_back(emit_clock);
      out.push_back(emit_clock++);
    }
  }
  return out;
}

TEST(SlidingWindow, TokensTellWhatTheRingTells) {
  Random random(7, 0);
  for (int n = 0; n < 60; ++n) {
    const auto pick = [&](std::int64_t low, std::int64_t high) {
      return low + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(high - low + 1)));
    };
    const std::int64_t kernel = pick(1, 4), words = pick(1, 3);
    const bool depthwise = random.chance(0.5);
    const Layer layer = conv("c", pick(kernel, 8), words, words, kernel, pick(1, 3), pick(0, kernel - 1));
    SCOPED_TRACE(testing::Message() << to_string(layer.shape.input) << " kernel " << kernel << " stride "
                                    << layer.shape.stride_h << " pad " << layer.shape.pad_top << " words " << words
                                    << (depthwise ? " depthwise" : ""));
    EXPECT_EQ(dates_of(sliding_window_slots(layer.shape, words, depthwise), 3),
              Ring(layer.shape, words, depthwise, 3).dates());
  }
}

// The law of FINN's own estimate: what the first window needs, then H_out rows of windows, each as long as it takes to
// put it out or to read a stride of rows. Read in cycle n, a word is out in n + 1 at the earliest. Wide enough a
// kernel.
TEST(SlidingWindow, TakesWhatItsLawSays) {
  const std::int64_t kernel = 3, width = 14, words = 2;
  const Layer layer = conv("c", width, words, words, kernel);
  const std::vector<Cycles> out = dates_of(sliding_window_slots(layer.shape, words, false), 4);
  const std::int64_t row = 12 * kernel * kernel * words;  // of windows; a row of words is 14 * 2
  const std::size_t image = static_cast<std::size_t>(12 * row);
  for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(out[(i + 1) * image - 1] - out[i * image - 1], 12 * row);
  // The last word of the first window is word ((3 - 1) * 14 + 3) * 2 - 1: nothing behind it waits.
  const Cycles first_window = ((kernel - 1) * width + kernel) * words;
  EXPECT_EQ(out[static_cast<std::size_t>(kernel * kernel * words) - 1], first_window);
  EXPECT_EQ(out[image - 1], first_window + 12 * row - kernel * kernel * words);
}

TEST(Padding, IsWrittenButNotRead) {
  const Layer layer = conv("c", 2, 1, 1, 3, 1, 1);  // 4x4 with its border
  const SlotSchedule s = padding_slots(layer.shape, 2);
  EXPECT_THAT(s.runs,
              ElementsAre(SlotRun{10, 0, 1}, SlotRun{4, 1, 1}, SlotRun{4, 0, 1}, SlotRun{4, 1, 1}, SlotRun{10, 0, 1}));
}

}  // namespace
}  // namespace sparsim
