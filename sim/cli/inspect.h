#pragma once

#include "sim/cli/command.h"

namespace sparsim {

Command inspect_command();

}  // namespace sparsim
