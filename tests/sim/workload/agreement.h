#pragma once

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "sim/workload/tensor.h"

namespace sparsim {

/// Same shape, and every value within 1e-4 of the largest magnitude expected; a value that is no number never agrees.
inline testing::AssertionResult agree(const Tensor& found, const Tensor& expected) {
  if (found.shape != expected.shape || found.values.size() != expected.values.size())
    return testing::AssertionFailure() << to_string(found.shape) << " against " << to_string(expected.shape);
  float largest = 0;
  for (const float value : expected.values) largest = std::max(largest, std::abs(value));
  for (std::size_t i = 0; i < expected.values.size(); ++i)
    if (!(std::abs(found.values[i] - expected.values[i]) <= 1e-4f * largest))
      return testing::AssertionFailure() << "value " << i << " is " << found.values[i] << ", expected is "
                                         << expected.values[i] << " (largest magnitude " << largest << ")";
  return testing::AssertionSuccess();
}

}  // namespace sparsim
