#include "models/finn/unit_cost.h"

#include <cmath>

#include "models/cost/storage.h"
#include "models/finn/bcr.h"

// LUTs of a unit: FINN-R, arXiv 1809.04570, section 5, as github Xilinx/finn states it (lut_estimation() of
// hls/matrixvectoractivation_hls.py and hls/vectorvectoractivation_hls.py; published): kBaseLuts + kSpread x PEs x
// (multipliers + adder tree + accumulator + comparators). Products a DSP: finn-rtllib/mvu (published). Memories: by
// their shapes, cost/storage.h (derived). Flip-flops: what MatrixUnit::latency() passes (derived); FINN estimates none.
// What skipping takes: the structure of rtl/bcr_pe.sv (derived).

namespace sparsim {
namespace {

constexpr double kBaseLuts = 300, kSpread = 1.1;  // FINN-R: c0 and c1, from experiments
constexpr int kMostParallelBits = 4;  // assumed: more are searched for, a bit a level, as finn-rtllib/thresholding does

double real(std::int64_t number) { return static_cast<double>(number); }
Resources luts(double count) { return {count, 0, 0, 0, 0}; }
Resources registers(std::int64_t count) { return {0, real(count), 0, 0, 0}; }

/// Bits of a product, as FINN-R counts them.
int product_bits(const MatrixUnit& unit) { return unit.weight_bits + unit.input_bits; }

/// Of all lanes of a PE.
std::int64_t multiplier_luts(const MatrixUnit& unit) {
  const int bits = product_bits(unit);
  return unit.simd * (2 * ceil_div(bits, 6) - 1) * bits;
}

/// PEs share a DSP whose other factor is the input that they have in common: four up to 4 x 4 bits, two up to 8 x 8
/// (finn-rtllib mvu_4sx4u.sv, mvu_8sx8u_dsp48.sv). Channels of a vector-vector unit, and PEs that skip on their own,
/// have no input in common.
std::int64_t multiplier_dsps(const MatrixUnit& unit, bool skips) {
  const bool few_bits = unit.weight_bits <= 4 && unit.input_bits <= 4;
  const std::int64_t shared = unit.depthwise() || skips ? 1 : few_bits ? 4 : 2;
  return ceil_div(unit.pe, shared) * unit.simd;
}

bool has_thresholds(const MatrixUnit& unit) {
  return unit.output_bits <= MatrixUnit::kMostBits && unit.output_bits < unit.accumulator_bits();
}

/// Products, the adder tree level by level, accumulators, results.
Resources datapath(const MatrixUnit& unit, Multipliers multipliers, bool skips) {
  const std::int64_t bits = product_bits(unit);
  const bool in_dsp = multipliers == Multipliers::dsp;
  double pe_luts = real(bits * (2 * unit.simd - 1) + unit.accumulator_bits());
  std::int64_t pe_registers = unit.accumulator_bits() + unit.output_bits;
  if (!in_dsp) {  // a DSP has registers of its own
    pe_luts += real(multiplier_luts(unit));
    pe_registers += unit.simd * bits;
  }
  for (std::int64_t terms = unit.simd, width = bits; terms > 1;) {
    terms = ceil_div(terms, 2);
    pe_registers += terms * ++width;
  }
  Resources need = luts(std::floor(kBaseLuts + kSpread * real(unit.pe) * pe_luts)) + registers(unit.pe * pe_registers);
  if (in_dsp) need.dsp = real(multiplier_dsps(unit, skips));
  return need;
}

/// Constants, read one word a cycle into a register; block RAM and URAM have it in them. Streamed ones wait in a FIFO.
Resources weight_memory(WeightMemory kind, std::int64_t words, std::int64_t bits) {
  switch (kind) {
    case WeightMemory::stream:
      return shift_fifo(2, bits);
    case WeightMemory::block:
      return block_memory(words, bits);
    case WeightMemory::ultra:
      return ultra_memory(words, bits);
    case WeightMemory::lut:
      return lut_memory(words, bits) + registers(bits);
    case WeightMemory::automatic:
      break;
  }
  const Resources need = rom(words, bits);
  return need.bram18 > 0 ? need : need + registers(bits);
}

/// In LUTs or block RAM, whichever is the smaller share of the device.
Resources cheaper_memory(std::int64_t words, std::int64_t bits, const Resources& capacity) {
  const Resources in_luts = lut_memory(words, bits), in_blocks = block_memory(words, bits);
  return in_luts.lut * capacity.bram18 <= in_blocks.bram18 * capacity.lut ? in_luts : in_blocks;
}

/// Weights of all PEs side by side, and the vector at hand, which is read again for each row of a PE.
Resources dense_memories(const MatrixUnit& unit, const Device& device) {
  const std::int64_t words = unit.shape.weights() / (unit.pe * unit.simd);
  const Resources need = weight_memory(unit.weights, words, unit.pe * unit.simd * unit.weight_bits) +
                         counters(address_bits(words)) + registers(unit.in_streams() * unit.input_bits);
  if (unit.neuron_folds() == 1) return need;
  return need + cheaper_memory(unit.synapse_folds(), unit.simd * unit.input_bits, device.capacity);
}

/// PEs that skip have each their program, as long as the longest: a step holds the weights of the lanes, whether the
/// row ends, and which word all lanes take, or, of weights that were reordered, which value of the vector each does. A
/// lane without work has weight 0; of one bit, which has no 0, it takes another. Of both banks of the vector there is a
/// copy for each read at a time. Sums wait for those of the other PEs.
Resources skipping_memories(const MatrixUnit& unit, const Layer& layer, Cycles steps) {
  const std::int64_t rows = unit.neuron_folds();
  const std::int64_t word = address_bits(unit.synapse_folds()), lane = address_bits(unit.simd);
  const std::int64_t reads = layer.blocks->reordered ? unit.simd : 1;
  const std::int64_t place = layer.blocks->reordered ? word + lane : word;
  const std::int64_t lane_bits = unit.weight_bits == 1 ? 2 : unit.weight_bits,
                     vector_word = unit.simd * unit.input_bits;
  Resources pe = weight_memory(unit.weights, steps, 1 + reads * place + unit.simd * lane_bits) +
                 real(reads) * dual_port_lut_memory(2 * (std::int64_t{1} << word), vector_word) +
                 registers(vector_word) + dual_port_lut_memory(rows, unit.accumulator_bits()) +
                 counters(address_bits(steps) + address_bits(rows + 1));
  // A LUT chooses among four values of a word.
  if (layer.blocks->reordered) pe = pe + luts(real(unit.simd * unit.input_bits * ceil_div(unit.simd - 1, 3)));
  return real(unit.pe) * pe + counters(static_cast<int>(word) + 2 * address_bits(rows));
}

}  // namespace

Multipliers chosen_multipliers(const MatrixUnit& unit, const Layer& layer, const Device& device) {
  if (unit.multipliers != Multipliers::automatic) return unit.multipliers;
  const double luts = kSpread * real(unit.pe * multiplier_luts(unit));
  const double dsps = real(multiplier_dsps(unit, layer.blocks.has_value()));
  return dsps * device.capacity.lut < luts * device.capacity.dsp ? Multipliers::dsp : Multipliers::lut;
}

Resources thresholds(std::int64_t folds, std::int64_t streams, int value_bits, int output_bits) {
  const std::int64_t word = streams * value_bits;
  if (output_bits <= kMostParallelBits) {
    const std::int64_t all = ((std::int64_t{1} << output_bits) - 1) * word;
    return rom(folds, all) + luts(std::floor(kSpread * real(all)));
  }
  Resources need = luts(std::floor(kSpread * real(output_bits * word))) + registers(output_bits * word);
  for (int level = 0; level < output_bits; ++level) need = need + rom(folds << level, word);
  return need;
}

Resources unit_resources(const MatrixUnit& unit, const Layer& layer, const Device& device, Cycles busiest_pe) {
  const bool skips = layer.blocks.has_value();
  if (skips && busiest_pe == 0) busiest_pe = bcr_timing(layer, unit.pe, unit.simd).busiest_pe;
  Resources need = datapath(unit, chosen_multipliers(unit, layer, device), skips) +
                   (skips ? skipping_memories(unit, layer, busiest_pe) : dense_memories(unit, device));
  if (has_thresholds(unit))
    need = need + thresholds(unit.shape.output.channels / unit.pe, unit.pe, unit.accumulator_bits(), unit.output_bits);
  return need;
}

}  // namespace sparsim
