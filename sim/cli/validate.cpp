#include "sim/cli/validate.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <memory>
#include <optional>

#include "models/core/error.h"
#include "sim/output_file.h"
#include "sim/report/lost_cycles.h"
#include "sim/report/table.h"
#include "sim/sweep/experiment.h"
#include "sim/sweep/series.h"

namespace sparsim {
namespace {

struct Options {
  std::vector<std::string> experiments;
  std::string json;
  std::int64_t jobs = 2;
};

using Json = nlohmann::ordered_json;

// Mean and worst of signed errors in per cent.
struct ErrorSummary {
  std::size_t rows = 0;
  double sum_absolute = 0, worst = 0;

  void add(double error) {
    ++rows;
    sum_absolute += std::abs(error);
    if (std::abs(error) > std::abs(worst)) worst = error;
  }
  std::string to_string() const {
    if (rows == 0) return "no rows";
    return fmt::format("{} row{}, mean |error| {:.1f} %, worst {:+.1f} %", rows, rows == 1 ? "" : "s",
                       sum_absolute / static_cast<double>(rows), worst);
  }
};

// Four digits at the least, and no exponents where people count.
std::string number(double value) {
  return std::abs(value) >= 1e3 && std::abs(value) < 1e9 ? fmt::format("{:.0f}", value) : fmt::format("{:.4g}", value);
}

std::string cell(std::optional<double> value) { return value ? number(*value) : "-"; }

Json print_rows(const Experiment& experiment, const std::vector<RunOutcome>& outcomes) {
  Table table({"what", "unit", "published", "predicted", "error %", "row is", "note"});
  ErrorSummary fitted, predicted_rows;
  Json rows = Json::array();
  for (const ExperimentRow& row : experiment.rows) {
    const std::optional<double> value = predicted(row, experiment, outcomes);
    const double error = value ? 100 * (*value / row.published - 1) : 0;
    if (value) (row.fitted ? fitted : predicted_rows).add(error);
    table.add_row({row.what, row.unit, number(row.published), cell(value), value ? fmt::format("{:+.1f}", error) : "-",
                   row.fitted ? "fitted" : "predicted", row.note});
    rows.push_back({{"what", row.what}, {"unit", row.unit}, {"published", row.published}, {"fitted", row.fitted}});
    rows.back()["predicted"] = value ? Json(*value) : Json();
    rows.back()["error_percent"] = value ? Json(error) : Json();
  }
  fmt::print("{}\nfitted rows:    {}\npredicted rows: {}\n", table.to_string(), fitted.to_string(),
             predicted_rows.to_string());
  return rows;
}

// Appends to the rows.
void print_series(const ExperimentSeries& series, const Experiment& experiment, const std::vector<RunOutcome>& outcomes,
                  Json& rows) {
  const std::vector<SeriesCell> cells = predicted(series, experiment, outcomes);
  for (const SeriesCell& cell : cells) {
    rows.push_back({{"what", fmt::format("{}: {}", cell.label, cell.column)}, {"published", cell.published}});
    rows.back()["predicted"] = cell.predicted ? Json(*cell.predicted) : Json();
  }
  fmt::print("\n{}\n{}", series.title, series_table(cells));
}

const RunOutcome& outcome_of(const std::string& run, const Experiment& experiment,
                             const std::vector<RunOutcome>& outcomes) {
  const auto at = std::find_if(experiment.runs.begin(), experiment.runs.end(),
                               [&](const ExperimentRun& r) { return r.name == run; });
  return outcomes[static_cast<std::size_t>(at - experiment.runs.begin())];
}

Json print_table(const ExperimentTable& wanted, const Experiment& experiment, const std::vector<RunOutcome>& outcomes) {
  std::vector<std::string> header{"run"};
  header.insert(header.end(), wanted.metrics.begin(), wanted.metrics.end());
  header.push_back("fits its device");
  Table table(header);
  Json rows = Json::array();
  for (const std::string& run : wanted.runs) {
    std::vector<std::string> cells{run};
    rows.push_back({{"run", run}});
    for (const std::string& key : wanted.metrics) {
      const std::optional<double> value = metric({run, key}, experiment, outcomes);
      cells.push_back(cell(value));
      rows.back()[key] = value ? Json(*value) : Json();
    }
    cells.push_back(outcome_of(run, experiment, outcomes).fits ? "yes" : "no");
    table.add_row(cells);
  }
  fmt::print("\n{}\n{}", wanted.title, table.to_string());
  return {{"title", wanted.title}, {"rows", rows}};
}

void print_grid(const ExperimentGrid& wanted, const Experiment& experiment, const std::vector<RunOutcome>& outcomes) {
  std::vector<std::string> header{wanted.metric};
  header.insert(header.end(), wanted.columns.begin(), wanted.columns.end());
  Table table(header);
  for (const ExperimentGrid::Row& row : wanted.rows) {
    std::vector<std::string> cells{row.what};
    for (const std::string& run : row.runs) cells.push_back(cell(metric({run, wanted.metric}, experiment, outcomes)));
    table.add_row(cells);
  }
  fmt::print("\n{}\n{}", wanted.title, table.to_string());
}

int validate(const Options& options) {
  std::optional<OutputFile> json;  // opened before the runs, which are what takes time
  if (!options.json.empty()) json.emplace(options.json);
  bool failed = false;
  Json all = Json::object();
  for (const std::string& path : options.experiments) {
    const Experiment experiment = load_experiment(path);
    const std::vector<RunOutcome> outcomes = run_experiment(experiment, static_cast<std::size_t>(options.jobs));
    fmt::print("{}: {}\nfitted: {}\n\n", experiment.name, experiment.source, experiment.fitted_on);
    Json& told = all[experiment.name] = {{"rows", Json::array()}, {"tables", Json::array()}};
    if (!experiment.rows.empty()) told["rows"] = print_rows(experiment, outcomes);
    for (const ExperimentTable& table : experiment.tables)
      told["tables"].push_back(print_table(table, experiment, outcomes));
    for (const ExperimentGrid& grid : experiment.grids) print_grid(grid, experiment, outcomes);
    for (const ExperimentSeries& series : experiment.series) print_series(series, experiment, outcomes, told["rows"]);
    for (const std::string& run : experiment.nodes)
      if (const RunOutcome& outcome = outcome_of(run, experiment, outcomes); !outcome.result.is_null())
        fmt::print("\n{}: where the cycles of an image go, node by node\n{}", run, lost_cycles_table(outcome.result));
    for (std::size_t i = 0; i < outcomes.size(); ++i) {
      if (!outcomes[i].result.is_null()) continue;
      failed = failed || !outcomes[i].absent;
      fmt::print(stderr, "run {} {}: {}\n", experiment.runs[i].name, outcomes[i].absent ? "left out" : "failed",
                 outcomes[i].error);
    }
  }
  if (json) json->write(all.dump(2) + "\n");
  return failed ? 1 : 0;
}

}  // namespace

Command validate_command() {
  const auto options = std::make_shared<Options>();
  Command command;
  command.name = "validate";
  command.arguments = "EXPERIMENT.yaml... [--json FILE]";
  command.summary = "re-run a paper's experiments: predicted beside published, with signed errors";
  command.details =
      "Each run is a child process. Rows on which a constant was fitted stand apart from those that were predicted.\n\n"
      "  sparsim validate configs/experiments/sparcnet.yaml\n"
      "  sparsim validate configs/experiments/fpgaconvnet-sparsity.yaml\n";
  command.options.add_options()("json", po::value(&options->json)->value_name("FILE"), "write all rows and tables");
  command.options.add_options()("jobs", bounded("jobs", &options->jobs, 1, 256)->default_value(2)->value_name("N"),
                                "runs at a time");
  command.positional_options.add_options()("experiment", po::value(&options->experiments)->required());
  command.positionals.add("experiment", -1);
  command.run = [options](const po::variables_map&) { return validate(*options); };
  return command;
}

}  // namespace sparsim
