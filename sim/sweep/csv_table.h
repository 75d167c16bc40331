#pragma once

#include <string>
#include <vector>

namespace sparsim {

/// A table of text: a line of column names, then a line a row; cells in double quotes may hold commas; lines that begin
/// with # are comments.
struct CsvTable {
  struct Row {
    int line = 0;                    // in the file
    std::vector<std::string> cells;  // by column
  };
  std::string file;
  std::vector<std::string> columns;
  std::vector<Row> rows;

  bool has(const std::string& column) const;
  /// The cell of a column that there is.
  const std::string& cell(const Row& row, const std::string& column) const;
};

/// Throws InputError with file and line where a row has another number of cells than there are columns, a quote is left
/// open, a column is named twice, or there are no rows.
CsvTable read_csv(const std::string& path);

}  // namespace sparsim
