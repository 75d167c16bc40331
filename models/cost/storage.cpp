#include "models/cost/storage.h"

#include "models/core/block_ram.h"

namespace sparsim {
namespace {

constexpr std::int64_t kLutWords = 64, kHalfLutWords = 32;
constexpr std::int64_t kShiftWords = 32, kHalfShiftWords = 16, kMostShiftWords = 256;
constexpr std::int64_t kUltraWords = 4096, kUltraBits = 72;

double real(std::int64_t number) { return static_cast<double>(number); }

}  // namespace

int address_bits(std::int64_t values) {
  int bits = 0;
  while ((std::int64_t{1} << bits) < values) ++bits;
  return bits;
}

Resources counters(int bits) { return {2.0 * bits, static_cast<double>(bits), 0, 0, 0}; }

Resources rom(std::int64_t words, std::int64_t bits) {
  return words > kLutWords ? block_memory(words, bits) : lut_memory(words, bits);
}

Resources lut_memory(std::int64_t words, std::int64_t bits) {
  return {real(words > kHalfLutWords ? bits * ceil_div(words, kLutWords) : ceil_div(bits, 2)), 0, 0, 0, 0};
}

Resources block_memory(std::int64_t words, std::int64_t bits) { return {0, 0, 0, real(bram18(words, bits)), 0}; }

Resources ultra_memory(std::int64_t words, std::int64_t bits) {
  return {0, 0, 0, 0, real(ceil_div(words, kUltraWords) * ceil_div(bits, kUltraBits))};
}

Resources dual_port_memory(std::int64_t words, std::int64_t bits) {
  return words > kLutWords ? block_memory(words, bits) : dual_port_lut_memory(words, bits);
}

Resources dual_port_lut_memory(std::int64_t words, std::int64_t bits) {
  const std::int64_t bits_of_four_luts = words <= kHalfLutWords ? 6 : 3;
  return {4 * real(ceil_div(bits, bits_of_four_luts) * ceil_div(words, kLutWords)), 0, 0, 0, 0};
}

Resources delay_line(std::int64_t depth, std::int64_t bits) {
  if (depth <= 2) return {0, real(depth * bits), 0, 0, 0};
  const std::int64_t places = depth - 1;  // the register at the output is the last one
  Resources memory = rom(places, bits);
  if (places <= kLutWords) memory.ff = real(bits);  // a block RAM has that register in it
  return memory + counters(address_bits(places));
}

Resources fifo_resources(std::int64_t depth, std::int64_t bits) {
  const int address = address_bits(depth);
  const Resources control = counters(address_bits(depth + 1) + 2 * address);  // words held, both addresses
  if (depth <= 1) return control + Resources{0, real(bits), 0, 0, 0};
  if (depth > kLutWords)  // what is written in the cycle in which it is read passes beside the memory
    return control + block_memory(depth, bits) + Resources{real(bits), real(bits) + 1, 0, 0, 0};
  // Synthesis keeps the read address twice.
  return control + dual_port_lut_memory(depth, bits) + Resources{0, static_cast<double>(address), 0, 0, 0};
}

Resources shift_fifo(std::int64_t depth, std::int64_t bits) {
  if (depth > kMostShiftWords) return fifo_resources(depth, bits);
  const Resources output = Resources{0, real(bits) + 1, 0, 0, 0} + counters(address_bits(depth));
  if (depth <= 1) return output;
  const std::int64_t places = depth - 1;
  return output + Resources{real(places <= kHalfShiftWords ? ceil_div(bits, 2) : bits * ceil_div(places, kShiftWords)),
                            0, 0, 0, 0};
}

Resources line_buffers(const WindowShape& s, std::int64_t words_per_pixel, std::int64_t word_bits) {
  const bool padded = s.pad_top + s.pad_left + s.pad_bottom + s.pad_right > 0;
  if (s.kernel_h * s.kernel_w == 1 && s.stride_h * s.stride_w == 1 && !padded) return {};
  const int places = address_bits(s.pad_left + s.input.width + s.pad_right) +
                     address_bits(s.pad_top + s.input.height + s.pad_bottom) + address_bits(words_per_pixel);
  Resources need = counters(places + address_bits(s.stride_h) + address_bits(s.stride_w));
  if (s.kernel_h > 1 || padded) need.lut += real(s.kernel_h * word_bits);  // the zeros
  if (s.kernel_h > 1)
    need = need + delay_line(s.dilation_h * s.input.width * words_per_pixel, (s.kernel_h - 1) * word_bits);
  if (s.kernel_w > 1)
    need = need + delay_line(s.dilation_w * words_per_pixel, (s.kernel_w - 1) * s.kernel_h * word_bits);
  return need;
}

}  // namespace sparsim
