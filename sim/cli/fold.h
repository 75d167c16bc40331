#pragma once

#include "sim/cli/command.h"

namespace sparsim {

Command fold_command();

}  // namespace sparsim
