#include "sim/config/yaml_text.h"

#include <cstdlib>
#include <limits>
#include <stdexcept>

#include "models/core/error.h"

namespace sparsim {
namespace {

constexpr std::size_t kDeepestNesting = 64;

}  // namespace

bool convert(const std::string& text, std::int64_t& into) {
  const std::size_t digits = text.find_first_not_of("+-");
  if (digits == std::string::npos || digits > 1 || text.find_first_not_of("0123456789", digits) != std::string::npos)
    return false;
  try {
    into = std::stoll(text);
  } catch (const std::out_of_range&) {
    into = text[0] == '-' ? std::numeric_limits<std::int64_t>::min() : std::numeric_limits<std::int64_t>::max();
  }
  return true;
}

bool convert(const std::string& text, double& into) {
  if (text.empty() || text.find_first_not_of("0123456789+-.eE") != std::string::npos) return false;
  char* end = nullptr;
  into = std::strtod(text.c_str(), &end);  // infinite where it is too large, zero where it is too small
  return end == text.c_str() + text.size();
}

bool convert(const std::string& text, bool& into) {
  into = text == "true";
  return into || text == "false";
}

bool convert(const std::string& text, std::string& into) {
  into = text;
  return true;
}

void refuse_deep_nesting(std::string_view text, const std::string& name) {
  std::size_t depth = 0, line = 1, indent = 0;
  bool line_start = true;
  for (const char c : text) {
    if (c == '\n') {
      ++line;
      indent = 0;
      line_start = true;
      continue;
    }
    if (line_start && (c == ' ' || c == '-' || c == '?' || c == ':')) {
      if (++indent > 4 * kDeepestNesting) depth = kDeepestNesting + 1;
    } else {
      line_start = false;
    }
    if (c == '[' || c == '{') ++depth;
    if ((c == ']' || c == '}') && depth > 0) --depth;
    if (depth > kDeepestNesting)
      input_error("{}:{}: nested too deeply, at most {} levels are allowed", name, line, kDeepestNesting);
  }
}

}  // namespace sparsim
