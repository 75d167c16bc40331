#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "models/crossbar/vector_dot.h"

namespace sparsim {

/// What goes wrong once in an engine, to see whether it is found.
enum class Fault {
  flip,   // a bit of a grant, as it leaves the engine
  drop,   // a request: the engine does not see an operand of a window
  repeat  // a request: the engine sees an operand of the window before again, where this one has a zero
};
std::string_view to_string(Fault fault);
/// Throws InputError that lists the faults.
Fault fault_named(std::string_view name);

/// An engine with one fault.
class FaultyDot final : public VectorDot {
 public:
  /// The fault happens at the first opportunity once `windows` windows have entered. `engine` outlives this.
  FaultyDot(VectorDot& engine, Fault fault, std::uint64_t windows);

  void reset(std::uint32_t filters) override;
  const DotOutputs& evaluate(const DotInputs& inputs) override;
  void clock() override;

  /// It has happened; a run may offer no opportunity (no window with a zero to fill).
  bool happened() const { return happened_; }

 private:
  bool spoil_window();  // on the way in; whether there was an opportunity

  VectorDot& engine_;
  const Fault fault_;
  const std::uint64_t windows_;

  DotInputs inputs_;
  DotOutputs outputs_;
  std::uint64_t entered_ = 0;
  std::vector<std::int16_t> window_before_;
  bool happened_ = false;
  bool spoiling_ = false;  // in this cycle
};

}  // namespace sparsim
