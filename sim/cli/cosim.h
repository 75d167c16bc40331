#pragma once

#include "sim/cli/command.h"

namespace sparsim {

Command cosim_command();

}  // namespace sparsim
