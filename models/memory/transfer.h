#pragma once

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
  BurstSplitter(const Transfer& transfer, std::int64_t beat_bytes, std::int64_t max_beats);

  bool done() const { return rows_left_ == 0; }
  /// Not to be called when done.
  Burst next();

 private:
  std::uint64_t row_address_, address_;
  std::int64_t row_bytes_, row_stride_bytes_, rows_left_;
  std::int64_t left_in_row_;
  std::uint64_t beat_bytes_, burst_bytes_;
};

}  // namespace sparsim
