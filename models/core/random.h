#pragma once

#include <cstdint>
#include <random>

namespace sparsim {

/// Draws that are the same on every machine: std::mt19937_64's bits are, what std distributions make of them is not.
class Random {
 public:
  /// A stream of its own for each use, image and position.
  Random(std::uint64_t seed, std::uint64_t use, std::uint64_t image = 0, std::uint64_t position = 0)
      : engine_(mixed(mixed(mixed(seed) + use) + image) + position) {}

  /// Around zero, close to normal: the sum of four 16-bit numbers.
  std::int64_t noise() {
    const std::uint64_t x = engine_();
    return static_cast<std::int64_t>((x >> 48) + (x >> 32 & 0xffff) + (x >> 16 & 0xffff) + (x & 0xffff)) - (1 << 17);
  }
  /// Below `bound`, up to 2^32 of them; the bias is below 2^-32.
  std::uint64_t below(std::uint64_t bound) { return ((engine_() >> 32) * bound) >> 32; }
  /// True with this probability, 0..1, to 2^-32.
  bool chance(double probability) { return static_cast<double>(engine_() >> 32) < probability * 4294967296.0; }

 private:
  // SplitMix64's finaliser: neighbouring seeds become unrelated.
  static std::uint64_t mixed(std::uint64_t x) {
    x += 0x9e3779b97f4a7c15;
    x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9;
    x = (x ^ (x >> 27)) * 0x94d049bb133111eb;
    return x ^ (x >> 31);
  }
  std::mt19937_64 engine_;
};

}  // namespace sparsim
