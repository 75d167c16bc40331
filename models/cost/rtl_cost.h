#pragma once

#include <string>
#include <vector>

#include "models/cost/rtl_table.h"

namespace sparsim {

/// What a module of rtl/ needs. Derived either way (Basis::derived): counted by synthesis at a point of the table,
/// told by the law (rtl_law.h) between them. Nothing is said of the clock that it reaches.
struct RtlCost {
  Resources need;
  bool synthesized = false;
};

/// One sentence for each parameter outside the range that the table covers; empty where all is well.
std::vector<std::string> problems(const RtlDesign& design);

/// Cost on a Xilinx 7-series device. Filters are rounded up to a power of two, and at least 2; parameters that a module
/// does not have are not looked at. Throws InputError with all problems().
RtlCost rtl_cost(const RtlDesign& design);

}  // namespace sparsim
