#include "models/sparsepixels/resource_bill.h"

#include <algorithm>

#include "models/core/block_ram.h"
#include "models/core/error.h"
#include "models/sparsepixels/position.h"

// The structure of each operator is counted; what logic synthesis makes of a part of it is a coefficient. The fitted
// ones are printed by scripts/fit_sparsepixels_resources.py, with their errors on the rows that they were fitted on and
// on all others. The structure itself was found with all rows in sight, and so were the coefficients said to be
// read off.

namespace sparsim {
namespace {

// Fitted on small designs that keep 5 or 20 pixels, kernels of 3.
constexpr double kMultiplierLuts = 0.97;  // of a bit of one operand by a bit of the other, built of LUTs
constexpr double kMergeLutsABit = 1.4;    // to add a slot's sum to that of an earlier one, or not, a bit
constexpr double kMergeFfsABit = 0.69;    // the same
constexpr double kRomBlocks = 0.1;        // block RAMs a product, where weights are more than the table of a LUT
// Fitted on the networks that keep 8.
constexpr double kReduceLutsABit = 2.7;     // load, clear, and the tree's selections, of a bit of a pixel
constexpr double kSaturationLuts = 33;      // to round and saturate a product and the sum with it
constexpr double kSumLutsABit = 0.64;       // to add a product by a constant to those before it, a bit of it
constexpr double kSumFfsABit = 0.31;        // the same
constexpr double kShiftAddLutsABit = 0.22;  // a multiple of a value, which outputs share, a bit of the value and three
constexpr double kScatterLutsAPixel = 32;   // whether one of the slots at work is at this pixel
constexpr double kScatterLutsABit = 1.2;    // which of them, a bit of it

// Read off.
constexpr std::int64_t kWordControlLuts = 9;  // 16-bit networks: of a word handed on, full, empty, which register
constexpr double kRegisteredSums = 0.25;      // 16-bit designs: sums behind DSPs with a register of their own
// Derived.
constexpr std::int64_t kPairLuts = 8;  // of a difference of positions: two comparisons with half the kernel, an index
constexpr int kLutInputs = 6;
// Assumed.
constexpr int kDspBits = 10;  // multipliers from here on are DSPs: of the published ones those of 16 bits are, of 8 not
constexpr std::int64_t kTableEntries = 1024, kTableBits = 18;  // hls4ml's exponentials, reciprocals and sigmoids

/// An operator with the width of what it is handed.
struct Operator {
  const PixelStage& stage;
  const SparsePixelsConfig& config;
  int bits;

