#pragma once

#include <verilated.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/core/error.h"
#include "models/crossbar/arbiter.h"

namespace sparsim {

/// A Verilated engine with what all of ours share: clock and reset. A context of its own keeps it apart from the
/// others.
template <class Model>
class RtlModel {
 public:
  RtlModel() : model_(&context_) {}
  ~RtlModel() { model_.final(); }

  Model* operator->() { return &model_; }

  void reset(std::uint32_t passes) {
    SPARSIM_CHECK(passes >= 1 && passes <= Arbiter::kMaxPasses, "{} passes", passes);
    model_.last_pass_i = static_cast<SData>(passes - 1);
    reset();
  }
  void reset() {
    model_.rst_ni = 0;
    settle();
    clock();
    model_.rst_ni = 1;
  }
  /// What changed on the inputs reaches the outputs; the clock falls, at which nothing else happens.
  void settle() {
    model_.clk_i = 0;
    model_.eval();
  }
  void clock() {
    SPARSIM_CHECK(model_.clk_i == 0, "clock() has to follow evaluate(): the clock has not fallen");
    model_.clk_i = 1;
    model_.eval();
  }

 private:
  VerilatedContext context_;
  Model model_;
};

constexpr std::uint64_t low_bits(int width) { return ~std::uint64_t{0} >> (64 - width); }

// A port is an integer of 8 to 64 bits; a wider one is an array of words of 32.

template <class Port>
void write_port(Port& port, std::uint64_t bits) {
  port = static_cast<Port>(bits);
}

/// `width` bits, 1..64, from bit `first` up.
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

/// Values side by side, each the low `width` bits of its own, 1..32: value i in bits width * i and up.
template <class Port>
void write_values(Port& port, int width, const std::vector<std::int64_t>& values) {
  std::uint64_t bits = 0;
  for (std::size_t i = values.size(); i-- > 0;)
    bits = bits << width | (static_cast<std::uint64_t>(values[i]) & low_bits(width));
  write_port(port, bits);
}
template <std::size_t words>
void write_values(VlWide<words>& port, int width, const std::vector<std::int64_t>& values) {
  std::uint64_t bits = 0;  // `held` of them, not yet written
  int held = 0;
  std::size_t word = 0;
  for (const std::int64_t value : values) {
    bits |= (static_cast<std::uint64_t>(value) & low_bits(width)) << held;
    held += width;
    if (held < 32) continue;
    port.at(word++) = static_cast<std::uint32_t>(bits);
    bits >>= 32;
    held -= 32;
  }
  if (held > 0) port.at(word) = static_cast<std::uint32_t>(bits);
}

/// The grants of all lanes: lane n in bits n*inputs and up.
template <class Port>
void read_grants(const Port& port, int inputs, std::vector<std::uint64_t>& grants) {
  for (std::size_t lane = 0; lane < grants.size(); ++lane)
    grants[lane] = port_bits(port, static_cast<int>(lane) * inputs, inputs);
}

/// Operands of 16 bits: operand i in bits 16 i and up.
template <class Port>
void read_operands(const Port& port, std::vector<std::int16_t>& operands) {
  for (std::size_t i = 0; i < operands.size(); ++i)
    operands[i] = static_cast<std::int16_t>(port_bits(port, static_cast<int>(16 * i), 16));
}
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

}  // namespace sparsim
