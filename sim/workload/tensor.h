#pragma once

#include <cstdint>
#include <functional>
#include <numeric>
#include <string>
#include <vector>

namespace sparsim {

/// Dense float values, row-major in the order of `shape`. Feature maps at an interface are NCHW as in ONNX; inside
/// the inference engine they lie NHWC.
struct Tensor {
  std::vector<std::int64_t> shape;
  std::vector<float> values;

  std::int64_t elements() const {
    return std::accumulate(shape.begin(), shape.end(), std::int64_t{1}, std::multiplies<>());
  }
};

/// "1x3x224x224".
std::string to_string(const std::vector<std::int64_t>& shape);

}  // namespace sparsim
