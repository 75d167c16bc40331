// Whole trained networks against network_reference/, which make_network_reference.py computed with NumPy in float64.
#include <gtest/gtest.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>

#include "sim/workload/images.h"
#include "sim/workload/inference.h"
#include "sim/workload/onnx_constant.h"
#include "sim/workload/onnx_import.h"
#include "sim/workload/preprocess.h"
#include "tests/sim/workload/agreement.h"

namespace sparsim {
namespace {

std::string shared_data() {
  const char* const given = std::getenv("SPARSIM_SHARED_DATA");
  return given != nullptr ? given : SPARSIM_SOURCE_DIR "/../shared/data";
}

constexpr const char* kBird = "images/bird_256.ppm";
constexpr const char* kCifar = "datasets/cifar10/cifar10_perf200.bin";

struct Reference {
  const char* model;
  const char* image;
  const char* preset;
};
void PrintTo(const Reference& reference, std::ostream* os) { *os << reference.model; }

Tensor first_image(const Reference& reference, const Network& network) {
  const Images images({shared_data() + "/" + reference.image});
  return preprocess(preprocessing_preset(reference.preset), images.get(0), network.input);
}

class NetworkReference : public testing::TestWithParam<Reference> {
 protected:
  void SetUp() override {
    if (!std::filesystem::exists(model())) GTEST_SKIP() << "no " << model() << ": set SPARSIM_SHARED_DATA";
  }
  static std::string model() { return shared_data() + "/models/" + GetParam().model + ".onnx"; }
};

TEST_P(NetworkReference, IsMet) {
  onnx::TensorProto stored;
  std::ifstream file(
      SPARSIM_SOURCE_DIR "/tests/sim/workload/network_reference/" + std::string(GetParam().model) + ".pb",
      std::ios::binary);
  ASSERT_TRUE(stored.ParseFromIstream(&file));
  const Constant expected = decode(stored, GetParam().model);

  const Network network = import_onnx(model());
  Inference inference(network, Inference::Keep::every_value);
  inference.run(first_image(GetParam(), network));
  const auto node = std::find_if(network.nodes.begin(), network.nodes.end(),
                                 [&](const Node& n) { return n.output == stored.name(); });
  ASSERT_NE(node, network.nodes.end());
  const MapView found = inference.value(static_cast<std::size_t>(node - network.nodes.begin()));
  EXPECT_TRUE(agree({expected.shape, reordered(found, kOnnxOrder)},
                    {expected.shape, std::get<std::vector<float>>(expected.values)}));
}

INSTANTIATE_TEST_SUITE_P(Trained, NetworkReference,
                         testing::Values(Reference{"squeezenet1.1_imagenet", kBird, "imagenet-caffe"},
                                         Reference{"squeezenet1.0_deepcompressed", kBird, "imagenet-caffe"},
                                         Reference{"mobilenet_v1_1.0_224_body", kBird, "imagenet-tf"},
                                         Reference{"resnet8_cifar10", kCifar, "cifar10-raw"},
                                         Reference{"resnet20_cifar10", kCifar, "cifar10"},
                                         Reference{"mnist_cnn", "datasets/mnist/t10k-first500-images.idx3-ubyte",
                                                   "mnist"}));

TEST(Float16Weights, GiveTheAnswersOfTheSameValuesInFloat32) {
  const std::string stem = shared_data() + "/models/squeezenet1.1_imagenet";
  if (!std::filesystem::exists(stem + ".onnx")) GTEST_SKIP() << "no " << stem << ".onnx: set SPARSIM_SHARED_DATA";
  const Network half = import_onnx(stem + "_fp16.onnx"), full = import_onnx(stem + ".onnx");
  const Tensor image = first_image({"", kBird, "imagenet-caffe"}, full);
  const Tensor from_half = Inference(half).run(image), from_full = Inference(full).run(image);
  ASSERT_EQ(from_half.values.size(), 1000u);
  for (std::size_t i = 0; i < 1000; ++i) EXPECT_NEAR(from_half.values[i], from_full.values[i], 1e-5f) << i;
}

}  // namespace
}  // namespace sparsim
