#pragma once

#include <cstdint>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "sim/cosim/cosimulation.h"

namespace sparsim {

/// A whole co-simulation: the sparse engine in lockstep with its model, and the dense one on the same windows, summed
/// over the groups of a convolution.
struct CosimReport {
  CrossbarShape shape;
  std::string windows;  // where they come from, in words
  std::uint32_t filters = 1;
  double stall_probability = 0;
  std::uint64_t seed = 1;
  CosimResult sparse, dense;

  /// Multiplications needed / multiplications that the multipliers could have done in the cycles of the run.
  double occupancy(const CosimResult& result) const;
  double density() const;  // non-zeros among the windows' operands
  double speedup() const;  // cycles of the dense engine / cycles of the sparse one
};

/// `total` += `part`, a run after it; a difference and its waveform are the part's.
void add(CosimResult& total, CosimResult part);

std::string cosim_text(const CosimReport& report);
nlohmann::ordered_json cosim_json(const CosimReport& report);

/// The difference, and the last 16 cycles up to it as a table.
std::string difference_text(const CosimResult& result, bool with_model);

}  // namespace sparsim
