#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "models/core/cycles.h"
#include "models/core/shape.h"
#include "models/sparsepixels/pixel_list.h"

namespace sparsim {

/// rtl/input_reduction.sv: a comparator and a flag a pixel, a binary tree that finds the first flag in raster order, a
/// register behind every `levels_per_cycle` levels of it; slot after slot is filled until `slots` are, or, with early
/// exit, until no flag is left.
struct ReductionShape {
  static constexpr std::int64_t kMostRtlSlots = 32;

  std::int64_t height = 0, width = 0;  // one channel
  int value_bits = 8;                  // unsigned
  std::int64_t slots = 1;
  std::int64_t levels_per_cycle = 3;
  bool early_exit = false;
  std::int64_t threshold = 0;  // raw: a pixel is active where its value is above

  std::int64_t pixels() const { return height * width; }
  PixelPosition position(std::size_t pixel) const;
};
std::string to_string(const ReductionShape& shape);
/// What is wrong with it.
std::vector<std::string> problems(const ReductionShape& shape);

/// Cycles from the one in which the image is handed over to that in which the list is:
///
///   3 + searches * max(1, ceil((ceil(log2(pixels)) - 2) / levels_per_cycle))
///
/// The image is taken, compared, and the first pixel of every four becomes their head; then a search a slot, which
/// leaves out the two levels of the tree below the heads: the group whose head is taken finds its next one in the very
/// cycle in which the slot is written. With early exit there are as many searches as `active` pixels, but one at least:
/// the tree says with a pixel whether it is the last. The next image is taken a cycle after the list.
Cycles reduction_cycles(const ReductionShape& shape, std::int64_t active);

/// An image's pixels, and how long it took from the cycle in which the image is handed over to that in which the list
/// is.
struct ReducedImage {
  PixelList list;
  Cycles cycles = 0;
};

/// One of the three forms; all give the same lists in the same cycles.
class InputReduction {
 public:
  virtual ~InputReduction() = default;
  /// `image`: raw, [height][width]. Throws InputError for a value that value_bits cannot hold.
  virtual ReducedImage reduce(const std::vector<std::int64_t>& image) = 0;
};

// All throw InputError with the problems of the shape.

/// A closed form.
std::unique_ptr<InputReduction> fast_reduction(const ReductionShape& shape);
/// Register by register.
std::unique_ptr<InputReduction> step_reduction(const ReductionShape& shape);
/// The Verilated RTL. Throws InputError that lists the built shapes where it is none of them.
std::unique_ptr<InputReduction> rtl_reduction(const ReductionShape& shape);
/// Step model and RTL side by side, every pin in every cycle, and the fast form beside them. A difference is a
/// ModelError that names image, cycle and pin.
std::unique_ptr<InputReduction> lockstep_reduction(const ReductionShape& shape);

}  // namespace sparsim
