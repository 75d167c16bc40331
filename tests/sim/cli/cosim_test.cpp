// `sparsim cosim` as a user runs it.
#include <gmock/gmock.h>

#include <sstream>

#include "tests/support/program.h"

namespace sparsim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::MatchesRegex;
using testing::StartsWith;

constexpr char kUsage[] = "; usage: sparsim cosim [options]";
constexpr char kTable[] =
    "there is 4x2, 8x2, 9x1, 9x2, 9x3, 9x4, 9x9, 16x4, 25x5, 32x8, 49x7 (models/crossbar/rtl_table.cmake)";

class CosimCommand : public ProgramTest {
 protected:
  CosimCommand() { copy("traces/shapes.h5"); }

  static std::vector<std::string> cosim(std::vector<std::string> options) {
    options.insert(options.begin(), "cosim");
    return options;
  }
  static std::vector<std::string> layer(const std::string& name, std::vector<std::string> options = {}) {
    options.insert(options.begin(), {"cosim", "--trace", "shapes.h5", "--layer", name});
    return options;
  }
  void refuse(const std::vector<std::string>& options, const std::string& message) {
    expect_refused(cosim(options), message);
    EXPECT_THAT(files(), ElementsAre("shapes.h5"));
  }
};

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> found;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) found.push_back(line);
  return found;
}

TEST_F(CosimCommand, TeachesItself) {
  const Outcome outcome = run({"cosim", "--help"});
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, StartsWith("sparsim cosim [options]\n"));
  EXPECT_THAT(outcome.out, HasSubstr("\n  sparsim cosim --trace traces/shapes.h5 "));
  EXPECT_THAT(run({"--help"}).out, HasSubstr("\n  cosim "));
}

// ---- no difference

TEST_F(CosimCommand, RunsDrawnWindows) {
  const Outcome outcome = run(cosim({"--inputs", "16", "--lanes", "4", "--windows", "500", "--density", "1",
                                     "--filters", "3", "--json", "out.json"}));
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
  EXPECT_THAT(outcome.out,
              StartsWith("sparse_vector_dot 16x4: drawn, density 1, seed 1\n"
                         "  500 windows, 0 of them all zero; 100.0 % of the operands are not zero; 3 filters\n"
                         "  stalls: none\n"));
  const nlohmann::json json = read_json("out.json");
  EXPECT_EQ(json["windows"], 500);
  EXPECT_EQ(json["density"], 1.0);
  EXPECT_EQ(json["speedup"], 1.0);
  EXPECT_TRUE(json["difference"].is_null());
  // 16 / 4 beats a window and filter; one cycle before the first, and 2 + 2 + 1 behind the last.
  for (const char* engine : {"sparse", "dense"}) {
    EXPECT_EQ(json[engine]["beats"], 500 * 3 * 4) << engine;
    EXPECT_EQ(json[engine]["cycles"], 500 * 3 * 4 + 6) << engine;
    EXPECT_EQ(json[engine]["macs"], 500 * 3 * 16) << engine;
  }
}

TEST_F(CosimCommand, RunsALayer) {
  const Outcome outcome =
      run(layer("mix", {"--image", "3", "--skip-zero-window", "--stall-probability", "0.2", "--json", "out.json"}));
  EXPECT_EQ(outcome.status, 0);
  EXPECT_EQ(outcome.err, "");
  EXPECT_THAT(outcome.out, StartsWith("sparse_vector_dot 8x2 skipping zero windows: layer mix of shapes (shapes.h5, "
                                      "image 3), 8x8x64 -> 8x8x48, 1x1\n"));
  const nlohmann::json json = read_json("out.json");
  EXPECT_EQ(json["windows"], 8 * 8 * 64 / 8);  // clusters of eight channels
  EXPECT_EQ(json["filters"], 48);
  EXPECT_EQ(json["sparse"]["results"], 8 * 8 * 48);
  EXPECT_EQ(json["dense"]["results"], 8 * 8 * 48);
}

