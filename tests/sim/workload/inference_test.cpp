#include "sim/workload/inference.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/core/error.h"
#include "tests/sim/workload/onnx_builder.h"

namespace sparsim {
namespace {

using testing::ElementsAre;
using Keep = Inference::Keep;

/// x -> relu r -> two 1x1 convolutions (sum of channels, difference of channels) -> concat.
Network two_branches() {
  OnnxBuilder model({1, 2, 1, 2});
  model.weights("plus", {1, 2, 1, 1}, {1, 1}).weights("minus", {1, 2, 1, 1}, {1, -1});
  model.node("Relu", {"x"}, "r").node("Conv", {"r", "plus"}, "a").node("Relu", {"a"}, "ra");
  model.node("Conv", {"r", "minus"}, "b").node("Concat", {"ra", "b"}).with("axis", 1);
  return model.import();
}

// Channel 0: 1, 2; channel 1: 10, -20.
const Tensor kImage{{1, 2, 1, 2}, {1, 2, 10, -20}};

TEST(Inference, ComputesImageAfterImage) {
  Inference inference(two_branches());
  // relu: 1, 2 and 10, 0; sums 11, 2; differences -9, 2
  const Tensor output = inference.run(kImage);
  EXPECT_THAT(output.shape, ElementsAre(1, 2, 1, 2));
  EXPECT_THAT(output.values, ElementsAre(11, 2, -9, 2));
  EXPECT_THAT(inference.run({{1, 2, 1, 2}, {0, 0, 0, 0}}).values, ElementsAre(0, 0, 0, 0));
  EXPECT_THAT(inference.run(kImage).values, ElementsAre(11, 2, -9, 2));
}

TEST(Inference, OutlivesItsNetworkAndMoves) {
  Inference moved = [] { return Inference(two_branches()); }();
  Inference again = std::move(moved);
  EXPECT_THAT(again.run(kImage).values, ElementsAre(11, 2, -9, 2));
}

TEST(InputHook, SeesTheInputOfEveryWeightedLayer) {
  const Network network = two_branches();
  Inference inference(network);
  std::vector<std::string> layers;
  inference.run(kImage, [&](std::size_t node, const MapView& input) {
    layers.push_back(network.nodes[node].name);
    EXPECT_EQ(input.shape, (MapShape{1, 2, 2}));
    // NHWC: both channels of a pixel side by side
    EXPECT_THAT(std::vector<float>(input.values, input.values + 4), ElementsAre(1, 10, 2, 0));
  });
  EXPECT_THAT(layers, ElementsAre("op_a", "op_b"));
}

TEST(InputHook, ChangesTheInputOfThatLayerAlone) {
  const Network network = two_branches();
  for (const Keep keep : {Keep::output, Keep::every_value}) {
    Inference inference(network, keep);
    const Tensor output = inference.run(kImage, [&](std::size_t node, const MapView& input) {
      if (network.nodes[node].name == "op_a") input.values[1] = 0;  // channel 1 of pixel 0
    });
    EXPECT_THAT(output.values, ElementsAre(1, 2, -9, 2));
    EXPECT_THAT(inference.run(kImage).values, ElementsAre(11, 2, -9, 2));  // gone with the next run
  }
}

TEST(InputHook, MayThrow) {
  Inference inference(two_branches());
  EXPECT_THROW(inference.run(kImage, [](std::size_t, const MapView&) { throw InputError("stop"); }), InputError);
  EXPECT_THAT(inference.run(kImage).values, ElementsAre(11, 2, -9, 2));
}

TEST(Inference, KeepsEveryValueWhereAsked) {
  const Network network = two_branches();
  Inference inference(network, Keep::every_value);
  inference.run(kImage);
  const auto values = [&](std::size_t node) {
    const MapView view = inference.value(node);
    return std::vector<float>(view.values, view.values + view.shape.elements());
  };
  EXPECT_THAT(values(Network::kInput), ElementsAre(1, 10, 2, -20));
  EXPECT_THAT(values(0), ElementsAre(1, 10, 2, 0));
  EXPECT_THAT(values(3), ElementsAre(-9, 2));
  EXPECT_THAT(values(4), ElementsAre(11, -9, 2, 2));
  EXPECT_THAT(reordered(inference.value(4), kOnnxOrder), ElementsAre(11, 2, -9, 2));
}

TEST(Inference, RefusesAValueThatFusionLeftOut) {
  Inference inference(two_branches());
  inference.run(kImage);
  EXPECT_THROW(inference.value(1), ModelError);  // op_a computes its relu along
  EXPECT_NO_THROW(inference.value(2));
}

TEST(Inference, RefusesAnInputOfAnotherShape) {
  Inference inference(two_branches());
  for (const Tensor& wrong : {Tensor{{1, 1, 2, 2}, {1, 2, 3, 4}}, Tensor{{2, 1, 2}, {1, 2, 3, 4}},
                              Tensor{{1, 2, 1, 2}, {1, 2, 3}}, Tensor{{}, {}}}) {
    try {
      inference.run(wrong);
      ADD_FAILURE() << to_string(wrong.shape);
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), testing::HasSubstr("the network takes 1x2x1x2"));
    }
  }
}

