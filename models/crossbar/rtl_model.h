#pragma once

#include <verilated.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/core/error.h"
#include "models/crossbar/arbiter.h"

namespace sparsim {

/// A Verilated engine with the clock, the reset and the stream of windows that all of ours share. A context of its own
/// keeps it apart from every other.
template <class Model>
class RtlModel {
 public:
  RtlModel() : model_(&context_) {}
  ~RtlModel() { model_.final(); }

  Model* operator->() { return &model_; }

  void reset(std::uint32_t passes) {
    SPARSIM_CHECK(passes >= 1 && passes <= Arbiter::kMaxPasses, "{} passes", passes);
    model_.last_pass_i = static_cast<SData>(passes - 1);
    model_.window_valid_i = 0;
    model_.rst_ni = 0;
    settle();
    clock();
    model_.rst_ni = 1;
  }
  /// The falling edge, at which nothing is clocked: what changed on the inputs reaches the outputs.
  void settle() {
    model_.clk_i = 0;
    model_.eval();
  }
  void clock() {
    model_.clk_i = 1;
    model_.eval();
  }

 private:
  VerilatedContext context_;
  Model model_;
};

// Ports are integers of 8 to 64 bits, or, above, arrays of words of 32; which, hangs on the parameters.

template <class Port>
void write_port(Port& port, std::uint64_t bits) {
  port = static_cast<Port>(bits);
}

constexpr std::uint64_t low_bits(int width) { return ~std::uint64_t{0} >> (64 - width); }

/// `width` bits from bit `first` up, 1..64.
template <class Port>
std::uint64_t port_bits(const Port& port, int first, int width) {
  return std::uint64_t{port} >> first & low_bits(width);
}
template <std::size_t words>
std::uint64_t port_bits(const VlWide<words>& port, int first, int width) {
  std::uint64_t bits = 0;
  for (int got = 0; got < width;) {
    const int bit = first + got, offset = bit % 32;
    bits |= std::uint64_t{port.at(static_cast<std::size_t>(bit / 32))} >> offset << got;
    got += 32 - offset;
  }
  return bits & low_bits(width);
}

/// Operand i in bits 16 i and up.
template <class Port>
void write_operands(Port& port, const std::vector<std::int16_t>& operands) {
  std::uint64_t bits = 0;
  for (std::size_t i = operands.size(); i-- > 0;) bits = bits << 16 | static_cast<std::uint16_t>(operands[i]);
  write_port(port, bits);
}
template <std::size_t words>
void write_operands(VlWide<words>& port, const std::vector<std::int16_t>& operands) {
  for (std::size_t word = 0; word < words; ++word) {
    const std::uint32_t low = static_cast<std::uint16_t>(operands[2 * word]);
    const std::uint32_t high = 2 * word + 1 < operands.size() ? static_cast<std::uint16_t>(operands[2 * word + 1]) : 0;
    port.at(word) = high << 16 | low;
  }
}
template <class Port>
void read_operands(const Port& port, std::vector<std::int16_t>& operands) {
  for (std::size_t i = 0; i < operands.size(); ++i)
    operands[i] = static_cast<std::int16_t>(port_bits(port, static_cast<int>(16 * i), 16));
}

}  // namespace sparsim
