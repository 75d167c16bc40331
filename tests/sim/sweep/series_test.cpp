#include "sim/sweep/series.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/core/error.h"
#include "sim/output_file.h"
#include "sim/sweep/child.h"

namespace sparsim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

constexpr char kCsv[] =
    "network,style,height,n_max,input,latency,lut\n"
    "jet,sparse,28,8,\"ap_ufixed<8,1>\",100,\n"
    "# the same, with more pixels kept\n"
    "jet,sparse,28,16,,120,5000\n"
    "net,dense,,,,9000,70000\n";

constexpr char kSeries[] = R"(experiment: e
source: a paper
fitted_on: nothing
workloads: {}
runs: {}
series:
  - title: designs
    csv: t.csv
    by: network
    accelerator: accelerators/{network}-{style}.yaml
    network: nets/{network}.yaml
    network_set: ["input=[{height}, {height}, 1]", seed=3]
    set: ["n_max={n_max}", "types.input={input}", deep=1]
    predicts: {latency: latency_cycles.first, lut: resources.lut}
)";

/// An experiment of one series, in a directory of its own.
class Series : public testing::Test {
 protected:
  Series() { write_file(directory_.file("t.csv"), kCsv); }

  // One part replaced.
  std::string written(const std::string& from = "", const std::string& to = "") {
    std::string text = kSeries;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    write_file(path_, text.replace(at, from.size(), to));
    return path_;
  }
  // Paths in it as they stand below the directory.
  std::string problem(const std::string& path) {
    try {
      load_experiment(path);
    } catch (const InputError& error) {
      std::string text = error.what();
      const std::string before = directory_.file("");
      for (std::size_t at; (at = text.find(before)) != std::string::npos;) text.erase(at, before.size());
      return text;
    }
    return "no error";
  }

  const TemporaryDirectory directory_;
  const std::string path_ = directory_.file("e.yaml");
};

TEST_F(Series, AreARunForEachRow) {
  const Experiment e = load_experiment(written());
  ASSERT_EQ(e.runs.size(), 3u);
  EXPECT_EQ(e.runs[0].name, "designs, line 2");
  EXPECT_EQ(e.runs[1].name, "designs, line 4");
  EXPECT_EQ(e.runs[0].accelerator, directory_.file("accelerators/jet-sparse.yaml"));
  EXPECT_EQ(e.runs[2].accelerator, directory_.file("accelerators/net-dense.yaml"));
  ASSERT_EQ(e.series.size(), 1u);
  EXPECT_EQ(e.series[0].title, "designs");
  ASSERT_EQ(e.series[0].designs.size(), 3u);
  EXPECT_EQ(e.series[0].designs[2].run, e.runs[2].name);
  EXPECT_EQ(e.series[0].designs[2].group, "net");
}

TEST_F(Series, LeaveAssignmentsWithEmptyCellsOut) {
  const Experiment e = load_experiment(written());
  EXPECT_THAT(e.runs[0].set, ElementsAre("n_max=8", "types.input=ap_ufixed<8,1>", "deep=1"));
  EXPECT_THAT(e.runs[1].set, ElementsAre("n_max=16", "deep=1"));
  EXPECT_THAT(e.runs[2].set, ElementsAre("deep=1"));
}

TEST_F(Series, PredictNoEmptyCell) {
  const std::vector<ExperimentSeries::Design> designs = load_experiment(written()).series[0].designs;
  ASSERT_EQ(designs[0].cells.size(), 1u);
  EXPECT_EQ(designs[0].cells[0].column, "latency");
  EXPECT_EQ(designs[0].cells[0].key, "latency_cycles.first");
  EXPECT_EQ(designs[0].cells[0].published, 100);
  ASSERT_EQ(designs[1].cells.size(), 2u);
  EXPECT_EQ(designs[1].cells[1].column, "lut");
  EXPECT_EQ(designs[1].cells[1].published, 5000);
}

