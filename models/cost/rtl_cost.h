#pragma once

#include <string>
#include <vector>

#include "models/cost/rtl_table.h"

namespace sparsim {

/// What a module of rtl/ needs. Derived either way (Basis::derived): counted by synthesis at a point of the table,
/// told by the law (rtl_law.h) between them. At points left out the law is off by 5 to 6 % of LUTs on average, by a
/// quarter at worst; by less than 1 % of an engine's FFs on average. Nothing is said of the clock that a module
/// reaches.
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
