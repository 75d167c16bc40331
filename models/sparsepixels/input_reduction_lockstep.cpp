#include <fmt/format.h>

#include "models/core/error.h"
#include "models/sparsepixels/input_reduction_pins.h"

namespace sparsim {
namespace {

class LockstepReduction final : public InputReduction {
 public:
  explicit LockstepReduction(const ReductionShape& shape)
      : shape_(shape),
        fast_(fast_reduction(shape)),
        pins_(driven_reduction(shape, lockstep_reduction_pins(step_reduction_pins(shape), rtl_reduction_pins(shape)))) {
  }

  ReducedImage reduce(const std::vector<std::int64_t>& image) override {
    const ReducedImage expected = fast_->reduce(image);
    ReducedImage seen = pins_->reduce(image);
    SPARSIM_CHECK(expected.cycles == seen.cycles, "{}: image {}: the fast form takes {} cycles, the RTL {}",
                  to_string(shape_), images_, expected.cycles, seen.cycles);
    SPARSIM_CHECK(expected.list.positions == seen.list.positions && expected.list.values == seen.list.values,
                  "{}: image {}: the fast form has another list than the RTL", to_string(shape_), images_);
    ++images_;
    return seen;
  }

 private:
  const ReductionShape shape_;
  const std::unique_ptr<InputReduction> fast_, pins_;
  std::int64_t images_ = 0;
};

}  // namespace

std::optional<PinDifference> first_difference(const ReductionOutputs& expected, const ReductionOutputs& seen) {
  if (expected.image_ready != seen.image_ready)
    return PinDifference{"image_ready", expected.image_ready, seen.image_ready};
  if (expected.list_valid != seen.list_valid) return PinDifference{"list_valid", expected.list_valid, seen.list_valid};
  for (std::size_t slot = 0; slot < expected.index.size(); ++slot) {
    if (expected.index[slot] != seen.index[slot])
      return PinDifference{fmt::format("index of slot {}", slot), expected.index[slot], seen.index[slot]};
    if (expected.value[slot] != seen.value[slot])
      return PinDifference{fmt::format("value of slot {}", slot), expected.value[slot], seen.value[slot]};
  }
  return std::nullopt;
}

std::unique_ptr<ReductionPins> lockstep_reduction_pins(std::unique_ptr<ReductionPins> model,
                                                       std::unique_ptr<ReductionPins> rtl) {
  return std::make_unique<LockstepPins<ReductionPins>>("input reduction", "image", std::move(model), std::move(rtl));
}

std::unique_ptr<InputReduction> lockstep_reduction(const ReductionShape& shape) {
  return std::make_unique<LockstepReduction>(shape);
}

}  // namespace sparsim
