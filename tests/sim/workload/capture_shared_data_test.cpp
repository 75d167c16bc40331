// Captured densities and answers against those measured beside the shared data by another program; see its README.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "sim/workload/capture.h"
#include "sim/workload/capture_summary.h"
#include "sim/workload/onnx_import.h"

namespace sparsim {
namespace {

std::string shared_data() {
  const char* const given = std::getenv("SPARSIM_SHARED_DATA");
  return given != nullptr ? given : SPARSIM_SOURCE_DIR "/../shared/data";
}

/// One line of sparsity/*.csv.
struct MeasuredLayer {
  std::int64_t macs = 0;
  double zeros = 0, fewest = 0, most = 0,
         zeros_in_8_bits = 0;  // of the input: mean, least, most, mean after quantising
};

std::vector<std::string> csv_cells(const std::string& line) {
  std::vector<std::string> cells;
  std::istringstream stream(line);
  for (std::string cell; std::getline(stream, cell, ',');) cells.push_back(cell);
  return cells;
}

std::vector<MeasuredLayer> measured(const std::string& file) {
  std::ifstream csv(shared_data() + "/sparsity/" + file);
  std::string line;
  std::getline(csv, line);
  EXPECT_THAT(line,
              testing::StartsWith("idx,layer,op,in_shape,out_shape,weight_shape,stride,group,macs,weight_zero_frac,"
                                  "in_zero_mean,in_zero_std,in_zero_min,in_zero_max,in_zero_q8_mean"));
  std::vector<MeasuredLayer> layers;
  while (std::getline(csv, line)) {
    const std::vector<std::string> cells = csv_cells(line);
    layers.push_back(
        {std::stoll(cells[8]), std::stod(cells[10]), std::stod(cells[12]), std::stod(cells[13]), std::stod(cells[14])});
  }
  return layers;
}

struct Case {
  const char* model;
  const char* images;
  const char* preset;
  const char* csv;
  std::size_t top1;  // right answers, as the data's README counts them; 0 where there are no labels
};
void PrintTo(const Case& tested, std::ostream* os) { *os << tested.model; }

class SharedData : public testing::TestWithParam<Case> {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(shared_data() + "/models/" + GetParam().model))
      GTEST_SKIP() << "no " << shared_data() << ": set SPARSIM_SHARED_DATA";
  }
};
class SharedDataSets : public SharedData {};
class SharedPhotographs : public SharedData {};

/// Captures all images and shows `check` each weighted layer's name, share of zeros and measured values.
template <class Check>
void capture_and_check(const Case& tested, int bits, Check check) {
  const Images images({shared_data() + "/" + tested.images});
  CaptureOptions options;
  options.preprocessing = preprocessing_preset(tested.preset);
  options.bits = bits;
  Capture capture(import_onnx(shared_data() + "/models/" + tested.model), images, options);
  CaptureSummary summary(capture.graph());
  for (std::size_t i = 0; i < capture.images(); ++i) summary.add(capture.image(i));
  EXPECT_EQ(summary.top1(), tested.top1);

  const std::vector<MeasuredLayer> expected = measured(tested.csv);
  std::size_t row = 0;
  for (std::size_t i = 0; i < capture.graph().layers.size(); ++i) {
    const Layer& layer = capture.graph().layers[i];
    if (!layer.weighted()) continue;
    ASSERT_LT(row, expected.size());
    EXPECT_EQ(layer.macs(), expected[row].macs) << layer.name;
    check(layer.name, 1 - summary.density(i), expected[row++]);
  }
  EXPECT_EQ(row, expected.size());
}

constexpr double kPrinted = 0.6e-4;  // half of the last of four digits, and a value or two that rounding moves off zero

TEST_P(SharedDataSets, HaveTheZerosThatWereMeasured) {
  capture_and_check(GetParam(), 0, [](const std::string& layer, double zeros, const MeasuredLayer& expected) {
    EXPECT_NEAR(zeros, expected.zeros, kPrinted) << layer;
  });
}

