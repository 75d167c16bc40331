#pragma once

#include <hdf5.h>

#include <cerrno>
#include <string>

namespace sparsim::hdf5 {

/// A file that HDF5 writes through. A write that fails inside HDF5 1.10 leaves objects that cannot be closed, and the
/// program crashes when it ends. So the first failure is kept here, for error(), and HDF5 is told that all is well.
class OutputStore {
 public:
  /// Creates or empties the file; throws InputError that names `called`.
  OutputStore(const std::string& path, const std::string& called);
  ~OutputStore();
  OutputStore(const OutputStore&) = delete;
  OutputStore& operator=(const OutputStore&) = delete;

  /// Makes a file access property list open this store, which must outlive the file.
  void use_in(hid_t file_access);
  /// errno of the first write that failed, 0 where none did.
  int error() const { return error_; }
  /// Closes the file; what the system reports only now is in error().
  void close();

  // What the driver calls.
  void write(haddr_t address, const char* bytes, std::size_t size);
  /// False where the file could not be read; what lies past its end reads as zeros.
  bool read(haddr_t address, char* bytes, std::size_t size) const;
  void resize(haddr_t size);
  haddr_t size() const { return size_; }

 private:
  void note_failure() {
    if (error_ == 0) error_ = errno;
  }

  int file_ = -1;
  int error_ = 0;
  haddr_t size_ = 0;
};

}  // namespace sparsim::hdf5
