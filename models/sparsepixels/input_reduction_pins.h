#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "models/core/pins.h"
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

using ReductionPins = Pins<ReductionInputs, ReductionOutputs>;
std::optional<PinDifference> first_difference(const ReductionOutputs& expected, const ReductionOutputs& seen);
inline bool item_leaves(const ReductionInputs& inputs, const ReductionOutputs& outputs) {
  return outputs.list_valid && inputs.list_ready;
}

/// Register by register.
std::unique_ptr<ReductionPins> step_reduction_pins(const ReductionShape& shape);
/// The Verilated RTL. Throws InputError as rtl_reduction does.
std::unique_ptr<ReductionPins> rtl_reduction_pins(const ReductionShape& shape);
/// Side by side; items are images.
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
