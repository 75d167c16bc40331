#include "models/core/activity.h"

#include <vector>

namespace sparsim {

Activity& Activity::operator+=(const Activity& other) {
  std::vector<std::uint64_t> addends;
  other.visit([&](const char*, std::uint64_t value, const char*, const char*) { addends.push_back(value); });
  auto addend = addends.begin();
  visit(*this, [&](const char*, std::uint64_t& value, const char*, const char*) { value += *addend++; });
  return *this;
}

}  // namespace sparsim
