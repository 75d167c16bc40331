#include "sim/cli/command.h"
#include "sim/cli/describe.h"
#include "sim/cli/run.h"

namespace sparsim {

std::vector<Command> commands() { return {describe_command(), run_trace_command()}; }

}  // namespace sparsim
