#include "sim/sweep/csv_table.h"

#include <algorithm>
#include <sstream>

#include "models/core/error.h"
#include "sim/output_file.h"

namespace sparsim {
namespace {

std::vector<std::string> split(const std::string& path, int number, const std::string& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (const char c : line) {
    if (c == '"')
      quoted = !quoted;
    else if (c == ',' && !quoted)
      cells.emplace_back();
    else if (c != '\r')
      cells.back() += c;
  }
  if (quoted) input_error("{}:{}: a quote is not closed", path, number);
  return cells;
}

}  // namespace

bool CsvTable::has(const std::string& column) const {
  return std::find(columns.begin(), columns.end(), column) != columns.end();
}

const std::string& CsvTable::cell(const Row& row, const std::string& column) const {
  const auto found = std::find(columns.begin(), columns.end(), column);
  SPARSIM_CHECK(found != columns.end(), "{} has no column {}", file, column);
  return row.cells[static_cast<std::size_t>(found - columns.begin())];
}

CsvTable read_csv(const std::string& path) {
  constexpr std::size_t kLargestFile = 16u << 20;
  std::istringstream text(read_file(path, kLargestFile));
  CsvTable table;
  table.file = path;
  int number = 0;
  for (std::string line; std::getline(text, line);) {
    ++number;
    if (line.empty() || line == "\r" || line.front() == '#') continue;
    std::vector<std::string> cells = split(path, number, line);
    if (table.columns.empty()) {
      table.columns = std::move(cells);
      for (std::size_t i = 0; i < table.columns.size(); ++i)
        if (std::find(table.columns.begin(), table.columns.begin() + static_cast<std::ptrdiff_t>(i),
                      table.columns[i]) != table.columns.begin() + static_cast<std::ptrdiff_t>(i))
          input_error("{}:{}: two columns are named '{}'", path, number, table.columns[i]);
      continue;
    }
    if (cells.size() != table.columns.size())
      input_error("{}:{}: {} cells: must be {}, one a column", path, number, cells.size(), table.columns.size());
    table.rows.push_back({number, std::move(cells)});
  }
  if (table.rows.empty()) input_error("{}: has no rows: must have a line of column names and one a row", path);
  return table;
}

}  // namespace sparsim
