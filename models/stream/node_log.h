#pragma once

#include <cstddef>
#include <vector>

#include "models/core/architecture.h"
#include "models/core/cycles.h"

namespace sparsim {

/// One image in a node: from the first cycle that it spent on it, waiting for the first word left out, to the last.
struct NodeImage {
  Cycles start = 0, end = 0;
  CycleBuckets buckets;  // add up to end - start
};

/// What a node kept of each image, in order.
using NodeLog = std::vector<NodeImage>;

}  // namespace sparsim
