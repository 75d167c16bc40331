#include "sim/cosim/fault.h"

#include "models/core/error.h"

namespace sparsim {
namespace {

constexpr Fault kFaults[] = {Fault::flip, Fault::drop, Fault::repeat};

}  // namespace

std::string_view to_string(Fault fault) {
  switch (fault) {
    case Fault::flip:
      return "flip";
    case Fault::drop:
      return "drop";
    case Fault::repeat:
      return "repeat";
  }
  return "";
}

Fault fault_named(std::string_view name) {
  for (const Fault fault : kFaults)
    if (name == to_string(fault)) return fault;
  input_error("--inject {}: must be flip, drop or repeat", name);
}

FaultyDot::FaultyDot(VectorDot& engine, Fault fault, std::uint64_t windows)
    : engine_(engine), fault_(fault), windows_(windows) {}

void FaultyDot::reset(std::uint32_t filters) {
  engine_.reset(filters);
  entered_ = 0;
  window_before_.clear();
  happened_ = false;
}

// `drop` takes the first operand, `repeat` the first of the window before that is zero in this one.
bool FaultyDot::spoil_window() {
  for (std::size_t i = 0; i < inputs_.window.size(); ++i) {
    if (fault_ == Fault::drop && inputs_.window[i] != 0) {
      inputs_.window[i] = 0;
      return true;
    }
    if (fault_ == Fault::repeat && !window_before_.empty() && inputs_.window[i] == 0 && window_before_[i] != 0) {
      inputs_.window[i] = window_before_[i];
      return true;
    }
  }
  return false;
}

const DotOutputs& FaultyDot::evaluate(const DotInputs& inputs) {
  inputs_ = inputs;
  const bool due = !happened_ && entered_ >= windows_;
  spoiling_ = due && fault_ != Fault::flip && inputs.window_valid && spoil_window();
  const DotOutputs& outputs = engine_.evaluate(inputs_);
  if (!due || fault_ != Fault::flip || !outputs.beat) return outputs;
  outputs_ = outputs;
  outputs_.grant.front() ^= 1;
  spoiling_ = true;
  return outputs_;
}

void FaultyDot::clock() {
  // A window stays spoilt until it has entered.
  const bool enters = inputs_.window_valid && engine_.evaluate(inputs_).window_ready;
  if (spoiling_ && (enters || fault_ == Fault::flip)) happened_ = true;
  if (enters) {
    ++entered_;
    window_before_ = inputs_.window;
  }
  engine_.clock();
}

}  // namespace sparsim
