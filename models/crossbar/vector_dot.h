#pragma once

#include <cstdint>
#include <vector>

#include "models/crossbar/arbiter.h"

namespace sparsim {

/// The input pins of rtl/sparse_vector_dot.sv in one cycle.
struct DotInputs {
  bool window_valid = false;
  std::vector<std::int16_t> window;  // [input]
  bool last = false;
  std::vector<std::int16_t> weight;  // [input]: the row that weight_row asked for in the cycle before
  bool result_ready = true;
};

/// Its output pins. What describes the beat has meaning only with `beat`, the result only with result_valid.
struct DotOutputs {
  bool window_ready = false;
  std::uint32_t weight_row = 0;  // channel * filters + filter
  bool result_valid = false;
  std::int64_t result = 0;
  bool result_end = false;  // of the last filter
  bool beat = false;
  std::vector<std::uint64_t> grant;                  // [lane], one-hot or zero; empty for the dense engine
  std::vector<std::int16_t> lane_data, lane_weight;  // [lane]
  std::uint32_t pass = 0;
  std::uint32_t ended = 0;  // windows that end with the beat; 0 for the dense engine
};

/// The lowest 48 bits, as a signed number: what a result of the engines as built holds.
constexpr std::int64_t wrapped_result(std::int64_t value) {
  return static_cast<std::int64_t>(static_cast<std::uint64_t>(value) << 16) >> 16;
}

/// A vector-dot engine, cycle by cycle, as built for co-simulation: operands and weights of 16 bits, results of 48 that
/// wrap. The same protocol as Arbiter.
class VectorDot {
 public:
  virtual ~VectorDot() = default;
  /// Forgets all; a window is used by `filters` from now on (1..Arbiter::kMaxPasses).
  virtual void reset(std::uint32_t filters) = 0;
  virtual const DotOutputs& evaluate(const DotInputs& inputs) = 0;
  virtual void clock() = 0;

  static constexpr std::uint32_t kMaxRows = 1u << 20;  // of the weight memory: RowWidth 20
};

}  // namespace sparsim
