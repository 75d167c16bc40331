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
  std::int64_t height = 0, width = 0;  // one channel
  int value_bits = 8;                  // unsigned
  std::int64_t slots = 1;
  std::int64_t levels_per_cycle = 3;
  bool early_exit = false;
  std::int64_t threshold = 0;  // raw: a pixel is active where its value is above

  std::int64_t pixels() const { return height * width; }
};
std::string to_string(const ReductionShape& shape);

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
  /// `image`: raw, [height][width].
  virtual ReducedImage reduce(const std::vector<std::int64_t>& image) = 0;
};

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
