#pragma once

#include "sim/cli/command.h"

namespace sparsim {

/// `sparsim capture`: a network and images, made a trace.
Command capture_command();

}  // namespace sparsim
