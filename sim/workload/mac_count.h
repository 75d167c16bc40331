#pragma once

#include <cstdint>

#include "models/core/work.h"

namespace sparsim {

/// Multiply-accumulates of one weighted layer of one image, counted one by one. Both are at most Layer::macs().
struct MacCount {
  std::int64_t kept = 0;  // the masks of filters, channels and connections leave them; those on padding count
  /// Of those, neither value is zero; nothing on padding is, nor where a convolution on active sites puts out nothing.
  std::int64_t useful = 0;
};

/// `nonzero` and `kept_channels` as Workload gives them.
MacCount count_macs(const Layer& layer, const BitMask& nonzero, const BitMask& kept_channels);

}  // namespace sparsim
