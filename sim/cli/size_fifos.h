#pragma once

#include "sim/cli/command.h"

namespace sparsim {

Command size_fifos_command();

}  // namespace sparsim
