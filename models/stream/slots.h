#pragma once

#include <cstdint>
#include <vector>

#include "models/core/shape.h"

namespace sparsim {

/// A feature map on its way through a pipeline: a word holds `streams` values, the next channels of a pixel; pixels in
/// raster order. All streams of a word move together.
struct StreamShape {
  MapShape map;
  std::int64_t streams = 1;  // divides the channels

  std::int64_t words_per_pixel() const { return map.channels / streams; }
  std::int64_t words() const { return map.pixels() * words_per_pixel(); }
  friend bool operator==(const StreamShape& a, const StreamShape& b) {
    return a.map == b.map && a.streams == b.streams;
  }
};

/// Slots of one kind. In a slot, a cycle at the least, a node reads a word of every input of `reads` and writes one to
/// every output of `writes`: all at once, once all of them can.
struct SlotRun {
  std::int64_t count = 0;
  std::uint32_t reads = 0, writes = 0;  // bit i: input i, output i

  friend bool operator==(const SlotRun& a, const SlotRun& b) {
    return a.count == b.count && a.reads == b.reads && a.writes == b.writes;
  }
};

/// All that a node does for an image: `runs` in order, `repeats` times. No run is empty.
struct SlotSchedule {
  std::vector<SlotRun> runs;
  std::int64_t repeats = 1;

  std::int64_t slots() const;
  std::int64_t reads(int input) const;    // words
  std::int64_t writes(int output) const;  // words
};

/// A sliding window with line buffers: a slot for each word of the padded map, in raster order. Those of padding read
/// nothing; a window is written in the slot that completes it, one for each word of its pixel. Rows and columns behind
/// the last window that hold no values take no slot.
SlotSchedule window_slots(const WindowShape& shape, std::int64_t words_per_pixel);
/// The same window over a map that has its zeros around it already.
WindowShape without_padding(const WindowShape& shape);
/// Zeros around a map: a slot for each word of the padded map, in raster order, which is written; those of padding read
/// nothing.
SlotSchedule padding_slots(const WindowShape& shape, std::int64_t words_per_pixel);
/// From words of `in.streams` values to words of `out_streams`: it reads where it holds fewer values than it writes.
SlotSchedule squeeze_slots(const StreamShape& in, std::int64_t out_streams);
/// Each word to all outputs: a fork of which all branches or none take a word.
SlotSchedule split_slots(std::int64_t words, int outputs);
/// A word of all inputs to one output: an element-wise join.
SlotSchedule join_slots(std::int64_t words, int inputs);
/// Along channels: for each pixel the words of input 0, then those of input 1, and so on.
SlotSchedule concat_slots(std::int64_t pixels, const std::vector<std::int64_t>& words_per_pixel);

}  // namespace sparsim
