#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "models/core/cycles.h"
#include "models/core/shape.h"

namespace sparsim {

/// A sparse vector-dot engine: the non-zeros of a window of `inputs` operands are dealt to `lanes` multipliers
/// (fpgaConvNet's sparse engine, PASS, arXiv 2307.07821; rtl/crossbar_arbiter.sv). M:N in the literature.
struct CrossbarShape {
  static constexpr int kMostInputs = 64;
  static constexpr int kSkipDepth = 4;  // zero windows that may wait behind one at work: the RTL's default

  int inputs = 9;                 // M, 1..64
  int lanes = 3;                  // N, 1..inputs
  bool skip_zero_window = false;  // a window without non-zeros takes no pass

  friend bool operator==(const CrossbarShape& a, const CrossbarShape& b) {
    return a.inputs == b.inputs && a.lanes == b.lanes && a.skip_zero_window == b.skip_zero_window;
  }
};

/// "9x3", or "9x3 skipping zero windows".
std::string to_string(const CrossbarShape& shape);

/// One sentence for each parameter out of range; empty where all is well.
std::vector<std::string> problems(const CrossbarShape& shape);

/// Cycles for which one filter holds the multipliers with a window of `nonzeros`: max(1, ceil(nonzeros / lanes)); 0
/// where it is a zero window and skipped.
constexpr Cycles pass_cycles(const CrossbarShape& shape, int nonzeros) {
  if (shape.skip_zero_window && nonzeros == 0) return 0;
  return std::max<Cycles>(1, ceil_div(nonzeros, shape.lanes));
}
/// The same for the dense engine, whatever the values: ceil(inputs / lanes).
constexpr Cycles dense_pass_cycles(const CrossbarShape& shape) { return ceil_div(shape.inputs, shape.lanes); }

/// Cycles from a beat to the accumulators (rtl/multiply_accumulate.sv): operands, products, and a register a level of
/// the adder tree. A result is valid in the cycle after.
constexpr int dot_stages(const CrossbarShape& shape) {
  int levels = 0;
  while ((1 << levels) < shape.lanes) ++levels;
  return 2 + levels;
}

}  // namespace sparsim
