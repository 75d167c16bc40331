#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "models/core/random.h"

namespace sparsim {

/// What a vector-dot engine is fed: windows in order, a group of them for each output pixel, and its weight memory.
class WindowSource {
 public:
  virtual ~WindowSource() = default;

  std::size_t inputs() const { return inputs_; }      // operands of a window
  std::uint32_t filters() const { return filters_; }  // that use each window
  std::uint64_t windows() const { return windows_; }  // in all
  /// [row][input], row = channel * filters + filter, as the engine asks for them.
  const std::vector<std::int16_t>& weights() const { return weights_; }
  std::size_t rows() const { return weights_.size() / inputs_; }

  /// Starts over: the same windows again.
  virtual void rewind() = 0;
  /// The next window's operands, [inputs()]. Returns whether it ends its group. At most windows() times.
  virtual bool next(std::vector<std::int16_t>& window) = 0;

 protected:
  WindowSource(std::size_t inputs, std::uint32_t filters, std::uint64_t windows)
      : inputs_(inputs), filters_(filters), windows_(windows) {}

  const std::size_t inputs_;
  const std::uint32_t filters_;
  const std::uint64_t windows_;
  std::vector<std::int16_t> weights_;
};

/// Drawn windows: each operand is non-zero with probability `density`; groups of 1 to kMostChannels windows.
class RandomWindows final : public WindowSource {
 public:
  static constexpr std::size_t kMostChannels = 16;

  RandomWindows(std::size_t inputs, std::uint32_t filters, std::uint64_t windows, double density, std::uint64_t seed);
  void rewind() override;
  bool next(std::vector<std::int16_t>& window) override;

 private:
  const double density_;
  const std::uint64_t seed_;
  Random random_;
  std::uint64_t produced_ = 0;
  std::size_t left_ = 0;  // windows of this group
};

}  // namespace sparsim
