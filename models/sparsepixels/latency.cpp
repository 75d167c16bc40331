#include "models/sparsepixels/latency.h"

#include <algorithm>

#include "models/core/error.h"
#include "models/sparsepixels/position.h"

namespace sparsim {
namespace {

// Of a tree of three-input adders.
std::int64_t adder_levels(std::int64_t terms) {
  std::int64_t levels = 0;
  for (std::int64_t reached = 1; reached < terms; reached *= 3) ++levels;
  return levels;
}

bool power_of_two(std::int64_t n) { return (n & (n - 1)) == 0; }

// Slot after slot: a tree of two-input nodes over all pixels finds the first active one, which is copied and cleared.
// Two of its levels share a cycle with the copy, as in rtl/input_reduction.sv; of the others `levels_per_cycle` fit one
// (derived: 77 of 80 published reductions agree to the cycle). Around the slots: a cycle to set the flags, one to end
// the loop, one to hand the list over; where the tree fills its cycles to the last level, the copy of the last slot
// needs one more; a loop over a power of two ends a cycle sooner, its last slot shows in one bit of the count (assumed:
// seen for 8 and 16 slots, and not for 5, 10, 12, 20 and 30).
Cycles reduce(const PixelStage& stage, const SparsePixelsConfig& c, std::int64_t active) {
  constexpr std::int64_t kHidden = 2, kAround = 3;
  const std::int64_t levels = index_bits(stage.input.pixels()) - kHidden;
  const std::int64_t a_slot = std::max<std::int64_t>(1, ceil_div(levels, c.levels_per_cycle));
  const bool full = levels > 0 && levels % c.levels_per_cycle == 0;
  // With an early exit, the search that finds nothing is the last.
  const std::int64_t slots = c.early_exit ? std::min(active + 1, c.n_max) : c.n_max;
  return a_slot * slots + kAround + (full ? 1 : 0) - (!c.early_exit && power_of_two(c.n_max) ? 1 : 0);
}

// A cycle selects the weight by the difference of positions, one multiplies; products of further channels are added on
// one behind the other, a cycle each; then those of the slots. Saturated sums of wide products take a cycle to round
// (assumed: seen at 16 bits, not at 8).
Cycles convolve(const PixelStage& stage, const SparsePixelsConfig& c, std::int64_t active) {
  constexpr int kNarrowProduct = 24;  // bits
  const bool chain = c.sums == SumShape::chain;
  const std::int64_t terms = chain ? c.n_max : adder_levels(c.n_max);
  const std::int64_t rounding = chain && c.weights.bits + c.activations.bits > kNarrowProduct ? 1 : 0;
  // Reused multipliers make so many output slots at a time, of those that hold a pixel.
  const std::int64_t passes = std::max<std::int64_t>(1, ceil_div(active, ceil_div(c.n_max, stage.reuse)));
  return 1 + c.multiplier_cycles.value_or(1) + (stage.input.channels - 1) + ceil_div(terms, c.levels_per_cycle) +
         rounding + (stage.reuse > 1 ? passes - 1 : 0);
}

// Slot after slot is compared with those before it and merged into the first of its position; a sum is divided by a
// shift, or multiplied in DSPs: a cycle to hand it to them, and one each.
Cycles average_pool(const PixelStage& stage, const SparsePixelsConfig& c) {
  const std::int64_t dsps = division_dsps(stage, c.activations.bits);
  return ceil_div(c.n_max, c.levels_per_cycle) + (dsps == 0 ? 0 : c.multiplier_cycles.value_or(1) + dsps);
}

// A loop over the slots, `flatten_unroll` at a time, three cycles deep: address, select, write.
Cycles flatten(const SparsePixelsConfig& c) {
  constexpr std::int64_t kDepth = 3;
  return ceil_div(c.n_max, c.flatten_unroll) + kDepth;
}

// A level of a tree of three-input adders a cycle; the multiplications by constants and the last, partial level share
// their cycles (assumed: seen at 16, 20, 196 and 243 inputs).
Cycles multiply(const PixelStage& stage) {
  std::int64_t full = 0;
  for (std::int64_t left = stage.input.elements(); left >= 3; left /= 3) ++full;
  return std::max<std::int64_t>(1, full) + stage.reuse - 1;
}

// The largest of all scores, a table of exponentials, their sum, a table of reciprocals, a product.
Cycles softmax(const PixelStage& stage, const SparsePixelsConfig& c) {
  const std::int64_t scores = stage.input.elements();
  const auto in_cycles = [&](std::int64_t levels) {
    return std::max<std::int64_t>(1, ceil_div(levels, c.levels_per_cycle));
  };
  return in_cycles(index_bits(scores)) + 1 + in_cycles(adder_levels(scores)) + 1 + 1;
}

// Of the dense baseline, where pixels stream: zeros are put around the map, pixel by pixel; behind each row the loop
// over it starts anew, which costs two cycles, and twice that for a row of the image with zeros on both sides
// (published intervals of a 63x63 and a 56x56 map agree). Lines are buffered, so that the convolution itself takes a
// pixel a cycle.
Cycles padded_pixels(const PixelStage& stage) {
  const std::int64_t around = stage.kernel - 1;
  return (stage.input.height + around) * (stage.input.width + around);
}
Cycles padding_loops(const PixelStage& stage) {
  const std::int64_t around = stage.kernel - 1;
  return 2 * around + 4 * stage.input.height + 4;
}

}  // namespace

Cycles stage_latency(const PixelStage& stage, const SparsePixelsConfig& c, std::int64_t active) {
  switch (stage.op) {
    case PixelOperator::reduce:
      return reduce(stage, c, active);
    case PixelOperator::convolution:
      return c.dense ? padded_pixels(stage) : convolve(stage, c, active);
    case PixelOperator::relu:
      return 0;  // a comparison: no register
    case PixelOperator::average_pool:
      return c.dense ? 0 : average_pool(stage, c);  // of a stream: with its last pixel
    case PixelOperator::flatten:
      return c.dense ? stage.input.pixels() : flatten(c);
    case PixelOperator::dense:
      return multiply(stage);
    case PixelOperator::sigmoid:
      return 2;  // an index, and the table
    case PixelOperator::softmax:
      return softmax(stage, c);
  }
  SPARSIM_CHECK(false, "operator {}", static_cast<int>(stage.op));
}

Cycles stage_interval(const PixelStage& stage, const SparsePixelsConfig& c, Cycles latency) {
  if (c.dense && stage.op == PixelOperator::convolution) return latency + padding_loops(stage);
  return latency + c.restart_cycles;
}

// An operator without registers works within the cycle in which the one before it ends; at the end of a design it is
// one of its own. Softmax is four operators with three hand-offs among them (assumed: networks that end in a softmax
// take three cycles more than their operators and seven hand-offs add up to, one that ends in a sigmoid does not; the
// cause is not published). A list that leaves the design is registered.
Cycles hand_off(const PixelStage& from, const PixelStage* to, const SparsePixelsConfig& c) {
  if (to == nullptr) {
    const bool registered = from.op == PixelOperator::reduce || from.op == PixelOperator::sigmoid ||
                            from.op == PixelOperator::softmax || c.dense;
    return registered ? 0 : from.op == PixelOperator::relu ? c.hand_off_cycles + 1 : 1;
  }
  if (to->op == PixelOperator::relu) return 0;
  return to->op == PixelOperator::softmax ? 4 * c.hand_off_cycles : c.hand_off_cycles;
}

}  // namespace sparsim
