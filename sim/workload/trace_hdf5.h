#pragma once

#include <hdf5.h>

#include <cstdint>
#include <limits>
#include <string>
#include <utility>
#include <vector>

#include "models/core/error.h"

// As much of HDF5 as a trace needs, through its C interface: the C++ one loses why a call failed and prints from
// destructors. Reading trusts nothing: type, rank, extents and storage are compared with what is due before memory is
// taken. Every function throws InputError, `file: dataset: what is wrong, what is allowed`.
namespace sparsim::hdf5 {

/// Owns an HDF5 identifier of any kind.
class Handle {
 public:
  Handle() = default;
  explicit Handle(hid_t id) : id_(id) {}
  Handle(Handle&& other) noexcept : id_(std::exchange(other.id_, -1)) {}
  Handle& operator=(Handle&& other) noexcept {
    std::swap(id_, other.id_);
    return *this;
  }
  ~Handle() { reset(); }
  void reset() {
    if (id_ >= 0) H5Idec_ref(std::exchange(id_, -1));
  }
  operator hid_t() const { return id_; }

 private:
  hid_t id_ = -1;
};

/// Comes before all else. From here on HDF5 prints nothing; why the last call failed is in last_reason(), in its words.
void start();
const std::string& last_reason();

/// An open file, group or dataset, and what messages call it: "trace.h5: layers/0003/nonzero".
struct Object {
  Handle id;
  std::string where;

  [[noreturn]] void fail(const std::string& what) const { throw InputError(where + ": " + what); }
  std::string path_of(const std::string& name) const;  // what messages call a child or an attribute
  template <class Status>
  Status checked(Status status, const char* what) const {
    if (status < 0) fail(std::string(what) + ": " + last_reason());
    return status;
  }
};

using Extents = std::vector<hsize_t>;

/// What the elements of a dataset are in the file.
enum class Element { bits8, int8, int16, int32, float32, text };
constexpr std::size_t kLongestImageName = 255;

struct IntegerRange {
  std::int64_t low = std::numeric_limits<std::int64_t>::min(), high = std::numeric_limits<std::int64_t>::max();
};

// Reading.
bool has_child(const Object& parent, const std::string& name);
bool has_attribute(const Object& object, const std::string& name);
Object open_group(const Object& parent, const std::string& name);
std::string read_text(const Object& object, const std::string& name);
/// `count` integers of any size.
std::vector<std::int64_t> read_integers(const Object& object, const std::string& name, std::size_t least,
                                        std::size_t most, IntegerRange range);
std::int64_t read_integer(const Object& object, const std::string& name, IntegerRange range);
std::uint64_t read_unsigned(const Object& object, const std::string& name);
float read_float(const Object& object, const std::string& name);

/// Opens a dataset of these elements and extents whose values are all in the file.
Object open_dataset(const Object& parent, const std::string& name, Element element, const Extents& extents);
/// Extents of a dataset, which must have this rank; each at most `most`.
Extents extents_of(const Object& parent, const std::string& name, std::size_t rank, hsize_t most);
/// Bytes that a dataset takes in the file.
std::uint64_t stored_bytes(const Object& parent, const std::string& name);
/// Reads all of an opened dataset, or its row `row` along the first axis, into memory that holds as much.
void read_all(const Object& dataset, hid_t memory_type, void* into);
void read_row(const Object& dataset, hsize_t row, hid_t memory_type, void* into);

// Writing: small objects, no dates, everything under a checksum.
Object create_group(const Object& parent, const std::string& name);
void write_text(const Object& object, const std::string& name, const std::string& text);
void write_integers(const Object& object, const std::string& name, const std::vector<std::int64_t>& values);
void write_unsigned(const Object& object, const std::string& name, std::uint64_t value);
void write_float(const Object& object, const std::string& name, float value);
Object write_dataset(const Object& parent, const std::string& name, Element element, const Extents& extents,
                     hid_t memory_type, const void* values);
/// A dataset of rows that append_row adds one by one; `row` holds the extents of one.
Object create_rows(const Object& parent, const std::string& name, Element element, const Extents& row);
void append_row(const Object& dataset, hid_t memory_type, const void* values);

}  // namespace sparsim::hdf5
