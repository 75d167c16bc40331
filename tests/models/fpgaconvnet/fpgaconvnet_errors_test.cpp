// What an accelerator refuses, and a deadlock for lack of room.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>

#include "tests/models/fpgaconvnet/accelerator_run.h"

namespace sparsim {
namespace {

using testing::AllOf;
using testing::HasSubstr;

RunOptions crossbar(const std::string& spec) {
  RunOptions options;
  options.crossbar = spec;
  return options;
}

FpgaConvNetConfig sparse() {
  FpgaConvNetConfig config = tiny_board();
  config.engine = DotEngine::round_robin;
  return config;
}

TEST(FpgaConvNetErrors, ACrossbarThatThereIsNot) {
  const PlainWorkload workload(one_convolution());
  EXPECT_THAT(error_of(sparse(), workload, crossbar("fastest")), HasSubstr("fastest"));
}

TEST(FpgaConvNetErrors, ANodeThatThereIsNot) {
  const PlainWorkload workload(one_convolution());
  EXPECT_EQ(error_of(sparse(), workload, crossbar("step:conv9")),
            "--crossbar step:conv9: no node of that name has a crossbar");
}

TEST(FpgaConvNetErrors, NoCrossbarInADenseAccelerator) {
  const PlainWorkload workload(one_convolution());
  EXPECT_EQ(error_of(tiny_board(), workload, crossbar("step")),
            "--crossbar step: no node of this accelerator has a crossbar");
}

TEST(FpgaConvNetErrors, NoneOfACrossbarThatThereIs) {
  const PlainWorkload workload(one_convolution());
  EXPECT_EQ(error_of(sparse(), workload, crossbar("step:only")), "no error");
}

// The image and the result on a page of 4 KiB each.
TEST(FpgaConvNetErrors, AMemoryThatIsTooSmall) {
  FpgaConvNetConfig config = tiny_board();
  std::get<SramConfig>(config.memory).size_bytes = 8191;
  const PlainWorkload workload(one_convolution());
  EXPECT_EQ(error_of(config, workload, {}),
            "tiny: images, results and streamed weights need 8192 bytes of external memory, the board has 8191");
}

TEST(FpgaConvNetErrors, NoneOfAMemoryThatIsLargeEnough) {
  FpgaConvNetConfig config = tiny_board();
  std::get<SramConfig>(config.memory).size_bytes = 8192;
  const PlainWorkload workload(one_convolution());
  EXPECT_EQ(error_of(config, workload, {}), "no error");
}

// ---- deadlock

// A body whose first window is complete with the sixth word of the image (the second of the second row), beside a
// shortcut. The split gives both a word or neither, and the sum takes one of both: the shortcut has to hold six.
LayerGraph residual() {
  LayerGraph graph;
  graph.name = "residual";
  graph.input = {4, 4, 1};
  graph.layers = {conv("body", 4, 1, 1, 3, 1, 1)};
  Layer sum;
  sum.name = "sum";
  sum.kind = LayerKind::add;
  sum.inputs = {0, Layer::kNetworkInput};
  sum.shape.input = sum.shape.output = graph.input;
  graph.layers.push_back(sum);
  return graph;
}

FpgaConvNetConfig without_room() {
  FpgaConvNetConfig config = tiny_board();
  config.branch_fifos = config.burst_fifos = false;
  return config;
}

TEST(FpgaConvNetDeadlock, NamesTheFifoAndTheDepthThatFreesIt) {
  const PlainWorkload workload(residual());
  EXPECT_THAT(
      error_of(without_room(), workload, {}),
      AllOf(HasSubstr("waits for room in FIFO accelerator.source_split_to_sum (depth 2, full)"),
            HasSubstr("the run would have finished with"), HasSubstr("FIFO accelerator.source_split_to_sum: depth 6")));
}

TEST(FpgaConvNetDeadlock, IsNoneWithThatDepth) {
  FpgaConvNetConfig config = without_room();
  config.fifo_depths["source_split_to_sum"] = 6;
  const PlainWorkload workload(residual());
  RunOptions options;
  options.images = 3;
  const RunRecord record = run(config, workload, options);
  EXPECT_EQ(record.images.size(), 3u);
  expect_identities(record, config, workload);
}

TEST(FpgaConvNetDeadlock, StaysWithOneLess) {
  FpgaConvNetConfig config = without_room();
  config.fifo_depths["source_split_to_sum"] = 5;
  const PlainWorkload workload(residual());
  EXPECT_THAT(error_of(config, workload, {}), HasSubstr("FIFO accelerator.source_split_to_sum: depth 6"));
}

}  // namespace
}  // namespace sparsim
