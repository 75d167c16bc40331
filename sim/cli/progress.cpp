#include "sim/cli/progress.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <utility>

namespace sparsim {

std::function<void(std::size_t, std::size_t)> progress_bar(std::string units) {
  if (isatty(STDERR_FILENO) == 0) return {};
  return [units = std::move(units)](std::size_t done, std::size_t total) {
    fmt::print(stderr, "\r{} of {} {}{}", done, total, units, done == total ? "\r\033[K" : "");
    std::fflush(stderr);
  };
}

}  // namespace sparsim
