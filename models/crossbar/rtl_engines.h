#pragma once

#include <memory>
#include <vector>

#include "models/crossbar/arbiter.h"
#include "models/crossbar/vector_dot.h"

namespace sparsim {

/// The (M, N) for which RTL was verilated, in the order of models/crossbar/rtl_table.cmake; each with and without
/// skip_zero_window.
const std::vector<CrossbarShape>& built_shapes();

/// The Verilated RTL of rtl/crossbar_arbiter.sv, rtl/sparse_vector_dot.sv and rtl/dense_vector_dot.sv.
/// Each throws InputError for a shape that was not built; the message lists those that were. The dense engine skips
/// nothing, whatever the shape says. What the pins cannot take is a ModelError: a request past the inputs, operands or
/// weights of another number than the inputs (in every cycle, valid or not), a clock() with no evaluate() before it.
std::unique_ptr<Arbiter> rtl_arbiter(const CrossbarShape& shape);
std::unique_ptr<VectorDot> rtl_sparse_dot(const CrossbarShape& shape);
std::unique_ptr<VectorDot> rtl_dense_dot(const CrossbarShape& shape);

/// A run of windows through the Verilated arbiter alone, as fast as it goes: no stalls, nothing looked at but the time.
class RtlBatch {
 public:
  virtual ~RtlBatch() = default;
  /// Cycles from the first beat to the last of `count` windows, each dealt `passes` times, after a reset.
  virtual Cycles deal(const std::uint64_t* requests, std::size_t count, std::uint32_t passes) = 0;
};
std::unique_ptr<RtlBatch> rtl_batch(const CrossbarShape& shape);

}  // namespace sparsim
