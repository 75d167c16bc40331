#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/core/cycles.h"
#include "models/core/work.h"

namespace sparsim {

/// rtl/bcr_mvau.sv: the matrix-vector unit of models/finn/bcr.h, without thresholds. Values and weights are signed.
struct BcrMvauShape {
  // What the RTL as built for co-simulation holds.
  static constexpr std::int64_t kMostWords = 128, kMostRows = 64, kMostSteps = 4096;

  std::int64_t pe = 1, simd = 1;
  std::int64_t words = 1;  // of a vector: columns / simd
  std::int64_t rows = 1;   // of a PE: filters / pe
  int data_bits = 8, weight_bits = 8;
  bool gather = false;  // each lane takes any value of the vector, as reordered weights ask for; else all take a word

  std::int64_t columns() const { return words * simd; }
  std::int64_t filters() const { return rows * pe; }
  /// From the step that completes an output word to the cycle in which it leaves.
  Cycles latency() const;
};
std::string to_string(const BcrMvauShape& shape);
/// What is wrong with it.
std::vector<std::string> problems(const BcrMvauShape& shape);

/// An entry of a PE's program: BcrStep with weights.
struct BcrMvauEntry {
  std::vector<std::int32_t> columns;  // [simd]; -1: the lane idles
  std::vector<std::int64_t> weights;  // [simd]; 0 where it idles
  bool ends = false;                  // the row
};
using BcrMvauProgram = std::vector<std::vector<BcrMvauEntry>>;  // [pe][step]

/// The program of a layer pruned in blocks, of the shape's extents. `weights`: [filter][column]; those that the mask
/// does not keep count as 0. Throws InputError with the problems of the shape, for a weight that its bits cannot hold,
/// for more steps than the RTL holds, and where weights were reordered and the unit does not gather.
BcrMvauProgram bcr_mvau_program(const BcrMvauShape& shape, const Layer& layer,
                                const std::vector<std::int64_t>& weights);

}  // namespace sparsim
