#pragma once

#include <string>

#include "sim/workload/network.h"
#include "sim/workload/tensor.h"
#include "sim/workload/trace.h"

namespace sparsim {

/// What keeps the network of a trace from being computed on its images, in words; empty where nothing does. Traces that
/// `capture --values` wrote without --bits hold all that it takes.
std::string missing_for_inference(const Trace& trace);

/// The network of a trace, node for layer, for which missing_for_inference() is empty. It answers with the layer that
/// no other reads; of a map, values count in the order [channel][height][width]. Throws InputError that names the layer
/// whose operation is none (operator_of()).
Network network_of(const Trace& trace);

/// The pixels of an image as a network takes them.
Tensor image_of(const Trace& trace, std::size_t image);

}  // namespace sparsim
