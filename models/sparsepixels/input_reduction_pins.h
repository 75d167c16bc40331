#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/sparsepixels/input_reduction.h"

namespace sparsim {

/// The input pins of rtl/input_reduction.sv in one cycle, all but those that are steady.
struct ReductionInputs {
  bool image_valid = false;
  std::vector<std::int64_t> image;  // [pixel]
  bool list_ready = false;
};

/// Its output pins.
struct ReductionOutputs {
  bool image_ready = false;
  bool list_valid = false;
  std::vector<std::uint32_t> index;  // [slot]: row * width + column
  std::vector<std::uint32_t> value;  // [slot]
};

/// An output pin on which two differ.
struct PinDifference {
  std::string pin;
  std::int64_t expected = 0, seen = 0;
};
std::optional<PinDifference> first_difference(const ReductionOutputs& expected, const ReductionOutputs& seen);

/// An input reduction cycle by cycle: set the inputs, look at the outputs, clock.
class ReductionPins {
 public:
  virtual ~ReductionPins() = default;
  /// Forgets all.
  virtual void reset() = 0;
  /// The outputs of this cycle, valid until the next call. May be called again with other inputs.
  virtual const ReductionOutputs& evaluate(const ReductionInputs& inputs) = 0;
  /// The clock edge, with the inputs evaluated last.
  virtual void clock() = 0;
};

/// Register by register.
std::unique_ptr<ReductionPins> step_reduction_pins(const ReductionShape& shape);
/// The Verilated RTL. Throws InputError as rtl_reduction does.
std::unique_ptr<ReductionPins> rtl_reduction_pins(const ReductionShape& shape);
/// `model` and `rtl` side by side. A difference on an output pin is a ModelError that names image, cycle and pin, all
/// counted from 0 since the reset.
std::unique_ptr<ReductionPins> lockstep_reduction_pins(std::unique_ptr<ReductionPins> model,
                                                       std::unique_ptr<ReductionPins> rtl);

/// An image a call, without stalls on either side.
std::unique_ptr<InputReduction> driven_reduction(const ReductionShape& shape, std::unique_ptr<ReductionPins> pins);

/// Throws InputError with the problems of the shape.
void check(const ReductionShape& shape);
/// Throws InputError for a value that does not fit the pins.
void check_image(const ReductionShape& shape, const std::vector<std::int64_t>& image);

/// The list that stands on the pins.
PixelList list_of(const ReductionShape& shape, const ReductionOutputs& outputs);

}  // namespace sparsim
