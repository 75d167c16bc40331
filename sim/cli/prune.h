#pragma once

#include "sim/cli/command.h"

namespace sparsim {

Command prune_command();

}  // namespace sparsim
