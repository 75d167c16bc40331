#pragma once

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <string>

#include "models/core/error.h"
#include "sim/config/accelerator.h"
#include "sim/output_file.h"

namespace sparsim {

/// A file of configs/accelerators/ with other text in it, in a file of the test's own.
class AcceleratorText {
 public:
  explicit AcceleratorText(const std::string& name) : name_(name) {
    text_ = read_file(SPARSIM_SOURCE_DIR "/configs/accelerators/" + name + ".yaml", 1 << 20);
    replace("../devices", SPARSIM_SOURCE_DIR "/configs/devices");
  }
  ~AcceleratorText() { std::filesystem::remove(path()); }

  AcceleratorText& replace(const std::string& from, const std::string& to) {
    const std::size_t at = text_.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    text_.replace(at, from.size(), to);
    return *this;
  }
  std::string path() const {
    return (std::filesystem::temp_directory_path() / fmt::format("sparsim_{}_{}.yaml", name_, getpid())).string();
  }
  /// "file:line: " of the first line that holds this.
  std::string at(const std::string& words) const {
    const auto end = text_.begin() + static_cast<std::ptrdiff_t>(text_.find(words));
    return fmt::format("{}:{}: ", path(), 1 + std::count(text_.begin(), end, '\n'));
  }
  Accelerator load(const LayerGraph* network = nullptr) const {
    write_file(path(), text_);
    return load_accelerator(path(), {}, network);
  }

 private:
  std::string name_, text_;
};

/// What the call has to say against its input.
template <class Call>
std::string error_of(Call&& call) {
  try {
    call();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

}  // namespace sparsim
