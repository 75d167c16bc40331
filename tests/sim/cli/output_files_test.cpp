#include <gmock/gmock.h>

#include "tests/support/program.h"

namespace sparsim {
namespace {

using testing::ElementsAre;
using testing::StartsWith;

constexpr char kTinyNetwork[] =
    "name: tiny\ninput: [4, 4, 3]\ncorrelation: 0\ndensity: {value: 0.5, basis: assumed, source: a test}\n"
    "layers: [{name: c, op: conv, filters: 4, kernel: 3}]\n";

/// Whatever happens, an output is there whole or not at all.
class Outputs : public ProgramTest {
 protected:
  Outputs() {
    copy_configs();
    copy("traces/shapes.h5");
    copy("traces/shapes/shapes.onnx");
    copy("traces/shapes/shapes_test200.bin");
    write("tiny.yaml", kTinyNetwork);
    before_ = files();
  }
  ~Outputs() override { EXPECT_EQ(files(), before_); }

  std::vector<std::string> run_command(std::vector<std::string> options) const {
    options.insert(options.begin(), {"run", "accelerators/sparcnet-small.yaml", "shapes.h5"});
    return options;
  }
  // Every command that writes a file, writing this one.
  std::vector<std::vector<std::string>> writers(const std::string& file) const {
    return {run_command({"--json", file}),
            run_command({"--timeline", file}),
            {"synthesize", "tiny.yaml", "--seed", "1", "-o", file},
            {"capture", "shapes.onnx", "shapes_test200.bin", "--preset", "cifar10-raw", "--images", "2", "-o", file}};
  }

 private:
  std::vector<std::string> before_;
};

TEST_F(Outputs, InADirectoryThatIsNotThere) {
  for (const auto& command : writers("none/out"))
    expect_refused(command, "none/out: cannot be written: No such file or directory");
}

TEST_F(Outputs, ThatIsADirectory) {
  for (const auto& command : writers("devices"))
    expect_refused(command, "devices: cannot be written: it is a directory");
}

// Not even root may create a file there; the reason differs from system to system.
TEST_F(Outputs, WithoutPermission) {
  for (const auto& command : writers("/sys/out")) {
    const Outcome outcome = run(command);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.err, StartsWith("sparsim: /sys/out: cannot be written: "));
    EXPECT_EQ(outcome.out, "");
  }
}

TEST_F(Outputs, OnADeviceThatIsFull) {
  for (const auto& command : writers("/dev/full")) {
    const Outcome outcome = run(command);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(outcome.err, "sparsim: /dev/full: cannot be written: No space left on device\n");
  }
}

// A limit that every file is larger than, as a disk that fills up while it is written.
TEST_F(Outputs, OnADiskThatFillsUp) {
  Conditions full;
  full.largest_file_bytes = 2000;
  for (const auto& command : writers("out")) {
    const Outcome outcome = run(command, full);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(outcome.err, "sparsim: out: cannot be written: File too large\n");
  }
}

TEST_F(Outputs, StandardOutputThatIsFull) {
  Conditions full;
  full.standard_output = "/dev/full";
  for (const auto& command : {run_command({}), {"inspect", "shapes.h5"}, {"--help"}}) {
    const Outcome outcome = run(command, full);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_EQ(outcome.err, "sparsim: standard output cannot be written\n");
  }
}

TEST_F(Outputs, ThatShareAName) {
  expect_refused(run_command({"--json", "out", "--timeline", "out"}), "--json and --timeline: both name out");
}

TEST_F(Outputs, InterruptedInARun) {
  EXPECT_EQ(interrupt_once_writing("out", run_command({"--json", "out", "--images", "1000000"})).status, 130);
}

TEST_F(Outputs, InterruptedInASynthesis) {
  const std::vector<std::string> command{"synthesize", "tiny.yaml", "--seed", "1", "-o", "out", "--images", "1000000"};
  EXPECT_EQ(interrupt_once_writing("out", command).status, 130);
}

TEST_F(Outputs, InterruptedInACapture) {
  std::vector<std::string> command{"capture", "shapes.onnx", "-o", "out", "--preset", "cifar10-raw"};
  command.insert(command.end(), 200, "shapes_test200.bin");
  EXPECT_EQ(interrupt_once_writing("out", command).status, 130);
}

TEST_F(Outputs, OfARefusedRunLeaveTheOldOneAlone) {
  write("old", "old");
  const Outcome outcome = run(run_command({"--json", "old", "--set", "scratchpads.ifmap.size_bytes=16"}));
  EXPECT_EQ(outcome.status, 2);
  EXPECT_EQ(read("old"), "old");
  remove(path("old").c_str());
}

}  // namespace
}  // namespace sparsim