TEST_F(CosimCommand, TakesTheWindowsOfTheKernel) {
  EXPECT_THAT(run(layer("conv3")).out, StartsWith("sparse_vector_dot 9x3: layer conv3 "));  // a quarter of 9, or more
  EXPECT_THAT(run(layer("conv3", {"--lanes", "9"})).out, StartsWith("sparse_vector_dot 9x9: layer conv3 "));
  EXPECT_THAT(run(layer("scores", {"--inputs", "16"})).out, StartsWith("sparse_vector_dot 16x4: layer scores "));
}

TEST_F(CosimCommand, WritesTheSameBytesForTheSameSeed) {
  const auto once = [this](const std::string& seed) {
    const Outcome outcome = run(cosim(
        {"--windows", "300", "--stall-probability", "0.3", "--seed", seed, "--json", "out.json", "--vcd", "out.vcd"}));
    EXPECT_EQ(outcome.status, 0);
    return outcome.out + read("out.json") + read("out.vcd");
  };
  const std::string first = once("5");
  EXPECT_EQ(once("5"), first);
  EXPECT_NE(once("6"), first);
  EXPECT_THAT(files(), ElementsAre("out.json", "out.vcd", "shapes.h5"));
}

TEST_F(CosimCommand, WritesTheLastCyclesWhereThereIsNoDifference) {
  EXPECT_EQ(run(cosim({"--windows", "300", "--json", "out.json", "--vcd", "out.vcd"})).status, 0);
  const std::vector<std::string> dump = lines(read("out.vcd"));
  // A time a cycle, and the end of the last: the number of cycles.
  std::vector<std::string> times;
  for (const std::string& line : dump)
    if (line[0] == '#') times.push_back(line);
  ASSERT_EQ(times.size(), 64u + 1);
  EXPECT_EQ(times.back(), "#" + read_json("out.json")["sparse"]["cycles"].dump());
}

// ---- a difference

class InjectedFault : public CosimCommand, public testing::WithParamInterface<const char*> {};

TEST_P(InjectedFault, IsFound) {
  const Outcome outcome = run(cosim({"--inject", GetParam(), "--vcd", "out.vcd", "--json", "out.json"}));
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err, "");
  // What was being run; the difference; a table of the last 16 cycles, the one with the difference last.
  const std::vector<std::string> shown = lines(outcome.out);
  ASSERT_EQ(shown.size(), 3u + 2 + 16) << outcome.out;
  EXPECT_EQ(shown[0], "sparse_vector_dot 9x3: drawn, density 0.5, seed 1");
  EXPECT_THAT(shown[1], MatchesRegex("cycle [0-9]+: window 10[01] at the input: grant: expected .+, seen .+"));
  const std::string cycle = shown[1].substr(6, shown[1].find(':') - 6);
  EXPECT_EQ(shown[2], "");
  EXPECT_THAT(shown[3], StartsWith("cycle  window  input  lanes expected "));
  for (int i = 0; i < 16; ++i)
    EXPECT_THAT(shown[static_cast<std::size_t>(5 + i)],
                MatchesRegex(" *" + std::to_string(std::stoi(cycle) - 15 + i) + " .*"));
  const nlohmann::json difference = read_json("out.json")["difference"];
  EXPECT_EQ(difference["engine"], "sparse");
  EXPECT_EQ(difference["cycle"], std::stoi(cycle));
  EXPECT_EQ(difference["what"], "grant");
  EXPECT_THAT(read("out.vcd"), HasSubstr("\n#" + cycle + "\n"));
  EXPECT_THAT(read("out.vcd"), HasSubstr("$scope module model $end\n"));
}

TEST_P(InjectedFault, IsFoundInALayer) {
  const Outcome outcome = run(layer("conv3", {"--inject", GetParam(), "--skip-zero-window"}));
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.out, StartsWith("sparse_vector_dot 9x3 skipping zero windows: layer conv3 of shapes "));
}

