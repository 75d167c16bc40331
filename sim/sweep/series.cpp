#include "sim/sweep/series.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>
#include <map>

#include "models/core/error.h"
#include "sim/config/board.h"
#include "sim/report/table.h"
#include "sim/sweep/csv_table.h"

namespace sparsim {
namespace {

constexpr std::int64_t kMostImages = 100'000;

/// `text` with each {column} replaced by what `cell_of` makes of it; nothing where that is nothing.
template <class CellOf>
std::optional<std::string> filled(const std::string& text, CellOf&& cell_of) {
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t open = text.find('{', at), close = text.find('}', open);
    if (open == std::string::npos || close == std::string::npos) {
      result += text.substr(at);
      break;
    }
    const std::optional<std::string> cell = cell_of(text.substr(open + 1, close - open - 1));
    if (!cell) return std::nullopt;
    result += text.substr(at, open - at) + *cell;
    at = close + 1;
  }
  return result;
}

/// Nothing where the cell of a column is empty.
std::optional<std::string> filled(const std::string& text, const CsvTable& table, const CsvTable::Row& row) {
  return filled(text, [&](const std::string& column) {
    const std::string& cell = table.cell(row, column);
    return cell.empty() ? std::nullopt : std::optional(cell);
  });
}

/// Those that have no empty cell.
std::vector<std::string> filled(const std::vector<std::string>& texts, const CsvTable& table,
                                const CsvTable::Row& row) {
  std::vector<std::string> result;
  for (const std::string& text : texts)
    if (std::optional<std::string> whole = filled(text, table, row)) result.push_back(std::move(*whole));
  return result;
}

/// Whether the table has a column; where not, that is a problem of `key`.
bool has_column(const Section& s, const std::string& key, const std::string& column, const CsvTable& table) {
  if (table.has(column)) return true;
  s.problem(key, fmt::format("'{}': must be a column of {}: {}", column, table.file, fmt::join(table.columns, ", ")));
  return false;
}

/// The same of each {column} of a text.
bool has_columns(const Section& s, const std::string& key, const std::string& text, const CsvTable& table) {
  bool all = true;
  filled(text, [&](const std::string& column) {
    all = has_column(s, key, column, table) && all;
    return std::optional<std::string>("");
  });
  return all;
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
  const std::vector<std::string> network_set =
      s.has("network_set") ? s.texts("network_set") : std::vector<std::string>();
  const std::vector<std::string> set = s.has("set") ? s.texts("set") : std::vector<std::string>();
  const std::int64_t images = s.integer("images", {1, kMostImages}, 3);
  std::vector<std::pair<std::string, std::string>> predicts;
  if (std::optional<Section> columns = s.optional_section("predicts"))
    for (const std::string& column : columns->keys()) predicts.emplace_back(column, columns->text(column));
  if (predicts.empty()) s.problem("predicts", "missing or empty: must be a map of COLUMN: KEY of the result");
  if (std::any_of(e.series.begin(), e.series.end(), [&](const auto& other) { return other.title == series.title; }))
    s.problem("title", fmt::format("'{}': another series has it, and its runs are named after it", series.title));
  if (std::error_code ignored; !s.has("csv") || !std::filesystem::exists(csv, ignored)) return series;  // told above

  const CsvTable table = read_csv(csv);
  bool known = has_column(s, "by", by, table);
  for (const auto& [column, key] : predicts) known = has_column(s, "predicts", column, table) && known;
  known = has_columns(s, "accelerator", accelerator, table) && known;
  known = has_columns(s, "network", network, table) && known;
  for (const std::string& assignment : network_set) known = has_columns(s, "network_set", assignment, table) && known;
  for (const std::string& assignment : set) known = has_columns(s, "set", assignment, table) && known;
  if (!known) return series;

  for (const CsvTable::Row& row : table.rows) {
    const std::optional<std::string> on = filled(accelerator, table, row), of = filled(network, table, row);
    if (!on || !of) continue;
    ExperimentRun run;
    run.name = fmt::format("{}, line {}", series.title, row.line);
    run.accelerator = beside(path, *on);
    run.set = filled(set, table, row);
    run.workload = workload(e, beside(path, *of), filled(network_set, table, row), images);
    ExperimentSeries::Design design{run.name, table.cell(row, by), {}};
    for (const auto& [column, key] : predicts)
      if (!table.cell(row, column).empty()) design.cells.push_back({column, key, published(table, row, column)});
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
