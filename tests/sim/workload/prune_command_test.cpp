// `sparsim prune` from its command line to the trace it writes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "models/core/error.h"
#include "sim/cli/capture.h"
#include "sim/cli/inspect.h"
#include "sim/cli/prune.h"
#include "sim/cli/synthesize.h"
#include "sim/output_file.h"
#include "sim/workload/inference.h"
#include "sim/workload/onnx_import.h"
#include "sim/workload/trace_network.h"
#include "sim/workload/weight_blocks.h"
#include "tests/sim/workload/scratch_directory.h"

namespace sparsim {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr std::size_t kWhole = 1 << 24;
const std::string kModel = SPARSIM_SOURCE_DIR "/traces/shapes/shapes.onnx";
const std::string kImages = SPARSIM_SOURCE_DIR "/traces/shapes/shapes_test200.bin";

std::string output_of(const Command& command, const std::vector<std::string>& arguments) {
  testing::internal::CaptureStdout();
  EXPECT_EQ(run_command(command, arguments), 0);
  return testing::internal::GetCapturedStdout();
}

std::size_t layer_named(const LayerGraph& graph, const std::string& name) {
  for (std::size_t i = 0; i < graph.layers.size(); ++i)
    if (graph.layers[i].name == name) return i;
  throw std::runtime_error("no layer " + name);
}

std::vector<std::string> operator+(std::vector<std::string> a, const std::vector<std::string>& b) {
  a.insert(a.end(), b.begin(), b.end());
  return a;
}

class PruneCommand : public testing::Test {
 protected:
  void capture(const std::vector<std::string>& options) const {
    output_of(capture_command(), std::vector<std::string>{kModel, kImages, "-o", path("t.h5")} + options);
  }
  std::string prune(const std::vector<std::string>& options) const {
    return output_of(prune_command(), std::vector<std::string>{path("t.h5"), "-o", path("p.h5")} + options);
  }
  /// What is wrong with a command line; nothing but the trace may be there then.
  std::string problem(const std::vector<std::string>& options) const {
    std::string text;
    try {
      run_command(prune_command(), std::vector<std::string>{path("t.h5"), "-o", path("p.h5")} + options);
      ADD_FAILURE() << "was accepted";
    } catch (const InputError& error) {
      text = error.what();
    }
    EXPECT_FALSE(std::filesystem::exists(path("p.h5"))) << text;
    return text;
  }
  std::string path(const std::string& name) const { return scratch_ / name; }

