#include "sim/cli/capture.h"
#include "sim/cli/command.h"
#include "sim/cli/cosim.h"
#include "sim/cli/describe.h"
#include "sim/cli/fold.h"
#include "sim/cli/inspect.h"
#include "sim/cli/prune.h"
#include "sim/cli/run.h"
#include "sim/cli/size_fifos.h"
#include "sim/cli/synthesize.h"
#include "sim/cli/validate.h"

namespace sparsim {

std::vector<Command> commands() {
  return {capture_command(),   synthesize_command(), prune_command(),      inspect_command(),  describe_command(),
          run_trace_command(), fold_command(),       size_fifos_command(), validate_command(), cosim_command()};
}

}  // namespace sparsim
