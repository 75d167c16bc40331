#include "models/crossbar/crossbar_shape.h"

#include <fmt/format.h>

namespace sparsim {

std::string to_string(const CrossbarShape& shape) {
  return fmt::format("{}x{}{}", shape.inputs, shape.lanes, shape.skip_zero_window ? " skipping zero windows" : "");
}

std::vector<std::string> problems(const CrossbarShape& shape) {
  std::vector<std::string> found;
  if (shape.inputs < 1 || shape.inputs > CrossbarShape::kMostInputs)
    found.push_back(fmt::format("inputs = {}: must be 1..{}", shape.inputs, CrossbarShape::kMostInputs));
  if (shape.lanes < 1 || shape.lanes > shape.inputs)
    found.push_back(fmt::format("lanes = {}: must be 1..inputs ({})", shape.lanes, shape.inputs));
  return found;
}

}  // namespace sparsim
