#include "sim/sweep/experiment.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/core/error.h"
#include "sim/config/board.h"
#include "sim/config/schema.h"
#include "sim/output_file.h"
#include "sim/sweep/child.h"

namespace sparsim {
namespace {

constexpr double kLargest = 1e15;

template <class T>
const T* named(const std::vector<T>& all, const std::string& name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const T& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

Metric read_metric(Section& s, const std::string& key, const Experiment& experiment) {
  const std::string text = s.text(key);
  const std::size_t slash = text.find('/');
  const Metric metric{text.substr(0, slash), slash == std::string::npos ? "" : text.substr(slash + 1)};
  if (metric.key.empty() || named(experiment.runs, metric.run) == nullptr)
    s.problem(key, fmt::format("'{}': must be RUN/KEY of a run above", text));
  return metric;
}

ExperimentRow read_row(Section& s, const Experiment& experiment) {
  ExperimentRow row;
  row.what = s.text("what");
  row.unit = s.text("unit");
  row.published = s.number("published", {-kLargest, kLargest});
  row.fitted = s.boolean("fitted", false);
  row.note = s.text("note", "");
  row.value = read_metric(s, "value", experiment);
  if (s.has("over")) row.over = read_metric(s, "over", experiment);
  if (s.has("over_published")) row.over_published = s.number("over_published", {1e-9, kLargest});
  row.percent_less = s.boolean("percent_less", false);
  return row;
}

}  // namespace

Experiment load_experiment(const std::string& path) {
  YamlFile file = YamlFile::load(path);
  Section root = file.root();
  Experiment e;
  e.name = root.text("experiment");
  e.source = root.text("source");
  e.fitted_on = root.text("fitted_on");
  for (auto& [name, s] : root.section("workloads").sections()) {
    ExperimentWorkload w;
    w.name = name;
    w.synthesized = s.has("network");
    w.file = beside(path, s.text(w.synthesized ? "network" : "trace"));
    w.seed = s.integer("seed", {0, 1'000'000'000}, 1);
    e.workloads.push_back(w);
  }
  for (auto& [name, s] : root.section("runs").sections()) {
    ExperimentRun run;
    run.name = name;
    run.accelerator = beside(path, s.text("accelerator"));
    run.workload = s.text("workload");
    if (named(e.workloads, run.workload) == nullptr)
      s.problem("workload", fmt::format("'{}': must be one of the workloads above", run.workload));
    if (s.has("set")) run.set = s.texts("set");
    e.runs.push_back(run);
  }
  for (Section& s : root.list("rows")) e.rows.push_back(read_row(s, e));
  if (root.has("tables"))
    for (Section& s : root.list("tables")) {
      ExperimentTable table;
      table.title = s.text("title");
      table.runs = s.texts("runs");
      table.metrics = s.texts("metrics");
      for (const std::string& run : table.runs)
        if (named(e.runs, run) == nullptr) s.problem("runs", fmt::format("'{}': must be one of the runs above", run));
      e.tables.push_back(table);
    }
  file.finish();
  return e;
}

std::vector<RunOutcome> run_experiment(const Experiment& experiment, std::size_t jobs) {
  const TemporaryDirectory directory;
  std::vector<std::vector<std::string>> commands;
  std::vector<std::string> traces;
  for (const ExperimentWorkload& w : experiment.workloads) {
    traces.push_back(w.synthesized ? directory.file(w.name + ".h5") : w.file);
    if (w.synthesized)
      commands.push_back({"synthesize", w.file, "--seed", std::to_string(w.seed), "-o", traces.back()});
  }
  for (const ChildOutcome& made : run_children(commands, jobs))
    if (made.status != 0) input_error("{}: {}", experiment.name, made.errors);

  commands.clear();
  const auto result_file = [&](std::size_t i) { return directory.file(fmt::format("{}.json", i)); };
  for (const ExperimentRun& run : experiment.runs) {
    const auto workload =
        static_cast<std::size_t>(named(experiment.workloads, run.workload) - experiment.workloads.data());
    std::vector<std::string> command{
        "run", run.accelerator, traces[workload], "--ignore-capacity", "--json", result_file(commands.size())};
    for (const std::string& assignment : run.set) command.insert(command.end(), {"--set", assignment});
    commands.push_back(command);
  }
  const std::vector<ChildOutcome> children = run_children(commands, jobs);
  std::vector<RunOutcome> outcomes;
  for (std::size_t i = 0; i < children.size(); ++i) {
    RunOutcome outcome;
    outcome.error = children[i].errors;
    if (children[i].status == 0) {
      constexpr std::size_t kLargestResult = 256u << 20;
      outcome.result = nlohmann::json::parse(read_file(result_file(i), kLargestResult));
      for (const auto& [resource, need] : outcome.result["resources"].items())
        outcome.fits = outcome.fits && need.get<double>() <= outcome.result["capacity"][resource].get<double>();
    }
    outcomes.push_back(std::move(outcome));
  }
  return outcomes;
}

std::optional<double> metric(const Metric& metric, const Experiment& experiment,
                             const std::vector<RunOutcome>& outcomes) {
  const auto run = static_cast<std::size_t>(named(experiment.runs, metric.run) - experiment.runs.data());
  if (outcomes[run].result.is_null()) return std::nullopt;
  std::string pointer = "/" + metric.key;
  std::replace(pointer.begin(), pointer.end(), '.', '/');
  const nlohmann::json& result = outcomes[run].result;
  const nlohmann::json::json_pointer place(pointer);
  if (!result.contains(place) || !result[place].is_number())
    input_error("{}: {}/{}: the result has no such number", experiment.name, metric.run, metric.key);
  return result[place].get<double>();
}

std::optional<double> predicted(const ExperimentRow& row, const Experiment& experiment,
                                const std::vector<RunOutcome>& outcomes) {
  std::optional<double> value = metric(row.value, experiment, outcomes);
  if (!value) return value;
  if (row.over) {
    const std::optional<double> over = metric(*row.over, experiment, outcomes);
    if (!over) return over;
    *value /= *over;
  }
  if (row.over_published) *value /= *row.over_published;
  return row.percent_less ? 100 * (1 - *value) : *value;
}

}  // namespace sparsim
