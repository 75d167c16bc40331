#include "sim/sweep/experiment.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>

#include "models/core/error.h"
#include "sim/output_file.h"
#include "sim/sweep/child.h"

namespace sparsim {
namespace {

using testing::HasSubstr;

constexpr char kSound[] = R"(experiment: e
source: a paper
fitted_on: nothing
workloads:
  net: {network: net.yaml, seed: 7, images: 3, set: [density=0.4]}
  real: {trace: traces/real.h5}
runs:
  small: {accelerator: small.yaml, workload: net}
  large: {accelerator: large.yaml, workload: real, set: [pe_grid.rows=8], baseline: small}
  folded: {accelerator: large.yaml, workload: real, set: [deep=9], fold: {limit: [dsp=9]}, skip_images: 2, baseline: folded}
rows:
  - {what: rate, unit: GOP/s, published: 20, value: small/gops, fitted: true}
  - {what: gain, unit: x, published: 2, value: large/gops, over: small/gops}
  - {what: saved, unit: "%", published: 60, value: small/energy.j, over: large/energy.j, percent_less: true}
  - {what: against a chip, unit: x, published: 3, value: large/gops, over_published: 10}
tables:
  - {title: sizes, runs: [small, large], metrics: [gops]}
grids:
  - title: grid
    metric: gops over baseline
    columns: [one, two]
    rows:
      - {what: first, runs: [large, folded]}
nodes: [large]
)";

class ExperimentFile : public testing::Test {
 protected:
  // The sound file, one part of it replaced.
  std::string written(const std::string& from = "", const std::string& to = "") {
    std::string text = kSound;
    const std::size_t at = text.find(from);
    EXPECT_NE(at, std::string::npos) << from;
    write_file(directory_.file("e.yaml"), text.replace(at, from.size(), to));
    return directory_.file("e.yaml");
  }

  std::string problem(const std::string& from, const std::string& to) {
    const std::string path = written(from, to);
    try {
      load_experiment(path);
    } catch (const InputError& error) {
      return std::string(error.what()).substr(path.size() - std::string("e.yaml").size());
    }
    return "no error";
  }

