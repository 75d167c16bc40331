#pragma once

#include <cstddef>
#include <functional>
#include <string>

namespace sparsim {

/// "12 of 200 inferences" on stderr, overwritten as it grows and gone at the end; nothing where it is no terminal.
std::function<void(std::size_t done, std::size_t total)> progress_bar(std::string units);

}  // namespace sparsim
