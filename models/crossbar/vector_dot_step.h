#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "models/crossbar/arbiter.h"
#include "models/crossbar/vector_dot.h"

namespace sparsim {

/// The step model of rtl/sparse_vector_dot.sv.
class SparseDotStep final : public VectorDot {
 public:
  /// `shape` is without problems().
  explicit SparseDotStep(const CrossbarShape& shape);

  void reset(std::uint32_t filters) override;
  const DotOutputs& evaluate(const DotInputs& inputs) override;
  void clock() override;

 private:
  /// What a beat brings to the accumulators, once it has passed the multipliers and the adder tree.
  struct Beat {
    bool valid = false;
    bool add = false, clear = false, send = false, flush = false, flush_empty = false;
    std::uint32_t filter = 0;
    std::int64_t sum = 0;
  };
  struct Flush {
    std::uint32_t filter = 0;
    bool empty = false;
  };
  struct Result {
    std::int64_t value = 0;
    bool end = false;
  };

  void accumulate(const Beat& beat);
  Beat issue() const;

  const CrossbarShape shape_;
  ArbiterStep arbiter_;
  std::uint32_t filters_ = 1;

  DotInputs inputs_;
  DotOutputs outputs_;
  const ArbiterOutputs* dealt_ = nullptr;  // of the arbiter in this cycle
  bool result_free_ = false, moves_ = false;

  std::vector<std::int16_t> window_;
  std::uint32_t row_ = 0, entering_row_ = 0;  // of the pass at work; of the first pass of the next window
  std::vector<Beat> pipeline_;                // a ring: operands, products, a stage a level of the adder tree
  std::size_t oldest_ = 0;
  std::vector<std::int64_t> partial_;  // [filter]
  std::optional<Flush> flush_;
  std::optional<Result> result_;
};

}  // namespace sparsim
