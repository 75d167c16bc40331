#pragma once

#include <optional>

#include "sim/workload/network.h"
#include "sim/workload/trace.h"

namespace sparsim {

/// How a trace says what a node computes, as traces/README.md lists it; nothing where its kind, function and shape say
/// it all, or it has weights.
std::optional<Operation> operation_of(const Node& node);

/// What a layer without weights computes. Throws InputError with what is wrong: the operation is not known, not one of
/// the layer's kind, has other numbers than it must, or does not fit the layer's shape.
Operator operator_of(const Layer& layer, const std::optional<Operation>& operation);

/// Whether a layer without weights says what it computes, with this operation or without.
bool says_what_it_computes(const Layer& layer, const std::optional<Operation>& operation);

}  // namespace sparsim
