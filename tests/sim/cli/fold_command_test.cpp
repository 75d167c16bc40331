#include <gmock/gmock.h>

#include "tests/support/program.h"

namespace sparsim {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::json;

constexpr char kAccelerator[] = "accelerators/fpgaconvnet-dense-zedboard.yaml";

/// From an accelerator file to one that is folded, and to one whose FIFOs are sized.
class FoldCommand : public ProgramTest {
 protected:
  FoldCommand() {
    copy_configs();
    copy("traces/shapes.h5");
  }
  std::string done(const std::vector<std::string>& arguments) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return outcome.out;
  }
  std::string folded(const std::vector<std::string>& options = {}) {
    std::vector<std::string> arguments{"fold", kAccelerator, "shapes.h5", "-o", "folded.yaml", "--images", "2"};
    arguments.insert(arguments.end(), options.begin(), options.end());
    return done(arguments);
  }
  Json result_of(const std::string& accelerator) {
    done({"run", accelerator, "shapes.h5", "--images", "3", "--json", "r.json"});
    return read_json("r.json");
  }
};

TEST_F(FoldCommand, WhatItWritesRunsFitsAndKeepsWhatWasSaid) {
  const std::string report = folded({"--limit", "dsp=40"});
  EXPECT_THAT(report, AllOf(HasSubstr("what limits: "), HasSubstr("DSP, XC7Z020 has 40")));
  const std::string text = read("folded.yaml"), given = read(kAccelerator);
  EXPECT_EQ(text.substr(0, text.find('\n')), given.substr(0, given.find('\n')));  // its first comment
  EXPECT_THAT(text, AllOf(HasSubstr("\nfolding: nodes\n"), HasSubstr("board: \"devices/zedboard.yaml\"\n"),
                          HasSubstr("  \"conv1\": {coarse_in: "), Not(HasSubstr("folding: auto"))));
  const Json result = result_of("folded.yaml");
  EXPECT_LE(result["resources"]["dsp"], 40);
  // The estimate is a lower bound.
  const std::string interval = report.substr(report.find("shapes: ") + 8);
  EXPECT_GE(result["interval_cycles"].get<double>(), std::stod(interval) - 0.5);
}

TEST_F(FoldCommand, TheSameInputGivesTheSameBytes) {
  folded({"--json", "a.json"});
  const std::string once = read("folded.yaml");
  folded({"--json", "b.json"});
  EXPECT_EQ(read("folded.yaml"), once);
  EXPECT_EQ(read("a.json"), read("b.json"));
}

TEST_F(FoldCommand, FactorsInJsonAreTheSameAccelerator) {
  folded({"--limit", "dsp=60", "--json", "accelerators/f.json"});
  std::string text = read(kAccelerator);
  text.replace(text.find("folding: auto"), 13, "folding: f.json");
  write("accelerators/from_json.yaml", text);
  EXPECT_EQ(result_of("accelerators/from_json.yaml")["cycles"], result_of("folded.yaml")["cycles"]);
}

TEST_F(FoldCommand, SizedFifosKeepTheThroughput) {
  folded({"--limit", "dsp=40"});
  const std::string report =
      done({"size-fifos", "folded.yaml", "shapes.h5", "-o", "sized.yaml", "--images", "3", "--loss", "2"});
  EXPECT_THAT(report, AllOf(HasSubstr("as sized"), HasSubstr("BRAM18 of the FIFOs between nodes")));
  const std::string numbers = report.substr(report.find("interval: ") + 10);
  const Json result = result_of("sized.yaml");
  EXPECT_LE(result["interval_cycles"].get<double>(), 1.02 * (std::stod(numbers) + 0.05));
  // Folded again, FIFOs of other factors are not named any more.
  EXPECT_THAT(done({"fold", "sized.yaml", "shapes.h5", "-o", "again.yaml", "--limit", "dsp=100"}),
              HasSubstr("fifos.depths is left out"));
  EXPECT_THAT(read("again.yaml"), Not(HasSubstr("depths:")));
  result_of("again.yaml");
}

