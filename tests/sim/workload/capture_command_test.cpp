// `sparsim capture` from its command line to the trace it writes.
#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>

#include "models/core/error.h"
#include "sim/cli/capture.h"
#include "sim/workload/trace.h"

namespace sparsim {
namespace {

namespace fs = std::filesystem;
using testing::HasSubstr;

const std::string kModel = SPARSIM_SOURCE_DIR "/traces/shapes/shapes.onnx";
const std::string kImages = SPARSIM_SOURCE_DIR "/traces/shapes/shapes_test200.bin";

class CaptureCommandTest : public testing::Test {
 protected:
  CaptureCommandTest() : directory_(fs::path(testing::TempDir()) / ("sparsim_command_" + std::to_string(getpid()))) {
    fs::create_directories(directory_);
  }
  ~CaptureCommandTest() override { fs::remove_all(directory_); }

  std::string output() const { return (directory_ / "trace.h5").string(); }

  /// What it prints; the trace is at output().
  std::string capture(std::vector<std::string> options) const {
    options.insert(options.begin(), {kModel, kImages, "-o", output()});
    testing::internal::CaptureStdout();
    EXPECT_EQ(run_command(capture_command(), options), 0);
    return testing::internal::GetCapturedStdout();
  }

  /// What is wrong with a command line. Nothing may be left behind.
  std::string problem(const std::vector<std::string>& arguments) const {
    std::string text;
    testing::internal::CaptureStdout();
    try {
      run_command(capture_command(), arguments);
      ADD_FAILURE() << "was accepted";
    } catch (const InputError& error) {
      text = error.what();
    }
    testing::internal::GetCapturedStdout();
    EXPECT_TRUE(fs::is_empty(directory_)) << text;
    return text;
  }

