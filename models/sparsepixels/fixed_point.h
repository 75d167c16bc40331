#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sparsim {

/// A fixed-point number format as Vitis HLS names it: ap_fixed<W, I> or ap_ufixed<W, I>, W bits of which I stand before
/// the binary point (the sign among them; I may be 0 or less, or more than W).
///
/// A value is raw * step(). Rounding is to nearest, ties to even (AP_RND_CONV), overflow saturates (AP_SAT).
struct FixedFormat {
  static constexpr int kMostBits = 32;     // of a format that a file may name
  static constexpr int kMostSumBits = 62;  // of exact sums

  int bits = 16;
  int integer_bits = 6;
  bool is_signed = true;

  int fraction_bits() const { return bits - integer_bits; }
  double step() const;
  std::int64_t lowest() const;   // raw
  std::int64_t highest() const;  // raw

  /// The raw value nearest to `value`; 0 where that is not a number.
  std::int64_t quantize(double value) const;
  /// The raw value nearest to raw / 2^fraction_bits.
  std::int64_t requantize(std::int64_t raw, int fraction_bits) const;

  bool operator==(const FixedFormat& other) const {
    return bits == other.bits && integer_bits == other.integer_bits && is_signed == other.is_signed;
  }
};

/// "ap_ufixed<8,1>".
std::string to_string(const FixedFormat& format);
/// Throws InputError for a text of another form, a width outside 1..kMostBits, and integer bits above the width or
/// below 0.
FixedFormat fixed_format(std::string_view text);

}  // namespace sparsim
