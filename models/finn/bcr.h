#pragma once

#include <cstdint>
#include <vector>

#include "models/core/cycles.h"
#include "models/core/work.h"

namespace sparsim {

// A matrix-vector unit for weights pruned in blocks (Layer::blocks; FINN-Pruning, DAC Young Fellow poster, names the
// idea; this unit is ours, rtl/bcr_mvau.sv). Processing element p owns the rows p * NF to p * NF + NF - 1 of the
// matrix, NF = filters / pe, so that a row of blocks belongs to one PE where the rows of a block divide NF. It works
// through them one by one, and through the words of each, `simd` columns a cycle, of which it skips those that hold
// none of the row's kept columns; a row that kept nothing still takes the cycle that ends it. Words are those of the
// matrix as it comes, or, where it was reordered, of what the row of blocks kept, side by side; the lanes then pick
// their columns from the whole vector. PEs do not wait for each other within a vector, and begin the next one together:
// the slowest sets the pace. Output word n (row n of every PE) is complete once the last PE has finished its row n.

/// A cycle of a PE: the column that each lane multiplies, -1 where it idles, and whether the row ends with it.
struct BcrStep {
  std::vector<std::int32_t> columns;  // [simd]; ascending
  bool last = false;
};

/// Of each PE, its steps for a vector. Throws ModelError unless the layer is pruned in blocks, `pe` divides its filters
/// and `simd` its columns. The reference that timing and RTL are held against; time and memory as its steps.
std::vector<std::vector<BcrStep>> bcr_program(const Layer& layer, std::int64_t pe, std::int64_t simd);

/// The time of a vector.
struct BcrTiming {
  std::vector<Cycles> word_done;  // [filters / pe], strictly ascending: cycles until output word n is complete
  std::int64_t kept = 0;          // weights kept
  std::int64_t steps = 0;         // of all PEs: kept <= steps * simd
  Cycles busiest_pe = 0;          // steps of the PE that has most: the last of word_done

  /// Cycles between two vectors; the next one comes in meanwhile, `words` of it, one a cycle.
  Cycles interval(std::int64_t words) const { return busiest_pe > words ? busiest_pe : words; }
};
BcrTiming bcr_timing(const Layer& layer, std::int64_t pe, std::int64_t simd);

/// Steps of each row of the matrix, whichever PE has it, [filters]: those of a PE are the sum over its rows.
std::vector<Cycles> bcr_row_steps(const Layer& layer, std::int64_t simd);

}  // namespace sparsim
