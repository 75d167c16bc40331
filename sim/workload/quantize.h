#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>

namespace sparsim {

/// Symmetric quantisation with one scale a tensor: value = scale * integer, round half to even, the largest magnitude
/// at the largest integer.
class Quantizer {
 public:
  /// bits: 2..16. A tensor of zeros gets a scale of 1.
  Quantizer(float largest_magnitude, int bits)
      : limit_(static_cast<float>((1 << (bits - 1)) - 1)),
        scale_(largest_magnitude > 0 ? largest_magnitude / limit_ : 1.0f) {}

  float scale() const { return scale_; }
  std::int16_t operator()(float value) const {
    return static_cast<std::int16_t>(std::clamp(std::nearbyint(value / scale_), -limit_, limit_));
  }
  /// Whether the integer differs from zero; half a step rounds to the even zero.
  bool nonzero(float value) const { return std::abs(value / scale_) > 0.5f; }

 private:
  float limit_;
  float scale_;
};

}  // namespace sparsim
