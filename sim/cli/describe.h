#pragma once

#include "sim/cli/command.h"

namespace sparsim {

Command describe_command();

}  // namespace sparsim