  const ScratchDirectory scratch_;
};

const std::vector<std::string> kBlocks{"--bcr", "4x9", "--ratio", "0.25"};

TEST_F(PruneCommand, ComputesThePrunedNetwork) {
  capture({"--values", "--images", "12"});
  const std::string text = prune(kBlocks + std::vector<std::string>{"--balanced", "--reorder"});
  const Trace before = Trace::open(path("t.h5")), after = Trace::open(path("p.h5"));
  EXPECT_EQ(after.info().reductions, "bcr:4x9:0.25:balanced:reordered");
  EXPECT_THAT(after.info().origin, HasSubstr("pruned in blocks and computed again"));
  std::size_t same = 0, right = 0;
  for (std::size_t i = 0; i < 12; ++i) {
    same += before.top1(i) == after.top1(i);
    right += after.top1(i) == after.label(i);
  }
  EXPECT_THAT(text, HasSubstr("same top-1 for " + std::to_string(same) + " of 12 images"));
  EXPECT_THAT(text, HasSubstr("before, " + std::to_string(right) + " after"));
  for (const Layer& layer : after.graph().layers) {
    if (!layer.weighted()) continue;
    const bool has_matrix = has_weight_matrix(layer);
    EXPECT_EQ(layer.blocks.has_value(), has_matrix) << layer.name;
    if (has_matrix) {
      EXPECT_EQ(*layer.blocks, (BlockPruning{4, 9, true}));
    }
  }
}

// Three quarters of 4 x 9 are 3 x 9 exactly: a row of each block goes, no column.
TEST_F(PruneCommand, KeepsWhatItSays) {
  capture({"--values", "--images", "2"});
  const std::string text = prune(kBlocks + std::vector<std::string>{"--balanced", "--json", path("p.json")});
  const json report = json::parse(read_file(path("p.json"), kWhole));
  const Trace after = Trace::open(path("p.h5"));
  EXPECT_EQ(report["ratio"], 0.25);
  EXPECT_EQ(report["balanced"], true);
  EXPECT_EQ(report["reordered"], false);
  EXPECT_EQ(report["seed"], nullptr);
  EXPECT_EQ(report["agreement"]["images"], 2);
  EXPECT_EQ(report["accelerator"], nullptr);
  std::size_t row = 0;
  for (const Layer& layer : after.graph().layers) {
    if (!layer.blocks) continue;
    EXPECT_EQ(report["layers"][row]["name"], layer.name);
    EXPECT_EQ(report["layers"][row]["salience"], "float weights");
    EXPECT_EQ(report["layers"][row++]["kept_weights"], layer.weight_nonzero.count());
  }
  EXPECT_EQ(report["layers"].size(), row);
  const Layer& conv1 = after.graph().layers[layer_named(after.graph(), "conv1")];
  EXPECT_EQ(conv1.weight_nonzero.count(), 16u * 27 * 3 / 4);  // 16 filters of 3x3x3
}

TEST_F(PruneCommand, PrunesMasksAloneWhereTheNetworkCannotBeComputed) {
  capture({"--values", "--bits", "8", "--images", "3"});
  const std::string text = prune(kBlocks);
  EXPECT_THAT(text, HasSubstr("quantised weights"));
  EXPECT_THAT(text, HasSubstr("masks of weights alone were pruned, the inputs are those of the unpruned network: there "
                              "are no pixels"));
  EXPECT_THAT(text, testing::Not(HasSubstr("same top-1")));
  const Trace before = Trace::open(path("t.h5")), after = Trace::open(path("p.h5"));
  const std::size_t conv2 = layer_named(before.graph(), "conv2");
  EXPECT_EQ(after.nonzero(2, conv2), before.nonzero(2, conv2));
  EXPECT_FALSE(after.top1(2));
}

TEST_F(PruneCommand, DrawsSalienceFromItsSeed) {
  capture({"--images", "1"});
  EXPECT_THAT(prune(kBlocks), HasSubstr("salience from seed 1\n"));
  const std::string first = read_file(path("p.h5"), kWhole);
  EXPECT_EQ(Trace::open(path("p.h5")).info().reductions, "bcr:4x9:0.25:drawn=1");
  prune(kBlocks);
  EXPECT_TRUE(read_file(path("p.h5"), kWhole) == first);
  prune(kBlocks + std::vector<std::string>{"--seed", "2"});
  EXPECT_EQ(Trace::open(path("p.h5")).info().reductions, "bcr:4x9:0.25:drawn=2");
  EXPECT_FALSE(read_file(path("p.h5"), kWhole) == first);
}

TEST_F(PruneCommand, PrunesTheLayersThatItIsTold) {
  capture({"--images", "1"});
  const auto in_blocks = [&] {
    std::vector<std::string> names;
    const Trace trace = Trace::open(path("p.h5"));
    for (const Layer& layer : trace.graph().layers)
      if (layer.blocks) names.push_back(layer.name);
    return names;
  };
  prune(kBlocks + std::vector<std::string>{"--layers", "conv2,conv3"});
  EXPECT_THAT(in_blocks(), testing::ElementsAre("conv2", "conv3"));
  const std::string text = prune(kBlocks + std::vector<std::string>{"--skip", "conv2"});
  EXPECT_THAT(in_blocks(), testing::AllOf(testing::Contains("conv1"), testing::Not(testing::Contains("conv2"))));
  EXPECT_THAT(text, HasSubstr("left alone, as asked: conv2\n"));
}

TEST_F(PruneCommand, IsShownByInspect) {
  capture({"--images", "1"});
  EXPECT_THAT(output_of(inspect_command(), {path("t.h5")}), testing::Not(HasSubstr("blocks")));
  prune(kBlocks + std::vector<std::string>{"--layers", "conv2", "--reorder"});
  EXPECT_THAT(output_of(inspect_command(), {path("p.h5")}), HasSubstr("4x9 reordered"));
  const json shown = json::parse(output_of(inspect_command(), {path("p.h5"), "--json"}));
  for (const json& layer : shown["layers"]) {
    EXPECT_EQ(layer.contains("blocks"), layer["name"] == "conv2");
    if (layer.contains("blocks")) {
      EXPECT_EQ(layer["blocks"], (json{{"rows", 4}, {"columns", 9}, {"reordered", true}}));
    }
  }
}

TEST_F(PruneCommand, RefusesWhatItWasNotMeantFor) {
  capture({"--images", "1"});
  const auto with = [&](const char* blocks, const char* ratio) { return problem({"--bcr", blocks, "--ratio", ratio}); };
  for (const char* const blocks : {"16", "x16", "16x", "0x4", "4x0", "-4x4", "4X4", "4x4x4", "4x4 ", ""})
    EXPECT_EQ(with(blocks, "0.5"),
              "--bcr '" + std::string(blocks) + "': must be ROWSxCOLUMNS, both at least 1, as in 16x16");
  EXPECT_EQ(with("4x4", "1.5"), "--ratio 1.5: must be a number in 0..1");
  EXPECT_EQ(with("4x4", "-0.1"), "--ratio -0.1: must be a number in 0..1");
  EXPECT_EQ(with("4x4", "nan"), "--ratio nan: must be a number in 0..1");
  EXPECT_EQ(with("4x4", "1"), "--ratio 1: must be below 1");
  EXPECT_THAT(with("17x4", "0.5"),
              HasSubstr("t.h5: blocks of 17x4 are larger than the weight matrix of layer 'conv1', 16x27"));
  EXPECT_THAT(problem({"--bcr", "4x4"}), HasSubstr("--ratio is missing"));
  EXPECT_THAT(problem({"--ratio", "0.5"}), HasSubstr("--bcr is missing"));
  EXPECT_THAT(problem(kBlocks + std::vector<std::string>{"--layers", "conv22"}),
              HasSubstr("no layer 'conv22' that can be pruned in blocks; did you mean 'conv2'?"));
}

TEST_F(PruneCommand, RefusesAPrunedTrace) {
  capture({"--images", "1"});
  prune(kBlocks);
  std::filesystem::rename(path("p.h5"), path("t.h5"));
  EXPECT_THAT(problem(kBlocks), HasSubstr("t.h5: layer 'conv1' was pruned in blocks of 4x9 already"));
}

TEST_F(PruneCommand, LeavesNothingWhereItCannotWrite) {
  capture({"--images", "1"});
  EXPECT_THAT(problem(kBlocks + std::vector<std::string>{"--json", path("none/p.json")}), HasSubstr("none/p.json"));
  EXPECT_THROW(
      run_command(prune_command(),
                  std::vector<std::string>{path("t.h5"), "-o", path("none/p.h5"), "--json", path("p.json")} + kBlocks),
      InputError);
  EXPECT_FALSE(std::filesystem::exists(path("p.json")));
}

/// TFC of the repository, its weights drawn, on its accelerator.
class PruneForAccelerator : public PruneCommand {
 protected:
  PruneForAccelerator() {
    output_of(synthesize_command(),
              {SPARSIM_SOURCE_DIR "/configs/networks/tfc-w1a1.yaml", "--seed", "1", "-o", path("t.h5")});
  }
  const std::string accelerator_ = SPARSIM_SOURCE_DIR "/configs/accelerators/finn-tfc-w1a1-pynq.yaml";
};

TEST_F(PruneForAccelerator, ComparesAllFourCorners) {
  const std::string text =
      prune({"--bcr", "8x8", "--ratio", "0.5", "--accelerator", accelerator_, "--json", path("p.json")});
  EXPECT_THAT(text, HasSubstr("balanced, reordered"));
  EXPECT_THAT(text, HasSubstr("break-even"));
  const json accelerator = json::parse(read_file(path("p.json"), kWhole))["accelerator"];
  EXPECT_EQ(accelerator["dense"]["cycles"], 64);  // published/README.md: the interval of TFC
  ASSERT_EQ(accelerator["corners"].size(), 4u);
  for (const json& corner : accelerator["corners"]) {
    EXPECT_LE(corner["cycles"], 64);
    EXPECT_EQ(corner["agreement"], nullptr);
  }
  for (const json& layer : accelerator["layers"])
    for (const json& cycles : layer["cycles"]) EXPECT_LE(cycles, layer["dense_cycles"]) << layer["name"];
}

TEST_F(PruneForAccelerator, TakesThatOfFinnAlone) {
  EXPECT_THAT(problem({"--bcr", "8x8", "--ratio", "0.5", "--accelerator",
                       SPARSIM_SOURCE_DIR "/configs/accelerators/sparcnet-small.yaml"}),
              HasSubstr("architecture sparcnet; only finn has matrix units for weights pruned in blocks"));
}

std::string shared_data() {
  const char* const given = std::getenv("SPARSIM_SHARED_DATA");
  return given != nullptr ? given : SPARSIM_SOURCE_DIR "/../shared/data";
}

struct Case {
  const char* name;
  std::string model, images, preset;
};
void PrintTo(const Case& tested, std::ostream* os) { *os << tested.name; }

class CapturedNetwork : public testing::TestWithParam<Case> {};

// To the bit: the same operators in the same order.
TEST_P(CapturedNetwork, ComputesWhatItsOnnxFileDoes) {
  const Case& tested = GetParam();
  if (!std::filesystem::exists(tested.model)) GTEST_SKIP() << "no " << tested.model << ": set SPARSIM_SHARED_DATA";
  const ScratchDirectory scratch;
  std::vector<std::string> arguments{tested.model, tested.images, "-o", scratch / "t.h5", "--values", "--images", "2"};
  if (!tested.preset.empty()) arguments = arguments + std::vector<std::string>{"--preset", tested.preset};
  output_of(capture_command(), arguments);
  const Trace trace = Trace::open(scratch / "t.h5");
  ASSERT_EQ(missing_for_inference(trace), "");
  Inference original(import_onnx(tested.model)), read(network_of(trace));
  for (std::size_t i = 0; i < trace.images(); ++i) {
    const Tensor image = image_of(trace, i);
    EXPECT_EQ(read.run(image).values, original.run(image).values) << i;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Networks, CapturedNetwork,
    testing::Values(Case{"Shapes", kModel, kImages, ""},
                    Case{"Resnet8", shared_data() + "/models/resnet8_cifar10.onnx",
                         shared_data() + "/datasets/cifar10/cifar10_perf200.bin", "cifar10-raw"},
                    Case{"Resnet20", shared_data() + "/models/resnet20_cifar10.onnx",
                         shared_data() + "/datasets/cifar10/cifar10_perf200.bin", "cifar10"},
                    Case{"Mnist", shared_data() + "/models/mnist_cnn.onnx",
                         shared_data() + "/datasets/mnist/t10k-first500-images.idx3-ubyte", "mnist"},
                    Case{"Squeezenet", shared_data() + "/models/squeezenet1.1_imagenet.onnx", shared_data() + "/images",
                         "imagenet-caffe"},
                    Case{"SqueezenetPruned", shared_data() + "/models/squeezenet1.0_deepcompressed.onnx",
                         shared_data() + "/images", "imagenet-caffe"},
                    Case{"Mobilenet", shared_data() + "/models/mobilenet_v1_1.0_224_body.onnx",
                         shared_data() + "/images", "imagenet-tf"}),
    [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace sparsim