INSTANTIATE_TEST_SUITE_P(Each, InjectedFault, testing::Values("flip", "drop", "repeat"),
                         [](const auto& tested) { return std::string(tested.param); });

TEST_F(CosimCommand, SaysWhereAFaultHasNoOpportunity) {
  const auto message = [](const std::string& fault) {
    return "--inject " + fault + ": these windows offer no opportunity; take more of them, or another density";
  };
  refuse({"--inject", "drop", "--density", "0"}, message("drop"));
  refuse({"--inject", "repeat", "--density", "1"}, message("repeat"));
}

// ---- wrong input

TEST_F(CosimCommand, RefusesNumbersOutOfRange) {
  refuse({"--inputs", "0"}, "--inputs 0: must be a whole number in 1..64");
  refuse({"--inputs", "65"}, "--inputs 65: must be a whole number in 1..64");
  refuse({"--lanes", "0"}, "--lanes 0: must be a whole number in 1..64");
  refuse({"--inputs", "8", "--lanes", "9"}, "cosim: lanes = 9: must be 1..inputs (8)");
  refuse({"--windows", "0"}, "--windows 0: must be a whole number in 1..1000000000");
  refuse({"--filters", "1025"}, "--filters 1025: must be a whole number in 1..1024");
  refuse({"--seed", "-1"}, "--seed -1: must be a whole number in 0..9223372036854775807");
  refuse({"--stall-probability", "1"}, "--stall-probability 1: must be a number in 0..0.99");
  for (const char* density : {"1.5", "-1", "abc", "nan", "1e30", "0.5x"})
    refuse({"--density", density}, std::string("--density ") + density + ": must be a number in 0..1");
}

TEST_F(CosimCommand, RefusesAShapeThatWasNotBuilt) {
  refuse({"--inputs", "9", "--lanes", "5"}, std::string("no RTL was built for a crossbar of 9x5: ") + kTable);
  refuse({"--inputs", "64", "--lanes", "64", "--json", "out.json"},
         std::string("no RTL was built for a crossbar of 64x64: ") + kTable);
}

TEST_F(CosimCommand, RefusesALayerThatIsNotThere) {
  constexpr char kThereAre[] = "there are conv1, conv2, block_a, block_b, down, mix, conv3, scores";
  const std::string begin = "shapes.h5: --layer ", end = ": no convolution or dense layer of that name";
  refuse({"--trace", "shapes.h5", "--layer", "block_c"},
         begin + "block_c" + end + "; did you mean 'block_a'?; " + kThereAre);
  refuse({"--trace", "shapes.h5", "--layer", "pool"}, begin + "pool" + end + "; " + kThereAre);  // has no weights
}

TEST_F(CosimCommand, RefusesATraceWithoutValues) {
  copy("traces/squeezenet1.1.h5");
  expect_refused({"cosim", "--trace", "squeezenet1.1.h5", "--layer", "conv1_1"},
                 "squeezenet1.1.h5: layer conv1_1: the trace holds no values; capture it with --bits and --values");
}

TEST_F(CosimCommand, RefusesWhatIsNoTrace) {
  refuse({"--trace", "none.h5", "--layer", "conv1"}, "none.h5: cannot be read: No such file or directory");
  write("text.h5", "text");
  expect_refused({"cosim", "--trace", "text.h5", "--layer", "conv1"}, "text.h5: is no HDF5 file; a trace is one");
}

TEST_F(CosimCommand, RefusesInputsThatDoNotFitTheKernel) {
  refuse({"--trace", "shapes.h5", "--layer", "conv1", "--inputs", "8"},
         "shapes.h5: layer conv1: its windows are 3x3, which takes --inputs 9, not 8");
}