TEST(Inference, ReturnsTheInputOfANetworkThatComputesNothing) {
  OnnxBuilder model({1, 2, 1, 2});
  model.node("Identity", {"x"});
  EXPECT_THAT(Inference(model.import()).run(kImage).values, ElementsAre(1, 2, 10, -20));
}

/// conv 1x3 on active sites, two channels to two filters, and a ReLU.
Network active_sites(std::vector<float> weights, std::vector<float> bias) {
  Weighted op;
  op.shape.input = op.shape.output = {1, 4, 2};
  op.shape.kernel_w = 3;
  op.shape.pad_left = op.shape.pad_right = 1;
  op.weights = std::move(weights);
  op.bias = std::move(bias);
  op.active_sites = true;
  Network network;
  network.input = op.shape.input;
  network.nodes = {{"conv", "conv", {Network::kInput}, op.shape.output, op},
                   {"relu", "relu", {0}, op.shape.output, Relu{}}};
  network.output = 1;
  network.output_shape = {1, 2, 1, 4};
  return network;
}

// Pixels (channels): (0, 2), (3, 0), (0, 0), (1, 0).
const Tensor kSites{{1, 2, 1, 4}, {0, 3, 0, 1, 2, 0, 0, 0}};

TEST(ActiveSites, PutOutOnlyWhereTheirOwnPixelIsNotZero) {
  // Filter 0 adds up channel 0 of three pixels, filter 1 takes channel 1 of the pixel to the left.
  Inference inference(active_sites({1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0}, {}));
  // Filter 0: 3, 3, (4), 1; filter 1: 0, 2, 0, 0. Pixel 2 is zero: it puts out nothing.
  EXPECT_THAT(inference.run(kSites).values, ElementsAre(3, 3, 0, 1, 0, 2, 0, 0));
}

TEST(ActiveSites, AddTheBiasOnlyToASumThatIsNotZero) {
  Inference inference(active_sites({1, 0, 1, 0, 1, 0, 0, 1, 0, 0, 0, 0}, {10, -1.5f}), Keep::every_value);
  EXPECT_THAT(inference.run(kSites).values, ElementsAre(13, 13, 0, 11, 0, 0.5f, 0, 0));
  const MapView sums = inference.value(0);
  EXPECT_THAT(std::vector<float>(sums.values, sums.values + 8), ElementsAre(13, 0, 13, 0.5f, 0, 0, 11, 0));
  // Where a hook clears pixel 1, it puts out nothing, either.
  const Tensor hooked = inference.run(kSites, [](std::size_t, const MapView& input) { input.values[2] = 0; });
  EXPECT_THAT(hooked.values, ElementsAre(0, 0, 0, 11, 0, 0, 0, 0));
}

TEST(ActiveSites, OfNothingPutOutNothing) {
  Inference inference(active_sites(std::vector<float>(12, 1), {10, 10}));
  EXPECT_THAT(inference.run({{1, 2, 1, 4}, std::vector<float>(8)}).values, testing::Each(0));
}

// The zero point is exactly zero after both, whatever the scale: what a mask of non-zeros rests on.
TEST(FakeQuantisation, KeepsZeros) {
  OnnxBuilder model({1, 1, 1, 3});
  model.weights("s", {1}, 0.1f);
  onnx::TensorProto& zero = *model.graph().add_initializer();
  zero.set_name("z");
  zero.set_data_type(onnx::TensorProto::UINT8);
  zero.add_int32_data(77);
  zero.add_dims(1);
  model.node("QuantizeLinear", {"x", "s", "z"}, "q").node("DequantizeLinear", {"q", "s", "z"});
  const Tensor output = Inference(model.import()).run({{1, 1, 1, 3}, {0, 0.04f, -0.06f}});
  // 0.04 / 0.1 rounds to 0, -0.06 / 0.1 to -1 step of 0.1
  EXPECT_THAT(output.values, ElementsAre(0, 0, -0.1f));
}

}  // namespace
}  // namespace sparsim
