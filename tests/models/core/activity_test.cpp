#include "models/core/activity.h"

#include <gtest/gtest.h>

namespace sparsim {
namespace {

TEST(Activity, AddsEveryCounter) {
  Activity a, b;
  std::uint64_t next = 1;
  const auto fill = [&](const char*, std::uint64_t& value, const char*, const char*) { value = next++; };
  Activity::visit(a, fill);
  Activity::visit(b, fill);
  const std::uint64_t counters = (next - 1) / 2;  // a holds 1..n, b holds n+1..2n
  std::uint64_t i = 1;
  (a + b).visit([&](const char* name, std::uint64_t value, const char*, const char*) {
    EXPECT_EQ(value, i + (i + counters)) << name;
    ++i;
  });
}

TEST(Activity, GivesBackWhatWasAdded) {
  Activity a, b;
  std::uint64_t next = 1;
  const auto fill = [&](const char*, std::uint64_t& value, const char*, const char*) { value = next++; };
  Activity::visit(a, fill);
  Activity::visit(b, fill);
  next = 1;
  (a + b - b).visit(
      [&](const char* name, std::uint64_t value, const char*, const char*) { EXPECT_EQ(value, next++) << name; });
}

}  // namespace
}  // namespace sparsim
