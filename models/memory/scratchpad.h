#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/core/cycles.h"

namespace sparsim {

/// A buffer in block RAM. Words interleave over `ports` banks, each of which moves one word a cycle in and one out.
struct ScratchpadConfig {
  std::int64_t size_bytes = 16384;  // both halves together where double buffered
  std::int64_t word_bytes = 8;
  std::int64_t ports = 1;
  bool double_buffered = true;  // one half is filled or emptied while the other is computed on
};

/// What is wrong with it, each as `<name>.key = value: what is allowed`; empty where nothing is.
std::vector<std::string> problems(const ScratchpadConfig& config, const std::string& name);

class Scratchpad {
 public:
  /// Throws ModelError where `problems(config)` has any.
  explicit Scratchpad(const ScratchpadConfig& config);

  /// Bytes that a tile may occupy: half of the buffer where it is double buffered.
  std::int64_t tile_bytes() const { return config_.double_buffered ? config_.size_bytes / 2 : config_.size_bytes; }
  /// Cycles to move that many bytes in one direction, all ports at work.
  Cycles access_cycles(std::int64_t bytes) const;
  std::int64_t bram18() const;

  void count_read(std::int64_t bytes) { read_bytes_ += static_cast<std::uint64_t>(bytes); }
  void count_write(std::int64_t bytes) { write_bytes_ += static_cast<std::uint64_t>(bytes); }
  std::uint64_t read_bytes() const { return read_bytes_; }
  std::uint64_t write_bytes() const { return write_bytes_; }

 private:
  const ScratchpadConfig config_;
  std::uint64_t read_bytes_ = 0, write_bytes_ = 0;
};

}  // namespace sparsim
