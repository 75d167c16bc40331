#include "sim/sweep/series.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include "models/core/error.h"
#include "sim/config/board.h"
#include "sim/report/table.h"
#include "sim/sweep/csv_table.h"

namespace sparsim {
namespace {

constexpr std::int64_t kMostImages = 100'000;

/// `text` with each {column} replaced; nothing where the cell of one is empty.
std::optional<std::string> filled(Section& s, const std::string& key, const std::string& text, const CsvTable& table,
                                  const CsvTable::Row& row) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t open = text.find('{', at), close = text.find('}', open);
    if (open == std::string::npos || close == std::string::npos) {
      result += text.substr(at);
      break;
    }
    const std::string column = text.substr(open + 1, close - open - 1);
    if (!table.has(column)) {
      s.problem(
          key, fmt::format("'{{{}}}': must be a column of {}: {}", column, table.file, fmt::join(table.columns, ", ")));
      return std::nullopt;
    }
    const std::string& cell = table.cell(row, column);
    if (cell.empty()) return std::nullopt;
    result += text.substr(at, open - at) + cell;
    at = close + 1;
  }
  return result;
}

std::vector<std::string> filled(Section& s, const std::string& key, const CsvTable& table, const CsvTable::Row& row) {
  std::vector<std::string> result;
  if (!s.has(key)) return result;
  for (const std::string& text : s.texts(key))
    if (std::optional<std::string> whole = filled(s, key, text, table, row)) result.push_back(std::move(*whole));
  return result;
}

double published(const CsvTable& table, const CsvTable::Row& row, const std::string& column) {
  const std::string& cell = table.cell(row, column);
  double value = 0;
  const auto [end, error] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (error != std::errc() || end != cell.data() + cell.size() || !std::isfinite(value))
    input_error("{}:{}: {}: '{}': must be a number", table.file, row.line, column, cell);
  return value;
}

/// The workload of a row, shared by those that ask for the same.
std::string workload(Experiment& e, const std::string& network, const std::vector<std::string>& set,
                     std::int64_t images) {
  const std::string name = fmt::format("{}, {} images {}", network, images, fmt::join(set, " "));
  const auto known =
      std::find_if(e.workloads.begin(), e.workloads.end(), [&](const ExperimentWorkload& w) { return w.name == name; });
  if (known == e.workloads.end()) {
    ExperimentWorkload w;
    w.name = name;
    w.file = network;
    w.synthesized = true;
    w.images = images;
    w.set = set;
    e.workloads.push_back(std::move(w));
  }
  return name;
}

/// Signed errors of a column in a group.
struct SeriesErrors {
  std::size_t rows = 0, failed = 0, exact = 0, within_one = 0;
  double sum = 0, sum_absolute = 0, worst = 0;  // per cent, of the rows that are not 0
  std::size_t counted = 0;

  void add(double expected, double seen) {
    ++rows;
    exact += std::abs(seen - expected) < 0.5;
    within_one += std::abs(seen - expected) < 1.5;
    if (expected == 0) return;
    const double error = 100 * (seen / expected - 1);
    ++counted;
    sum += error;
    sum_absolute += std::abs(error);
    if (std::abs(error) > std::abs(worst)) worst = error;
  }
  std::string mean(double total) const {
    return counted > 0 ? fmt::format("{:+.1f}", total / static_cast<double>(counted)) : "-";
  }
};

}  // namespace

ExperimentSeries read_series(Section& s, const std::string& path, Experiment& e) {
  ExperimentSeries series;
  series.title = s.text("title");
  const std::string csv = file_beside(s, "csv", path), by = s.text("by");
  const std::string accelerator = s.text("accelerator"), network = s.text("network");
  const std::int64_t images = s.integer("images", {1, kMostImages}, 3);
  std::vector<std::pair<std::string, std::string>> predicts;
  if (std::optional<Section> columns = s.optional_section("predicts"))
    for (const std::string& column : columns->keys()) predicts.emplace_back(column, columns->text(column));
  if (predicts.empty()) s.problem("predicts", "missing or empty: must be a map of COLUMN: KEY of the result");
  if (s.has("network_set")) s.texts("network_set");
  if (s.has("set")) s.texts("set");
  const CsvTable table = read_csv(csv);
  for (const auto& [column, key] : predicts)
    if (!table.has(column)) s.problem("predicts", fmt::format("'{}': {} has no such column", column, table.file));
  if (!table.has(by)) s.problem("by", fmt::format("'{}': {} has no such column", by, table.file));
  const std::optional<std::string> first = filled(s, "accelerator", accelerator, table, table.rows.front());
  if (!first || !table.has(by)) return series;

  for (const CsvTable::Row& row : table.rows) {
    const std::optional<std::string> on = filled(s, "accelerator", accelerator, table, row);
    const std::optional<std::string> of = filled(s, "network", network, table, row);
    if (!on || !of) continue;
    ExperimentRun run;
    run.name = fmt::format("{}: line {}", table.file, row.line);
    run.accelerator = beside(path, *on);
    run.set = filled(s, "set", table, row);
    run.workload = workload(e, beside(path, *of), filled(s, "network_set", table, row), images);
    ExperimentSeries::Design design{run.name, table.cell(row, by), {}};
    for (const auto& [column, key] : predicts)
      if (table.has(column) && !table.cell(row, column).empty())
        design.cells.push_back({column, key, published(table, row, column)});
    e.runs.push_back(std::move(run));
    series.designs.push_back(std::move(design));
  }
  return series;
}

std::vector<SeriesCell> predicted(const ExperimentSeries& series, const Experiment& experiment,
                                  const std::vector<RunOutcome>& outcomes) {
  std::vector<SeriesCell> cells;
  for (const ExperimentSeries::Design& design : series.designs)
    for (const ExperimentSeries::Cell& cell : design.cells)
      cells.push_back({design.group, cell.column, design.run, cell.published,
                       metric({design.run, cell.key}, experiment, outcomes)});
  return cells;
}

std::string series_table(const std::vector<SeriesCell>& cells) {
  std::vector<std::pair<std::string, std::string>> order;
  std::map<std::pair<std::string, std::string>, SeriesErrors> errors;
  for (const SeriesCell& cell : cells) {
    const std::pair<std::string, std::string> key{cell.group, cell.column};
    if (errors.count(key) == 0) order.push_back(key);
    if (cell.predicted)
      errors[key].add(cell.published, *cell.predicted);
    else
      ++errors[key].failed;
  }
  Table table(
      {"group", "column", "rows", "failed", "exact", "within 1", "mean error %", "mean |error| %", "worst error %"});
  for (const auto& key : order) {
    const SeriesErrors& e = errors[key];
    table.add_row({key.first, key.second, fmt::format("{}", e.rows), fmt::format("{}", e.failed),
                   fmt::format("{}", e.exact), fmt::format("{}", e.within_one), e.mean(e.sum),
                   e.counted > 0 ? fmt::format("{:.1f}", e.sum_absolute / static_cast<double>(e.counted)) : "-",
                   e.counted > 0 ? fmt::format("{:+.1f}", e.worst) : "-"});
  }
  return table.to_string();
}

}  // namespace sparsim
