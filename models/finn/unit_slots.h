#pragma once

#include <cstddef>
#include <cstdint>

#include "models/finn/bcr.h"
#include "models/finn/matrix_unit.h"
#include "models/stream/slots.h"

namespace sparsim {

// What the units of a FINN pipeline do in each cycle of an image, as slots of the processes that they are made of.

/// A matrix- or vector-vector unit that computes all of its weights: a word of the vector a cycle while it computes its
/// first rows, from its own buffer for all others, a word of results with the last cycle of each. Input 1, where
/// `weights_streamed`: a token for the weights of each row.
SlotSchedule matrix_slots(const MatrixUnit& unit, bool weights_streamed = false);

/// A unit for weights pruned in blocks (models/finn/bcr.h): one process loads vectors, in turn into two banks, another
/// computes. `loader`: inputs 0 words, 1 banks that are free; output 0: a vector is there. `engine`: input 0: a vector
/// is there; outputs 0 results, 1 a bank is free again.
struct BcrSlots {
  static constexpr std::size_t kBanks = 2;

  SlotSchedule loader, engine;
};
BcrSlots bcr_slots(const MatrixUnit& unit, const BcrTiming& timing);

/// A sliding-window unit over a ring of words: one process fills the ring, another puts out windows word by word, a
/// cycle each: for each kernel pixel its words, or, of a depthwise layer, for each word of channels the kernel's
/// pixels. The ring holds the rows of the kernel and those of one stride more, so that the next row of windows, or the
/// next image, comes in meanwhile: H_out * max(W_out * K * K * C / SIMD, stride * W_in * C / SIMD) cycles an image, and
/// for the first one on top what the first window needs (github Xilinx/finn, the law of its sliding-window unit).
/// `fill`: inputs 0 words, 1 room; output 0: what a window waited for is there. `emit`: input 0: that; outputs 0 words
/// of windows, 1 room. Room is said of words at a time; `credits` of it are there to begin with. `side_by_side`: kernel
/// pixels of a word of windows; where there are several, a pixel is a word of the map.
struct WindowSlots {
  SlotSchedule fill, emit;
  std::int64_t ring_words = 0;
  std::size_t credits = 0;
};
WindowSlots sliding_window_slots(const WindowShape& shape, std::int64_t words_per_pixel, bool depthwise,
                                 std::int64_t side_by_side = 1);

}  // namespace sparsim
