#pragma once

#include <string>
#include <string_view>

namespace sparsim {

/// A result file that appears whole or not at all: written under a temporary name beside it, renamed by commit(),
/// removed when the writer is destroyed without commit() or the run is interrupted. A path that exists and is no
/// regular file (a pipe, a device) is written directly.
class OutputFile {
 public:
  /// Throws InputError where the file could not be created.
  explicit OutputFile(std::string path);
  ~OutputFile();
  OutputFile(const OutputFile&) = delete;
  OutputFile& operator=(const OutputFile&) = delete;

  /// Where to write until commit().
  const std::string& temporary() const { return temporary_; }
  const std::string& path() const { return path_; }
  /// Call after closing the temporary. Throws InputError where it cannot be renamed.
  void commit();
  /// All of it at once, and commits; a full disk is an InputError that names the file and the reason.
  void write(std::string_view contents);

 private:
  std::string path_, temporary_;
  int slot_ = -1;  // among the files that an interrupt removes
  bool done_ = false;
};

/// Writes `contents` as one such file.
void write_file(const std::string& path, std::string_view contents);

/// Reads a whole file; throws InputError where it cannot be read or is larger than `limit_bytes`.
std::string read_file(const std::string& path, std::size_t limit_bytes);

/// From here on SIGINT and SIGTERM remove unfinished output files and end the program with status 130.
void remove_unfinished_files_on_interrupt();

}  // namespace sparsim
