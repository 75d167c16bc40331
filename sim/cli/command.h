#pragma once

#include <boost/program_options.hpp>
#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace sparsim {

namespace po = boost::program_options;

/// One subcommand: a file in sim/cli/ declares `Command x_command();`, sim/cli/commands.cpp lists it, and the one
/// parser does the rest (--help, missing and unknown options, bounds).
struct Command {
  std::string name;
  std::string arguments;  // as the usage line shows them: "MODEL.onnx IMAGES... -o TRACE.h5 [options]"
  std::string summary;    // one line for `sparsim --help`
  std::string details;    // what `sparsim NAME --help` teaches below the options: meaning, examples
  po::options_description options{"options"};
  po::options_description positional_options;  // what the positional arguments are called; not shown
  po::positional_options_description positionals;
  std::function<int(const po::variables_map&)> run;  // the exit status: 0, or 1 where a check failed
};

/// An integer option with both bounds. Program_options reads "-4" into an unsigned as 4294967292, hence no unsigned.
po::typed_value<std::int64_t>* bounded(const std::string& option, std::int64_t* into, std::int64_t low,
                                       std::int64_t high);
po::typed_value<double>* bounded(const std::string& option, double* into, double low, double high);

/// Parses and runs. `--help` prints and returns 0. Throws InputError for a wrong command line.
int run_command(const Command& command, const std::vector<std::string>& arguments);

/// All subcommands, in the order in which the help lists them.
std::vector<Command> commands();

}  // namespace sparsim
