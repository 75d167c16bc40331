#include "sim/workload/capture.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cmath>
#include <cstring>
#include <filesystem>
#include <fstream>

#include "models/core/error.h"
#include "sim/workload/capture_summary.h"

namespace sparsim {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;

// Of all tests of this program: they run side by side, and threads that wait for a core cost more than they save.
[[maybe_unused]] const bool kOneThread = (set_inference_threads(1), true);

/// 1x2 pixels of 2 channels - first, 1x1 (2 -> 3) - ReLU - second, 1x1 (3 -> 2), whose values are the answers.
Network two_convolutions() {
  const auto conv = [](const std::string& name, std::size_t input, std::int64_t channels, std::int64_t filters,
                       std::vector<float> weights) {
    Weighted op;
    op.shape.input = {1, 2, channels};
    op.shape.output = {1, 2, filters};
    op.weights = std::move(weights);
    return Node{name, name, {input}, op.shape.output, op};
  };
  Network network;
  network.name = "two";
  network.input = {1, 2, 2};
  network.nodes = {conv("first", Network::kInput, 2, 3, {1, 0, 0, 1, 0.25f, -0.25f}),
                   {"relu", "relu", {0}, {1, 2, 3}, Relu{}},
                   conv("second", 1, 3, 2, {1, 0, 0, 0, 1, 0.003f})};
  network.output = 2;
  network.output_shape = {1, 2, 1, 2};
  return network;
}

class CaptureTest : public testing::Test {
 protected:
  CaptureTest() : path_(fs::path(testing::TempDir()) / ("sparsim_capture_" + std::to_string(getpid()) + ".npy")) {}
  ~CaptureTest() override { fs::remove(path_); }

  /// Images of 2 channels, 1 row, 2 columns.
  Images images(const std::vector<float>& values) const {
    std::string header =
        "{'descr': '<f4', 'fortran_order': False, 'shape': (" + std::to_string(values.size() / 4) + ", 2, 1, 2), }\n";
    std::ofstream file(path_, std::ios::binary);
    file << "\x93NUMPY" << '\1' << '\0' << static_cast<char>(header.size()) << '\0' << header;
    file.write(reinterpret_cast<const char*>(values.data()),
               static_cast<std::streamsize>(values.size() * sizeof(float)));
    file.close();
    return Images({path_.string()});
  }

  static std::string bits(const BitMask& mask) {
    std::string text;
    for (std::size_t i = 0; i < mask.size(); ++i) text += mask.test(i) ? '1' : '0';
    return text;
  }

