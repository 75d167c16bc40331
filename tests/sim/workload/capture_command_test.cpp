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

TEST_F(CaptureCommandTest, WritesFloatsWithoutBits) {
  capture({"--values", "--images", "2"});
  const Trace trace = Trace::open(output());
  EXPECT_EQ(trace.graph().value_bits, 0);
  const std::size_t layer = layer_named(trace.graph(), "conv1");
  EXPECT_FALSE(trace.values(1, layer));
  EXPECT_FALSE(trace.weights(layer));
  // The file holds a plane a channel behind a label, 3073 bytes an image; the trace the channels of a pixel in a row.
  const std::vector<float> pixels = trace.pixels(1);
  std::ifstream file(kImages, std::ios::binary);
  const std::string bytes(std::istreambuf_iterator<char>(file), {});
  ASSERT_EQ(pixels.size(), 32u * 32 * 3);
  for (std::size_t i = 0; i < pixels.size(); ++i)
    ASSERT_EQ(pixels[i], static_cast<unsigned char>(bytes[3073 + 1 + i % 3 * 1024 + i / 3])) << i;
  const Parameters parameters = trace.parameters(layer);
  const BitMask& weight_nonzero = trace.graph().layers[layer].weight_nonzero;
  ASSERT_EQ(parameters.weights.size(), weight_nonzero.size());
  for (std::size_t i = 0; i < weight_nonzero.size(); ++i) ASSERT_EQ(weight_nonzero.test(i), parameters.weights[i] != 0);
  EXPECT_EQ(parameters.bias.size(), 16u);
}

/// A network of 3 x 3 pixels in YAML, its weights and two events: the convolution adds up a pixel and the one to its
/// right, the dense layer adds up all.
class CaptureOfDescription : public CaptureCommandTest {
 protected:
  CaptureOfDescription() {
    fs::create_directories(inputs_ / "weights");
    write("n.yaml",
          "name: n\ninput: [3, 3, 1]\nparameters: weights\ncorrelation: 0\ndensity: 0.5\nlayers:\n"
          "  - {name: conv, op: conv, sites: active, filters: 1, kernel: 3, pad: 1, weights: w1.txt, bias: b1.txt}\n"
          "  - {name: flat, op: flatten}\n"
          "  - {name: dense, op: dense, filters: 1, weights: w2.txt}\n"
          "  - {name: yes, op: sigmoid}\n");
    write("weights/w1.txt", "0, 0, 0, 0, 1, 1, 0, 0, 0");
    write("weights/b1.txt", "-2");
    write("weights/w2.txt", "1, 1, 1, 1, 1, 1, 1, 1, 1");
    write("events.csv", "event,row,col,value\n1,0,0,0.5\n1,0,1,0.25\n1,2,2,4\n");
  }
  ~CaptureOfDescription() override { fs::remove_all(inputs_); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(inputs_ / name) << text; }
  std::string file(const std::string& name) const { return (inputs_ / name).string(); }

  const fs::path inputs_ = fs::path(testing::TempDir()) / ("sparsim_description_" + std::to_string(getpid()));
};

TEST_F(CaptureOfDescription, RunsItOnEvents) {
  testing::internal::CaptureStdout();
  run_command(capture_command(), {file("n.yaml"), file("events.csv"), "-o", output(), "--values"});
  const std::string text = testing::internal::GetCapturedStdout();
  EXPECT_THAT(text, HasSubstr("events.csv[1]"));
  const Trace trace = Trace::open(output());
  EXPECT_EQ(trace.info().source, "n.yaml");
  EXPECT_EQ(trace.info().origin, "inference of n.yaml with the parameters in weights on 2 images, zeros as in float32");
  ASSERT_EQ(trace.images(), 2u);
  EXPECT_TRUE(trace.graph().layers[0].active_sites);
  EXPECT_EQ(trace.graph().layers[3].function, Function::sigmoid);
  EXPECT_EQ(trace.pixels(0), std::vector<float>(9));
  EXPECT_EQ(trace.pixels(1), (std::vector<float>{0.5f, 0.25f, 0, 0, 0, 0, 0, 0, 4}));
  EXPECT_EQ(trace.parameters(0).bias, std::vector<float>{-2});
  EXPECT_EQ(trace.nonzero(0, 2).count(), 0u);
  // 0.5 + 0.25 - 2, 0.25 - 2, 4 - 2: three sites, as many as pixels.
  EXPECT_EQ(trace.nonzero(1, 2).count(), 3u);
  EXPECT_EQ(trace.top1(0), 0);  // a sigmoid of 0 is one half: no
  EXPECT_EQ(trace.top1(1), 0);  // -1.25 - 1.75 + 2 = -1
}

TEST_F(CaptureOfDescription, TakesWeightsFromWhereItIsTold) {
  fs::create_directories(inputs_ / "other");
  write("other/w1.txt", "0 0 0 0 1 1 0 0 0");
  write("other/b1.txt", "0");
  write("other/w2.txt", "1 1 1 1 1 1 1 1 1");
  testing::internal::CaptureStdout();
  run_command(capture_command(),
              {file("n.yaml"), file("events.csv"), "-o", output(), "--weights", file("other") + "/"});
  testing::internal::GetCapturedStdout();
  const Trace trace = Trace::open(output());
  EXPECT_THAT(trace.info().origin, HasSubstr("with the parameters in other on 2"));
  EXPECT_EQ(trace.top1(1), 1);           // 0.75 + 0.25 + 4
  EXPECT_TRUE(trace.pixels(1).empty());  // nobody asked for them
  EXPECT_TRUE(trace.parameters(0).weights.empty());
}

// Whatever the way to it, a directory has a name.
TEST_F(CaptureOfDescription, NamesTheDirectoryOfItsWeights) {
  const auto origin_with = [&](const std::string& weights) {
    testing::internal::CaptureStdout();
    run_command(capture_command(), {file("n.yaml"), file("events.csv"), "-o", output(), "--weights", weights});
    testing::internal::GetCapturedStdout();
    return Trace::open(output()).info().origin;
  };
  EXPECT_THAT(origin_with(file("weights/../weights/.")), HasSubstr("in weights on"));
  const fs::path before = fs::current_path();
  fs::current_path(inputs_ / "weights");
  EXPECT_THAT(origin_with("."), HasSubstr("in weights on"));
  fs::current_path(before);
}

TEST_F(CaptureOfDescription, SaysWhatIsWrongWithItsFiles) {
  const auto with = [&](const std::vector<std::string>& more) {
    std::vector<std::string> arguments{file("n.yaml"), file("events.csv"), "-o", output()};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return problem(arguments);
  };
  EXPECT_EQ(with({"--weights", file("none")}), file("none") +
                                                   "/w1.txt: cannot be read: No such file or directory "
                                                   "(weights of layer 'conv')");
  write("weights/w2.txt", "1, 1, 1, 1, 1, 1, 1, 1");
  EXPECT_EQ(with({}), file("weights/w2.txt") + ": 8 numbers; must be 9 (weights of layer 'dense')");
  write("weights/w2.txt", "1, 1, 1, 1, 1, 1, 1, 1, 1");
  write("events.csv", "event,row,col,value\n0,3,0,1\n");
  EXPECT_EQ(with({}), file("events.csv") + ":2: row '3': must be a whole number in 0..2");
  write("n.yaml", "name: n\ninput: [3, 3]\n");
  EXPECT_THAT(with({}), HasSubstr("n.yaml:2: input: "));
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
  EXPECT_THAT(problem({kModel, kImages, "-o", o, "--weights", "."}), HasSubstr("--weights: "));
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