TEST_F(CosimCommand, RefusesAKernelWiderThanAnyEngine) {
  copy("configs/networks/alexnet.yaml");
  ASSERT_EQ(run({"synthesize", "alexnet.yaml", "--seed", "1", "-o", "alexnet.h5"}).status, 0);
  expect_refused({"cosim", "--trace", "alexnet.h5", "--layer", "conv1"},
                 "alexnet.h5: layer conv1: its windows are 11x11; an engine takes at most 64 operands");
}

TEST_F(CosimCommand, RefusesAnImageThatIsNotThere) {
  refuse({"--trace", "shapes.h5", "--layer", "conv1", "--image", "10"},
         "shapes.h5: --image 10: the trace has 10 images, counted from 0");
  refuse({"--image", "1"}, "cosim: --image needs --trace and --layer");
}

TEST_F(CosimCommand, RefusesOptionsThatDoNotGoTogether) {
  refuse({"--layer", "conv1"}, "cosim: --trace is missing: a trace and a layer of it go together");
  refuse({"--trace", "shapes.h5"}, "cosim: --layer is missing: a trace and a layer of it go together");
  for (const char* option : {"windows", "density", "filters"})
    refuse({"--trace", "shapes.h5", "--layer", "conv1", std::string("--") + option, "1"},
           std::string("cosim: --") + option + " is for drawn windows; those of a trace are what they are");
  refuse({"--json", "out", "--vcd", "out"}, "--json and --vcd: both name out");
}

TEST_F(CosimCommand, RefusesAnUnknownFault) {
  refuse({"--inject", "flap"}, "--inject flap: must be flip, drop or repeat");
  refuse({"--inject"}, std::string("cosim: the required argument for option '--inject' is missing") + kUsage);
}

TEST_F(CosimCommand, RefusesUnknownOptions) {
  refuse({"--windos", "3"}, std::string("cosim: unknown option '--windos'; did you mean '--windows'?") + kUsage);
  refuse({"shapes.h5"},
         std::string("cosim: too many positional options have been specified on the command line") + kUsage);
}

// ---- its files are there whole or not at all

TEST_F(CosimCommand, SaysWhereAFileCannotBeWritten) {
  for (const char* option : {"--json", "--vcd"}) {
    refuse({option, "none/out"}, "none/out: cannot be written: No such file or directory");
    const Outcome full = run(cosim({"--windows", "300", option, "/dev/full"}));
    EXPECT_EQ(full.status, 2);
    EXPECT_EQ(full.err, "sparsim: /dev/full: cannot be written: No space left on device\n");
    Conditions small;
    small.largest_file_bytes = 1000;
    small.standard_output = "/dev/null";
    const Outcome cut = run(cosim({"--windows", "300", option, "out"}), small);
    EXPECT_EQ(cut.status, 2);
    EXPECT_EQ(cut.err, "sparsim: out: cannot be written: File too large\n");
  }
  EXPECT_THAT(files(), ElementsAre("shapes.h5"));
}

TEST_F(CosimCommand, SaysThatStandardOutputIsFull) {
  Conditions full;
  full.standard_output = "/dev/full";
  for (const auto& command : {cosim({"--windows", "300"}), cosim({"--inject", "drop"})}) {
    const Outcome outcome = run(command, full);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(outcome.err, "sparsim: standard output cannot be written\n");
  }
}

TEST_F(CosimCommand, LeavesNothingBehindWhereItIsInterrupted) {
  for (const char* option : {"--json", "--vcd"})
    EXPECT_EQ(interrupt_once_writing("out", cosim({"--windows", "1000000000", option, "out"})).status, 130);
  EXPECT_THAT(files(), ElementsAre("shapes.h5"));
}

TEST_F(CosimCommand, LeavesAnOldFileAloneWhereItIsRefused) {
  write("old", "old");
  EXPECT_EQ(run(cosim({"--inputs", "9", "--lanes", "5", "--vcd", "old"})).status, 2);
  EXPECT_EQ(read("old"), "old");
}

}  // namespace
}  // namespace sparsim