// Both jet designs run on one trace: 28 x 28 pixels, 3 images as nothing else is said.
TEST_F(Series, ShareWorkloads) {
  const Experiment e = load_experiment(written());
  ASSERT_EQ(e.workloads.size(), 2u);
  EXPECT_EQ(e.runs[0].workload, e.workloads[0].name);
  EXPECT_EQ(e.runs[1].workload, e.workloads[0].name);
  EXPECT_EQ(e.runs[2].workload, e.workloads[1].name);
  EXPECT_TRUE(e.workloads[0].synthesized);
  EXPECT_EQ(e.workloads[0].images, 3);
  EXPECT_EQ(e.workloads[0].file, directory_.file("nets/jet.yaml"));
  EXPECT_THAT(e.workloads[0].set, ElementsAre("input=[28, 28, 1]", "seed=3"));
  EXPECT_THAT(e.workloads[1].set, ElementsAre("seed=3"));
}

TEST_F(Series, OfOtherImagesShareNone) {
  const std::string text = kSeries;
  const std::string second = "  - title: again\n    images: 5\n" + text.substr(text.find("    csv: t.csv"));
  const Experiment e = load_experiment(written("predicts: {latency: latency_cycles.first, lut: resources.lut}\n",
                                               "predicts: {latency: latency_cycles.first}\n" + second));
  EXPECT_EQ(e.workloads.size(), 4u);
  EXPECT_EQ(e.workloads[3].images, 5);
  ASSERT_EQ(e.runs.size(), 6u);
  EXPECT_EQ(e.runs[3].name, "again, line 2");
}

TEST_F(Series, PassOverRowsWithoutAnAcceleratorOrANetwork) {
  write_file(directory_.file("t.csv"),
             "network,style,height,n_max,input,latency,lut\njet,,,,,1,\n,dense,,,,2,\njet,dense,,,,3,\n");
  const Experiment e = load_experiment(written());
  ASSERT_EQ(e.runs.size(), 1u);
  EXPECT_EQ(e.runs[0].name, "designs, line 4");
}

TEST_F(Series, SayWhichColumnThereIsNot) {
  const std::string columns = ": must be a column of t.csv: network, style, height, n_max, input, latency, lut";
  EXPECT_EQ(problem(written("by: network", "by: net")), "e.yaml:9: series[0].by: 'net'" + columns);
  EXPECT_EQ(problem(written("{style}", "{stile}")), "e.yaml:10: series[0].accelerator: 'stile'" + columns);
  EXPECT_EQ(problem(written("nets/{network}", "nets/{}")), "e.yaml:11: series[0].network: ''" + columns);
  EXPECT_EQ(problem(written("{height}, {height}", "{width}, {height}")),
            "e.yaml:12: series[0].network_set: 'width'" + columns);
  EXPECT_EQ(problem(written("{n_max}", "{nmax}")), "e.yaml:13: series[0].set: 'nmax'" + columns);
  EXPECT_EQ(problem(written("{latency:", "{cycles:")), "e.yaml:14: series[0].predicts: 'cycles'" + columns);
}

TEST_F(Series, SayAllThatIsWrongAtOnce) {
  std::string text = kSeries;
  for (const auto& [from, to] :
       {std::pair{"by: network", "by: net"}, std::pair{"{style}", "{stile}"}, std::pair{"deep=1", "\"deep={depth}\""},
        std::pair{"predicts:", "images: 0\n    predict:"}})
    text.replace(text.find(from), std::string(from).size(), to);
  write_file(path_, text);
  const std::string found = problem(path_);
  EXPECT_THAT(found, HasSubstr("series[0].by: 'net'"));
  EXPECT_THAT(found, HasSubstr("series[0].accelerator: 'stile'"));
  EXPECT_THAT(found, HasSubstr("series[0].set: 'depth'"));
  EXPECT_THAT(found, HasSubstr("series[0].images: 0: must be 1..100000"));
  EXPECT_THAT(found, HasSubstr("series[0].predicts: missing or empty: must be a map of COLUMN: KEY of the result"));
  EXPECT_THAT(found, HasSubstr("series[0].predict: unknown key; did you mean 'predicts'?"));
}

TEST_F(Series, NeedTheirTable) {
  EXPECT_EQ(problem(written("csv: t.csv", "csv: u.csv")), "e.yaml:8: series[0].csv: u.csv: there is no such file");
  EXPECT_EQ(problem(written("    csv: t.csv\n", "")), "e.yaml:7: series[0].csv: missing; must be a text");
}

