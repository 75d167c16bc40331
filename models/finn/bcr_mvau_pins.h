#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "models/core/pins.h"
#include "models/finn/bcr_mvau.h"

namespace sparsim {

/// The input pins of rtl/bcr_mvau.sv in one cycle, all but those that are steady and those that write programs.
struct BcrMvauInputs {
  bool word_valid = false;
  std::vector<std::int64_t> word;  // [simd]
  bool out_room = false;
};

/// Its output pins.
struct BcrMvauOutputs {
  bool word_ready = false;
  bool out_valid = false;
  std::vector<std::int64_t> out;  // [pe]; 0 until the first word leaves, then the last one
};

using BcrMvauPins = Pins<BcrMvauInputs, BcrMvauOutputs>;
std::optional<PinDifference> first_difference(const BcrMvauOutputs& expected, const BcrMvauOutputs& seen);
inline bool item_leaves(const BcrMvauInputs&, const BcrMvauOutputs& outputs) { return outputs.out_valid; }

// Both have their programs at once and keep them over a reset; `program` is bcr_mvau_program's for that shape.

/// Cycle by cycle, with the state that the RTL has.
std::unique_ptr<BcrMvauPins> step_bcr_mvau_pins(const BcrMvauShape& shape, BcrMvauProgram program);
/// The Verilated RTL, whose programs are written through its port. Throws InputError that lists what was built where
/// that shape was not.
std::unique_ptr<BcrMvauPins> rtl_bcr_mvau_pins(const BcrMvauShape& shape, const BcrMvauProgram& program);
/// Side by side; items are output words.
std::unique_ptr<BcrMvauPins> lockstep_bcr_mvau_pins(std::unique_ptr<BcrMvauPins> model,
                                                    std::unique_ptr<BcrMvauPins> rtl);

}  // namespace sparsim
