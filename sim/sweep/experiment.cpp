#include "sim/sweep/experiment.h"

#include <fmt/format.h>

#include <algorithm>
#include <filesystem>
#include <string_view>

#include "models/core/error.h"
#include "sim/config/accelerator.h"
#include "sim/config/board.h"
#include "sim/config/schema.h"
#include "sim/output_file.h"
#include "sim/sweep/child.h"
#include "sim/sweep/resolved_accelerator.h"
#include "sim/sweep/series.h"

namespace sparsim {
namespace {

constexpr double kLargest = 1e15;
constexpr std::int64_t kMostImages = 100'000;
constexpr std::string_view kOverBaseline = " over baseline";

bool over_baseline(const std::string& key) {
  return key.size() > kOverBaseline.size() &&
         key.compare(key.size() - kOverBaseline.size(), kOverBaseline.size(), kOverBaseline) == 0;
}

template <class T>
const T* named(const std::vector<T>& all, const std::string& name) {
  const auto found = std::find_if(all.begin(), all.end(), [&](const T& one) { return one.name == name; });
  return found == all.end() ? nullptr : &*found;
}

void check_run(Section& s, const std::string& key, const std::string& run, const std::string& metric,
               const Experiment& experiment) {
  const ExperimentRun* found = named(experiment.runs, run);
  if (found == nullptr)
    s.problem(key, fmt::format("'{}': must be one of the runs above", run));
  else if (over_baseline(metric) && found->baseline.empty())
    s.problem(key, fmt::format("'{}': '{}' is shown, so it must have a baseline", run, metric));
}

Metric read_metric(Section& s, const std::string& key, const Experiment& experiment) {
  const std::string text = s.text(key);
  const std::size_t slash = text.find('/');
  const Metric metric{text.substr(0, slash), slash == std::string::npos ? "" : text.substr(slash + 1)};
  if (metric.key.empty() || named(experiment.runs, metric.run) == nullptr)
    s.problem(key, fmt::format("'{}': must be RUN/KEY of a run above", text));
  else
    check_run(s, key, metric.run, metric.key, experiment);
  return metric;
}

ExperimentRun read_run(Section& s, const std::string& name, const std::string& path, const Experiment& experiment) {
  ExperimentRun run;
  run.name = name;
  run.accelerator = beside(path, s.text("accelerator"));
  run.workload = s.text("workload");
  if (named(experiment.workloads, run.workload) == nullptr)
    s.problem("workload", fmt::format("'{}': must be one of the workloads above", run.workload));
  if (s.has("set")) run.set = s.texts("set");
  run.images = s.integer("images", {0, kMostImages}, 0);
  run.skip_images = s.integer("skip_images", {0, kMostImages}, 0);
  if (std::optional<Section> fold = s.optional_section("fold")) {
    run.fold = ExperimentFold{};
    run.fold->set = run.set;
    run.fold->interval = fold->integer("interval", {0, 1'000'000'000}, 0);
    if (fold->has("limit")) run.fold->limit = fold->texts("limit");
    if (fold->has("set")) run.fold->set = fold->texts("set");
  }
  if (s.has("reference")) run.reference = beside(path, s.text("reference"));
  run.baseline = s.text("baseline", "");
  if (!run.baseline.empty() && run.baseline != name && named(experiment.runs, run.baseline) == nullptr)
    s.problem("baseline", fmt::format("'{}': must be this run or one above", run.baseline));
  return run;
}

ExperimentTable read_table(Section& s, const Experiment& experiment) {
  const ExperimentTable table{s.text("title"), s.texts("runs"), s.texts("metrics")};
  for (const std::string& run : table.runs)
    for (const std::string& metric : table.metrics) check_run(s, "runs", run, metric, experiment);
  return table;
}

ExperimentGrid read_grid(Section& s, const Experiment& experiment) {
  ExperimentGrid grid;
  grid.title = s.text("title");
  grid.metric = s.text("metric");
  grid.columns = s.texts("columns");
  for (Section& row : s.list("rows")) {
    grid.rows.push_back({row.text("what"), row.texts("runs")});
    const std::vector<std::string>& runs = grid.rows.back().runs;
    if (runs.size() != grid.columns.size())
      row.problem("runs", fmt::format("{} runs: must be {}, one a column", runs.size(), grid.columns.size()));
    for (const std::string& run : runs) check_run(row, "runs", run, grid.metric, experiment);
  }
  return grid;
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

ExperimentWorkload read_workload(Section& s, const std::string& name, const std::string& path,
                                 const Experiment& experiment) {
  ExperimentWorkload w;
  w.name = name;
  if (s.has("prune")) {
    ExperimentPruning& p = w.pruning.emplace();
    p.workload = s.text("prune");
    const ExperimentWorkload* base = named(experiment.workloads, p.workload);
    if (base == nullptr || base->pruning)
      s.problem("prune", fmt::format("'{}': must be one of the workloads above, not pruned itself", p.workload));
    p.blocks = s.text("bcr");
    p.ratio = s.number("ratio", {0, 1});
    p.balanced = s.boolean("balanced", false);
    p.reordered = s.boolean("reorder", false);
    p.skip = s.text("skip", "");
    return w;
  }
  w.synthesized = s.has("network");
  const bool captured = s.has("capture");
  w.file = beside(path, s.text(w.synthesized ? "network" : captured ? "capture" : "trace"));
  if (captured) {
    for (const std::string& image : s.texts("images")) w.captured.push_back(beside(path, image));
    if (s.is_list("images") && w.captured.empty()) s.problem("images", "is empty: must name the files of the images");
    if (s.has("weights")) w.weights = beside(path, s.text("weights"));
  }
  if (w.synthesized) {
    w.seed = s.integer("seed", {0, 1'000'000'000}, w.seed);
    w.images = s.integer("images", {1, kMostImages}, w.images);
    if (s.has("set")) w.set = s.texts("set");
  }
  return w;
}

}  // namespace

Experiment load_experiment(const std::string& path) {
  YamlFile file = YamlFile::load(path);
  Section root = file.root();
  Experiment e;
  e.name = root.text("experiment");
  e.source = root.text("source");
  e.fitted_on = root.text("fitted_on");
  for (auto& [name, s] : root.section("workloads").sections()) e.workloads.push_back(read_workload(s, name, path, e));
  for (auto& [name, s] : root.section("runs").sections()) e.runs.push_back(read_run(s, name, path, e));
  if (root.has("rows"))
    for (Section& s : root.list("rows")) e.rows.push_back(read_row(s, e));
  if (root.has("tables"))
    for (Section& s : root.list("tables")) e.tables.push_back(read_table(s, e));
  if (root.has("grids"))
    for (Section& s : root.list("grids")) e.grids.push_back(read_grid(s, e));
  if (root.has("series"))
    for (Section& s : root.list("series")) e.series.push_back(read_series(s, path, e));
  if (root.has("nodes")) e.nodes = root.texts("nodes");
  for (const std::string& run : e.nodes) check_run(root, "nodes", run, "", e);
  if (e.rows.empty() && e.tables.empty() && e.grids.empty() && e.series.empty())
    root.problem("rows", "missing, and so are tables, grids and series; must have one of them");
  file.finish();
  return e;
}

namespace {

std::size_t position(const std::vector<ExperimentRun>& runs, const std::string& name) {
  return static_cast<std::size_t>(named(runs, name) - runs.data());
}

/// The files of an experiment under way, and the commands that make them.
class ExperimentFiles {
 public:
  explicit ExperimentFiles(const Experiment& experiment) : experiment_(experiment) {}

  std::string result(std::size_t run) const { return directory_.file(fmt::format("{}.json", run)); }

  std::vector<std::string> synthesize(const ExperimentWorkload& w) const {
    std::vector<std::string> command{"synthesize", w.file, "-o", trace(w)};
    command.insert(command.end(), {"--seed", std::to_string(w.seed), "--images", std::to_string(w.images)});
    for (const std::string& assignment : w.set) command.insert(command.end(), {"--set", assignment});
    return command;
  }
  std::vector<std::string> capture(const ExperimentWorkload& w) const {
    std::vector<std::string> command{"capture", w.file};
    command.insert(command.end(), w.captured.begin(), w.captured.end());
    command.insert(command.end(), {"--values", "-o", trace(w)});
    if (!w.weights.empty()) command.insert(command.end(), {"--weights", w.weights});
    return command;
  }
  std::vector<std::string> prune(const ExperimentWorkload& w) const {
    const ExperimentPruning& p = *w.pruning;
    std::vector<std::string> command{"prune",   trace(*named(experiment_.workloads, p.workload)),
                                     "--bcr",   p.blocks,
                                     "--ratio", fmt::format("{}", p.ratio),
                                     "-o",      trace(w)};
    if (p.balanced) command.emplace_back("--balanced");
    if (p.reordered) command.emplace_back("--reorder");
    if (!p.skip.empty()) command.insert(command.end(), {"--skip", p.skip});
    return command;
  }
  // Writes the accelerator as it is to be folded.
  std::vector<std::string> fold(std::size_t i) const {
    const ExperimentRun& run = experiment_.runs[i];
    std::vector<Override> overrides;
    for (const std::string& assignment : run.fold->set) overrides.push_back(Override::parse(assignment));
    const Accelerator accelerator = load_accelerator(run.accelerator, overrides);
    const std::string unfolded = directory_.file(fmt::format("{}-unfolded.yaml", i));
    OutputFile(unfolded).write(resolved_accelerator(accelerator.resolved, accelerator.board_file));
    std::vector<std::string> command{"fold", unfolded, trace(run), "-o", folded(i)};
    for (const std::string& limit : run.fold->limit) command.insert(command.end(), {"--limit", limit});
    if (run.skip_images > 0) command.insert(command.end(), {"--images", std::to_string(run.skip_images)});
    if (run.fold->interval > 0) command.insert(command.end(), {"--interval", std::to_string(run.fold->interval)});
    return command;
  }
  std::vector<std::string> simulate(std::size_t i) const {
    const ExperimentRun& run = experiment_.runs[i];
    std::vector<std::string> command{"run", run.fold ? folded(i) : run.accelerator, trace(run)};
    command.insert(command.end(), {"--ignore-capacity", "--json", result(i)});
    if (run.images > 0) command.insert(command.end(), {"--images", std::to_string(run.images)});
    if (run.skip_images > 0) command.insert(command.end(), {"--skip-images", std::to_string(run.skip_images)});
    if (!run.reference.empty()) command.insert(command.end(), {"--reference", run.reference});
    for (const std::string& assignment : run.set) command.insert(command.end(), {"--set", assignment});
    return command;
  }
  // What a workload is captured from, or its trace: itself, unless it is another one that is pruned.
  const ExperimentWorkload& origin(const std::string& workload) const {
    const ExperimentWorkload& w = *named(experiment_.workloads, workload);
    return w.pruning ? *named(experiment_.workloads, w.pruning->workload) : w;
  }
  // Why a run's workload cannot be captured; empty where it can, or need not.
  std::string absent(const ExperimentRun& run) const {
    const ExperimentWorkload& w = origin(run.workload);
    std::vector<std::string> files = w.captured;
    if (!w.weights.empty()) files.push_back(w.weights);
    if (!run.reference.empty()) files.push_back(run.reference);
    for (const std::string& file : files)
      if (std::error_code ignored; !std::filesystem::exists(file, ignored))
        return fmt::format("{}: is not there, and no part of the repository", file);
    return "";
  }

 private:
  std::string folded(std::size_t run) const { return directory_.file(fmt::format("{}-folded.yaml", run)); }
  std::string trace(const ExperimentWorkload& w) const {
    const auto i = static_cast<std::size_t>(&w - experiment_.workloads.data());
    return w.synthesized || w.pruning || !w.captured.empty() ? directory_.file(fmt::format("{}.h5", i)) : w.file;
  }
  std::string trace(const ExperimentRun& run) const { return trace(*named(experiment_.workloads, run.workload)); }

  const Experiment& experiment_;
  const TemporaryDirectory directory_;
};

RunOutcome outcome_of(const ChildOutcome& child, const std::string& result_file) {
  RunOutcome outcome;
  outcome.error = child.errors;
  if (child.status != 0) return outcome;
  constexpr std::size_t kLargestResult = 256u << 20;
  outcome.result = nlohmann::json::parse(read_file(result_file, kLargestResult));
  for (const auto& [resource, need] : outcome.result["resources"].items())
    outcome.fits = outcome.fits && need.get<double>() <= outcome.result["capacity"][resource].get<double>();
  return outcome;
}

}  // namespace

std::vector<RunOutcome> run_experiment(const Experiment& experiment, std::size_t jobs) {
  const ExperimentFiles files(experiment);
  std::vector<std::vector<std::string>> commands, prunings;
  std::vector<RunOutcome> outcomes(experiment.runs.size());
  std::vector<std::string> wanted;
  for (std::size_t i = 0; i < experiment.runs.size(); ++i) {
    const std::string& workload = experiment.runs[i].workload;
    outcomes[i].error = files.absent(experiment.runs[i]);
    outcomes[i].absent = !outcomes[i].error.empty();
    if (!outcomes[i].absent) wanted.insert(wanted.end(), {workload, files.origin(workload).name});
  }
  for (const ExperimentWorkload& w : experiment.workloads) {
    if (std::find(wanted.begin(), wanted.end(), w.name) == wanted.end()) continue;
    if (w.synthesized) commands.push_back(files.synthesize(w));
    if (!w.captured.empty()) commands.push_back(files.capture(w));
    if (w.pruning) prunings.push_back(files.prune(w));
  }
  for (const std::vector<std::vector<std::string>>& made_at_once : {commands, prunings})
    for (const ChildOutcome& made : run_children(made_at_once, jobs))
      if (made.status != 0) input_error("{}: {}", experiment.name, made.errors);

  std::vector<std::size_t> folding, running;
  commands.clear();
  for (std::size_t i = 0; i < experiment.runs.size(); ++i)
    if (experiment.runs[i].fold && !outcomes[i].absent) {
      folding.push_back(i);
      commands.push_back(files.fold(i));
    }
  const std::vector<ChildOutcome> folds = run_children(commands, jobs);
  for (std::size_t f = 0; f < folds.size(); ++f)
    if (folds[f].status != 0) outcomes[folding[f]].error = folds[f].errors;

  commands.clear();
  for (std::size_t i = 0; i < experiment.runs.size(); ++i)
    if (outcomes[i].error.empty()) {
      running.push_back(i);
      commands.push_back(files.simulate(i));
    }
  const std::vector<ChildOutcome> runs = run_children(commands, jobs);
  for (std::size_t r = 0; r < runs.size(); ++r) outcomes[running[r]] = outcome_of(runs[r], files.result(running[r]));
  return outcomes;
}

std::optional<double> metric(const Metric& wanted, const Experiment& experiment,
                             const std::vector<RunOutcome>& outcomes) {
  const std::size_t run = position(experiment.runs, wanted.run);
  if (over_baseline(wanted.key)) {
    const std::string key = wanted.key.substr(0, wanted.key.size() - kOverBaseline.size());
    const std::optional<double> own = metric({wanted.run, key}, experiment, outcomes);
    const std::optional<double> base = metric({experiment.runs[run].baseline, key}, experiment, outcomes);
    return own && base ? std::optional(*own / *base) : std::nullopt;
  }
  if (outcomes[run].result.is_null()) return std::nullopt;
  std::string pointer = "/" + wanted.key;
  std::replace(pointer.begin(), pointer.end(), '.', '/');
  const nlohmann::json& result = outcomes[run].result;
  const nlohmann::json::json_pointer place(pointer);
  if (!result.contains(place) || !result[place].is_number())
    input_error("{}: {}/{}: the result has no such number", experiment.name, wanted.run, wanted.key);
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
