#pragma once

#include <cstdint>

namespace sparsim {

/// 18 Kb blocks that a memory of `depth` words of `width_bits` needs: the fewest over the shapes 16Kx1, 8Kx2, 4Kx4,
/// 2Kx9, 1Kx18 and 512x36 (simple dual port) of a RAMB18E1, one shape for all (Xilinx UG473, table 1-7 "port aspect
/// ratios"; those of a RAMB18E2 are the same). Synthesis may mix shapes and save a block.
std::int64_t bram18(std::int64_t depth, std::int64_t width_bits);

}  // namespace sparsim
