#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace sparsim {

/// A trace of the repository, or a network description from which one is synthesized.
struct ExperimentWorkload {
  std::string name;
  std::string file;  // resolved
  bool synthesized = false;
  std::int64_t seed = 1;
};

/// One simulation.
struct ExperimentRun {
  std::string name, accelerator, workload;
  std::vector<std::string> set;  // KEY=VALUE
};

/// A number of a run's result.json: `run/key`, with dots for nested keys ("alexnet/resources.dsp").
struct Metric {
  std::string run, key;
};

/// A published number and what predicts it: one metric, or a ratio of two, or of one and a published constant.
struct ExperimentRow {
  std::string what, unit, note;
  double published = 0;
  bool fitted = false;
  Metric value;
  std::optional<Metric> over;
  std::optional<double> over_published;
  bool percent_less = false;  // 100 (1 - ratio): "60 % less"
};

/// Runs side by side, without a published number.
struct ExperimentTable {
  std::string title;
  std::vector<std::string> runs, metrics;
};

/// A file of configs/experiments/: the runs that reproduce a source, and what it published.
struct Experiment {
  std::string name, source, fitted_on;
  std::vector<ExperimentWorkload> workloads;
  std::vector<ExperimentRun> runs;
  std::vector<ExperimentRow> rows;
  std::vector<ExperimentTable> tables;
};

/// Throws InputError with all problems at once, a name that stands nowhere among them.
Experiment load_experiment(const std::string& path);

/// What a run of an experiment came to: its result.json, or why there is none.
struct RunOutcome {
  nlohmann::json result;  // null where it failed
  std::string error;
  bool fits = true;  // its device
};

/// Synthesizes and simulates in child processes. Results in the order of Experiment::runs.
std::vector<RunOutcome> run_experiment(const Experiment& experiment, std::size_t jobs);

/// A row's prediction; nothing where a run that it needs failed. Throws InputError where the result has no such key.
std::optional<double> predicted(const ExperimentRow& row, const Experiment& experiment,
                                const std::vector<RunOutcome>& outcomes);
std::optional<double> metric(const Metric& metric, const Experiment& experiment,
                             const std::vector<RunOutcome>& outcomes);

}  // namespace sparsim