TEST_F(FoldCommand, AGridIsFittedToo) {
  const std::string report = done({"fold", "accelerators/sparcnet-small.yaml", "shapes.h5", "-o", "grid.yaml"});
  EXPECT_THAT(report, HasSubstr("the first is written to grid.yaml"));
  EXPECT_LE(result_of("grid.yaml")["cycles"], result_of("accelerators/sparcnet-small.yaml")["cycles"]);
}

// The fastest design, then the cheapest of half its rate: both run as they were folded.
TEST_F(FoldCommand, FinnIsFoldedForTheDeviceOrForARate) {
  constexpr char kFinn[] = "accelerators/finn-cnv-w1a1-pynq.yaml";
  copy("configs/networks/cnv-w1a1.yaml");
  done({"synthesize", "cnv-w1a1.yaml", "-o", "cnv.h5", "--seed", "1", "--images", "1"});
  const std::string fastest =
      done({"fold", kFinn, "cnv.h5", "-o", "accelerators/f.yaml", "--json", "accelerators/f.json"});
  const auto interval = [](const std::string& report) {
    return std::stoll(report.substr(report.rfind(": ", report.find(" cycles an image at")) + 2));
  };
  EXPECT_THAT(read("accelerators/f.yaml"), AllOf(HasSubstr("\nfolding: nodes\n"), HasSubstr("  \"conv0\": {pe: ")));
  EXPECT_THAT(fastest, HasSubstr("what limits: "));
  const long long half = 2 * interval(fastest);
  const std::string slower =
      done({"fold", kFinn, "cnv.h5", "-o", "accelerators/s.yaml", "--interval", std::to_string(half)});
  EXPECT_LE(interval(slower), half);
  EXPECT_GT(interval(slower), interval(fastest));
  EXPECT_THAT(slower, Not(HasSubstr("what limits: ")));
  EXPECT_TRUE(read_json("accelerators/f.json").contains("MVAU_hls_8"));  // nine weighted layers
  done({"run", "accelerators/f.yaml", "cnv.h5", "--images", "2", "--json", "r.json"});
  const Json result = read_json("r.json");
  EXPECT_LE(result["resources"]["lut"], result["capacity"]["lut"]);
  expect_refused({"fold", kFinn, "cnv.h5", "-o", "x.yaml", "--interval", "5", "--objective", "energy"},
                 "fold: --interval 5 with --objective energy: it is one of its own; leave one of them out");
}

TEST_F(FoldCommand, RefusesWhatItCannotDo) {
  expect_refused({"fold", kAccelerator, "shapes.h5", "-o", "x.yaml", "--objective", "area"},
                 "fold: --objective area: must be one of throughput, latency, energy");
  expect_refused({"fold", kAccelerator, "shapes.h5", "-o", "x.yaml", "--limit", "dsps=3"},
                 "fold: --limit dsps=3: must be RESOURCE=N with one of lut, ff, dsp, bram18, uram");
  expect_refused({"fold", "accelerators/cpu-cortex-a9.yaml", "shapes.h5", "-o", "x.yaml"},
                 "accelerators/cpu-cortex-a9.yaml: architecture cpu: has no factors to choose");
  expect_refused({"size-fifos", kAccelerator, "shapes.h5", "-o", "x.yaml"},
                 std::string(kAccelerator) + ": folding: auto: factors must be named; write them with `sparsim fold`");
  expect_refused({"size-fifos", "accelerators/sparcnet-small.yaml", "shapes.h5", "-o", "x.yaml"},
                 "accelerators/sparcnet-small.yaml: architecture sparcnet: has no FIFOs between layers");
  const Outcome small = run({"fold", kAccelerator, "shapes.h5", "-o", "x.yaml", "--limit", "dsp=1"});
  EXPECT_EQ(small.status, 2);
  EXPECT_THAT(small.err, HasSubstr("the smallest folding needs"));
  EXPECT_THAT(files(), Not(testing::Contains("x.yaml")));
}

}  // namespace
}  // namespace sparsim
