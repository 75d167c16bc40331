#pragma once

#include <string>
#include <vector>

namespace sparsim {

/// A table for the terminal: columns as wide as their widest cell, numbers to the right, words to the left.
class Table {
 public:
  explicit Table(std::vector<std::string> header);
  /// As many cells as the header has.
  void add_row(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  std::string to_string() const;

 private:
  std::vector<std::string> header_;
  std::vector<std::vector<std::string>> rows_;
};

}  // namespace sparsim
