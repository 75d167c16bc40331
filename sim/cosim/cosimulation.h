#pragma once

#include <cstdint>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "models/crossbar/dot_timing.h"
#include "models/crossbar/vector_dot.h"
#include "sim/cosim/stimulus.h"
#include "sim/cosim/toggles.h"
#include "sim/cosim/windows.h"

namespace sparsim {

/// The pins of one cycle.
struct CycleRecord {
  Cycles cycle = 0;
  std::uint64_t window = 0;  // position of the window at the input; of the last that was there, where there is none
  DotInputs inputs;
  DotOutputs expected, seen;  // of the step model, of the RTL
};

/// Where the RTL first did something else than expected.
struct Difference {
  Cycles cycle = 0;
  std::uint64_t window = 0;  // as in CycleRecord
  std::string what, expected, seen;
};

struct CosimResult {
  std::uint64_t windows = 0, zero_windows = 0;  // that entered; of them, without a non-zero
  std::uint64_t results = 0;                    // dot products that left
  Cycles cycles = 0;                            // until the last of them left
  std::uint64_t beats = 0;                      // cycles in which the multipliers had work
  std::uint64_t macs = 0;                       // multiplications of non-zero operands
  std::uint64_t dense_macs = 0;                 // windows * inputs * filters
  ToggleCounter toggles;                        // of the RTL's pins
  std::optional<Difference> difference;
  std::vector<CycleRecord>
      waveform;  // the last cycles: those before the difference and some behind it, or before the end
};

/// What an engine in RTL is run beside.
struct CosimSetup {
  CrossbarShape shape;
  bool dense = false;            // the engine is the dense one: every operand counts as a non-zero
  double stall_probability = 0;  // of a window not being there, and of a result not being taken, each cycle
  std::uint64_t seed = 1;
  std::function<void(std::size_t done, std::size_t windows)> progress;  // now and then, and at the end; may be empty
  const std::vector<std::int64_t>* dot_products = nullptr;  // all that must leave; where null, from windows and weights
};

/// Runs `rtl` cycle by cycle over all windows of `source` and holds against it
///   - `model`, if there is one: every pin, every cycle;
///   - the fast form (DotTiming): the date at which each window enters, and at which each result leaves;
///   - integer arithmetic: every dot product, as setup.dot_products gives them.
/// The first difference ends the run.
CosimResult cosimulate(WindowSource& source, VectorDot* model, VectorDot& rtl, const CosimSetup& setup);

}  // namespace sparsim
