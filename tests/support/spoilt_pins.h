#pragma once

#include <functional>
#include <memory>
#include <utility>

#include "models/core/cycles.h"

namespace sparsim {

/// A block (models/core/pins.h) with another value in its outputs of one cycle.
template <class PinsType>
class SpoiltPins final : public PinsType {
 public:
  using Inputs = typename PinsType::Inputs;
  using Outputs = typename PinsType::Outputs;

  SpoiltPins(std::unique_ptr<PinsType> pins, Cycles cycle, std::function<void(Outputs&)> spoil)
      : pins_(std::move(pins)), cycle_(cycle), spoil_(std::move(spoil)) {}
  void reset() override { pins_->reset(); }
  const Outputs& evaluate(const Inputs& inputs) override {
    outputs_ = pins_->evaluate(inputs);
    if (now_ == cycle_) spoil_(outputs_);
    return outputs_;
  }
  void clock() override {
    ++now_;
    pins_->clock();
  }

 private:
  const std::unique_ptr<PinsType> pins_;
  const Cycles cycle_;
  const std::function<void(Outputs&)> spoil_;
  Cycles now_ = 0;
  Outputs outputs_;
};

}  // namespace sparsim
