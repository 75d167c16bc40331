#pragma once

#include <cstdint>

#include "models/core/shape.h"
#include "models/cost/device.h"

namespace sparsim {

// What memories of a Xilinx device need, by the structure of rtl/stream_fifo.sv, rtl/delay_line.sv and
// rtl/sliding_window.sv. Up to 64 words lie in LUTs (SLICEM, UG474: a 64 x 1 or 32 x 2 RAM a LUT; with a second port,
// 64 x 3 or 32 x 6 in four of them), more in RAMB18 blocks of one shape (UG473, models/core/block_ram.h), or, where
// asked for, in URAM (UG573: 4,096 x 72). Counters and compares: a flip-flop and two LUTs a bit.

/// Bits that tell `values` apart: 0 for one.
int address_bits(std::int64_t values);

/// `bits` of counters with the logic around them.
Resources counters(int bits);

/// Constants, one port: weights, offsets. At least one word.
Resources rom(std::int64_t words, std::int64_t bits);

/// The same in LUTs, in block RAM, in URAM, however many words. What chooses among the LUTs of a bit is left out: up to
/// 256 words multiplexers of the slice do.
Resources lut_memory(std::int64_t words, std::int64_t bits);
Resources block_memory(std::int64_t words, std::int64_t bits);
Resources ultra_memory(std::int64_t words, std::int64_t bits);

/// Written and read at a time: in LUTs up to 64 words, in block RAM beyond; in LUTs, however many words.
Resources dual_port_memory(std::int64_t words, std::int64_t bits);
Resources dual_port_lut_memory(std::int64_t words, std::int64_t bits);

/// Words that come out `depth` pushes after they went in.
Resources delay_line(std::int64_t depth, std::int64_t bits);

/// A FIFO of `depth` words of `bits`, registered both ways.
Resources fifo_resources(std::int64_t depth, std::int64_t bits);

/// A FIFO of shift registers, which one LUT a bit and 32 words hold, with a register behind them (finn-rtllib,
/// Q_srl.v); beyond 256 words, where FINN stops using it, that of block RAM.
Resources shift_fifo(std::int64_t depth, std::int64_t bits);

/// A sliding window over words of `word_bits`, `words_per_pixel` of them a pixel: the rows above as one delay line, the
/// columns to the left as another, and zeros beside the map.
Resources line_buffers(const WindowShape& shape, std::int64_t words_per_pixel, std::int64_t word_bits);

}  // namespace sparsim
