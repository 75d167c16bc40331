#include "models/core/activity.h"

#include <vector>

namespace sparsim {

namespace {

// Walks two activities side by side.
template <class Combine>
void combine(Activity& into, const Activity& other, Combine&& with) {
  std::vector<std::uint64_t> values;
  other.visit([&](const char*, std::uint64_t value, const char*, const char*) { values.push_back(value); });
  auto value = values.begin();
  Activity::visit(into,
                  [&](const char*, std::uint64_t& counter, const char*, const char*) { with(counter, *value++); });
}

}  // namespace

Activity& Activity::operator+=(const Activity& other) {
  combine(*this, other, [](std::uint64_t& counter, std::uint64_t value) { counter += value; });
  return *this;
}

Activity& Activity::operator-=(const Activity& earlier) {
  combine(*this, earlier, [](std::uint64_t& counter, std::uint64_t value) { counter -= value; });
  return *this;
}

}  // namespace sparsim
