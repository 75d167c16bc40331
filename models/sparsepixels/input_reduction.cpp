#include "models/sparsepixels/input_reduction.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/core/error.h"
#include "models/sparsepixels/input_reduction_pins.h"
#include "models/sparsepixels/operators.h"
#include "models/sparsepixels/position.h"

namespace sparsim {
namespace {

constexpr int kHeadLevels = 2;      // of the tree below the heads
constexpr Cycles kSetupCycles = 3;  // the image is taken; it is compared; the heads are found

class FastReduction final : public InputReduction {
 public:
  explicit FastReduction(const ReductionShape& shape) : shape_(shape) { check(shape); }

  ReducedImage reduce(const std::vector<std::int64_t>& image) override {
    check_image(shape_, image);
    ReducedImage reduced;
    reduced.list = reduce_input(image, {shape_.height, shape_.width, 1}, shape_.slots, shape_.threshold);
    reduced.cycles = reduction_cycles(shape_, static_cast<std::int64_t>(reduced.list.active_count()));
    return reduced;
  }

 private:
  const ReductionShape shape_;
};

/// The surroundings of an input reduction that never keep it waiting.
class DrivenReduction final : public InputReduction {
 public:
  DrivenReduction(const ReductionShape& shape, std::unique_ptr<ReductionPins> pins)
      : shape_(shape), pins_(std::move(pins)) {}

  ReducedImage reduce(const std::vector<std::int64_t>& image) override {
    check_image(shape_, image);
    ReductionInputs inputs;
    inputs.image_valid = true;
    inputs.image = image;
    inputs.list_ready = true;
    const ReductionOutputs* outputs = &pins_->evaluate(inputs);
    SPARSIM_CHECK(outputs->image_ready, "{}: no image is taken", to_string(shape_));
    pins_->clock();
    inputs.image_valid = false;
    ReducedImage reduced;
    const Cycles most = reduction_cycles(shape_, shape_.pixels());
    for (reduced.cycles = 1; !(outputs = &pins_->evaluate(inputs))->list_valid; ++reduced.cycles) {
      SPARSIM_CHECK(reduced.cycles < most, "{}: no list after {} cycles", to_string(shape_), most);
      pins_->clock();
    }
    reduced.list = list_of(shape_, *outputs);
    pins_->clock();
    return reduced;
  }

 private:
  const ReductionShape shape_;
  const std::unique_ptr<ReductionPins> pins_;
};

}  // namespace

PixelPosition ReductionShape::position(std::size_t pixel) const {
  const auto index = static_cast<std::int64_t>(pixel);
  return {static_cast<std::int32_t>(index / width), static_cast<std::int32_t>(index % width)};
}

std::string to_string(const ReductionShape& s) {
  return fmt::format("{}x{} pixels of {} bits, {} slots, {} levels a cycle{}, threshold {}", s.height, s.width,
                     s.value_bits, s.slots, s.levels_per_cycle, s.early_exit ? ", early exit" : "", s.threshold);
}

std::vector<std::string> problems(const ReductionShape& s) {
  std::vector<std::string> found;
  const auto demand = [&found](const char* what, std::int64_t value, std::int64_t low, std::int64_t high) {
    if (value < low || value > high)
      found.push_back(fmt::format("input reduction: {} = {}: must be {}..{}", what, value, low, high));
  };
  constexpr std::int64_t kMostExtent = 1 << 15;  // a pixel's number fits into 32 bits
  demand("height", s.height, 1, kMostExtent);
  demand("width", s.width, 1, kMostExtent);
  if (s.height == 1 && s.width == 1) found.push_back("input reduction: 1 pixel: must be 2 or more");
  demand("value bits", s.value_bits, 1, 32);
  demand("slots", s.slots, 1, std::max<std::int64_t>(s.pixels(), 1));
  demand("levels a cycle", s.levels_per_cycle, 1, 30);
  if (s.value_bits >= 1 && s.value_bits <= 32)
    demand("threshold", s.threshold, 0, (std::int64_t{1} << s.value_bits) - 1);
  return found;
}

void check(const ReductionShape& shape) {
  const std::vector<std::string> found = problems(shape);
  if (!found.empty()) throw InputError(fmt::format("{}", fmt::join(found, "\n")));
}

void check_image(const ReductionShape& shape, const std::vector<std::int64_t>& image) {
  SPARSIM_CHECK(image.size() == static_cast<std::size_t>(shape.pixels()), "{} pixels for {}", image.size(),
                to_string(shape));
  std::int64_t bits = 0;
  for (const std::int64_t value : image) bits |= value;
  if (bits >> shape.value_bits == 0) return;
  const auto wrong =
      std::find_if(image.begin(), image.end(), [&shape](std::int64_t value) { return value >> shape.value_bits != 0; });
  const PixelPosition at = shape.position(static_cast<std::size_t>(wrong - image.begin()));
  input_error("input reduction: the pixel at row {}, column {} is {} raw: must be 0..{}", at.row, at.column, *wrong,
              (std::int64_t{1} << shape.value_bits) - 1);
}

Cycles reduction_cycles(const ReductionShape& shape, std::int64_t active) {
  const std::int64_t levels = std::max(index_bits(shape.pixels()) - kHeadLevels, 1);
  const std::int64_t searches = shape.early_exit ? std::clamp<std::int64_t>(active, 1, shape.slots) : shape.slots;
  return kSetupCycles + searches * ceil_div(levels, shape.levels_per_cycle);
}

std::unique_ptr<InputReduction> fast_reduction(const ReductionShape& shape) {
  return std::make_unique<FastReduction>(shape);
}

std::unique_ptr<InputReduction> driven_reduction(const ReductionShape& shape, std::unique_ptr<ReductionPins> pins) {
  return std::make_unique<DrivenReduction>(shape, std::move(pins));
}

PixelList list_of(const ReductionShape& shape, const ReductionOutputs& outputs) {
  PixelList list;
  for (const std::uint32_t index : outputs.index) list.positions.push_back(shape.position(index));
  list.values.assign(outputs.value.begin(), outputs.value.end());
  return list;
}

}  // namespace sparsim
