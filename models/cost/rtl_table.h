#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/cost/device.h"

namespace sparsim {

/// The modules of rtl/ that were synthesized.
enum class RtlBlock {
  crossbar_arbiter,
  sparse_vector_dot,
  rr_vector_dot,
  dense_vector_dot,
  accumulator_bank,
  input_reduction
};

constexpr std::string_view kRtlBlockNames[] = {"crossbar_arbiter", "sparse_vector_dot", "rr_vector_dot",
                                               "dense_vector_dot", "accumulator_bank",  "input_reduction"};

constexpr std::string_view to_string(RtlBlock block) { return kRtlBlockNames[static_cast<std::size_t>(block)]; }

/// One module of rtl/ and its parameters. Results have data_width + weight_width + 16 bits. The arbiter has no widths:
/// 0. An accumulator_bank depends on widths and filters alone: 1 input, 1 lane. The memory of the weights stands
/// outside all of them. Of an input_reduction, inputs are pixels, lanes slots, and data_width is that of a value; it
/// has no weights and no filters: 0 and 1.
struct RtlDesign {
  RtlBlock block = RtlBlock::sparse_vector_dot;
  int inputs = 9;                 // M: operands of a window
  int lanes = 3;                  // N: multipliers
  int data_width = 16;            // bits of an operand
  int weight_width = 16;          // bits of a weight
  bool skip_zero_window = false;  // of the sparse engines and their arbiter
  int filters = 2;                // for which there are partial sums: 2**PassWidth

  friend bool operator==(const RtlDesign& a, const RtlDesign& b) {
    return a.block == b.block && a.inputs == b.inputs && a.lanes == b.lanes && a.data_width == b.data_width &&
           a.weight_width == b.weight_width && a.skip_zero_window == b.skip_zero_window && a.filters == b.filters;
  }
};

/// As it stands in the table: "sparse_vector_dot,9,3,16,16,0,2".
std::string to_string(const RtlDesign& design);

/// A line of the table: what synthesis counted.
struct RtlRow {
  RtlDesign design;
  Resources need;
};

/// Reads a table as rtl/synth/synth.py writes it. Throws InputError with `file` and line of each row that is wrong.
std::vector<RtlRow> parse_rtl_table(std::string_view csv, const std::string& file);

/// rtl/synth/resources.csv, as it was when the program was built.
const std::vector<RtlRow>& rtl_table();

}  // namespace sparsim
