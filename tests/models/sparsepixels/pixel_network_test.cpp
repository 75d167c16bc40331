#include "models/sparsepixels/pixel_network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/core/error.h"
#include "tests/models/sparsepixels/value_workload.h"

namespace sparsim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// 2x2x1: conv 1x1 to two filters, ReLU, pool 2, flatten, dense to one, sigmoid.
std::vector<PixelStage> small_stages() {
  return {{PixelOperator::reduce, "reduce", PixelStage::kNoLayer, {2, 2, 1}, {2, 2, 1}},
          {PixelOperator::convolution, "conv", 0, {2, 2, 1}, {2, 2, 2}, 1},
          {PixelOperator::relu, "relu", 1, {2, 2, 2}, {2, 2, 2}},
          {PixelOperator::average_pool, "pool", 2, {2, 2, 2}, {1, 1, 2}, 2},
          {PixelOperator::flatten, "flatten", 3, {1, 1, 2}, {1, 1, 2}},
          {PixelOperator::dense, "dense", 4, {1, 1, 2}, {1, 1, 1}},
          {PixelOperator::sigmoid, "sigmoid", 5, {1, 1, 1}, {1, 1, 1}}};
}

SparsePixelsConfig small_config() {
  SparsePixelsConfig config;
  config.n_max = 2;
  config.input = {8, 4, false};        // sixteenths
  config.weights = {8, 6, true};       // quarters
  config.activations = {8, 6, false};  // quarters
  return config;
}

ValueWorkload small_workload() {
  ValueWorkload workload(MapShape{2, 2, 1});
  workload.add_image({1.5, 0, 0.5, 3});
  workload.add_image({0, 0, 0, 0});
  workload.set_parameters(0, {{2, -1}, {0.25, 1}});
  workload.set_parameters(4, {{-1.5, 4}, {0.5}});
  return workload;
}

TEST(PixelNetwork, ComputesOperatorByOperator) {
  const ValueWorkload workload = small_workload();
  const PixelNetwork network(small_config(), small_stages(), workload);
  EXPECT_TRUE(network.computes());
  PixelData data = network.image(0);
  EXPECT_THAT(data.vector, ElementsAre(24, 0, 8, 48));  // sixteenths
  EXPECT_EQ(network.active_pixels(0, data), 3);
  data = network.apply(0, std::move(data));
  EXPECT_THAT(data.list.values, ElementsAre(24, 8));  // the first two
  EXPECT_EQ(network.active_pixels(1, data), 2);
  data = network.apply(1, std::move(data));
  // 2 x 1.5 + 0.25 = 3.25; -1.5 + 1 = -0.5; 2 x 0.5 + 0.25 = 1.25; -0.5 + 1 = 0.5; in sixty-fourths.
  EXPECT_THAT(data.list.values, ElementsAre(208, -32, 80, 32));
  data = network.apply(2, std::move(data));
  EXPECT_THAT(data.list.values, ElementsAre(13, 0, 5, 2));  // quarters
  data = network.apply(3, std::move(data));
  EXPECT_THAT(data.list.values, ElementsAre(4, 0, 0, 0));  // 18 / 4 = 4.5 and 2 / 4 = 0.5: ties
  data = network.apply(4, std::move(data));
  EXPECT_THAT(data.vector, ElementsAre(4, 0));
  EXPECT_EQ(network.active_pixels(5, data), 1);
  data = network.apply(5, std::move(data));
  EXPECT_THAT(data.vector, ElementsAre(-16));  // -1.5 x 1 + 0.5 = -1, in sixteenths
  EXPECT_TRUE(data.answer.empty());
  data = network.apply(6, std::move(data));
  ASSERT_EQ(data.answer.size(), 1u);
  EXPECT_DOUBLE_EQ(data.answer[0], 0.2689414213699951);  // 1 / (1 + e)
  EXPECT_EQ(network.active_pixels(7, data), 1);
}

std::string refusal(const SparsePixelsConfig& config, const std::vector<PixelStage>& stages, const Workload& workload) {
  try {
    const PixelNetwork taken(config, stages, workload);
    return "";
  } catch (const InputError& error) {
    return error.what();
  }
}

PixelData run(const PixelNetwork& network, std::size_t image, std::size_t stages) {
  PixelData data = network.image(image);
  for (std::size_t s = 0; s < stages; ++s) data = network.apply(s, std::move(data));
  return data;
}

