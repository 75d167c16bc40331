#include "models/core/shape.h"

#include <fmt/format.h>

namespace sparsim {

std::string to_string(const MapShape& shape) {
  return fmt::format("{}x{}x{}", shape.height, shape.width, shape.channels);
}

WindowShape WindowShape::dense(std::int64_t inputs, std::int64_t outputs) {
  WindowShape shape;
  shape.input = {1, 1, inputs};
  shape.output = {1, 1, outputs};
  return shape;
}

std::int64_t output_extent(std::int64_t in, std::int64_t pads, std::int64_t kernel, std::int64_t stride,
                           std::int64_t dilation, bool round_up, std::int64_t pad_before) {
  const std::int64_t span = in + pads - dilation * (kernel - 1) - 1;
  if (span < 0) return 0;
  std::int64_t extent = (round_up ? ceil_div(span, stride) : span / stride) + 1;
  if (round_up && (extent - 1) * stride >= in + pad_before) --extent;
  return extent;
}

}  // namespace sparsim
