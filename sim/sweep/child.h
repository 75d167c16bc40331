#pragma once

#include <functional>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace sparsim {

/// A directory that goes with its owner.
class TemporaryDirectory {
 public:
  /// Throws InputError where none can be made.
  TemporaryDirectory();
  ~TemporaryDirectory();
  TemporaryDirectory(const TemporaryDirectory&) = delete;
  TemporaryDirectory& operator=(const TemporaryDirectory&) = delete;
  std::string file(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

struct ChildOutcome {
  int status = 0;      // exit status; 128 + the signal where one ended it
  std::string errors;  // its stderr, the last line break left away
};

/// Runs this program again, once for each list of arguments, at most `jobs` at a time: SystemC elaborates once a
/// process. Outcomes are in the order of the lists. `done` is told after each how many are over.
std::vector<ChildOutcome> run_children(const std::vector<std::vector<std::string>>& argument_lists, std::size_t jobs,
                                       const std::function<void(std::size_t)>& done = {});

}  // namespace sparsim
