#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace sparsim {

/// The candidate with the smallest edit distance to `word`, or nothing where none is near enough to be a slip of the
/// pen (more than a third of the letters, at least two).
std::string nearest(std::string_view word, const std::vector<std::string>& candidates);

/// "; did you mean 'x'?" or nothing: the tail of an error about an unknown name.
std::string did_you_mean(std::string_view word, const std::vector<std::string>& candidates);

}  // namespace sparsim
