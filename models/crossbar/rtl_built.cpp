#include <verilated_models.h>  // before SystemC

#include "models/core/error.h"
#include "models/crossbar/rtl_engines.h"

namespace sparsim {
namespace {

template <class... Built>
std::vector<CrossbarShape> shapes(BuiltList<Built...>) {
  std::vector<CrossbarShape> found;
  for (const CrossbarShape& shape : {Built::kShape...})
    if (!shape.skip_zero_window) found.push_back(shape);
  return found;
}

}  // namespace

const std::vector<CrossbarShape>& built_shapes() {
  static const std::vector<CrossbarShape> built = shapes(VerilatedModels{});
  return built;
}

void throw_not_built(const CrossbarShape& shape) {
  std::string built;  // each with and without skipping
  for (const CrossbarShape& s : built_shapes()) built += (built.empty() ? "" : ", ") + to_string(s);
  input_error("no RTL was built for a crossbar of {}x{}: there is {} (models/crossbar/rtl_table.cmake)", shape.inputs,
              shape.lanes, built);
}

}  // namespace sparsim