  fs::path directory_;
};

std::size_t layer_named(const LayerGraph& graph, const std::string& name) {
  for (std::size_t i = 0; i < graph.layers.size(); ++i)
    if (graph.layers[i].name == name) return i;
  throw std::runtime_error("no layer " + name);
}

TEST_F(CaptureCommandTest, WritesAllThatItSaw) {
  const std::string text = capture({"--bits", "8", "--values", "--images", "3"});
  EXPECT_THAT(text, HasSubstr("shapes_test200.bin[2]"));
  EXPECT_THAT(text, HasSubstr("accuracy: top-1"));

  const Trace trace = Trace::open(output());
  EXPECT_EQ(trace.images(), 3u);
  EXPECT_EQ(trace.graph().value_bits, 8);
  EXPECT_EQ(trace.info().source, "shapes.onnx");
  EXPECT_EQ(trace.info().preset, "");
  EXPECT_EQ(trace.image_name(1), "shapes_test200.bin[1]");
  EXPECT_EQ(trace.label(2), 2);  // classes come in turn
  const std::size_t layer = layer_named(trace.graph(), "conv2");
  const BitMask nonzero = trace.nonzero(1, layer);
  const auto values = trace.values(1, layer);
  ASSERT_TRUE(values);
  ASSERT_EQ(values->values.size(), 16u * 16 * 16);
  for (std::size_t i = 0; i < nonzero.size(); ++i) ASSERT_EQ(nonzero.test(i), values->values[i] != 0);
  const auto weights = trace.weights(layer);
  ASSERT_TRUE(weights);
  ASSERT_EQ(weights->values.size(), 32u * 3 * 3 * 16);
  const BitMask& weight_nonzero = trace.graph().layers[layer].weight_nonzero;
  for (std::size_t i = 0; i < weight_nonzero.size(); ++i) ASSERT_EQ(weight_nonzero.test(i), weights->values[i] != 0);
}

TEST_F(CaptureCommandTest, WritesWhatReductionsLeave) {
  const std::string text =
      capture({"--reduce", "sfp:0.25@conv1,dfp:0.5@conv2", "--images", "20", "--preset", "none", "--scale", "1"});
  EXPECT_THAT(text, HasSubstr("reductions sfp:0.25@conv1,dfp:0.5@conv2: top-1 answer as without them for"));
  EXPECT_THAT(text, testing::Not(HasSubstr("[0]")));  // twenty images are not listed

  const Trace trace = Trace::open(output());
  EXPECT_EQ(trace.info().reductions, "sfp:0.25@conv1,dfp:0.5@conv2");
  EXPECT_EQ(trace.info().preset, "none scale=1");
  const LayerGraph& graph = trace.graph();
  EXPECT_EQ(graph.layers[layer_named(graph, "conv1")].kept_filters.count(), 12u);  // 16 - 4
  const std::size_t conv2 = layer_named(graph, "conv2");
  EXPECT_TRUE(graph.layers[conv2].dynamically_pruned);
  EXPECT_EQ(trace.kept_channels(7, conv2).count(), 6u);  // half of the twelve
}

TEST_F(CaptureCommandTest, IsTheSameTwice) {
  const auto bytes = [&] {
    std::ifstream file(output(), std::ios::binary);
    return std::string(std::istreambuf_iterator<char>(file), {});
  };
  capture({"--images", "2"});
  const std::string first = bytes();
  capture({"--images", "2"});
  EXPECT_TRUE(first == bytes());
}

TEST_F(CaptureCommandTest, RefusesAWrongCommandLine) {
  const std::string o = output();
  EXPECT_THAT(problem({kModel, kImages}), HasSubstr("--output is missing"));
  EXPECT_THAT(problem({kModel, "-o", o}), HasSubstr("IMAGE-FILES is missing"));
  EXPECT_THAT(problem({kModel, kImages, "-o", o, "--bits", "12"}), HasSubstr("--bits 12: must be 8 or 16"));
  EXPECT_THAT(problem({kModel, kImages, "-o", o, "--bits", "0"}), HasSubstr("8 or 16"));
  EXPECT_THAT(problem({kModel, kImages, "-o", o, "--values"}), HasSubstr("needs --bits"));
  EXPECT_THAT(problem({kModel, kImages, "-o", o, "--images", "0"}), HasSubstr("--images 0"));
  EXPECT_THAT(problem({kModel, kImages, "-o", o, "--images", "201"}), HasSubstr("only 200"));
  EXPECT_THAT(problem({kModel, kImages, "-o", o, "--preset", "cifar"}), HasSubstr("known: imagenet-caffe"));
  EXPECT_THAT(problem({kModel, kImages, "-o", o, "--mean", "1,,2"}), HasSubstr("--mean '1,,2'"));
  EXPECT_THAT(problem({kModel, kImages, "-o", o, "--mean", "1,"}), HasSubstr("--mean"));
  EXPECT_THAT(problem({kModel, kImages, "-o", o, "--scale", "inf"}), HasSubstr("--scale"));
  EXPECT_THAT(problem({kModel, kImages, "-o", o, "--mean", "1,2"}), HasSubstr("2 values for the mean"));
  EXPECT_THAT(problem({kModel, kImages, "-o", o, "--channel-order", "rbg"}), HasSubstr("'rbg'"));
  EXPECT_THAT(problem({kModel, kImages, "-o", o, "--axes", "chw"}), HasSubstr("nchw or nhwc"));
  EXPECT_THAT(problem({kModel, kImages, "-o", o, "--crop", "16"}), HasSubstr("3x16x16"));
  EXPECT_THAT(problem({kModel, kImages, "-o", o, "--reduce", "sfp:0.5@conv9"}), HasSubstr("no layer 'conv9'"));
  EXPECT_THAT(problem({kModel, kImages, "-o", o, "--labels", kModel}), HasSubstr("shapes.onnx:1"));
  EXPECT_THAT(problem({kImages, kImages, "-o", o}), HasSubstr("shapes_test200.bin"));
  EXPECT_THAT(problem({kModel, kImages, "-o", (directory_ / "none" / "trace.h5").string()}), HasSubstr("none"));
}

}  // namespace
}  // namespace sparsim
