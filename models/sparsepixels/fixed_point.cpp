#include "models/sparsepixels/fixed_point.h"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "models/core/error.h"

namespace sparsim {
namespace {

/// Takes `token` off the front of `text`.
bool take(std::string_view& text, std::string_view token) {
  if (text.substr(0, token.size()) != token) return false;
  text.remove_prefix(token.size());
  return true;
}

/// Takes an integer off the front of `text`.
bool take(std::string_view& text, int& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

}  // namespace

double FixedFormat::step() const { return std::ldexp(1.0, -fraction_bits()); }

std::int64_t FixedFormat::lowest() const { return is_signed ? -(std::int64_t{1} << (bits - 1)) : 0; }

std::int64_t FixedFormat::highest() const { return (std::int64_t{1} << (is_signed ? bits - 1 : bits)) - 1; }

std::int64_t FixedFormat::quantize(double value) const {
  if (std::isnan(value)) return 0;
  // Limits of 32 bits and less are exact in a double, and rounding is to even unless somebody changed the mode.
  const double steps = std::ldexp(value, fraction_bits());
  return static_cast<std::int64_t>(
      std::nearbyint(std::clamp(steps, static_cast<double>(lowest()), static_cast<double>(highest()))));
}

std::int64_t FixedFormat::requantize(std::int64_t raw, int fraction) const {
  const int dropped = fraction - fraction_bits();
  if (dropped > 63) return 0;  // at most half a step, and a tie goes to the even 0
  if (dropped > 0) {
    const std::uint64_t half = std::uint64_t{1} << (dropped - 1);
    const std::uint64_t rest = static_cast<std::uint64_t>(raw) & (2 * half - 1);
    std::int64_t rounded = raw >> dropped;  // towards minus infinity
    if (rest > half || (rest == half && (rounded & 1) != 0)) ++rounded;
    return std::clamp(rounded, lowest(), highest());
  }
  const int added = std::min(-dropped, 63);
  if (raw > (highest() >> added)) return highest();
  if (raw < -(-lowest() >> added)) return lowest();
  return raw == 0 ? 0 : raw * (std::int64_t{1} << added);
}

std::string to_string(const FixedFormat& format) {
  return fmt::format("ap_{}fixed<{},{}>", format.is_signed ? "" : "u", format.bits, format.integer_bits);
}

FixedFormat fixed_format(std::string_view text) {
  FixedFormat format;
  std::string_view rest = text;
  format.is_signed = !take(rest, "ap_ufixed");
  const bool well_formed = (!format.is_signed || take(rest, "ap_fixed")) && take(rest, "<") &&
                           take(rest, format.bits) && take(rest, ",") && take(rest, format.integer_bits) &&
                           take(rest, ">") && rest.empty();
  const bool in_range = format.bits >= 1 && format.bits <= FixedFormat::kMostBits && format.integer_bits >= 0 &&
                        format.integer_bits <= format.bits;
  if (!well_formed || !in_range)
    input_error(
        "'{}' is no fixed-point format: must be ap_fixed<W,I> or ap_ufixed<W,I> without spaces, W 1..{}, I 0..W", text,
        FixedFormat::kMostBits);
  return format;
}

}  // namespace sparsim
