#include "sim/workload/trace_file_driver.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cstring>
#include <memory>

#include "models/core/error.h"

namespace sparsim::hdf5 {
namespace {

constexpr haddr_t kLargestAddress = (haddr_t{1} << 62) - 1;

// HDF5 sees the first member; the rest is ours.
struct OpenStore {
  H5FD_t common{};
  OutputStore* store = nullptr;
  haddr_t allocated = 0;
};

OpenStore& ours(H5FD_t* file) { return *reinterpret_cast<OpenStore*>(file); }
const OpenStore& ours(const H5FD_t* file) { return *reinterpret_cast<const OpenStore*>(file); }

H5FD_t* open_store(const char*, unsigned, hid_t file_access, haddr_t) {
  const void* given = H5Pget_driver_info(file_access);
  if (given == nullptr) return nullptr;
  auto file = std::make_unique<OpenStore>();
  file->store = *static_cast<OutputStore* const*>(given);
  return &file.release()->common;
}

herr_t close_store(H5FD_t* file) {
  delete &ours(file);
  return 0;
}

herr_t query(const H5FD_t*, unsigned long* features) {
  *features = H5FD_FEAT_AGGREGATE_METADATA | H5FD_FEAT_ACCUMULATE_METADATA | H5FD_FEAT_DATA_SIEVE |
              H5FD_FEAT_AGGREGATE_SMALLDATA;
  return 0;
}

haddr_t allocated(const H5FD_t* file, H5FD_mem_t) { return ours(file).allocated; }

herr_t set_allocated(H5FD_t* file, H5FD_mem_t, haddr_t address) {
  ours(file).allocated = address;
  return 0;
}

haddr_t end_of_file(const H5FD_t* file, H5FD_mem_t) { return ours(file).store->size(); }

herr_t read(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t address, std::size_t size, void* buffer) {
  return ours(file).store->read(address, static_cast<char*>(buffer), size) ? 0 : -1;
}

herr_t write(H5FD_t* file, H5FD_mem_t, hid_t, haddr_t address, std::size_t size, const void* buffer) {
  ours(file).store->write(address, static_cast<const char*>(buffer), size);
  return 0;
}

herr_t truncate(H5FD_t* file, hid_t, hbool_t) {
  ours(file).store->resize(ours(file).allocated);
  return 0;
}

H5FD_class_t driver_class() {
  H5FD_class_t driver{};
  driver.name = "sparsim_output";
  driver.maxaddr = kLargestAddress;
  driver.fc_degree = H5F_CLOSE_WEAK;
  // NOLINTNEXTLINE(bugprone-sizeof-expression): the pointer itself is what HDF5 copies
  driver.fapl_size = sizeof(OutputStore*);
  driver.open = &open_store;
  driver.close = &close_store;
  driver.query = &query;
  driver.get_eoa = &allocated;
  driver.set_eoa = &set_allocated;
  driver.get_eof = &end_of_file;
  driver.read = &read;
  driver.write = &write;
  driver.truncate = &truncate;
  const H5FD_mem_t one_list_for_all[H5FD_MEM_NTYPES] = H5FD_FLMAP_SINGLE;
  std::copy(std::begin(one_list_for_all), std::end(one_list_for_all), driver.fl_map);
  return driver;
}

}  // namespace

OutputStore::OutputStore(const std::string& path, const std::string& called)
    : file_(::open(path.c_str(), O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) {
  if (file_ < 0) input_error("{}: cannot be written: {}", called, std::strerror(errno));
}

OutputStore::~OutputStore() { close(); }

void OutputStore::use_in(hid_t file_access) {
  static const H5FD_class_t driver = driver_class();
  static const hid_t registered = H5FDregister(&driver);
  OutputStore* const self = this;  // HDF5 copies the pointer
  SPARSIM_CHECK(registered >= 0 && H5Pset_driver(file_access, registered, &self) >= 0, "HDF5 refuses a file driver");
}

void OutputStore::close() {
  if (file_ >= 0 && ::close(file_) != 0) note_failure();
  file_ = -1;
}

void OutputStore::write(haddr_t address, const char* bytes, std::size_t size) {
  size_ = std::max(size_, address + size);
  while (size > 0 && error_ == 0) {
    const ssize_t written = ::pwrite(file_, bytes, size, static_cast<off_t>(address));
    if (written <= 0) {
      if (written == 0) errno = ENOSPC;  // no progress and no reason given
      if (errno != EINTR) note_failure();
      continue;
    }
    address += static_cast<haddr_t>(written);
    bytes += written;
    size -= static_cast<std::size_t>(written);
  }
}

bool OutputStore::read(haddr_t address, char* bytes, std::size_t size) const {
  while (size > 0) {
    const ssize_t got = ::pread(file_, bytes, size, static_cast<off_t>(address));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return false;
    if (got == 0) {
      std::memset(bytes, 0, size);
      return true;
    }
    address += static_cast<haddr_t>(got);
    bytes += got;
    size -= static_cast<std::size_t>(got);
  }
  return true;
}

void OutputStore::resize(haddr_t size) {
  size_ = size;
  if (error_ == 0 && ::ftruncate(file_, static_cast<off_t>(size)) != 0) note_failure();
}

}  // namespace sparsim::hdf5