TEST_P(SharedDataSets, HaveTheZerosOfEightBitsThatWereMeasured) {
  capture_and_check(GetParam(), 8, [](const std::string& layer, double zeros, const MeasuredLayer& expected) {
    EXPECT_NEAR(zeros, expected.zeros_in_8_bits, kPrinted) << layer;
  });
}

INSTANTIATE_TEST_SUITE_P(Networks, SharedDataSets,
                         testing::Values(Case{"resnet8_cifar10.onnx", "datasets/cifar10/cifar10_perf200.bin",
                                              "cifar10-raw", "resnet8_cifar10_perf200.csv", 174},  // 87.0 %
                                         Case{"resnet20_cifar10.onnx", "datasets/cifar10/cifar10_perf200.bin",
                                              "cifar10", "resnet20_cifar10_perf200.csv", 189},  // 94.5 %
                                         Case{"mnist_cnn.onnx", "datasets/mnist/t10k-first500-images.idx3-ubyte",
                                              "mnist", "mnist_cnn_500.csv", 493}));  // 98.6 %

// Twelve were measured, nine are here: the three others lay between the least and the most.
TEST_P(SharedPhotographs, HaveZerosWithinThoseThatWereMeasured) {
  capture_and_check(GetParam(), 0, [](const std::string& layer, double zeros, const MeasuredLayer& expected) {
    EXPECT_GE(zeros, (12 * expected.zeros - 3 * expected.most) / 9 - 3 * kPrinted) << layer;
    EXPECT_LE(zeros, (12 * expected.zeros - 3 * expected.fewest) / 9 + 3 * kPrinted) << layer;
  });
}

INSTANTIATE_TEST_SUITE_P(Networks, SharedPhotographs,
                         testing::Values(Case{"squeezenet1.1_imagenet.onnx", "images", "imagenet-caffe",
                                              "squeezenet1.1_imagenet_12photos.csv", 0},
                                         Case{"squeezenet1.0_deepcompressed.onnx", "images", "imagenet-caffe",
                                              "squeezenet1.0_deepcompressed_12photos.csv", 0},
                                         Case{"mobilenet_v1_1.0_224_body.onnx", "images", "imagenet-tf",
                                              "mobilenet_v1_1.0_224_body_12photos.csv", 0}));

// images/expected_top1.csv: image,squeezenet1.1_top1,p,squeezenet1.0_deepcompressed_top1,p; names hold commas, in
// quotes.
TEST(ExpectedAnswers, AreGivenForThePhotographs) {
  if (!std::filesystem::exists(shared_data() + "/images/expected_top1.csv"))
    GTEST_SKIP() << "no " << shared_data() << ": set SPARSIM_SHARED_DATA";
  const Images images({shared_data() + "/images"});
  CaptureOptions options;
  options.preprocessing = preprocessing_preset("imagenet-caffe");
  Capture old(import_onnx(shared_data() + "/models/squeezenet1.0_deepcompressed.onnx"), images, options);
  Capture newer(import_onnx(shared_data() + "/models/squeezenet1.1_imagenet.onnx"), images, options);
  std::ifstream csv(shared_data() + "/images/expected_top1.csv");
  std::string line;
  std::getline(csv, line);
  for (std::size_t i = 0; i < images.size(); ++i) {
    ASSERT_TRUE(std::getline(csv, line));
    std::string unquoted;  // without the quoted names' rest, which may hold commas
    bool quoted = false;
    for (const char c : line) {
      if (c == '"') quoted = !quoted;
      if (!quoted || c != ',') unquoted += c == '"' ? ' ' : c;
    }
    const std::vector<std::string> cells = csv_cells(unquoted);
    ASSERT_EQ(cells.size(), 5u) << line;
    const CapturedImage first = newer.image(i), second = old.image(i);
    EXPECT_EQ(first.trace.name, cells[0]);
    EXPECT_EQ(first.best[0].label, std::stoi(cells[1])) << line;
    EXPECT_NEAR(first.best[0].probability, std::stod(cells[2]), 0.6e-3) << line;
    EXPECT_EQ(second.best[0].label, std::stoi(cells[3])) << line;
    EXPECT_NEAR(second.best[0].probability, std::stod(cells[4]), 0.6e-3) << line;
  }
}

}  // namespace
}  // namespace sparsim
