#include "sim/cli/describe.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>

#include "sim/config/accelerator.h"
#include "sim/report/run_report.h"
#include "sim/report/table.h"
#include "sim/workload/trace.h"

namespace sparsim {
namespace {

struct Options {
  std::string accelerator, trace;
  std::vector<std::string> overrides;
};

using Json = nlohmann::ordered_json;

// A coefficient of a device or board file.
bool is_coefficient(const Json& json) { return json.is_object() && json.contains("basis") && json.contains("value"); }

std::string plain(const Json& value) { return value.is_string() ? value.get<std::string>() : value.dump(); }

// The resolved configuration, a line a key, each with where it comes from as far as its file says.
void add_rows(Table& table, const Json& json, const std::string& prefix, const std::vector<Provenance>& provenance) {
  for (const auto& [key, value] : json.items()) {
    const std::string name = prefix.empty() ? key : prefix + "." + key;
    if (is_coefficient(value)) {
      const bool exact = value["low"] == value["high"];
      table.add_row({name,
                     exact
                         ? plain(value["value"])
                         : fmt::format("{} ({}..{})", plain(value["value"]), plain(value["low"]), plain(value["high"])),
                     plain(value["basis"]), plain(value["source"])});
    } else if (value.is_object()) {
      add_rows(table, value, name, provenance);
    } else {
      const auto known =
          std::find_if(provenance.begin(), provenance.end(), [&](const Provenance& p) { return p.key == name; });
      const bool found = known != provenance.end();
      table.add_row(
          {name, plain(value), found ? std::string(to_string(known->basis)) : "", found ? known->source : ""});
    }
  }
}

int describe(const Options& options) {
  std::vector<Override> overrides;
  for (const std::string& assignment : options.overrides) overrides.push_back(Override::parse(assignment));
  std::optional<Trace> trace;
  if (!options.trace.empty()) trace = Trace::open(options.trace);
  const Accelerator a = load_accelerator(options.accelerator, overrides, trace ? &trace->graph() : nullptr);
  Design design;
  if (trace) design = a.design(*trace);
  fmt::print("{} ({}) on {}, {} at {:g} MHz, {} words\n\n", a.name, a.architecture, a.board.board.name,
             a.board.device.name, a.clock_mhz, a.word);
  Table table({"key", "value", "basis", "source"});
  add_rows(table, a.resolved, "", a.provenance);
  fmt::print("{}", table.to_string());
  const std::vector<ResourceItem> bill = a.whole_bill(design);
  fmt::print("\n{}", resource_report(bill, a.board.device));
  for (const std::string& note : design.notes) fmt::print("note  {}\n", note);
  if (a.network_has_resources && !trace) {
    fmt::print("\nthe network's share is not in it: give a TRACE.h5\n");
    return 0;
  }
  const std::vector<std::string> missing = shortages(total(bill), a.board.device);
  fmt::print("\n{}\n", missing.empty() ? "fits its device" : fmt::format("does not fit: {}", fmt::join(missing, ", ")));
  return 0;
}

}  // namespace

Command describe_command() {
  const auto options = std::make_shared<Options>();
  Command command;
  command.name = "describe";
  command.arguments = "ACCELERATOR.yaml [TRACE.h5] [--set KEY=VALUE]";
  command.summary = "show an accelerator: every key with where it comes from, resources against the device";
  command.details =
      "Simulates nothing. Every value that no paper gives is marked assumed, with the reason. Where each layer of the\n"
      "network has hardware of its own, its resources need the trace.\n\n"
      "  sparsim describe configs/accelerators/sparcnet-zedboard.yaml\n";
  command.options.add_options()("set", po::value(&options->overrides)->value_name("KEY=VALUE")->composing(),
                                "change a key of the accelerator file; may be repeated");
  command.positional_options.add_options()("accelerator", po::value(&options->accelerator)->required());
  command.positional_options.add_options()("trace", po::value(&options->trace));
  command.positionals.add("accelerator", 1).add("trace", 1);
  command.run = [options](const po::variables_map&) { return describe(*options); };
  return command;
}

}  // namespace sparsim
