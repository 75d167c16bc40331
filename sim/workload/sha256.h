#pragma once

#include <string>

namespace sparsim {

/// SHA-256 of a file's contents, 64 hexadecimal digits. Throws InputError where the file cannot be read.
std::string sha256_of_file(const std::string& path);

}  // namespace sparsim
