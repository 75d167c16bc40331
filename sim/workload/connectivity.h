#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/workload/network_yaml.h"

namespace sparsim {

/// Feature compression before training (FCP), as SPARCNet has it: a convolution becomes branches, each of which begins
/// with a 1x1 convolution that compresses all input channels to a few.
struct Branches {
  std::int64_t count = 1;     // divides the filters of the convolution
  std::int64_t channels = 1;  // that each branch compresses its input to
};

/// Puts in front of the convolution at `position` a 1x1 convolution, "NAME/compress", with the filters of all branches
/// and an activation, and makes the convolution one of `count` groups: group b sees what branch b compressed, and puts
/// out its share of the filters. All that follows sees the same map as before. The compressed input counts as dense as
/// the input was: nobody has trained it.
void branch(NetworkDescription& network, std::size_t position, const Branches& branches);

/// Groups as SPARCNet's hardware sees them: a pair of a filter mask and an input-channel mask for each.
std::vector<Connection> group_connections(const WindowShape& shape);

}  // namespace sparsim
