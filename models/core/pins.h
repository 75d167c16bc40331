#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "models/core/cycles.h"
#include "models/core/error.h"

namespace sparsim {

/// An output pin on which two differ.
struct PinDifference {
  std::string pin;
  std::int64_t expected = 0, seen = 0;
};

/// A block of rtl/ cycle by cycle: set the inputs, look at the outputs, clock.
template <class InputsType, class OutputsType>
class Pins {
 public:
  using Inputs = InputsType;
  using Outputs = OutputsType;

  virtual ~Pins() = default;
  /// Forgets all.
  virtual void reset() = 0;
  /// The outputs of this cycle, valid until the next call. May be called again with other inputs.
  virtual const Outputs& evaluate(const Inputs& inputs) = 0;
  /// The clock edge, with the inputs evaluated last.
  virtual void clock() = 0;
};

/// `model` and `rtl` side by side. A difference on an output pin is a ModelError that names item, cycle and pin, all
/// counted from 0 since the reset. Of each kind of pins there are
///   std::optional<PinDifference> first_difference(const Outputs& expected, const Outputs& seen);
///   bool item_leaves(const Inputs& inputs, const Outputs& outputs);  // the one at hand: the next cycle is the next's
template <class PinsType>
class LockstepPins final : public PinsType {
 public:
  using Inputs = typename PinsType::Inputs;
  using Outputs = typename PinsType::Outputs;

  /// `block` and `item` are for messages: "input reduction", "image".
  LockstepPins(std::string block, std::string item, std::unique_ptr<PinsType> model, std::unique_ptr<PinsType> rtl)
      : block_(std::move(block)), item_(std::move(item)), model_(std::move(model)), rtl_(std::move(rtl)) {}

  void reset() override {
    model_->reset();
    rtl_->reset();
    items_ = cycle_ = 0;
  }
  const Outputs& evaluate(const Inputs& inputs) override {
    const Outputs &expected = model_->evaluate(inputs), &seen = rtl_->evaluate(inputs);
    if (const auto difference = first_difference(expected, seen))
      throw ModelError(fmt::format("{}: {} {}, cycle {}: {}: the model has {}, the RTL {}", block_, item_, items_,
                                   cycle_, difference->pin, difference->expected, difference->seen));
    leaves_ = item_leaves(inputs, expected);
    return expected;
  }
  void clock() override {
    model_->clock();
    rtl_->clock();
    ++cycle_;
    items_ += leaves_;
  }

 private:
  const std::string block_, item_;
  const std::unique_ptr<PinsType> model_, rtl_;
  bool leaves_ = false;
  std::int64_t items_ = 0;
  Cycles cycle_ = 0;
};

}  // namespace sparsim
