#include <gmock/gmock.h>

#include "tests/support/program.h"

namespace sparsim {
namespace {

using testing::HasSubstr;
using testing::StartsWith;

constexpr char kAccelerator[] = "accelerators/sparcnet-small.yaml";

/// Traces, networks and images that are none. The network of traces/shapes takes 3 x 32 x 32 pixels.
class WorkloadFile : public ProgramTest {
 protected:
  WorkloadFile() {
    copy_configs();
    copy("traces/shapes.h5");
    copy("traces/shapes/shapes.onnx");
    copy("traces/shapes/shapes_test200.bin");
  }
  void expect_refused_starting(const std::vector<std::string>& arguments, const std::string& start) {
    const Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, 2);
    EXPECT_THAT(outcome.err, StartsWith("sparsim: " + start));
    EXPECT_EQ(outcome.out, "");
  }
  // Its first bytes alone.
  void truncate(const std::string& name, std::size_t bytes) { write(name, read(name).substr(0, bytes)); }
};

TEST_F(WorkloadFile, TraceThatIsNotThere) {
  expect_refused({"run", kAccelerator, "t.h5"}, "t.h5: cannot be read: No such file or directory");
  expect_refused({"inspect", "t.h5"}, "t.h5: cannot be read: No such file or directory");
  const std::string long_name(300, 't');
  expect_refused({"inspect", long_name}, long_name + ": cannot be read: File name too long");
}

TEST_F(WorkloadFile, TraceThatIsADirectory) {
  expect_refused({"run", kAccelerator, "devices"}, "devices: cannot be read: it is a directory");
}

TEST_F(WorkloadFile, TraceThatIsNoHdf5) {
  expect_refused({"run", kAccelerator, kAccelerator}, std::string(kAccelerator) + ": is no HDF5 file; a trace is one");
  write("empty.h5", "");
  expect_refused({"inspect", "empty.h5"}, "empty.h5: is no HDF5 file; a trace is one");
}

TEST_F(WorkloadFile, TraceThatIsTruncated) {
  const std::string whole = read("shapes.h5");
  for (const std::size_t bytes : {std::size_t{100}, whole.size() / 2, whole.size() - 1}) {
    write("shapes.h5", whole.substr(0, bytes));
    expect_refused_starting({"run", kAccelerator, "shapes.h5"}, "shapes.h5: is damaged: ");
    expect_refused_starting({"inspect", "shapes.h5"}, "shapes.h5: is damaged: ");
  }
}

TEST_F(WorkloadFile, NetworkThatIsNoOnnx) {
  truncate("shapes.onnx", 10'000);
  expect_refused({"capture", "shapes.onnx", "shapes_test200.bin", "-o", "t.h5"},
                 "shapes.onnx: not an ONNX file, or a damaged one");
  expect_refused_starting({"capture", "none.onnx", "shapes_test200.bin", "-o", "t.h5"},
                          "none.onnx: cannot be read: No such file or directory");
}

// Relu, renamed to an operator of the same length that does not exist.
TEST_F(WorkloadFile, NetworkWithAnUnsupportedOperator) {
  std::string network = read("shapes.onnx");
  const std::size_t at = network.find("\x22\x04Relu");  // field 4, four bytes: NodeProto.op_type
  ASSERT_NE(at, std::string::npos);
  write("shapes.onnx", network.replace(at + 2, 4, "Rolu"));
  const Outcome outcome = run({"capture", "shapes.onnx", "shapes_test200.bin", "-o", "t.h5"});
  EXPECT_EQ(outcome.status, 2);
  EXPECT_THAT(outcome.err, StartsWith("sparsim: shapes.onnx: "));
  EXPECT_THAT(outcome.err, HasSubstr("Rolu"));
  EXPECT_THAT(outcome.err, HasSubstr("LeakyRelu")) << "the supported list";
}

TEST_F(WorkloadFile, ImageOfAnotherShape) {
  write("a.ppm", "P6 2 1 255\nabcdef");
  expect_refused_starting({"capture", "shapes.onnx", "a.ppm", "-o", "t.h5"},
                          "a.ppm: 3x1x2 (channels x height x width), but the network takes 3x32x32; ");
}

TEST_F(WorkloadFile, ImageThatIsNone) {
  expect_refused_starting({"capture", "shapes.onnx", "shapes.h5", "-o", "t.h5"},
                          "shapes.h5: none of the formats that are read: PNG, ");
  expect_refused_starting({"capture", "shapes.onnx", "none.png", "-o", "t.h5"},
                          "none.png: cannot be read: No such file or directory");
}

TEST_F(WorkloadFile, EventsAndWeightsThatAreWrong) {
  write("n.yaml",
        "name: n\ninput: [4, 4, 1]\nparameters: .\ncorrelation: 0\ndensity: 0.5\n"
        "layers: [{name: c, op: conv, sites: active, filters: 1, kernel: 1, weights: w.txt}]\n");
  write("e.csv", "event,row,col,value\n0,0,0,1\n0,4,0,1\n");
  const std::vector<std::string> capture{"capture", "n.yaml", "e.csv", "-o", "t.h5"};
  expect_refused(capture, "w.txt: cannot be read: No such file or directory (weights of layer 'c')");
  write("w.txt", "1, 2");
  expect_refused(capture, "w.txt: 2 numbers; must be 1 (weights of layer 'c')");
  write("w.txt", "1");
  expect_refused(capture, "e.csv:3: row '4': must be a whole number in 0..3");
  write("e.csv", "event,row,col,value\n");
  expect_refused(capture, "e.csv: no events behind its header");
}

TEST_F(WorkloadFile, NetworkDescriptionWithAnUnknownKey) {
  write("n.yaml",
        "name: n\ninput: [4, 4, 3]\ncorrelation: 0\ndensity: {value: 0.5, basis: assumed, source: a test}\n"
        "layers: [{name: c, op: conv, filters: 4, kernle: 3}]\n");
  expect_refused({"synthesize", "n.yaml", "--seed", "1", "-o", "t.h5"},
                 "n.yaml:5: layers[0].kernel: missing; must be a whole number in 1..1048576\n"
                 "n.yaml:5: layers[0].kernle: unknown key; did you mean 'kernel'?");
}

}  // namespace
}  // namespace sparsim
