#include "sim/sweep/csv_table.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/core/error.h"
#include "sim/output_file.h"
#include "sim/sweep/child.h"

namespace sparsim {
namespace {

using testing::ElementsAre;

/// A table with this text.
class CsvFile : public testing::Test {
 protected:
  CsvTable read(const std::string& text) {
    write_file(path_, text);
    return read_csv(path_);
  }
  // What stands behind the file's name.
  std::string problem(const std::string& text) {
    try {
      read(text);
    } catch (const InputError& error) {
      return std::string(error.what()).substr(path_.size());
    }
    return "no error";
  }

  const TemporaryDirectory directory_;
  const std::string path_ = directory_.file("t.csv");
};

TEST_F(CsvFile, HasColumnsAndRows) {
  const CsvTable table = read("network,bits,lut\njet,8,31000\nmicroboone,16,\n");
  EXPECT_EQ(table.file, path_);
  EXPECT_THAT(table.columns, ElementsAre("network", "bits", "lut"));
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(table.rows[1].line, 3);
  EXPECT_EQ(table.cell(table.rows[0], "lut"), "31000");
  EXPECT_EQ(table.cell(table.rows[1], "lut"), "");
  EXPECT_TRUE(table.has("bits"));
  EXPECT_FALSE(table.has("dsp"));
  EXPECT_THROW(table.cell(table.rows[0], "dsp"), ModelError);
}

TEST_F(CsvFile, KeepsCommasInQuotes) {
  const CsvTable table = read("\"a,b\",type\n1,\"ap_fixed<8,3>\"\n\"x\"y,\n");
  EXPECT_THAT(table.columns, ElementsAre("a,b", "type"));
  EXPECT_THAT(table.rows[0].cells, ElementsAre("1", "ap_fixed<8,3>"));
  EXPECT_THAT(table.rows[1].cells, ElementsAre("xy", ""));
}

// They are counted, so that messages and names of runs have the lines of the file.
TEST_F(CsvFile, PassesOverCommentsAndEmptyLines) {
  const CsvTable table = read("# of a paper, with commas\n\na,b\n# \"open\n1,2\n\n3,4");
  EXPECT_THAT(table.columns, ElementsAre("a", "b"));
  ASSERT_EQ(table.rows.size(), 2u);
  EXPECT_EQ(table.rows[0].line, 5);
  EXPECT_EQ(table.rows[1].line, 7);
  EXPECT_THAT(table.rows[1].cells, ElementsAre("3", "4"));
}

TEST_F(CsvFile, HasAHashInACell) { EXPECT_EQ(read("a,b\n1,#2\n").rows.at(0).cells.at(1), "#2"); }

TEST_F(CsvFile, MayEndItsLinesAsOnWindows) {
  const CsvTable table = read("a,b\r\n\r\n1,2\r\n");
  EXPECT_THAT(table.columns, ElementsAre("a", "b"));
  ASSERT_EQ(table.rows.size(), 1u);
  EXPECT_THAT(table.rows[0].cells, ElementsAre("1", "2"));
}

TEST_F(CsvFile, RefusesAnOpenQuote) {
  EXPECT_EQ(problem("a,b\n1,\"2\n"), ":2: a quote is not closed");
  EXPECT_EQ(problem("a,\"b\n1,2\n"), ":1: a quote is not closed");
}

TEST_F(CsvFile, RefusesARowOfOtherLength) {
  EXPECT_EQ(problem("a,b\n1,2\n# c\n1\n"), ":4: 1 cells: must be 2, one a column");
  EXPECT_EQ(problem("a,b\n1,2,3\n"), ":2: 3 cells: must be 2, one a column");
  EXPECT_EQ(problem("a,b\n1,2,\n"), ":2: 3 cells: must be 2, one a column");
}

TEST_F(CsvFile, RefusesTwoColumnsOfOneName) {
  EXPECT_EQ(problem("a,b,a\n1,2,3\n"), ":1: two columns are named 'a'");
  EXPECT_EQ(problem("#\na,b,b\n1,2,3\n"), ":2: two columns are named 'b'");
}

TEST_F(CsvFile, RefusesToHaveNoRows) {
  const std::string none = ": has no rows: must have a line of column names and one a row";
  EXPECT_EQ(problem(""), none);
  EXPECT_EQ(problem("# nothing\n"), none);
  EXPECT_EQ(problem("a,b\n"), none);
}

TEST_F(CsvFile, MustBeThere) { EXPECT_THROW(read_csv(directory_.file("none.csv")), InputError); }

}  // namespace
}  // namespace sparsim