TEST(PixelNetwork, APoolMayHandOnMoreThanAReluDoes) {
  SparsePixelsConfig config = small_config();
  config.pools = FixedFormat{16, 6, false};  // 1/1024: 13 + 5 quarters, and 2, by 4
  const ValueWorkload workload = small_workload();
  EXPECT_THAT(run({config, small_stages(), workload}, 0, 4).list.values, ElementsAre(1152, 128, 0, 0));
}

TEST(PixelNetwork, AnEmptyImageHasTheAnswerOfTheBiases) {
  const ValueWorkload workload = small_workload();
  // sigma(0.5) = 1 / (1 + e^-0.5)
  EXPECT_DOUBLE_EQ(run({small_config(), small_stages(), workload}, 1, 7).answer.at(0), 0.6224593312018546);
}

TEST(PixelNetwork, ImagesRepeatInOrder) {
  const ValueWorkload workload = small_workload();
  const PixelNetwork network(small_config(), small_stages(), workload);
  EXPECT_EQ(network.image(2).vector, network.image(0).vector);
  EXPECT_EQ(network.image(3).vector, network.image(1).vector);
}

TEST(PixelNetwork, WithoutALastFunctionTheAnswerIsTheLastLayersValues) {
  const ValueWorkload workload = small_workload();
  std::vector<PixelStage> stages = small_stages();
  stages.pop_back();
  EXPECT_THAT(run({small_config(), stages, workload}, 0, 6).answer, ElementsAre(-1.0));
  stages.resize(4);  // up to the pool: a map
  EXPECT_THAT(run({small_config(), stages, workload}, 0, 4).answer, ElementsAre(1.0, 0.0));
}

TEST(PixelNetwork, ADenseLayerTakesAMapOfOnePixelAsItIs) {
  const ValueWorkload workload = small_workload();
  std::vector<PixelStage> stages = small_stages();
  stages.erase(stages.begin() + 4);
  EXPECT_DOUBLE_EQ(run({small_config(), stages, workload}, 0, 6).answer.at(0), 0.2689414213699951);
}

TEST(PixelNetwork, PixelsAboveTheRawThresholdAreThoseAboveTheThreshold) {
  const ValueWorkload workload = small_workload();
  SparsePixelsConfig config = small_config();
  const auto active = [&](double threshold) {
    config.threshold = threshold;
    const PixelNetwork network(config, small_stages(), workload);
    return network.active_pixels(0, network.image(0));
  };
  EXPECT_EQ(active(0.46), 3);  // 7.36 steps; the lowest of 1.5, 0.5 and 3 is 8
  EXPECT_EQ(active(0.49), 3);  // 7.84: not to be rounded to the 8 of 0.5
  EXPECT_EQ(active(0.5), 2);
  EXPECT_EQ(active(2.99), 1);
  EXPECT_EQ(active(3), 0);
  EXPECT_EQ(active(1e300), 0);
}

TEST(PixelNetwork, SitesAreThoseThatAreNotZeroOrThoseThatTheReductionKept) {
  // The first convolution takes 1.5 to -0.5 and so to zero, the second sees it beside 0.5, which became 0.5.
  ValueWorkload workload(MapShape{1, 3, 1});
  workload.add_image({1.5, 0.5, 0});
  workload.set_parameters(0, {{-1}, {1}});
  workload.set_parameters(1, {{0, 0, 0, 0, 0, 2, 0, 0, 0}, {}});
  const MapShape map{1, 3, 1};
  const std::vector<PixelStage> stages{{PixelOperator::reduce, "reduce", PixelStage::kNoLayer, map, map},
                                       {PixelOperator::convolution, "conv1", 0, map, map, 1},
                                       {PixelOperator::relu, "relu", 0, map, map},
                                       {PixelOperator::convolution, "conv2", 1, map, map, 3}};
  SparsePixelsConfig config = small_config();
  config.n_max = 3;  // a slot too many: it lies at (0, 0), and is kept by nobody
  EXPECT_THAT(run({config, stages, workload}, 0, 4).list.values, ElementsAre(0, 0, 0));
  config.sites = PixelSites::kept;
  EXPECT_THAT(run({config, stages, workload}, 0, 4).list.values,
              ElementsAre(16, 0, 0));  // 2 x the 0.5 on its right, in sixteenths
}

