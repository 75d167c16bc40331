#pragma once

#include <gtest/gtest.h>
#include <sys/types.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "sim/sweep/child.h"

namespace sparsim {

/// What a run of the program came to.
struct Outcome {
  int status = 0;  // exit status; 128 + the signal where one ended it
  std::string out, err;
};

/// How to start it, beyond its arguments.
struct Conditions {
  std::string standard_output;                      // a file in place of the one that Outcome::out is read from
  std::optional<std::uint64_t> largest_file_bytes;  // writes beyond it fail, as on a full disk
};

/// Tests of the program as it was built, in a directory of their own that goes with the test. Its paths are relative,
/// so messages can be compared whole.
class ProgramTest : public testing::Test {
 protected:
  /// Runs the program to its end; a run of more than a minute fails the test.
  Outcome run(const std::vector<std::string>& arguments, const Conditions& conditions = {});
  /// Starts it, waits until a file is there whose name begins with `file`, and sends SIGINT.
  Outcome interrupt_once_writing(const std::string& file, const std::vector<std::string>& arguments);
  /// Expects exit status 2, nothing but `message` and a line break on stderr.
  void expect_refused(const std::vector<std::string>& arguments, const std::string& message);

  /// A copy of a file of the repository, under its own name.
  void copy(const std::string& path_in_repository);
  /// configs/accelerators/ and configs/devices/, as they are shipped.
  void copy_configs();
  /// accelerators/a.yaml, made of sparcnet-small.yaml with the first `from` replaced by `to`; returns that path.
  std::string derived_accelerator(const std::string& from, const std::string& to);

  void write(const std::string& name, const std::string& contents);
  std::string read(const std::string& name) const;
  nlohmann::json read_json(const std::string& name) const;
  std::string path(const std::string& name) const { return directory_.file(name); }
  std::vector<std::string> files() const;  // names, sorted, of the directory itself

 private:
  pid_t start(const std::vector<std::string>& arguments, const Conditions& conditions);
  Outcome finish(pid_t child);

  TemporaryDirectory directory_, outputs_;
};

}  // namespace sparsim
