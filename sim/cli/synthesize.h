#pragma once

#include "sim/cli/command.h"

namespace sparsim {

Command synthesize_command();

}  // namespace sparsim
