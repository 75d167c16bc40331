#include "sim/cli/command.h"

#include <fmt/format.h>

#include <charconv>
#include <sstream>
#include <type_traits>

#include "models/core/error.h"
#include "sim/nearest.h"

namespace sparsim {
namespace {

// Reads its text by itself, since Program_options says of "abc" and of 1e30 only that they are invalid.
template <class T>
class Bounded : public po::typed_value<T> {
 public:
  Bounded(std::string option, T* into, T low, T high)
      : po::typed_value<T>(into), option_(std::move(option)), low_(low), high_(high) {}

 private:
  void xparse(boost::any& into, const std::vector<std::string>& words) const override {
    const std::string& text = words.at(0);
    T value{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool number = error == std::errc() && end == text.data() + text.size();
    if (!number || !(value >= low_ && value <= high_))
      input_error("--{} {}: must be a {} in {}..{}", option_, text, std::is_integral_v<T> ? "whole number" : "number",
                  low_, high_);
    into = value;
  }

  const std::string option_;
  const T low_, high_;
};

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
  return new Bounded<std::int64_t>(option, into, low, high);  // Program_options owns what it is given
}

po::typed_value<double>* bounded(const std::string& option, double* into, double low, double high) {
  return new Bounded<double>(option, into, low, high);
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
