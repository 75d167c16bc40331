#include "sim/report/table.h"

#include <gtest/gtest.h>

#include "models/core/error.h"

namespace sparsim {
namespace {

TEST(Table, NumbersGoRightAndWordsLeft) {
  Table table({"layer", "cycles"});
  table.add_row({"conv1", "9"});
  table.add_row({"c", "-10"});
  EXPECT_EQ(table.to_string(),
            "layer  cycles\n"
            "-----  ------\n"
            "conv1       9\n"
            "c         -10\n");
}

TEST(Table, RefusesARowOfAnotherLength) {
  Table table({"a", "b"});
  EXPECT_THROW(table.add_row({"1"}), ModelError);
}

}  // namespace
}  // namespace sparsim
