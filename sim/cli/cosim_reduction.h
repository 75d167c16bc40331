#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sim/cli/command.h"

namespace sparsim {

/// `sparsim cosim --block input_reduction`.
struct ReductionCosimOptions {
  // Its own.
  std::string pixels = "63x63", input = "ap_ufixed<8,1>";
  std::int64_t slots = 16, levels_per_cycle = 3, images = 100;
  double threshold = 0;
  bool early_exit = false;

  // As for other blocks.
  std::string trace, inject, json;
  std::optional<std::int64_t> image;  // of the trace; all where left out
  double density = 0.01, stall_probability = 0;
  std::int64_t seed = 1;
};

void add_reduction_options(po::options_description& into, ReductionCosimOptions& options);
int cosim_reduction(const ReductionCosimOptions& options);

}  // namespace sparsim