TEST(PixelNetwork, WithoutParametersPassesActivityOn) {
  ValueWorkload workload(MapShape{2, 2, 1});
  workload.add_image({0.001F, 0, 0, 7});  // known by its mask alone
  workload.hide_pixels();
  SparsePixelsConfig config = small_config();
  config.threshold = 5;  // of values that nobody knows
  const PixelNetwork network(config, small_stages(), workload);
  EXPECT_FALSE(network.computes());
  EXPECT_EQ(network.threshold(), 0);
  PixelData data = network.image(0);
  EXPECT_THAT(data.vector, ElementsAre(1, 0, 0, 1));
  const std::int64_t active[] = {2, 2, 2, 2, 1, 2, 1, 1};  // both channels behind flatten, of one pixel of the pool
  for (std::size_t s = 0; s <= small_stages().size(); ++s) {
    EXPECT_EQ(network.active_pixels(s, data), active[s]) << "before stage " << s;
    if (s < small_stages().size()) data = network.apply(s, std::move(data));
  }
  EXPECT_TRUE(data.answer.empty());
}

TEST(PixelNetwork, ActivityOutlastsTheLargestPools) {
  // One pixel of 1024 x 1024, pooled twice by 32: 2^-20 of it is left.
  const std::int64_t sizes[] = {1024, 32, 1};
  std::vector<PixelStage> stages{{PixelOperator::reduce, "reduce", PixelStage::kNoLayer, {1024, 1024, 1}, {}}};
  for (int i = 0; i < 2; ++i) {
    const MapShape map{sizes[i], sizes[i], 1}, pooled{sizes[i + 1], sizes[i + 1], 1};
    stages.push_back({PixelOperator::convolution, "conv", 0, map, map, 1});
    stages.push_back({PixelOperator::relu, "relu", 0, map, map});
    stages.push_back({PixelOperator::average_pool, "pool", 0, map, pooled, 32});
  }
  ValueWorkload workload(MapShape{1024, 1024, 1});
  std::vector<float> image(1'048'576);
  image[777'777] = 1;
  workload.add_image(image);
  workload.hide_pixels();
  const PixelNetwork network(small_config(), stages, workload);
  EXPECT_EQ(network.active_pixels(7, run(network, 0, 7)), 1);
}

TEST(PixelNetwork, WithoutValuesTheFirstLayerMustBeOneWithAMask) {
  ValueWorkload workload(MapShape{2, 2, 1});
  workload.add_image({1, 0, 0, 1});
  workload.hide_pixels();
  std::vector<PixelStage> stages = small_stages();
  stages.erase(stages.begin() + 1);
  EXPECT_THAT(refusal(small_config(), stages, workload), testing::AllOf(HasSubstr("relu"), HasSubstr("--values")));
}

TEST(PixelNetwork, ADenseBaselinePassesNothingOn) {
  const ValueWorkload workload = small_workload();
  SparsePixelsConfig config = small_config();
  config.dense = true;
  std::vector<PixelStage> stages = small_stages();
  stages.erase(stages.begin());
  const PixelNetwork network(config, stages, workload);
  EXPECT_FALSE(network.computes());
  const PixelData data = run(network, 0, stages.size());
  EXPECT_EQ(network.active_pixels(0, data), 0);
  EXPECT_TRUE(data.answer.empty());
}

TEST(PixelNetwork, RefusesSumsThatNoIntegerHolds) {
  const ValueWorkload workload = small_workload();
  SparsePixelsConfig config = small_config();
  config.input = {32, 4, false};
  config.weights = {29, 6, true};  // with a bit for the bias 62
  EXPECT_EQ(refusal(config, small_stages(), workload), "");
  config.weights = {30, 6, true};
  EXPECT_THAT(refusal(config, small_stages(), workload),
              testing::AllOf(HasSubstr("conv"), HasSubstr("63 bits"), HasSubstr("62 or less")));
}

TEST(PixelNetwork, RefusesAPoolOfSignedValues) {
  const ValueWorkload workload = small_workload();
  std::vector<PixelStage> stages = small_stages();
  stages.erase(stages.begin() + 2);
  EXPECT_THAT(refusal(small_config(), stages, workload), HasSubstr("layer pool"));
}

TEST(StageFormats, FollowTheOperators) {
  const std::vector<FixedFormat> formats = stage_formats(small_config(), small_stages());
  const FixedFormat pixels{8, 4, false}, activations{8, 6, false};
  // conv: 8 + 8 bits and one for the bias, 4 + 2 of them fraction; dense: two terms and the bias, 2 + 2.
  EXPECT_THAT(formats, ElementsAre(pixels, FixedFormat{17, 11, true}, activations, activations, activations,
                                   FixedFormat{18, 14, true}, FixedFormat{18, 14, true}));
}

}  // namespace
}  // namespace sparsim
