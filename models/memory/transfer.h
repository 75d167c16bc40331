#pragma once

#include <algorithm>
#include <cstdint>

namespace sparsim {

/// What an initiator asks of the bus in one request: `rows` rows of `row_bytes`, each `row_stride_bytes` after the one
/// before, read from memory or written to it. No data travels with it: values come from the trace.
struct Transfer {
  bool write = false;
  std::uint64_t address = 0;
  std::int64_t row_bytes = 0;
  std::int64_t rows = 1;
  std::int64_t row_stride_bytes = 0;  // of no meaning where there is one row

  std::int64_t bytes() const { return rows * row_bytes; }
};

/// One AXI burst: an address phase and its beats.
struct Burst {
  std::uint64_t address = 0;
  std::int64_t bytes = 0;
  std::int64_t beats = 0;
};

/// Cuts a transfer into AXI bursts in ascending order: at most `max_beats` beats of `beat_bytes`, never across a 4 KiB
/// boundary (AXI specification IHI 0022, A3.4.1). Ends that are not aligned cost a beat each. Rows that follow one
/// another without a gap are one row.
class BurstSplitter {
 public:
  BurstSplitter() = default;  // done
  /// `beat_bytes` is a power of two.
  BurstSplitter(const Transfer& transfer, std::int64_t beat_bytes, std::int64_t max_beats);

  bool done() const { return rows_left_ == 0; }
  /// Not to be called when done.
  Burst next();

 private:
  static constexpr std::uint64_t kBoundary = 4096;

  std::uint64_t row_address_ = 0, address_ = 0;
  std::int64_t row_bytes_ = 0, row_stride_bytes_ = 0, rows_left_ = 0;
  std::int64_t left_in_row_ = 0;
  std::uint64_t burst_bytes_ = 0;
  int beat_shift_ = 0;  // log2 of the bytes a beat
};

inline Burst BurstSplitter::next() {
  const std::uint64_t first_beat = address_ >> beat_shift_;
  const std::uint64_t boundary = (address_ & ~(kBoundary - 1)) + kBoundary;
  const std::uint64_t end = std::min(
      {(first_beat << beat_shift_) + burst_bytes_, boundary, address_ + static_cast<std::uint64_t>(left_in_row_)});
  const Burst burst{address_, static_cast<std::int64_t>(end - address_),
                    static_cast<std::int64_t>(((end - 1) >> beat_shift_) - first_beat + 1)};
  address_ = end;
  left_in_row_ -= burst.bytes;
  if (left_in_row_ == 0 && --rows_left_ > 0) {
    row_address_ += static_cast<std::uint64_t>(row_stride_bytes_);
    address_ = row_address_;
    left_in_row_ = row_bytes_;
  }
  return burst;
}

}  // namespace sparsim
