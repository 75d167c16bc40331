#pragma once

#include <cstdint>
#include <vector>

#include "models/core/work.h"

namespace sparsim {

/// What the two masks of SPARCNet leave of a convolution for one image: filters that all see the same input channels.
struct MaskedConnection {
  std::vector<std::int64_t> filters;   // output channels, ascending
  std::vector<std::int64_t> channels;  // input channels, ascending
};

/// The filter mask is Layer::kept_filters, the channel mask `kept_channels` (Workload::kept_channels); both meet the
/// connections of the layer, or its groups. Connections without a filter or without a channel left are dropped.
std::vector<MaskedConnection> masked_connections(const Layer& layer, const BitMask& kept_channels);

/// A run of neighbours among ascending positions.
struct Run {
  std::int64_t first = 0, count = 0;
};
std::vector<Run> runs(const std::int64_t* begin, const std::int64_t* end);

}  // namespace sparsim
