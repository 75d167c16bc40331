#include "models/cost/rtl_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/core/error.h"

namespace sparsim {
namespace {

using testing::HasSubstr;
using testing::Not;

const std::string kHeader =
    "# a comment\n"
    "module,inputs,lanes,data_width,weight_width,skip_zero_window,filters,lut,ff,dsp,bram18\n";

std::string error_of(const std::string& csv) {
  try {
    parse_rtl_table(csv, "table.csv");
  } catch (const InputError& error) {
    return error.what();
  }
  return "none";
}

TEST(RtlTable, ReadsARow) {
  const auto rows = parse_rtl_table(kHeader + "sparse_vector_dot,9,3,16,8,1,32,969,402,3,1\n", "table.csv");
  ASSERT_EQ(rows.size(), 1u);
  EXPECT_EQ(to_string(rows[0].design), "sparse_vector_dot,9,3,16,8,1,32");
  EXPECT_EQ(rows[0].need.lut, 969);
  EXPECT_EQ(rows[0].need.ff, 402);
  EXPECT_EQ(rows[0].need.dsp, 3);
  EXPECT_EQ(rows[0].need.bram18, 1);
  EXPECT_EQ(rows[0].need.uram, 0);
}

TEST(RtlTable, NamesFileAndLineOfAllThatIsWrong) {
  const std::string error = error_of(kHeader +
                                     "sparse_vector_dot,9,3,16,16,0,2,969,402,3\n"    // line 3: a field short
                                     "dense_vector_dot,9,3,16,16,0,2,969,402,3,0\n"   // right
                                     "systolic_array,9,3,16,16,0,2,969,402,3,0\n"     // no such module
                                     "rr_vector_dot,9,1,16,16,0,2,969,4o2,3,0\n"      // no number
                                     "rr_vector_dot,9,1,16,16,0,2,969,-402,3,0\n"     // negative
                                     "sparse_vector_dot,9,3,16,16,2,2,969,402,3,0\n"  // neither skipping nor not
                                     "dense_vector_dot,9,3,16,16,0,2,900,400,3,0\n"   // the second of its design
                                     "crossbar_arbiter,9,3,0,0,0,2,0,37,0,0\n");      // of nothing
  EXPECT_THAT(error, HasSubstr("table.csv:3: 10 fields: must be 11"));
  EXPECT_THAT(error, Not(HasSubstr("table.csv:4:")));
  EXPECT_THAT(error, HasSubstr("table.csv:5: module 'systolic_array': must be one of crossbar_arbiter, "));
  EXPECT_THAT(error, HasSubstr("table.csv:6: ff = '4o2': must be a whole number"));
  EXPECT_THAT(error, HasSubstr("table.csv:7: ff = '-402': must be a whole number"));
  EXPECT_THAT(error, HasSubstr("table.csv:8: skip_zero_window = 2: must be 0 or 1"));
  EXPECT_THAT(error, HasSubstr("table.csv:9: dense_vector_dot,9,3,16,16,0,2 stands in the table twice"));
  EXPECT_THAT(error, HasSubstr("table.csv:10: lut = 0: must be 1 or more"));
}

TEST(RtlTable, WantsItsColumnsAndRows) {
  EXPECT_THAT(error_of("module,lut\nsparse_vector_dot,9,3,16,16,0,2,969,402,3,0\n"), HasSubstr("table.csv:1: columns"));
  EXPECT_EQ(error_of(kHeader), "table.csv: has no rows");
  EXPECT_EQ(error_of(""), "table.csv: has no rows");
}

TEST(RtlTable, HoldsTheShapesOfTheLiterature) {
  const std::pair<int, int> shapes[] = {{8, 2}, {9, 1},  {9, 2},  {9, 3},  {9, 4},
                                        {9, 9}, {16, 4}, {25, 5}, {32, 8}, {49, 7}};
  for (const RtlBlock block : {RtlBlock::sparse_vector_dot, RtlBlock::dense_vector_dot})
    for (const auto& [inputs, lanes] : shapes) {
      const RtlDesign design{block, inputs, lanes, 16, 16, false, 2};
      const auto same = [&d = design](const RtlRow& row) { return row.design == d; };
      EXPECT_TRUE(std::any_of(rtl_table().begin(), rtl_table().end(), same)) << to_string(design);
    }
}

}  // namespace
}  // namespace sparsim
