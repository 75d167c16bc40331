#include "sim/output_file.h"

#include <sys/stat.h>
#include <unistd.h>

#include <array>
#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "models/core/error.h"

namespace sparsim {
namespace {

// What a signal handler may touch: fixed storage and lock-free flags.
struct Unfinished {
  std::atomic<bool> used{false}, ready{false};
  std::array<char, PATH_MAX> path{};
};
std::array<Unfinished, 16> unfinished;

// Before the file is there: a signal may come as soon as it is. A path that is too long cannot be opened either.
int register_unfinished(const std::string& path) {
  if (path.size() >= PATH_MAX) return -1;
  for (std::size_t i = 0; i < unfinished.size(); ++i) {
    bool expected = false;
    if (!unfinished[i].used.compare_exchange_strong(expected, true)) continue;
    std::memcpy(unfinished[i].path.data(), path.c_str(), path.size() + 1);
    unfinished[i].ready = true;
    return static_cast<int>(i);
  }
  throw ModelError("too many output files open at once");
}

void forget_unfinished(int slot) {
  if (slot < 0) return;
  unfinished[static_cast<std::size_t>(slot)].ready = false;
  unfinished[static_cast<std::size_t>(slot)].used = false;
}

extern "C" void remove_unfinished_and_exit(int) {
  for (Unfinished& file : unfinished)
    if (file.ready) unlink(file.path.data());
  _exit(130);
}

// Without errors: what a path that cannot even be looked at has wrong shows when it is opened.
std::filesystem::file_status status_of(const std::string& path) {
  std::error_code ignored;
  return std::filesystem::status(path, ignored);
}

using FileHandle = std::unique_ptr<std::FILE, int (*)(std::FILE*)>;

}  // namespace

OutputFile::OutputFile(std::string path) : path_(std::move(path)) {
  if (path_.empty()) input_error("the name of an output file is empty");
  const std::filesystem::file_status status = status_of(path_);
  if (std::filesystem::is_directory(status)) input_error("{}: cannot be written: it is a directory", path_);
  if (std::filesystem::exists(status) && !std::filesystem::is_regular_file(status)) {
    temporary_ = path_;
    return;
  }
  temporary_ = fmt::format("{}.{}.unfinished", path_, getpid());
  slot_ = register_unfinished(temporary_);
  const FileHandle probe(std::fopen(temporary_.c_str(), "wb"), &std::fclose);
  if (probe) return;
  const int reason = errno;
  forget_unfinished(slot_);
  input_error("{}: cannot be written: {}", path_, std::strerror(reason));
}

OutputFile::~OutputFile() {
  if (!done_ && temporary_ != path_) unlink(temporary_.c_str());
  forget_unfinished(slot_);
}

void OutputFile::commit() {
  SPARSIM_CHECK(!done_, "{} committed twice", path_);
  if (temporary_ != path_ && std::rename(temporary_.c_str(), path_.c_str()) != 0)
    input_error("{}: cannot be written: {}", path_, std::strerror(errno));
  done_ = true;
}

void OutputFile::write(std::string_view contents) {
  std::FILE* out = std::fopen(temporary_.c_str(), "wb");
  if (out == nullptr) input_error("{}: cannot be written: {}", path_, std::strerror(errno));
  const bool written = std::fwrite(contents.data(), 1, contents.size(), out) == contents.size();
  const int write_errno = errno;
  const bool closed = std::fclose(out) == 0;  // the last buffer meets a full disk only here
  if (!written || !closed)
    input_error("{}: cannot be written: {}", path_, std::strerror(written ? errno : write_errno));
  commit();
}

void write_file(const std::string& path, std::string_view contents) { OutputFile(path).write(contents); }

std::string read_file(const std::string& path, std::size_t limit_bytes) {
  if (std::filesystem::is_directory(status_of(path))) input_error("{}: cannot be read: it is a directory", path);
  const FileHandle in(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!in) input_error("{}: cannot be read: {}", path, std::strerror(errno));
  std::string contents;
  std::array<char, 1 << 16> buffer;
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), in.get())) {
    if (contents.size() + count > limit_bytes) input_error("{}: larger than the {} bytes allowed", path, limit_bytes);
    contents.append(buffer.data(), count);
  }
  if (std::ferror(in.get()) != 0) input_error("{}: cannot be read: {}", path, std::strerror(errno));
  return contents;
}

void remove_unfinished_files_on_interrupt() {
  struct sigaction action {};
  action.sa_handler = &remove_unfinished_and_exit;
  sigemptyset(&action.sa_mask);
  for (const int signal : {SIGINT, SIGTERM}) sigaction(signal, &action, nullptr);
}

}  // namespace sparsim