  std::int64_t channels() const { return stage.input.channels; }
  std::int64_t inputs() const { return stage.input.elements(); }
  std::int64_t outputs() const { return stage.output.elements(); }
  std::int64_t window() const { return stage.kernel * stage.kernel; }
  bool on_list() const { return stage.input.pixels() > 1; }
  /// Values that it is handed at a time.
  std::int64_t values() const {
    if (!on_list()) return inputs();
    return config.dense ? channels() : config.n_max * channels();
  }
  int weight_bits() const { return config.weights.bits; }
  int product_bits() const { return weight_bits() + bits; }
  bool multiplies_in_dsp() const { return std::max(weight_bits(), bits) >= kDspBits; }
};

double real(std::int64_t number) { return static_cast<double>(number); }
Resources luts(double count) { return {count, 0, 0, 0, 0}; }
Resources registers(double count) { return {0, count, 0, 0, 0}; }
Resources dsps(double count) { return {0, 0, count, 0, 0}; }
Resources block_rams(double count) { return {0, 0, 0, count, 0}; }

/// LUTs a bit that choose one of so many words: a LUT chooses among four.
double choice_luts(std::int64_t words) { return real(ceil_div(words - 1, 3)); }

/// LUTs a bit of a table of constants: two tables of up to five inputs share one.
double table_luts(std::int64_t entries) {
  const int inputs = index_bits(entries);
  if (inputs == 0) return 0;
  return inputs < kLutInputs ? 0.5 : real(std::int64_t{1} << (inputs - kLutInputs));
}

Resources multipliers(std::int64_t count, const Operator& o) {
  if (o.multiplies_in_dsp()) return dsps(real(count));
  return luts(real(count * o.weight_bits() * o.bits) * kMultiplierLuts);
}

/// A register a pixel; over them a tree of two-input nodes that hand on a value, whether it is one, and where it was,
/// registered in every cycle; the slots.
Resources reduce(const Operator& o) {
  const std::int64_t pixels = o.stage.input.pixels(), value = o.channels() * o.bits;
  const std::int64_t levels = index_bits(pixels), levels_per_cycle = o.config.levels_per_cycle;
  // Whether a value is above the threshold: without a sign, and with 0 for it, a gate; else a chain of carries.
  const bool gate = !o.config.input.is_signed && o.config.threshold == 0;
  const std::int64_t compare = o.channels() * ceil_div(o.bits, gate ? kLutInputs : 2);
  const std::int64_t decode = ceil_div(levels, kLutInputs);  // whether it is this pixel that was found, to clear it
  Resources need = luts(real(pixels) * (kReduceLutsABit * real(value) + real(compare + decode))) +
                   registers(real(pixels * value + o.config.n_max * (value + position_bits(o.stage.input))));
  // The comparison takes a level of the first cycle, unless the tree fills its cycles and so leaves it one of its own
  // (latency.cpp).
  const bool full = levels > 2 && (levels - 2) % levels_per_cycle == 0;
  const std::int64_t first = full ? levels_per_cycle : std::max<std::int64_t>(1, levels_per_cycle - 1);
  for (std::int64_t level = first; level < levels; level += levels_per_cycle)
    need = need + registers(real(ceil_div(pixels, std::int64_t{1} << level) * (value + 1 + level)));
  return need;
}

/// All pairs of an output and an input slot: the difference of their positions chooses the weights, a multiplier each.
/// With a reuse factor so many output slots take turns.
Resources convolve(const Operator& o) {
  const std::int64_t slots = o.config.n_max, turns = o.stage.reuse, at_once = ceil_div(slots, turns);
  const std::int64_t pairs = at_once * slots, filters = o.stage.output.channels;
  const std::int64_t sums = pairs * filters, products = sums * o.channels();
  const std::int64_t position = position_bits(o.stage.input);
  const double sum_luts = o.product_bits() / 2.0;  // a three-input adder takes a LUT a bit for two sums

  Resources need = luts(real(pairs * (position + 2 + kPairLuts))) +  // two subtractions with their signs
                   luts(real(products * o.weight_bits()) * table_luts(o.window())) +
                   registers(real(slots * ((o.channels() + filters) * o.bits + position))) +  // what comes and leaves
                   luts(real(at_once * position) * choice_luts(turns));
  if (o.window() * o.channels() * filters > std::int64_t{1} << kLutInputs)
    need = need + block_rams(kRomBlocks * real(products));
  if (o.config.sums == SumShape::chain)  // a product waits in a register for its turn
    return need + multipliers(products, o) + luts(real(products) * (sum_luts + kSaturationLuts)) +
           registers(real(products * o.product_bits()));
  // A sum that may wrap: a DSP adds its product to that of the channel before, so that even narrow ones are in DSPs but
  // for the first channel's. Sums are registered behind multipliers of LUTs; DSPs have registers, and so do few sums.
  return need + multipliers(sums, o) + dsps(real(products - sums)) + luts(real(sums) * sum_luts) +
         registers(real(sums * o.product_bits()) * (o.multiplies_in_dsp() ? kRegisteredSums : 1));
}

/// Each slot's position is compared with those before it, its channels added to the first that is equal.
Resources pool(const Operator& o) {
  const std::int64_t slots = o.config.n_max, pairs = slots * (slots - 1) / 2;
  const std::int64_t sum = o.bits + index_bits(o.window());
  const std::int64_t compare = ceil_div(position_bits(o.stage.input), 3) + 2;  // three bits of both a LUT; and the flag
  return luts(real(pairs) * (real(compare) + kMergeLutsABit * real(o.channels() * sum))) +
         registers(real(pairs * o.channels() * sum) * kMergeFfsABit + real(o.values() * o.bits)) +
         dsps(real(o.values() * division_dsps(o.stage, o.bits)));
}

/// Of products by constants, the share in DSPs, and adders a product for all others.
struct ConstantShares {
  double dsp = 0, adders = 0;
};

/// Signed binary digits, no two neighbours non-zero, are how a product by a constant is built: an adder for each
/// non-zero digit but the first; from three of them on a DSP, where the width is one for DSPs (derived: so the
/// published weights and DSPs agree). Over all numbers of `digits` of them: binomial(digits - k + 1, k) 2^k have k
/// non-zero ones.
ConstantShares constant_shares(int digits, bool dsp_width) {
  double all = 0, adders = 0, dsp = 0;
  for (int k = 0; 2 * k <= digits + 1; ++k) {
    double numbers = 1;
    for (int i = 0; i < k; ++i) numbers *= 2.0 * (digits - k + 1 - i) / (i + 1);
    all += numbers;
    if (dsp_width && k > 2)
      dsp += numbers;
    else
      adders += std::max(k - 1, 0) * numbers;
  }
  return {dsp / all, adders / all};
}

/// Products by trained weights and the trees that add them up. Such a weight uses half of its bits and one more
/// (derived: 1.9 non-zero digits in the published 8-bit networks, as over all numbers of five).
Resources constant_products(std::int64_t count, const Operator& o) {
  const ConstantShares shares = constant_shares(o.weight_bits() / 2 + 1, o.multiplies_in_dsp());
  return real(count) * Resources{kSumLutsABit * o.product_bits() + kShiftAddLutsABit * shares.adders * (o.bits + 3),
                                 kSumFfsABit * o.product_bits(), shares.dsp, 0, 0};
}

/// Multipliers each of which takes its turns over so many inputs and weights, and an accumulator an output.
Resources shared_products(std::int64_t count, std::int64_t inputs, std::int64_t outputs, const Operator& o) {
  const std::int64_t turns = o.stage.reuse, built = ceil_div(count, turns);
  const double sum = o.product_bits() + index_bits(inputs);
  return multipliers(built, o) + luts(real(ceil_div(inputs, turns) * o.bits) * choice_luts(turns)) +
         luts(real(built * o.weight_bits()) * table_luts(turns)) +
         real(built) * Resources{kSumLutsABit * o.product_bits(), kSumFfsABit * o.product_bits(), 0, 0, 0} +
         real(outputs) * Resources{sum, sum, 0, 0, 0};
}

/// Each of `outputs` is a sum over all `inputs`.
Resources products(std::int64_t inputs, std::int64_t outputs, const Operator& o) {
  return o.stage.reuse == 1 ? constant_products(inputs * outputs, o)
                            : shared_products(inputs * outputs, inputs, outputs, o);
}

/// Every pixel of the map asks whether it is among the slots at work. The map is registered twice, as it is filled and
/// as it is handed on.
Resources flatten(const Operator& o) {
  const double map = real(o.inputs() * o.bits);
  return {kScatterLutsAPixel * real(o.stage.input.pixels()) + kScatterLutsABit * map, 2 * map, 0, 0, 0};
}

/// For so many lookups in a cycle, two a table.
Resources tables(std::int64_t lookups) {
  return block_rams(real(ceil_div(lookups, 2) * bram18(kTableEntries, kTableBits)));
}

/// A comparison with the largest score and a choice, a table of exponentials, one of reciprocals, a product of the two.
Resources softmax(const Operator& o) {
  return luts(real(2 * o.inputs() * o.bits)) + tables(o.inputs()) + tables(1) + dsps(real(o.inputs()));
}

Resources operate(const Operator& o) {
  switch (o.stage.op) {
    case PixelOperator::reduce:
      return reduce(o);
    case PixelOperator::convolution:
      return convolve(o);
    case PixelOperator::relu:
      return luts(real(o.values() * o.bits));
    case PixelOperator::average_pool:
      return pool(o);
    case PixelOperator::flatten:
      return flatten(o);
    case PixelOperator::dense:
      return products(o.inputs(), o.outputs(), o);
    case PixelOperator::sigmoid:
      return tables(o.inputs());
    case PixelOperator::softmax:
      return softmax(o);
  }
  SPARSIM_CHECK(false, "operator {}", static_cast<int>(o.stage.op));
}

/// A buffer of two words: two registers a bit and a choice between them.
Resources hand_off(std::int64_t words, std::int64_t bits) {
  return {real(words * (bits + kWordControlLuts)), real(2 * words * bits), 0, 0, 0};
}

/// Values, and positions to those that look at them.
Resources hand_off_to(const Operator& o) {
  const Resources values = hand_off(o.values(), o.bits);
  if (!o.on_list() || o.stage.op == PixelOperator::relu) return values;
  return values + hand_off(o.config.n_max, index_bits(o.stage.input.height)) +
         hand_off(o.config.n_max, index_bits(o.stage.input.width));
}

/// Of what leaves the design.
std::int64_t output_bits(const Operator& last) {
  const MapShape& map = last.stage.output;
  if (map.pixels() == 1) return map.elements() * last.bits;
  return last.config.n_max * (map.channels * last.bits + position_bits(map));
}

// The dense baseline: pixels with all their channels stream from operator to operator.

/// A FIFO as deep as a map (assumed: what HLS builds where nobody says less), and its two addresses and count.
Resources stream(std::int64_t pixels, std::int64_t word) {
  const double control = 3.0 * index_bits(pixels);
  return Resources{2 * control, control, 0, 0, 0} + block_rams(real(bram18(pixels, word)));
}

/// A vector is collected in a shift register.
Resources stream_to(const Operator& o) {
  return o.on_list() ? stream(o.stage.input.pixels(), o.channels() * o.bits) : registers(real(o.inputs() * o.bits));
}

/// The rows above in block RAM, one each, and the window in registers.
Resources window(std::int64_t width, const Operator& o) {
  return block_rams(real((o.stage.kernel - 1) * bram18(width, o.channels() * o.bits))) +
         registers(real(o.window() * o.channels() * o.bits));
}

Resources operate_on_stream(const Operator& o) {
  const MapShape& map = o.stage.input;
  const std::int64_t window_values = o.window() * o.channels();
  switch (o.stage.op) {
    case PixelOperator::convolution: {  // behind the operator that puts zeros around the map
      const std::int64_t around = o.stage.kernel - 1;
      return stream((map.height + around) * (map.width + around), o.channels() * o.bits) +
             window(map.width + around, o) + products(window_values, o.stage.output.channels, o);
    }
    case PixelOperator::average_pool: {
      const std::int64_t sum = o.bits + index_bits(o.window());
      return window(map.width, o) + luts(real(window_values * sum) / 2) +
             dsps(real(o.channels() * division_dsps(o.stage, o.bits)));
    }
    case PixelOperator::flatten:  // pixels pass as they come
      return {};
    default:
      return operate(o);
  }
}

}  // namespace

std::vector<ResourceItem> resource_bill(const SparsePixelsConfig& config, const std::vector<PixelStage>& stages) {
  std::vector<ResourceItem> bill;
  Resources between;
  int bits = config.input.bits;
  for (const PixelStage& stage : stages) {
    const Operator o{stage, config, bits};
    if (!bill.empty()) between = between + (config.dense ? stream_to(o) : hand_off_to(o));
    bill.push_back({stage.name, 1, config.dense ? operate_on_stream(o) : operate(o)});
    if (stage.op == PixelOperator::convolution || stage.op == PixelOperator::dense) bits = config.activations.bits;
  }
  if (!config.dense && !stages.empty()) between = between + registers(real(output_bits({stages.back(), config, bits})));
  bill.push_back({"hand-off between operators", static_cast<double>(stages.size()), between});
  return bill;
}

}  // namespace sparsim
