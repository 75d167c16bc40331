#include "models/memory/transfer.h"

namespace sparsim {
namespace {

int log2(std::int64_t power) {
  int shift = 0;
  while (power >> shift > 1) ++shift;
  return shift;
}

bool contiguous(const Transfer& t) { return t.row_stride_bytes == t.row_bytes; }

}  // namespace

BurstSplitter::BurstSplitter(const Transfer& t, std::int64_t beat_bytes, std::int64_t max_beats)
    : row_address_(t.address),
      address_(t.address),
      row_bytes_(contiguous(t) ? t.bytes() : t.row_bytes),
      row_stride_bytes_(t.row_stride_bytes),
      rows_left_(contiguous(t) ? 1 : t.rows),
      left_in_row_(row_bytes_),
      burst_bytes_(static_cast<std::uint64_t>(beat_bytes * max_beats)),
      beat_shift_(log2(beat_bytes)) {}

}  // namespace sparsim