  fs::path path_;
};

// Channels (4, 0) and (-2, 0.01): pixel 0 is (4, -2), pixel 1 is (0, 0.01).
const std::vector<float> kImage{4, 0, -2, 0.01f};

TEST_F(CaptureTest, SeesWhichValuesAreNotZero) {
  const Images source = images(kImage);
  Capture capture(two_convolutions(), source, {});
  EXPECT_EQ(capture.graph().value_bits, 0);
  const TraceImage image = capture.image(0).trace;
  EXPECT_EQ(bits(image.inputs[0].nonzero), "1101");  // pixel by pixel, channel fastest
  // first: (4, -2, 1.5) and (0, 0.01, -0.0025); ReLU: (4, 0, 1.5) and (0, 0.01, 0)
  EXPECT_EQ(bits(image.inputs[2].nonzero), "101010");
  EXPECT_TRUE(image.inputs[2].kept_channels.empty());
  EXPECT_FALSE(image.inputs[2].values);
  EXPECT_EQ(bits(capture.graph().layers[2].weight_nonzero), "100011");
}

TEST_F(CaptureTest, QuantisesByTheLargestMagnitudeOfAllImages) {
  std::vector<float> two = kImage;
  two.insert(two.end(), {0.02f, 0.5f, 0, 0});  // alone, 0.5 / 127 would leave 0.02 at 5; with 4 as the largest, at 1
  const Images source = images(two);
  CaptureOptions options;
  options.bits = 8;
  options.values = true;
  Capture capture(two_convolutions(), source, options);
  const LayerInput first = capture.image(0).trace.inputs[0];
  ASSERT_TRUE(first.values);
  EXPECT_FLOAT_EQ(first.values->scale, 4.0f / 127);
  EXPECT_THAT(first.values->values, ElementsAre(127, -64, 0, 0));  // -2 * 127 / 4 = -63.5, to even; 0.01 * 31.75 = 0.32
  EXPECT_EQ(bits(first.nonzero), "1100");
  const LayerInput other = capture.image(1).trace.inputs[0];
  EXPECT_THAT(other.values->values, ElementsAre(1, 0, 16, 0));  // 0.02 * 31.75 = 0.635; 0.5 * 31.75 = 15.9
  EXPECT_EQ(capture.graph().value_bits, 8);
  // Weights, too: 0.003 * 127 = 0.4 is nothing.
  EXPECT_EQ(bits(capture.graph().layers[2].weight_nonzero), "100010");
  EXPECT_THAT(capture.weights(2).values, ElementsAre(127, 0, 0, 0, 127, 0));
}

TEST_F(CaptureTest, KeepsPixelsAndParametersInFloatWithoutBits) {
  const Images source = images(kImage);
  CaptureOptions options;
  options.values = true;
  options.preprocessing.scale = {0.5f};
  Capture capture(two_convolutions(), source, options);
  const TraceImage image = capture.image(0).trace;
  EXPECT_THAT(image.pixels, ElementsAre(2, -1, 0, 0.005f));  // as the network takes them, pixel by pixel
  EXPECT_FALSE(image.inputs[0].values);
  EXPECT_THAT(capture.parameters(2).weights, ElementsAre(1, 0, 0, 0, 1, 0.003f));
  EXPECT_TRUE(capture.parameters(2).bias.empty());
  EXPECT_TRUE(Capture(two_convolutions(), source, {}).image(0).trace.pixels.empty());
  options.bits = 8;
  EXPECT_TRUE(Capture(two_convolutions(), source, options).image(0).trace.pixels.empty());
}

/// A value and its sigmoid.
Network one_sigmoid() {
  Weighted op;
  op.kind = LayerKind::dense;
  op.shape = WindowShape::dense(4, 1);
  op.weights = {1, 0, 0, 0};
  Network network;
  network.input = {1, 2, 2};
  network.nodes = {{"flat", "flat", {Network::kInput}, {1, 1, 4}, Reshape{kStoredOrder, kStoredOrder}},
                   {"dense", "dense", {0}, {1, 1, 1}, op},
                   {"sigmoid", "sigmoid", {1}, {1, 1, 1}, Sigmoid{}}};
  network.output = 2;
  network.output_shape = {1, 1};
  return network;
}

TEST_F(CaptureTest, TakesOneSigmoidForTheProbabilityOfTheSecondOfTwoClasses) {
  std::vector<float> two = kImage;
  two.insert(two.end(), {-1, 0, 0, 0});
  const Images source = images(two);
  Capture capture(one_sigmoid(), source, {});
  const CapturedImage yes = capture.image(0), no = capture.image(1);
  EXPECT_EQ(yes.trace.top1, 1);
  ASSERT_EQ(yes.best.size(), 2u);
  EXPECT_NEAR(yes.best[0].probability, 1 / (1 + std::exp(-4.0)), 1e-6);
  EXPECT_EQ(no.trace.top1, 0);
  EXPECT_NEAR(no.best[0].probability, 1 - 1 / (1 + std::exp(1.0)), 1e-6);
}

TEST_F(CaptureTest, PrunesFiltersAndWhatTheyFeed) {
  const Images source = images(kImage);
  CaptureOptions options;
  options.reductions = parse_reductions("sfp:0.34");  // 1 of 3: the third, 0.25 + 0.25
  Capture capture(two_convolutions(), source, options);
  EXPECT_EQ(bits(capture.graph().layers[0].kept_filters), "110");
  EXPECT_FALSE(capture.graph().layers[2].dynamically_pruned);
  const LayerInput second = capture.image(0).trace.inputs[2];
  EXPECT_EQ(bits(second.kept_channels), "110");
  EXPECT_EQ(bits(second.nonzero), "100010");
}

TEST_F(CaptureTest, PrunesMapsByImage) {
  std::vector<float> two = kImage;
  two.insert(two.end(), {0, 0, 8, 8});  // first: (0, 8, -2): now channel 0 is the weakest
  const Images source = images(two);
  CaptureOptions options;
  options.reductions = parse_reductions("dfp:0.34");
  Capture capture(two_convolutions(), source, options);
  EXPECT_TRUE(capture.graph().layers[2].dynamically_pruned);
  EXPECT_FALSE(capture.graph().layers[0].dynamically_pruned);
  EXPECT_TRUE(capture.graph().layers[0].kept_filters.empty());
  const LayerInput first = capture.image(0).trace.inputs[2];
  EXPECT_EQ(bits(first.kept_channels), "101");  // magnitudes 4, 0.01, 1.5
  EXPECT_EQ(bits(first.nonzero), "101000");
  EXPECT_EQ(bits(capture.image(1).trace.inputs[2].kept_channels), "011");
}

TEST_F(CaptureTest, SaysWhatTheNetworkAnswersAndWouldHaveAnswered) {
  const Images source = images(kImage);
  CaptureOptions options;
  options.reductions = parse_reductions("sfp:0.9@first");  // 2 of 3 go: the third, and the first of two equals
  Capture capture(two_convolutions(), source, options);
  const CapturedImage image = capture.image(0);
  // What is left reads -2 and 0.01: behind the ReLU (0, 0, 0) and (0, 0.01, 0). Scores, [channel][pixel]: 0, 0, 0,
  // 0.01.
  EXPECT_EQ(image.trace.top1, 3);
  // Unreduced: (4, 0.0045) and (0, 0.01).
  EXPECT_EQ(image.unreduced_top1, 0);
  ASSERT_EQ(image.best.size(), 4u);  // there are no five
  EXPECT_EQ(image.best[0].label, 3);
  EXPECT_NEAR(image.best[0].probability, 1 / (1 + 3 * std::exp(-0.01)), 1e-6);  // softmax of 0, 0, 0, 0.01
  EXPECT_EQ(image.best[1].label, 0);                                            // of equals the lower comes first
}

TEST_F(CaptureTest, CountsInferencesOfAllPasses) {
  std::vector<float> two = kImage;
  two.insert(two.end(), kImage.begin(), kImage.end());
  const Images source = images(two);
  CaptureOptions options;
  options.bits = 8;
  options.reductions = parse_reductions("dfp:0.34");
  std::vector<std::size_t> done;
  Capture capture(two_convolutions(), source, options, [&](std::size_t d, std::size_t total) {
    EXPECT_EQ(total, 6u);  // 2 images: without reductions, for the range, for the trace
    done.push_back(d);
  });
  capture.image(0);
  capture.image(1);
  EXPECT_THAT(done, ElementsAre(1, 2, 3, 4, 5, 6));
}

TEST_F(CaptureTest, RefusesWhatCannotBe) {
  const Images source = images(kImage);
  EXPECT_THROW(Capture(two_convolutions(), source, {}).weights(0), ModelError);
  CaptureOptions many;
  many.images = 2;
  EXPECT_THROW(Capture(two_convolutions(), source, many), InputError);

  const Images infinite = images({1, 1, INFINITY, 1}), no_number = images({1, 1, NAN, 1});
  CaptureOptions eight;
  eight.bits = 8;
  EXPECT_THROW(Capture(two_convolutions(), infinite, eight).image(0), InputError);
  EXPECT_THROW(Capture(two_convolutions(), no_number, eight).image(0), InputError);
  CaptureOptions values;
  values.values = true;
  EXPECT_THROW(Capture(two_convolutions(), infinite, values).image(0), InputError);
  Network broken = two_convolutions();
  broken.nodes[2].weighted()->weights[1] = NAN;
  const Capture capture(std::move(broken), source, values);
  EXPECT_NO_THROW(capture.parameters(0));
  EXPECT_THROW(capture.parameters(2), InputError);
}

TEST(CaptureSummaryTest, AveragesOverImages) {
  LayerGraph graph;
  graph.layers.resize(1);
  const auto image = [](std::size_t nonzero, std::int32_t label, std::int32_t top1, std::int32_t before) {
    CapturedImage result;
    result.trace.inputs.resize(1);
    result.trace.inputs[0].nonzero = BitMask(4);
    for (std::size_t i = 0; i < nonzero; ++i) result.trace.inputs[0].nonzero.set(i);
    result.trace.inputs[0].kept_channels = BitMask(2, nonzero > 1);
    if (label >= 0) result.trace.label = label;
    result.trace.top1 = top1;
    result.unreduced_top1 = before;
    result.best = {{top1, 0.9f}, {7, 0.1f}};
    return result;
  };
  CaptureSummary summary(graph);
  summary.add(image(1, 3, 3, 3));
  summary.add(image(2, 7, 4, 7));
  summary.add(image(4, -1, 5, 5));
  EXPECT_EQ(summary.images(), 3u);
  EXPECT_EQ(summary.labelled(), 2u);
  EXPECT_EQ(summary.top1(), 1u);
  EXPECT_EQ(summary.top5(), 2u);
  EXPECT_EQ(summary.unreduced_top1(), 2u);
  EXPECT_EQ(summary.agreed(), 2u);
  EXPECT_DOUBLE_EQ(summary.density(0), (0.25 + 0.5 + 1) / 3);
  EXPECT_DOUBLE_EQ(summary.kept(0), 2.0 / 3);
}

}  // namespace
}  // namespace sparsim
