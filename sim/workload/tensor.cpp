#include "sim/workload/tensor.h"

#include <fmt/format.h>

namespace sparsim {

std::string to_string(const std::vector<std::int64_t>& shape) { return fmt::format("{}", fmt::join(shape, "x")); }

}  // namespace sparsim
