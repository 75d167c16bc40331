#include "sim/cli/command.h"

#include <fmt/format.h>

#include <sstream>

#include "models/core/error.h"
#include "sim/nearest.h"

namespace sparsim {
namespace {

template <class T>
po::typed_value<T>* bounded_value(const std::string& option, T* into, T low, T high) {
  return po::value<T>(into)->notifier([=](const T& value) {
    if (!(value >= low && value <= high)) input_error("--{} {}: must be {}..{}", option, value, low, high);
  });
}

std::string upper(std::string word) {
  for (char& c : word) c = static_cast<char>(std::toupper(static_cast<unsigned char>(c)));
  return word;
}

void print_help(const Command& command) {
  std::ostringstream options;
  options << command.options;
  fmt::print("sparsim {} {}\n\n{}\n\n{}\n{}", command.name, command.arguments, command.summary, options.str(),
             command.details);
}

}  // namespace

po::typed_value<std::int64_t>* bounded(const std::string& option, std::int64_t* into, std::int64_t low,
                                       std::int64_t high) {
  return bounded_value(option, into, low, high);
}

po::typed_value<double>* bounded(const std::string& option, double* into, double low, double high) {
  return bounded_value(option, into, low, high);
}

int run_command(const Command& command, const std::vector<std::string>& arguments) {
  po::options_description all;
  all.add(command.options).add(command.positional_options);
  all.add_options()("help,h", "");
  const std::string usage = fmt::format("; usage: sparsim {} {}", command.name, command.arguments);
  po::variables_map values;
  try {
    po::store(po::command_line_parser(arguments).options(all).positional(command.positionals).run(), values);
    if (values.count("help") != 0) {
      print_help(command);
      return 0;
    }
    po::notify(values);
  } catch (const po::unknown_option& error) {
    std::vector<std::string> known;
    for (const auto& option : command.options.options()) known.push_back("--" + option->long_name());
    input_error("{}: unknown option '{}'{}{}", command.name, error.get_option_name(),
                did_you_mean(error.get_option_name(), known), usage);
  } catch (const po::required_option& error) {
    const std::string name = error.get_option_name();
    const bool positional = command.positional_options.find_nothrow(name.substr(2), false) != nullptr;
    input_error("{}: {} is missing{}", command.name, positional ? upper(name.substr(2)) : name, usage);
  } catch (const po::error& error) {
    input_error("{}: {}{}", command.name, error.what(), usage);
  }
  return command.run(values);
}

}  // namespace sparsim
