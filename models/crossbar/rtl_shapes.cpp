#include "models/crossbar/rtl_shapes.h"

#include <verilated_shapes.h>

#include "models/core/error.h"
#include "models/crossbar/rtl_engines.h"

namespace sparsim {

const std::vector<CrossbarShape>& built_shapes() {
#define SPARSIM_SHAPE(inputs, lanes) CrossbarShape{inputs, lanes, false},
  static const std::vector<CrossbarShape> shapes{SPARSIM_RTL_SHAPES(SPARSIM_SHAPE)};
#undef SPARSIM_SHAPE
  return shapes;
}

void throw_not_built(const CrossbarShape& shape) {
  std::string built;
  for (const CrossbarShape& s : built_shapes()) built += (built.empty() ? "" : ", ") + to_string(s);
  input_error("no RTL was built for a crossbar of {}: there are {} (models/crossbar/rtl_table.cmake)", to_string(shape),
              built);
}

}  // namespace sparsim
