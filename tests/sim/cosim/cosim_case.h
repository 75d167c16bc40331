#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "models/crossbar/rtl_engines.h"
#include "models/crossbar/vector_dot_step.h"
#include "sim/cosim/cosim_report.h"

namespace sparsim {

inline void PrintTo(const CrossbarShape& shape, std::ostream* os) { *os << to_string(shape); }

/// "9x3" or "9x3skipping", for names of tests.
inline std::string short_name(const CrossbarShape& shape) {
  return std::to_string(shape.inputs) + "x" + std::to_string(shape.lanes) + (shape.skip_zero_window ? "skipping" : "");
}

/// sparse_vector_dot beside its step model; a difference fails the test.
inline CosimResult cosimulate_sparse(WindowSource& source, const CosimSetup& setup) {
  SparseDotStep model(setup.shape);
  CosimResult result = cosimulate(source, &model, *rtl_sparse_dot(setup.shape), setup);
  if (result.difference) ADD_FAILURE() << to_string(setup.shape) << ": " << difference_text(result, true);
  return result;
}

/// dense_vector_dot; a difference fails the test.
inline CosimResult cosimulate_dense(WindowSource& source, CosimSetup setup) {
  setup.dense = true;
  CosimResult result = cosimulate(source, nullptr, *rtl_dense_dot(setup.shape), setup);
  if (result.difference) ADD_FAILURE() << to_string(setup.shape) << ": " << difference_text(result, false);
  return result;
}

/// Cycles of a run whose beats follow each other without a gap, until its last result left: the first window enters in
/// cycle 0, and its first beat is in cycle 1. rtl/multiply_accumulate.sv: a sum is at the accumulators
/// 2 + clog2(lanes) cycles after its beat, and leaves a cycle later.
inline Cycles cycles_without_stalls(std::uint64_t beats, int lanes) {
  int levels = 0;
  while (1 << levels < lanes) ++levels;
  return 1 + static_cast<Cycles>(beats) + (2 + levels) + 1;
}

}  // namespace sparsim
