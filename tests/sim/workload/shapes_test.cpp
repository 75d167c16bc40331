// Our own small network, traces/shapes, against what PyTorch computed for it before it was exported.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "sim/workload/capture.h"
#include "sim/workload/capture_summary.h"
#include "sim/workload/onnx_import.h"

namespace sparsim {
namespace {

const std::string kShapes = SPARSIM_SOURCE_DIR "/traces/shapes/";

TEST(Shapes, AreNamedAsOftenAsPyTorchDid) {
  const Images images({kShapes + "shapes_test200.bin"});
  ASSERT_EQ(images.size(), 200u);
  CaptureOptions options;
  options.preprocessing = preprocessing_preset("cifar10-raw");
  Capture capture(import_onnx(kShapes + "shapes.onnx"), images, options);
  CaptureSummary summary(capture.graph());
  std::map<std::int32_t, int> classes;
  for (std::size_t i = 0; i < images.size(); ++i) {
    const CapturedImage image = capture.image(i);
    ++classes[*image.trace.label];
    summary.add(image);
  }
  EXPECT_EQ(summary.top1(), 186u);  // as scripts/train_shapes.py printed; traces/shapes/README.md
  ASSERT_EQ(classes.size(), 10u);
  for (const auto& [label, count] : classes) EXPECT_EQ(count, 20) << label;
}

TEST(Shapes, HaveTheActivationsThatPyTorchComputed) {
  const std::string references = kShapes + "test_data_set_0/";
  const Network network = import_onnx(kShapes + "shapes.onnx");
  Inference inference(network, Inference::Keep::every_value);
  Tensor image = Images({references + "input_0.pb"}).get(0).values;
  image.shape.insert(image.shape.begin(), 1);
  const Tensor scores = inference.run(image);

  const auto expect_near = [](const std::vector<float>& values, const std::vector<float>& expected,
                              const std::string& name) {
    ASSERT_EQ(values.size(), expected.size()) << name;
    const float largest = std::abs(*std::max_element(expected.begin(), expected.end(),
                                                     [](float a, float b) { return std::abs(a) < std::abs(b); }));
    for (std::size_t i = 0; i < values.size(); ++i)
      ASSERT_NEAR(values[i], expected[i], 1e-4f * largest) << name << '[' << i << ']';
  };
  expect_near(scores.values, Images({references + "output_0.pb"}).get(0).values.values, "scores");
  for (const char* const name : {"conv1_relu", "pool", "conv2_relu", "block_a_relu", "block_relu", "down_relu",
                                 "mix_relu", "conv3_relu", "mean"}) {
    const auto node = std::find_if(network.nodes.begin(), network.nodes.end(),
                                   [&](const Node& candidate) { return candidate.output == name; });
    ASSERT_NE(node, network.nodes.end()) << name;
    expect_near(reordered(inference.value(static_cast<std::size_t>(node - network.nodes.begin())), kOnnxOrder),
                Images({references + name + ".pb"}).get(0).values.values, name);
  }
}

// What the masks say of static pruning is what the values say.
TEST(Shapes, HaveZeroMapsWherePruningSaysSo) {
  const Images images({kShapes + "shapes_test200.bin"});
  CaptureOptions options;
  options.images = 2;
  options.reductions = parse_reductions("sfp:0.4");
  Capture capture(import_onnx(kShapes + "shapes.onnx"), images, options);
  std::size_t masked_layers = 0;
  for (std::size_t i = 0; i < 2; ++i) {
    const TraceImage image = capture.image(i).trace;
    for (const LayerInput& input : image.inputs) {
      if (input.kept_channels.empty()) continue;
      ++masked_layers;
      for (std::size_t v = 0; v < input.nonzero.size(); ++v)
        ASSERT_FALSE(input.nonzero.test(v) && !input.kept_channels.test(v % input.kept_channels.size()));
    }
  }
  // Six layers read what one convolution made; `down` reads a sum, zero only where both summands happen to be.
  EXPECT_GE(masked_layers, 2u * 6);
  EXPECT_LE(masked_layers, 2u * 7);
}

}  // namespace
}  // namespace sparsim
