#include "sim/workload/preprocess.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/core/error.h"

namespace sparsim {
namespace {

using Channels = Preprocessing::Channels;
using testing::ElementsAre;
using testing::FloatEq;
using testing::HasSubstr;

Image image(std::vector<std::int64_t> shape, std::vector<float> values) {
  return {"cat.png", std::nullopt, {std::move(shape), std::move(values)}};
}

Preprocessing channels(Channels order) {
  Preprocessing preprocessing;
  preprocessing.channels = order;
  return preprocessing;
}

std::string problem(const Preprocessing& preprocessing, const Image& input, const MapShape& network) {
  try {
    preprocess(preprocessing, input, network);
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("cat.png"));
    return error.what();
  }
  ADD_FAILURE() << "was accepted";
  return "";
}

TEST(Preprocess, TakesAnImageAsItIsWithoutAPreset) {
  const Tensor tensor = preprocess({}, image({3, 1, 1}, {0, 128, 255}), {1, 1, 3});
  EXPECT_THAT(tensor.shape, ElementsAre(1, 3, 1, 1));
  EXPECT_THAT(tensor.values, ElementsAre(0, 128, 255));
}

TEST(Preprocess, SaysBothShapesWhereTheyDiffer) {
  const std::string text = problem({}, image({3, 2, 1}, {1, 2, 3, 4, 5, 6}), {224, 225, 3});
  EXPECT_THAT(text, HasSubstr("3x2x1"));
  EXPECT_THAT(text, HasSubstr("3x224x225"));
}

TEST(Preprocess, OrdersChannels) {
  const Image rgb = image({3, 1, 1}, {10, 20, 40}), grey = image({1, 1, 2}, {5, 6});
  EXPECT_THAT(preprocess(channels(Channels::rgb), rgb, {1, 1, 3}).values, ElementsAre(10, 20, 40));
  EXPECT_THAT(preprocess(channels(Channels::bgr), rgb, {1, 1, 3}).values, ElementsAre(40, 20, 10));
  EXPECT_THAT(preprocess(channels(Channels::rgb), grey, {1, 2, 3}).values, ElementsAre(5, 6, 5, 6, 5, 6));
  EXPECT_THAT(preprocess(channels(Channels::gray), grey, {1, 2, 1}).values, ElementsAre(5, 6));
  EXPECT_THAT(preprocess(channels(Channels::gray), rgb, {1, 1, 1}).values,
              ElementsAre(FloatEq(19.29f)));  // 2.99 + 11.74 + 4.56
  EXPECT_THAT(problem(channels(Channels::bgr), image({2, 1, 1}, {1, 2}), {1, 1, 3}), HasSubstr("2 channels"));
}

// The mean belongs to the network's order: of BGR the first is that of blue.
TEST(Preprocess, SubtractsThenScales) {
  const Tensor caffe = preprocess(preprocessing_preset("imagenet-caffe"),
                                  image({3, 256, 256}, std::vector<float>(3 * 65536, 123)), {224, 224, 3});
  EXPECT_EQ(caffe.values.front(), 19);  // 123 - 104
  EXPECT_EQ(caffe.values.back(), 0);    // 123 - 123
  Preprocessing single;
  single.mean = {128};
  single.scale = {0.5f};
  EXPECT_THAT(preprocess(single, image({2, 1, 1}, {0, 130}), {1, 1, 2}).values, ElementsAre(-64, 1));
}

TEST(Preprocess, TorchPresetsMatchTorchvision) {
  for (const char* const name : {"imagenet-torch", "cifar10"}) {
    const Tensor tensor =
        preprocess(preprocessing_preset(name), image({3, 256, 256}, std::vector<float>(3 * 65536, 51)), {32, 32, 3});
    // 51 / 255 = 0.2: (0.2 - 0.485) / 0.229, (0.2 - 0.456) / 0.224, (0.2 - 0.406) / 0.225
    EXPECT_NEAR(tensor.values[0], -1.2445415f, 1e-5) << name;
    EXPECT_NEAR(tensor.values[1024], -1.1428571f, 1e-5) << name;
    EXPECT_NEAR(tensor.values[2048], -0.9155556f, 1e-5) << name;
  }
}

TEST(Preprocess, TensorflowPresetMapsTo128ths) {
  const Tensor tensor = preprocess(preprocessing_preset("imagenet-tf"),
                                   image({3, 256, 256}, std::vector<float>(3 * 65536, 96)), {224, 224, 3});
  EXPECT_EQ(tensor.values[0], -0.25f);  // (96 - 128) / 128
}

TEST(Preprocess, RefusesAMeanOfOtherChannels) {
  Preprocessing preprocessing;
  preprocessing.mean = {1, 2};
  EXPECT_THAT(problem(preprocessing, image({3, 1, 1}, {1, 2, 3}), {1, 1, 3}), HasSubstr("2 values for the mean"));
}

TEST(Preprocess, CropsTheCentreUpAndLeft) {
  Preprocessing preprocessing;
  preprocessing.crop = 2;
  std::vector<float> counting(25);
  for (std::size_t i = 0; i < 25; ++i) counting[i] = static_cast<float>(i);
  // (5 - 2) / 2 = 1: rows and columns 1 and 2
  EXPECT_THAT(preprocess(preprocessing, image({1, 5, 5}, counting), {2, 2, 1}).values, ElementsAre(6, 7, 11, 12));
  preprocessing.crop = 6;
  EXPECT_THAT(problem(preprocessing, image({1, 5, 5}, counting), {6, 6, 1}), HasSubstr("--resize"));
}

TEST(Preprocess, ResizesTheShortSide) {
  Preprocessing preprocessing;
  preprocessing.resize = 2;
  const Tensor tensor = preprocess(preprocessing, image({1, 4, 7}, std::vector<float>(28, 9)), {2, 3, 1});  // 7 * 2 / 4
  for (const float value : tensor.values) EXPECT_EQ(value, 9);
  preprocessing.resize = 16384;
  EXPECT_THAT(problem(preprocessing, image({1, 1, 1000}, std::vector<float>(1000)), {1, 1, 1}),
              HasSubstr("at most"));  // 16384 * 16384000 pixels
}

TEST(Resize, DoublesAboutPixelCentres) {
  const std::vector<float> source{0, 8};
  // results sit at -0.25, 0.25, 0.75, 1.25 of the source; beyond its ends the end counts
  EXPECT_THAT(resize_plane(source.data(), 1, 2, 1, 4), ElementsAre(0, 2, 6, 8));
  EXPECT_THAT(resize_plane(source.data(), 2, 1, 4, 1), ElementsAre(0, 2, 6, 8));
}

TEST(Resize, AveragesOverWhatAResultPixelCovers) {
  const std::vector<float> source{7, 14, 21, 28};
  // Halved: centres at 0.5 and 2.5, a triangle of reach 2: weights .75 .75 .25 / 1.75 of pixels 0 1 2, and mirrored.
  // (3 * 7 + 3 * 14 + 21) / 7 = 12; (14 + 3 * 21 + 3 * 28) / 7 = 23
  EXPECT_THAT(resize_plane(source.data(), 1, 4, 1, 2), ElementsAre(FloatEq(12), FloatEq(23)));
}

TEST(Presets, AreListedWhereANameIsUnknown) {
  EXPECT_THROW(preprocessing_preset("imagenet"), InputError);
  try {
    preprocessing_preset("imagenet");
  } catch (const InputError& error) {
    for (const char* const name :
         {"imagenet-caffe", "imagenet-torch", "imagenet-tf", "cifar10", "cifar10-raw", "mnist", "none"}) {
      EXPECT_THAT(error.what(), HasSubstr(name));
      EXPECT_THAT(preprocessing_help(), HasSubstr(name));
    }
  }
  EXPECT_THROW(preprocessing_channels("grb"), InputError);
  EXPECT_EQ(preprocessing_channels("bgr"), Channels::bgr);
}

}  // namespace
}  // namespace sparsim
