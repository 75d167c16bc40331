#include <verilated_input_reductions.h>  // before SystemC

#include "models/core/error.h"
#include "models/crossbar/rtl_built.h"
#include "models/crossbar/rtl_model.h"
#include "models/sparsepixels/input_reduction_pins.h"

namespace sparsim {
namespace {

/// A Verilated model and its parameters.
template <class RtlType, int height, int width, int value_bits, int levels_per_cycle, int early_exit>
struct BuiltReduction {
  using Rtl = RtlType;

  static constexpr int kValueBits = value_bits;
  static constexpr int index_bits() {
    int bits = 0;
    while (1 << bits < height * width) ++bits;
    return bits;
  }
  static bool is(const ReductionShape& s) {
    return s.height == height && s.width == width && s.value_bits == value_bits &&
           s.levels_per_cycle == levels_per_cycle && s.early_exit == (early_exit != 0);
  }
  static std::string text() {
    return fmt::format("{}x{} pixels of {} bits at {} levels a cycle", height, width, value_bits, levels_per_cycle);
  }
};

template <class Built>
class RtlReduction final : public ReductionPins {
 public:
  explicit RtlReduction(const ReductionShape& shape) : slots_(static_cast<std::size_t>(shape.slots)) {
    rtl_->threshold_i = static_cast<std::remove_reference_t<decltype(rtl_->threshold_i)>>(shape.threshold);
    rtl_->slots_i = static_cast<std::remove_reference_t<decltype(rtl_->slots_i)>>(shape.slots);
    outputs_.index.resize(slots_);
    outputs_.value.resize(slots_);
    reset();
  }

  void reset() override { rtl_.reset(); }
  const ReductionOutputs& evaluate(const ReductionInputs& inputs) override {
    rtl_->image_valid_i = inputs.image_valid;
    if (inputs.image_valid) write_values(rtl_->image_i, Built::kValueBits, inputs.image);
    rtl_->list_ready_i = inputs.list_ready;
    rtl_.settle();
    outputs_.image_ready = rtl_->image_ready_o;
    outputs_.list_valid = rtl_->list_valid_o;
    for (std::size_t slot = 0; slot < slots_; ++slot) {
      outputs_.index[slot] = read(rtl_->index_o, slot, Built::index_bits());
      outputs_.value[slot] = read(rtl_->value_o, slot, Built::kValueBits);
    }
    return outputs_;
  }
  void clock() override { rtl_.clock(); }

 private:
  template <class Port>
  static std::uint32_t read(const Port& port, std::size_t slot, int width) {
    return static_cast<std::uint32_t>(port_bits(port, static_cast<int>(slot) * width, width));
  }

  RtlModel<typename Built::Rtl> rtl_;
  const std::size_t slots_;
  ReductionOutputs outputs_;
};

using Reductions = VerilatedInputReductions<BuiltList, BuiltReduction>;

template <class... Built>
std::unique_ptr<ReductionPins> make(BuiltList<Built...>, const ReductionShape& shape) {
  std::unique_ptr<ReductionPins> made;
  ((Built::is(shape) && (made = std::make_unique<RtlReduction<Built>>(shape))) || ...);
  return made;
}

template <class... Built>
std::string built(BuiltList<Built...>) {
  std::string text;
  for (const std::string& one : {Built::text()...})
    if (text.find(one) == std::string::npos) text += "\n  " + one;  // each with and without early exit
  return text;
}

}  // namespace

std::unique_ptr<ReductionPins> rtl_reduction_pins(const ReductionShape& shape) {
  check(shape);
  if (shape.slots > ReductionShape::kMostRtlSlots)
    input_error("the RTL of an input reduction has {} slots: {} were asked for", ReductionShape::kMostRtlSlots,
                shape.slots);
  if (auto made = make(Reductions{}, shape)) return made;
  input_error(
      "no RTL was built for an input reduction of {}: there is (models/sparsepixels/input_reduction_rtl.cmake){}",
      to_string(shape), built(Reductions{}));
}

std::unique_ptr<InputReduction> rtl_reduction(const ReductionShape& shape) {
  return driven_reduction(shape, rtl_reduction_pins(shape));
}

}  // namespace sparsim
