#pragma once

#include <cstdint>
#include <string>

#include "sim/cli/command.h"

namespace sparsim {

/// `sparsim cosim --block bcr_mvau`.
struct BcrCosimOptions {
  // Its own.
  std::int64_t pe = 4, simd = 4, vectors = 100;

  // As for other blocks.
  std::string trace, layer, inject, json;  // layer: the first that was pruned in blocks, where left out
  std::int64_t image = 0, seed = 1;
  double stall_probability = 0;
};

void add_bcr_options(po::options_description& into, BcrCosimOptions& options);
int cosim_bcr(const BcrCosimOptions& options);

}  // namespace sparsim
