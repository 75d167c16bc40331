#pragma once

#include "sim/cli/command.h"

namespace sparsim {

Command run_trace_command();

}  // namespace sparsim