  TemporaryDirectory directory_;
};

RunOutcome outcome(double gops, double joules) {
  RunOutcome o;
  o.result = {{"gops", gops}, {"energy", {{"j", joules}}}, {"name", "text"}};
  return o;
}

TEST_F(ExperimentFile, ReadsWorkloadsRunsRowsAndTables) {
  const Experiment e = load_experiment(written());
  ASSERT_EQ(e.workloads.size(), 2u);
  EXPECT_TRUE(e.workloads[0].synthesized);
  EXPECT_EQ(e.workloads[0].seed, 7);
  EXPECT_EQ(e.workloads[0].file, directory_.file("net.yaml"));
  EXPECT_FALSE(e.workloads[1].synthesized);
  EXPECT_EQ(e.workloads[1].file, directory_.file("traces/real.h5"));
  EXPECT_EQ(e.workloads[0].images, 3);
  EXPECT_THAT(e.workloads[0].set, testing::ElementsAre("density=0.4"));
  ASSERT_EQ(e.runs.size(), 3u);
  EXPECT_EQ(e.runs[1].workload, "real");
  EXPECT_THAT(e.runs[1].set, testing::ElementsAre("pe_grid.rows=8"));
  ASSERT_EQ(e.rows.size(), 4u);
  EXPECT_TRUE(e.rows[0].fitted);
  EXPECT_FALSE(e.rows[1].fitted);
  EXPECT_EQ(e.tables.at(0).runs.size(), 2u);
  EXPECT_EQ(e.grids.at(0).rows.at(0).what, "first");
  EXPECT_THAT(e.grids[0].rows[0].runs, testing::ElementsAre("large", "folded"));
  EXPECT_THAT(e.nodes, testing::ElementsAre("large"));
}

TEST_F(ExperimentFile, AWorkloadMayBeAnotherOnePruned) {
  const std::string real = "  real: {trace: traces/real.h5}\n";
  const Experiment e =
      load_experiment(written(real, real + "  half: {prune: net, bcr: 16x8, ratio: 0.5, balanced: true, skip: fc}\n"
                                           "  tenth: {prune: real, bcr: 4x4, ratio: 0.9, reorder: true}\n"));
  ASSERT_EQ(e.workloads.size(), 4u);
  ASSERT_TRUE(e.workloads[2].pruning);
  EXPECT_EQ(e.workloads[2].pruning->workload, "net");
  EXPECT_EQ(e.workloads[2].pruning->blocks, "16x8");
  EXPECT_EQ(e.workloads[2].pruning->ratio, 0.5);
  EXPECT_TRUE(e.workloads[2].pruning->balanced);
  EXPECT_FALSE(e.workloads[2].pruning->reordered);
  EXPECT_EQ(e.workloads[2].pruning->skip, "fc");
  EXPECT_TRUE(e.workloads[3].pruning->reordered);
  EXPECT_FALSE(e.workloads[3].pruning->balanced);
  EXPECT_FALSE(e.workloads[0].pruning);

  EXPECT_THAT(problem(real, real + "  half: {prune: nat, bcr: 16x8, ratio: 1.5}\n"),
              testing::AllOf(HasSubstr("e.yaml:7: workloads.half.prune: 'nat': must be one of the workloads above, not "
                                       "pruned itself"),
                             HasSubstr("workloads.half.ratio")));
  EXPECT_THAT(problem(real, real + "  half: {prune: net, bcr: 16x8, ratio: 0.5}\n"
                                   "  less: {prune: half, bcr: 16x8, ratio: 0.5}\n"),
              HasSubstr("workloads.less.prune: 'half': must be one of the workloads above, not pruned itself"));
}

TEST_F(ExperimentFile, FoldsTheAcceleratorOfTheRunUnlessToldAnother) {
  const Experiment e = load_experiment(written());
  EXPECT_FALSE(e.runs[1].fold);
  ASSERT_TRUE(e.runs[2].fold);
  EXPECT_EQ(e.runs[2].skip_images, 2);
  EXPECT_THAT(e.runs[2].fold->limit, testing::ElementsAre("dsp=9"));
  EXPECT_EQ(e.runs[2].fold->interval, 0);
  EXPECT_THAT(e.runs[2].fold->set, testing::ElementsAre("deep=9"));
  const Experiment other = load_experiment(written("fold: {limit: [dsp=9]}", "fold: {set: [deep=2], interval: 7}"));
  EXPECT_EQ(other.runs[2].fold->interval, 7);
  EXPECT_THAT(other.runs[2].fold->set, testing::ElementsAre("deep=2"));
  EXPECT_THAT(other.runs[2].set, testing::ElementsAre("deep=9"));
}

TEST_F(ExperimentFile, PredictsFromOneMetricOrTwo) {
  const Experiment e = load_experiment(written());
  const std::vector<RunOutcome> outcomes{outcome(20, 3), outcome(50, 12), outcome(10, 1)};
  EXPECT_EQ(predicted(e.rows[0], e, outcomes), 20);
  EXPECT_EQ(predicted(e.rows[1], e, outcomes), 2.5);  // 50 / 20
  EXPECT_EQ(predicted(e.rows[2], e, outcomes), 75);   // 100 (1 - 3 / 12)
  EXPECT_EQ(predicted(e.rows[3], e, outcomes), 5);    // 50 / 10
}

TEST_F(ExperimentFile, PredictsNothingFromARunThatFailed) {
  const Experiment e = load_experiment(written());
  const std::vector<RunOutcome> outcomes{RunOutcome{{}, "deadlock", true}, outcome(50, 12), outcome(10, 1)};
  EXPECT_EQ(predicted(e.rows[0], e, outcomes), std::nullopt);
  EXPECT_EQ(predicted(e.rows[1], e, outcomes), std::nullopt);
  EXPECT_EQ(predicted(e.rows[3], e, outcomes), 5);
  EXPECT_EQ(metric({"large", "gops over baseline"}, e, outcomes), std::nullopt);
}

TEST_F(ExperimentFile, ComparesWithTheBaseline) {
  const Experiment e = load_experiment(written());
  const std::vector<RunOutcome> outcomes{outcome(20, 3), outcome(50, 12), outcome(10, 1)};
  EXPECT_EQ(metric({"large", "gops over baseline"}, e, outcomes), 2.5);
  EXPECT_EQ(metric({"large", "energy.j over baseline"}, e, outcomes), 4);
  EXPECT_EQ(metric({"folded", "gops over baseline"}, e, outcomes), 1);
}

TEST_F(ExperimentFile, RefusesAMetricThatTheResultDoesNotHold) {
  const Experiment e = load_experiment(written());
  const std::vector<RunOutcome> outcomes{outcome(20, 3), outcome(50, 12), outcome(10, 1)};
  for (const char* key : {"gop", "energy", "name", "energy.j.x"}) {
    try {
      metric({"small", key}, e, outcomes);
      ADD_FAILURE() << key;
    } catch (const InputError& error) {
      EXPECT_EQ(error.what(), "e: small/" + std::string(key) + ": the result has no such number");
    }
  }
}

TEST_F(ExperimentFile, SaysWhichNameStandsNowhere) {
  EXPECT_EQ(problem("workload: net}", "workload: nte}"),
            "e.yaml:8: runs.small.workload: 'nte': must be one of the workloads above");
  EXPECT_EQ(problem("value: small/gops", "value: smal/gops"),
            "e.yaml:12: rows[0].value: 'smal/gops': must be RUN/KEY of a run above");
  EXPECT_EQ(problem("over: small/gops", "over: gops"),
            "e.yaml:13: rows[1].over: 'gops': must be RUN/KEY of a run above");
  EXPECT_EQ(problem("value: small/gops", "value: small/"),
            "e.yaml:12: rows[0].value: 'small/': must be RUN/KEY of a run above");
  EXPECT_EQ(problem("runs: [small, large]", "runs: [small, larg]"),
            "e.yaml:17: tables[0].runs: 'larg': must be one of the runs above");
  EXPECT_EQ(problem("baseline: small", "baseline: smal"),
            "e.yaml:9: runs.large.baseline: 'smal': must be this run or one above");
  EXPECT_EQ(problem("runs: [large, folded]", "runs: [larg, folded]"),
            "e.yaml:23: grids[0].rows[0].runs: 'larg': must be one of the runs above");
  EXPECT_EQ(problem("nodes: [large]", "nodes: [larg]"), "e.yaml:24: nodes: 'larg': must be one of the runs above");
}

TEST_F(ExperimentFile, RefusesAGridThatHasNoRunForEveryColumn) {
  EXPECT_EQ(problem("columns: [one, two]", "columns: [one]"),
            "e.yaml:23: grids[0].rows[0].runs: 2 runs: must be 1, one a column");
}

TEST_F(ExperimentFile, RefusesARatioToNoBaseline) {
  EXPECT_EQ(problem("over: small/gops", "over: small/gops over baseline"),
            "e.yaml:13: rows[1].over: 'small': 'gops over baseline' is shown, so it must have a baseline");
  EXPECT_EQ(problem("runs: [large, folded]", "runs: [small, folded]"),
            "e.yaml:23: grids[0].rows[0].runs: 'small': 'gops over baseline' is shown, so it must have a baseline");
}

TEST_F(ExperimentFile, RefusesWhatATraceWouldIgnore) {
  EXPECT_THAT(problem("{trace: traces/real.h5}", "{trace: traces/real.h5, seed: 3}"),
              HasSubstr("workloads.real.seed: unknown key"));
}

TEST_F(ExperimentFile, RefusesARatioOverZero) {
  EXPECT_THAT(problem("over_published: 10", "over_published: 0"), HasSubstr("rows[3].over_published: 0: must be "));
}

TEST_F(ExperimentFile, RefusesToShowNothing) {
  const std::string text = kSound;
  EXPECT_EQ(problem(text.substr(text.find("rows:")), ""),
            "e.yaml:1: rows: missing, and so are tables, grids and series; must have one of them");
}

TEST_F(ExperimentFile, CapturesWorkloadsFromFilesThatAreNotPartOfTheRepository) {
  const Experiment e = load_experiment(written("net: {network: net.yaml, seed: 7, images: 3, set: [density=0.4]}",
                                               "net: {capture: net.yaml, images: [a.csv, far/b.csv], weights: w}"));
  EXPECT_FALSE(e.workloads[0].synthesized);
  EXPECT_EQ(e.workloads[0].file, directory_.file("net.yaml"));
  EXPECT_THAT(e.workloads[0].captured, testing::ElementsAre(directory_.file("a.csv"), directory_.file("far/b.csv")));
  EXPECT_EQ(e.workloads[0].weights, directory_.file("w"));
  EXPECT_EQ(e.runs[0].reference, "");
}

TEST_F(ExperimentFile, CapturesWithTheNetworksOwnWeightsUnlessToldOthers) {
  const Experiment e = load_experiment(written("net: {network: net.yaml, seed: 7, images: 3, set: [density=0.4]}",  //
                                               "net: {capture: net.yaml, images: [a.csv]}"));
  EXPECT_EQ(e.workloads[0].weights, "");
}

TEST_F(ExperimentFile, RefusesACaptureWithoutImagesOrWithASeed) {
  EXPECT_EQ(problem("{trace: traces/real.h5}", "{capture: net.yaml}"),
            "e.yaml:6: workloads.real.images: missing; must be a list, each a word");
  EXPECT_EQ(problem("{trace: traces/real.h5}", "{capture: net.yaml, images: []}"),
            "e.yaml:6: workloads.real.images: is empty: must name the files of the images");
  EXPECT_THAT(problem("{trace: traces/real.h5}", "{capture: net.yaml, images: [a.csv], seed: 3}"),
              HasSubstr("workloads.real.seed: unknown key"));
}

TEST_F(ExperimentFile, ComparesTheAnswersOfARunWithAReference) {
  const Experiment e = load_experiment(written("workload: net}", "workload: net, reference: far/answers.dat}"));
  EXPECT_EQ(e.runs[0].reference, directory_.file("far/answers.dat"));
}

// Files that are not part of the repository are nobody's mistake: such a run is left out and says which it needs.
class AbsentFiles : public ExperimentFile {
 protected:
  RunOutcome outcome_of_the_first_run(const std::string& workload, const std::string& run) {
    std::string text = kSound;
    text = text.substr(0, text.find("workloads:")) + "workloads:\n  net: " + workload + "\nruns:\n  small: " + run +
           "\nrows:\n  - {what: rate, unit: GOP/s, published: 20, value: small/gops}\n";
    write_file(directory_.file("e.yaml"), text);
    const Experiment e = load_experiment(directory_.file("e.yaml"));
    const std::vector<RunOutcome> outcomes = run_experiment(e, 1);
    EXPECT_EQ(outcomes.size(), 1u);
    EXPECT_EQ(predicted(e.rows[0], e, outcomes), std::nullopt);
    return outcomes[0];
  }
  void expect_absent(const RunOutcome& outcome, const std::string& file) {
    EXPECT_TRUE(outcome.absent);
    EXPECT_TRUE(outcome.result.is_null());
    EXPECT_EQ(outcome.error, directory_.file(file) + ": is not there, and no part of the repository");
  }
};

TEST_F(AbsentFiles, OfImagesLeaveARunOut) {
  write_file(directory_.file("a.csv"), "");
  expect_absent(outcome_of_the_first_run("{capture: net.yaml, images: [a.csv, b.csv]}",  //
                                         "{accelerator: a.yaml, workload: net}"),
                "b.csv");
}

TEST_F(AbsentFiles, OfWeightsLeaveARunOut) {
  write_file(directory_.file("a.csv"), "");
  expect_absent(outcome_of_the_first_run("{capture: net.yaml, images: [a.csv], weights: w}",
                                         "{accelerator: a.yaml, workload: net}"),
                "w");
}

TEST_F(AbsentFiles, OfAReferenceLeaveARunOut) {
  expect_absent(outcome_of_the_first_run("{trace: t.h5}", "{accelerator: a.yaml, workload: net, reference: r.dat}"),
                "r.dat");
}

TEST(ShippedExperiments, Load) {
  for (const auto& entry : std::filesystem::directory_iterator(SPARSIM_SOURCE_DIR "/configs/experiments")) {
    if (entry.path().extension() != ".yaml") continue;
    EXPECT_NO_THROW(load_experiment(entry.path())) << entry.path();
  }
}

}  // namespace
}  // namespace sparsim
