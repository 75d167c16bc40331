#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "tests/support/program.h"

namespace sparsim {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using Json = nlohmann::json;

/// A small residual network on a PYNQ-Z2, around FINN's files: folding, depths of FIFOs.
///
///     stem --> a (3x3) --> sum --> fc
///         \-----------------/
class FinnFiles : public ProgramTest {
 protected:
  FinnFiles() {
    copy_configs();
    write("net.yaml",
          "name: residual\ninput: [12, 12, 4]\ncorrelation: 0\ndensity: 1\nlayers:\n"
          "  - {name: stem, op: conv, filters: 8, kernel: 1}\n"
          "  - {name: a, op: conv, filters: 8, kernel: 3, pad: 1}\n"
          "  - {name: sum, op: add, inputs: [a, stem]}\n"
          "  - {name: fc, op: dense, filters: 10}\n");
    done({"synthesize", "net.yaml", "--seed", "1", "-o", "net.h5"});
  }
  std::string done(const std::vector<std::string>& arguments) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return outcome.out;
  }
  // finn-tfc-w1a1-pynq.yaml with other FIFOs, and another folding.
  std::string accelerator(const std::string& name, const std::string& fifos, const std::string& folding = kFolding) {
    std::string text = read("accelerators/finn-tfc-w1a1-pynq.yaml");
    text.replace(text.find("folding: "), text.find("axi:") - text.find("folding: "), folding + "fifos:\n" + fifos);
    write(name, text);
    return name;
  }
  Json result_of(const std::string& accelerator) {
    done({"run", accelerator, "net.h5", "--images", "8", "--json", "r.json"});
    return read_json("r.json");
  }

  static constexpr char kFolding[] =
      "folding: nodes\nnodes: {stem: {pe: 8, simd: 4}, a: {pe: 8, simd: 8}, sum: {pe: 8}, fc: {pe: 10, simd: 8}}\n";
};

// Of a, which has more to do than any other: 12 * 12 windows of 9 words, all rows at once.
constexpr int kInterval = 12 * 12 * 9;

TEST_F(FinnFiles, SizedFifosKeepTheThroughput) {
  const std::string file = accelerator("accelerators/a.yaml", "  depth: 2\n");
  const std::string report = done({"size-fifos", file, "net.h5", "-o", "sized.yaml", "--images", "6", "--loss", "1"});
  EXPECT_THAT(report, AllOf(HasSubstr("interval: 1296.0 cycles an image with FIFOs that are never full"),
                            HasSubstr("\nstem_split_to_sum "), HasSubstr("as sized")));
  EXPECT_NEAR(result_of("sized.yaml")["interval_cycles"], kInterval, 0.01 * kInterval);
  EXPECT_THAT(read("sized.yaml"), HasSubstr("    \"stem_split_to_sum\": "));
}

// The sum waits for a's first window, which is complete with pixel 14, the second of the second row; the FIFO to the
// sum holds 2 and one on its way.
TEST_F(FinnFiles, AFifoTooShallowForAResidualBranchIsANamedDeadlock) {
  const Outcome outcome = run({"run", accelerator("accelerators/a.yaml", "  depth: 2\n  branches: false\n"), "net.h5"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err,
              AllOf(HasSubstr("deadlock"), HasSubstr("waits for room in FIFO finn.stem_split_to_sum (depth 3, full)"),
                    HasSubstr("the run would have finished with\n"), HasSubstr("FIFO finn.stem_split_to_sum: depth ")));
  EXPECT_EQ(outcome.out, "");
}

TEST_F(FinnFiles, AFoldingFileIsTheSameAccelerator) {
  write("accelerators/f.json", R"({"MVAU_hls_0": {"PE": 8, "SIMD": 4}, "MVAU_hls_1": {"PE": 8, "SIMD": 8},
    "AddStreams_hls_0": {"PE": 8}, "MVAU_hls_2": {"PE": 10, "SIMD": 8}})");
  const std::string fifos = "  depth: 64\n";
  const Json nodes = result_of(accelerator("accelerators/a.yaml", fifos));
  const Json json = result_of(accelerator("accelerators/b.yaml", fifos, "folding: f.json\n"));
  EXPECT_EQ(json["cycles"], nodes["cycles"]);
  EXPECT_EQ(json["config"]["nodes"]["a"], (Json{{"pe", 8}, {"simd", 8}}));
  EXPECT_EQ(json["word"], "W1A1");
}

TEST_F(FinnFiles, SizingNeedsFactorsAndImagesThatOverlap) {
  const std::string automatic = accelerator("accelerators/a.yaml", "  depth: 2\n", "folding: auto\n");
  expect_refused({"size-fifos", automatic, "net.h5", "-o", "x.yaml"},
                 "accelerators/a.yaml: folding: auto: factors must be named; write them with `sparsim fold`");
  std::string text = read(accelerator("accelerators/b.yaml", "  depth: 2\n"));
  text.replace(text.find("images: streamed"), 16, "images: one_at_a_time");
  write("accelerators/b.yaml", text);
  expect_refused({"size-fifos", "accelerators/b.yaml", "net.h5", "-o", "x.yaml"},
                 "accelerators/b.yaml: images: one_at_a_time leaves no interval to keep; must be streamed");
}

}  // namespace
}  // namespace sparsim
