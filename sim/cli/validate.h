#pragma once

#include "sim/cli/command.h"

namespace sparsim {

Command validate_command();

}  // namespace sparsim