// Runs are named after the title and the line.
TEST_F(Series, HaveTitlesOfTheirOwn) {
  const std::string text = kSeries, one = text.substr(text.find("  - title"));
  EXPECT_EQ(problem(written(one, one + one)),
            "e.yaml:15: series[1].title: 'designs': another series has it, and its runs are named after it");
}

TEST_F(Series, RefuseAPublishedCellThatIsNoNumber) {
  for (const char* cell : {"fast", "12x", "nan", "inf", " 5", "1e999"}) {
    write_file(
        directory_.file("t.csv"),
        "network,style,height,n_max,input,latency,lut\njet,sparse,,,,1,\njet,sparse,,,," + std::string(cell) + ",\n");
    EXPECT_EQ(problem(written()), "t.csv:3: latency: '" + std::string(cell) + "': must be a number");
  }
}

RunOutcome outcome(double latency, double lut) {
  RunOutcome o;
  o.result = {{"latency_cycles", {{"first", latency}}}, {"resources", {{"lut", lut}}}};
  return o;
}

TEST_F(Series, PredictCellAfterCell) {
  const Experiment e = load_experiment(written());
  const std::vector<SeriesCell> cells = predicted(e.series[0], e, {outcome(101, 1), RunOutcome{}, outcome(9000, 3)});
  ASSERT_EQ(cells.size(), 5u);  // without the LUTs of the first row
  EXPECT_EQ(cells[0].group, "jet");
  EXPECT_EQ(cells[0].column, "latency");
  EXPECT_EQ(cells[0].label, "designs, line 2");
  EXPECT_EQ(cells[0].published, 100);
  EXPECT_EQ(cells[0].predicted, 101);
  EXPECT_EQ(cells[1].predicted, std::nullopt);
  EXPECT_EQ(cells[2].predicted, std::nullopt);
  EXPECT_EQ(cells[4].column, "lut");
  EXPECT_EQ(cells[4].predicted, 3);
}

SeriesCell cell(const char* group, const char* column, double published, std::optional<double> seen) {
  return {group, column, "", published, seen};
}

// a, cycles: 100 and 50 are met within half a cycle, 201 is a cycle off, 90 is ten: +0.4, 0, +0.5 and -10 per cent,
// that is -2.275 in the mean, 2.725 without signs. a, lut: 2 for 0 counts as a row, and not in per cent. b: one run
// failed.
TEST(SeriesTable, CountsByGroupAndColumn) {
  EXPECT_EQ(series_table({cell("a", "cycles", 100, 100.4), cell("a", "lut", 0, 2), cell("a", "cycles", 50, 50),
                          cell("b", "cycles", 10, std::nullopt), cell("a", "cycles", 200, 201),
                          cell("a", "cycles", 100, 90), cell("b", "cycles", 10, 12)}),
            "group  column  rows  failed  exact  within 1  mean error %  mean |error| %  worst error %\n"
            "-----  ------  ----  ------  -----  --------  ------------  --------------  -------------\n"
            "a      cycles     4       0      2         3          -2.3             2.7          -10.0\n"
            "a      lut        1       0      0         0             -               -              -\n"
            "b      cycles     1       1      0         0         +20.0            20.0          +20.0\n");
}

// A design of 0 that is met is exact; half a unit off is not, and one and a half is not within one.
TEST(SeriesTable, DrawsTheLines) {
  EXPECT_THAT(series_table({cell("a", "bram", 0, 0)}), HasSubstr("a      bram       1       0      1         1"));
  EXPECT_THAT(series_table({cell("a", "bram", 2, 2.5)}), HasSubstr("a      bram       1       0      0         1"));
  EXPECT_THAT(series_table({cell("a", "bram", 2, 0.5)}), HasSubstr("a      bram       1       0      0         0"));
}

TEST(SeriesTable, HasALineOfFailuresAlone) {
  EXPECT_THAT(series_table({cell("a", "lut", 2, std::nullopt)}),
              HasSubstr("a      lut        0       1      0         0             -               -              -\n"));
}

}  // namespace
}  // namespace sparsim
