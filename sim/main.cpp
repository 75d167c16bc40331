#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <exception>
#include <new>
#include <systemc>

#include "models/core/error.h"
#include "sim/cli/command.h"
#include "sim/nearest.h"
#include "sim/output_file.h"
#include "sim/version.h"

namespace sparsim {
namespace {

enum Status { kDone = 0, kWrongInput = 2, kOurDefect = 3 };

void print_help(const std::vector<Command>& all) {
  fmt::print(
      "sparsim {}: predicts throughput, latency, energy and resources of sparse CNN accelerators on FPGAs\n\n"
      "usage: sparsim COMMAND ...\n\n",
      kVersion);
  for (const Command& command : all) fmt::print("  {:<12}{}\n", command.name, command.summary);
  fmt::print(
      "\n`sparsim COMMAND --help` teaches one. A first run:\n"
      "  sparsim inspect traces/squeezenet1.1.h5\n"
      "  sparsim run configs/accelerators/sparcnet-zedboard.yaml traces/squeezenet1.1.h5\n"
      "exit status: 0 done, 1 a check failed, 2 the input is wrong, 3 a defect of sparsim, 130 interrupted\n");
}

int dispatch(const std::vector<std::string>& arguments) {
  const std::vector<Command> all = commands();
  if (arguments.empty()) {
    print_help(all);
    return kWrongInput;
  }
  const std::string& name = arguments[0];
  if (name == "--help" || name == "-h" || name == "help") {
    print_help(all);
    return kDone;
  }
  if (name == "--version") {
    fmt::print("sparsim {}\n", kVersion);
    return kDone;
  }
  const auto found = std::find_if(all.begin(), all.end(), [&](const Command& c) { return c.name == name; });
  if (found == all.end()) {
    std::vector<std::string> names;
    for (const Command& command : all) names.push_back(command.name);
    input_error("unknown command '{}'{}; known: {}", name, did_you_mean(name, names), fmt::join(names, ", "));
  }
  return run_command(*found, {arguments.begin() + 1, arguments.end()});
}

int report(int status, const std::string& message) {
  fmt::print(stderr, "{}{}\n",
             status == kOurDefect ? "sparsim: a defect of sparsim, please report it: " : "sparsim: ", message);
  return status;
}

int guarded(const std::vector<std::string>& arguments) {
  try {
    const int status = dispatch(arguments);
    // A full disk behind a redirected stdout shows only when the buffer is written out.
    if (std::fflush(stdout) != 0) return report(kWrongInput, "standard output cannot be written");
    return status;
  } catch (const InputError& error) {
    return report(kWrongInput, error.what());
  } catch (const std::bad_alloc&) {
    return report(kWrongInput, "out of memory: the input asks for more than this machine has");
  } catch (const std::exception& error) {
    return report(kOurDefect, error.what());
  }
}

}  // namespace
}  // namespace sparsim

int sc_main(int argc, char* argv[]) {
  sc_core::sc_report_handler::set_actions(sc_core::SC_INFO, sc_core::SC_DO_NOTHING);
  sparsim::remove_unfinished_files_on_interrupt();
  return sparsim::guarded({argv + 1, argv + argc});
}

// libsystemc has a main of its own; this one keeps its banner out of our output.
int main(int argc, char* argv[]) {
  setenv("SYSTEMC_DISABLE_COPYRIGHT_MESSAGE", "1", 1);
  return sc_core::sc_elab_and_sim(argc, argv);
}
