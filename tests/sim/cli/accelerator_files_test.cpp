#include <gmock/gmock.h>

#include "tests/support/program.h"

namespace sparsim {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

/// What is wrong with an accelerator file, as `describe` tells it: without a simulation, without a trace.
class AcceleratorFile : public ProgramTest {
 protected:
  AcceleratorFile() {
    copy_configs();
    copy("traces/shapes.h5");
  }
  void expect_problem(const std::string& from, const std::string& to, const std::string& problem) {
    expect_refused({"describe", derived_accelerator(from, to)}, problem);
  }
};

TEST_F(AcceleratorFile, ThatIsShippedIsDescribed) {
  const Outcome outcome = run({"describe", "accelerators/sparcnet-zedboard.yaml"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
  EXPECT_THAT(outcome.out, StartsWith("sparcnet-zedboard (sparcnet) on Zedboard, XC7Z020 at 100 MHz, "));
  EXPECT_THAT(outcome.out, HasSubstr("\nfits its device\n"));
}

TEST_F(AcceleratorFile, ThatIsNotThere) {
  expect_refused({"describe", "none.yaml"}, "none.yaml: cannot be read: No such file or directory");
  expect_refused({"describe", "accelerators"}, "accelerators: cannot be read: it is a directory");
}

TEST_F(AcceleratorFile, ThatIsNoYaml) {
  write("a.yaml", "pe_grid: [4, 4\nclock_mhz: 100\n");
  const Outcome outcome = run({"describe", "a.yaml"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, StartsWith("sparsim: a.yaml:2: not YAML: "));
  expect_refused({"describe", "shapes.h5"}, "shapes.h5: not YAML: no text at all");
  write("a.yaml", "");
  expect_refused({"describe", "a.yaml"}, "a.yaml:1: must be a map of keys, is empty");
}

TEST_F(AcceleratorFile, WithAnUnknownKey) {
  expect_problem("accumulate_latency", "acumulate_latency",
                 "accelerators/a.yaml:8: pe_grid.accumulate_latency: missing; must be a whole number in 1..64\n"
                 "accelerators/a.yaml:12: pe_grid.acumulate_latency: unknown key; did you mean 'accumulate_latency'?");
}

TEST_F(AcceleratorFile, WithoutAKey) {
  expect_problem("    overlapped: true\n", "",
                 "accelerators/a.yaml:16: scratchpads.ifmap.overlapped: missing; must be true or false");
}

TEST_F(AcceleratorFile, WithoutASection) {
  expect_problem("dma:\n  setup_cycles: 8\n  descriptors: 4\n", "",
                 "accelerators/a.yaml:2: dma: missing; must be a map of keys");
}

TEST_F(AcceleratorFile, WithAWrongType) {
  expect_problem("rows: 2", "rows: two", "accelerators/a.yaml:8: pe_grid.rows: 'two' where a whole number is expected");
  expect_problem("rows: 2", "rows: 2.5", "accelerators/a.yaml:8: pe_grid.rows: '2.5' where a whole number is expected");
  expect_problem("rows: 2", "rows:", "accelerators/a.yaml:8: pe_grid.rows: nothing where a whole number is expected");
  expect_problem("rows: 2", "rows: [2]",
                 "accelerators/a.yaml:8: pe_grid.rows: a map or list where a whole number is expected");
  expect_problem("overlapped: true", "overlapped: 1",
                 "accelerators/a.yaml:17: scratchpads.ifmap.overlapped: '1' where true or false is expected");
  expect_problem("format: fp16", "format: fp61",
                 "accelerators/a.yaml:11: pe_grid.format: 'fp61': must be one of fp16, int16, int8; did you mean "
                 "'fp16'?");
}

TEST_F(AcceleratorFile, WithNegativeAndHugeNumbers) {
  expect_problem("rows: 2", "rows: -4", "accelerators/a.yaml:8: pe_grid.rows: -4: must be 1..256");
  expect_problem("rows: 2", "rows: 99999999999999999999",
                 "accelerators/a.yaml:8: pe_grid.rows: 99999999999999999999: must be 1..256");
  expect_problem("clock_mhz: 100", "clock_mhz: 1e400", "accelerators/a.yaml:5: clock_mhz: 1e400: must be 1..1000");
  expect_problem("clock_mhz: 100", "clock_mhz: .nan",
                 "accelerators/a.yaml:5: clock_mhz: '.nan' where a number is expected");
}

TEST_F(AcceleratorFile, WithManyProblems) {
  expect_problem("  rows: 2\n  columns: 2\n", "  rows: 0\n  colums: 2\n",
                 "accelerators/a.yaml:8: pe_grid.rows: 0: must be 1..256\n"
                 "accelerators/a.yaml:8: pe_grid.columns: missing; must be a whole number in 1..256\n"
                 "accelerators/a.yaml:9: pe_grid.colums: unknown key; did you mean 'columns'?");
}

TEST_F(AcceleratorFile, OfAnUnknownArchitecture) {
  expect_problem("architecture: sparcnet", "architecture: sparknet",
                 "accelerators/a.yaml:3: architecture: 'sparknet': must be one of sparcnet, fpgaconvnet, sparsepixels, "
                 "finn, cpu; did you mean "
                 "'sparcnet'?");
}

TEST_F(AcceleratorFile, WhoseBoardIsNotThere) {
  expect_problem("../devices/zedboard.yaml", "../devices/zed.yaml",
                 "accelerators/a.yaml:4: board: devices/zed.yaml: there is no such file");
}

// 16 x 16 PEs of one fp16 MAC take a DSP each: 256 of the 220 of an XC7Z020 (DS190).
TEST_F(AcceleratorFile, ThatDoesNotFitItsDevice) {
  const std::vector<std::string> large{"run",
                                       "accelerators/sparcnet-small.yaml",
                                       "shapes.h5",
                                       "--set",
                                       "pe_grid.rows=16",
                                       "--set",
                                       "pe_grid.columns=16"};
  const Outcome refused = run(large);
  EXPECT_EQ(refused.status, 2);
  EXPECT_THAT(refused.err, StartsWith("sparsim: accelerators/sparcnet-small.yaml: does not fit its device: needs "));
  EXPECT_THAT(refused.err, HasSubstr("needs 256 DSP, XC7Z020 has 220"));
  EXPECT_THAT(refused.err, HasSubstr("; choose a smaller design, or explore with --ignore-capacity\n"));
  EXPECT_EQ(refused.out, "");

  std::vector<std::string> ignoring = large;
  ignoring.push_back("--ignore-capacity");
  const Outcome ran = run(ignoring);
  EXPECT_EQ(ran.status, 0);
  EXPECT_EQ(ran.err, "");
  EXPECT_THAT(ran.out, HasSubstr("dsp 256 (116 %)"));
}

// conv1 of shapes reads 3 rows of 32 values of fp16 for a row of outputs: 192 bytes.
TEST_F(AcceleratorFile, WhoseScratchpadIsSmallerThanARow) {
  expect_refused(
      {"run", "accelerators/sparcnet-small.yaml", "shapes.h5", "--set", "scratchpads.ifmap.size_bytes=380"},
      "conv1: ifmap scratchpad: the input rows of one output row (3 x 32 values) need 192 bytes twice (double "
      "buffered), the scratchpad has 380 bytes; enlarge scratchpads.ifmap.size_bytes");
}

TEST_F(AcceleratorFile, WithAnOverrideThatIsWrong) {
  expect_refused({"describe", "accelerators/sparcnet-small.yaml", "--set", "pe_grid.rws=4"},
                 "--set pe_grid.rws=4: unknown key; did you mean 'rows'?");
  expect_refused({"describe", "accelerators/sparcnet-small.yaml", "--set", "rows"},
                 "'rows': must be KEY=VALUE, as pe_grid.rows=4");
}

TEST_F(AcceleratorFile, OfAnExperimentThatIsWrong) {
  write("e.yaml",
        "experiment: e\nsource: s\nfitted_on: nothing\nworkloads: {w: {trace: shapes.h5}}\n"
        "runs: {r: {accelerator: a.yaml, workload: v}}\nrows: [{what: w, unit: x, published: 1, value: r/k}]\n");
  expect_refused({"validate", "e.yaml"}, "e.yaml:5: runs.r.workload: 'v': must be one of the workloads above");
}

}  // namespace
}  // namespace sparsim
