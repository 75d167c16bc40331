#pragma once

#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

namespace sparsim {

/// `sparsim prune` of another workload.
struct ExperimentPruning {
  std::string workload, blocks;  // blocks: "16x16"
  double ratio = 0;
  bool balanced = false, reordered = false;
  std::string skip;  // layers, "a,b"; empty: none
};

/// A trace of the repository, a network description from which one is synthesized, one with which images that are not
/// part of the repository are captured, or another workload pruned.
struct ExperimentWorkload {
  std::string name;
  std::string file;  // resolved
  bool synthesized = false;
  // Of one that is captured:
  std::vector<std::string> captured;  // the images' files, resolved; empty: another kind
  std::string weights;                // resolved; empty: as the network says
  // Of one that is synthesized:
  std::int64_t seed = 1, images = 1;
  std::vector<std::string> set;              // KEY=VALUE of its network description
  std::optional<ExperimentPruning> pruning;  // of one that is pruned
};

/// `sparsim fold` for a run.
struct ExperimentFold {
  std::int64_t interval = 0;       // cycles an image that will do; 0: as few as fit
  std::vector<std::string> limit;  // RESOURCE=N
  std::vector<std::string> set;    // KEY=VALUE of the accelerator that is folded, where not those of the run
};

/// One simulation.
struct ExperimentRun {
  std::string name, accelerator, workload;
  std::vector<std::string> set;        // KEY=VALUE
  std::int64_t images = 0;             // 0: as many as there are
  std::int64_t skip_images = 0;        // the first of the workload, by which the accelerator is folded
  std::optional<ExperimentFold> fold;  // beforehand
  std::string reference;               // answers to compare with, resolved; empty: none
  std::string baseline;                // a run that it is compared with, or itself; empty: none
};

/// A number of a run's result.json: `run/key`, with dots for nested keys ("alexnet/resources.dsp"). "KEY over baseline"
/// is its ratio to the same number of the run's baseline.
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

/// One number of many runs: a run a cell.
struct ExperimentGrid {
  struct Row {
    std::string what;
    std::vector<std::string> runs;  // by column
  };
  std::string title, metric;
  std::vector<std::string> columns;
  std::vector<Row> rows;
};

/// Published designs, a run each, and for each column of theirs the number that predicts it.
struct ExperimentSeries {
  struct Cell {
    std::string column, key;
    double published = 0;
  };
  struct Design {
    std::string run, group;
    std::vector<Cell> cells;
  };
  std::string title;
  std::vector<Design> designs;
};

/// A file of configs/experiments/: the runs that reproduce a source, and what it published.
struct Experiment {
  std::string name, source, fitted_on;
  std::vector<ExperimentWorkload> workloads;
  std::vector<ExperimentRun> runs;
  std::vector<ExperimentRow> rows;
  std::vector<ExperimentTable> tables;
  std::vector<ExperimentGrid> grids;
  std::vector<ExperimentSeries> series;
  std::vector<std::string> nodes;  // runs whose cycles are shown node by node
};

/// Throws InputError with all problems at once, a name that stands nowhere among them.
Experiment load_experiment(const std::string& path);

/// What a run of an experiment came to: its result.json, or why there is none.
struct RunOutcome {
  nlohmann::json result;  // null where it failed
  std::string error;
  bool fits = true;     // its device
  bool absent = false;  // not run: its workload needs files that are not there
};

/// Synthesizes, prunes, folds and simulates in child processes. Results in the order of Experiment::runs.
std::vector<RunOutcome> run_experiment(const Experiment& experiment, std::size_t jobs);

/// A row's prediction; nothing where a run that it needs failed. Throws InputError where the result has no such key.
std::optional<double> predicted(const ExperimentRow& row, const Experiment& experiment,
                                const std::vector<RunOutcome>& outcomes);
std::optional<double> metric(const Metric& metric, const Experiment& experiment,
                             const std::vector<RunOutcome>& outcomes);

}  // namespace sparsim
