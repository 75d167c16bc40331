#include "sim/cli/describe.h"

#include <fmt/format.h>

#include <memory>

#include "sim/config/accelerator.h"
#include "sim/report/run_report.h"
#include "sim/report/table.h"

namespace sparsim {
namespace {

struct Options {
  std::string accelerator;
  std::vector<std::string> overrides;
};

// The resolved configuration as "pe_grid.rows = 8", a line a key.
void print_flat(const nlohmann::ordered_json& json, const std::string& prefix) {
  for (const auto& [key, value] : json.items()) {
    const std::string name = prefix.empty() ? key : prefix + "." + key;
    if (value.is_object())
      print_flat(value, name);
    else
      fmt::print("  {} = {}\n", name, value.is_string() ? value.get<std::string>() : value.dump());
  }
}

int describe(const Options& options) {
  std::vector<Override> overrides;
  for (const std::string& assignment : options.overrides) overrides.push_back(Override::parse(assignment));
  const Accelerator a = load_accelerator(options.accelerator, overrides);
  fmt::print("{} ({}) on {}, {} at {:g} MHz, {} words\n\n", a.name, a.architecture, a.board.board.name,
             a.board.device.name, a.clock_mhz, to_string(a.format));
  print_flat(a.resolved, "");
  fmt::print("\n");
  for (const auto* provenance : {&a.provenance, &a.board.provenance})
    for (const Provenance& p : *provenance)
      fmt::print("  {} = {}: {}: {}\n", p.key, p.value, to_string(p.basis), p.source);
  fmt::print("\n{}", resource_report(a.resource_bill, a.board.device));
  const std::vector<std::string> missing = shortages(total(a.resource_bill), a.board.device);
  fmt::print("\n{}\n", missing.empty() ? "fits its device" : fmt::format("does not fit: {}", fmt::join(missing, ", ")));
  return 0;
}

}  // namespace

Command describe_command() {
  const auto options = std::make_shared<Options>();
  Command command;
  command.name = "describe";
  command.arguments = "ACCELERATOR.yaml [--set KEY=VALUE]";
  command.summary = "show an accelerator: every key with where it comes from, resources against the device";
  command.details =
      "Simulates nothing. Every value that no paper gives is marked assumed, with the reason.\n\n"
      "  sparsim describe configs/accelerators/sparcnet-zedboard.yaml\n";
  command.options.add_options()("set", po::value(&options->overrides)->value_name("KEY=VALUE")->composing(),
                                "change a key of the accelerator file; may be repeated");
  command.positional_options.add_options()("accelerator", po::value(&options->accelerator)->required());
  command.positionals.add("accelerator", 1);
  command.run = [options](const po::variables_map&) { return describe(*options); };
  return command;
}

}  // namespace sparsim
