#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sparsim {

/// A scalar as a configuration wants it, or false. YAML's own conversion takes "0x10" and octal for integers and ".inf"
/// for numbers; these do not. Integers out of range become the nearest.
bool convert(const std::string& text, std::int64_t& into);
bool convert(const std::string& text, double& into);
bool convert(const std::string& text, bool& into);
bool convert(const std::string& text, std::string& into);

/// yaml-cpp recurses over the text, so depth is bounded before it sees it: flow brackets and block indentation. Throws
/// InputError that names file and line.
void refuse_deep_nesting(std::string_view text, const std::string& name);

}  // namespace sparsim
