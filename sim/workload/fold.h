#pragma once

#include "sim/workload/network.h"

namespace sparsim {

/// Removes from a network what the layer beside it can do as well, without changing what it computes:
/// - a factor and offset per channel right behind a convolution or dense layer goes into its weights and bias,
/// - zeros padded right in front of a convolution, or of an average pool that counts padding, become its padding.
/// Nodes that nothing reads any more go.
void fold(Network& network);

}  // namespace sparsim
