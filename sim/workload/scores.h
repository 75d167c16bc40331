#pragma once

#include <cstdint>

#include "sim/workload/network.h"
#include "sim/workload/tensor.h"

namespace sparsim {

/// What a network's output says of classes.
enum class Scores {
  any,            // the larger, the more probable
  probabilities,  // of a softmax
  yes_or_no       // a sigmoid of one value: the probability of class 1 of two
};

/// By the operator that the output comes from, perhaps in another shape.
Scores scores_of(const Network& network);

/// An output as a score a class.
Tensor by_class(Tensor output, Scores kind);

/// The class with the highest score, the first of equals.
std::int32_t top1(const Tensor& scores);

}  // namespace sparsim
