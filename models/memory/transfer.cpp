#include "models/memory/transfer.h"

#include <algorithm>

namespace sparsim {
namespace {

constexpr std::uint64_t kBoundary = 4096;

bool contiguous(const Transfer& t) { return t.row_stride_bytes == t.row_bytes; }

}  // namespace

BurstSplitter::BurstSplitter(const Transfer& t, std::int64_t beat_bytes, std::int64_t max_beats)
    : row_address_(t.address),
      address_(t.address),
      row_bytes_(contiguous(t) ? t.bytes() : t.row_bytes),
      row_stride_bytes_(t.row_stride_bytes),
      rows_left_(contiguous(t) ? 1 : t.rows),
      left_in_row_(row_bytes_),
      beat_bytes_(static_cast<std::uint64_t>(beat_bytes)),
      burst_bytes_(static_cast<std::uint64_t>(beat_bytes * max_beats)) {}

Burst BurstSplitter::next() {
  const std::uint64_t first_beat = address_ & ~(beat_bytes_ - 1);
  const std::uint64_t boundary = (address_ & ~(kBoundary - 1)) + kBoundary;
  const std::uint64_t end =
      std::min({first_beat + burst_bytes_, boundary, address_ + static_cast<std::uint64_t>(left_in_row_)});
  const Burst burst{address_, static_cast<std::int64_t>(end - address_),
                    static_cast<std::int64_t>((end - first_beat + beat_bytes_ - 1) / beat_bytes_)};
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
