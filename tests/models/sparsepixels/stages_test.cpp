#include "models/sparsepixels/stages.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <utility>

#include "tests/models/sparsepixels/pixel_graph.h"

namespace sparsim {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;

TEST(PixelStages, AreTheLayersBehindAReduction) {
  const std::vector<PixelStage> stages = pixel_stages({}, microboone());
  ASSERT_EQ(stages.size(), 11u);
  EXPECT_EQ(stages[0].op, PixelOperator::reduce);
  EXPECT_EQ(stages[3].op, PixelOperator::convolution);
  EXPECT_EQ(stages[3].products(8), 8 * 8 * 1 * 3);
  EXPECT_EQ(stages[6].output, (MapShape{1, 1, 243}));
  EXPECT_EQ(stages[7].products(8), 243 * 16);
  SparsePixelsConfig dense;
  dense.dense = true;
  EXPECT_EQ(pixel_stages(dense, microboone()).front().name, "conv1");
}

TEST(PixelStages, ScatterAMapAheadOfADenseLayer) {
  const LayerGraph graph = PixelGraph({4, 4, 1}).convolution("conv", 3, 2).dense("dense", 3).graph();
  const std::vector<PixelStage> stages = pixel_stages({}, graph);
  ASSERT_EQ(stages.size(), 4u);
  EXPECT_EQ(stages[2].op, PixelOperator::flatten);
  EXPECT_EQ(stages[2].output, (MapShape{1, 1, 32}));
}

TEST(LevelsInACycle, AreThreeInFiveNanoseconds) {
  EXPECT_EQ(levels_in_a_cycle(200), 3);
  EXPECT_EQ(levels_in_a_cycle(250), 2);  // 4 / 1.67 = 2.4
  EXPECT_EQ(levels_in_a_cycle(100), 6);
  EXPECT_EQ(levels_in_a_cycle(1000), 1);
}

TEST(SparsePixelsProblems, OfASoundDesignAreNone) {
  EXPECT_THAT(problems(SparsePixelsConfig()), IsEmpty());
  EXPECT_THAT(problems(SparsePixelsConfig(), microboone()), IsEmpty());
}

TEST(SparsePixelsProblems, OfTheConfigurationAreAllTold) {
  SparsePixelsConfig config;
  config.n_max = 0;
  config.activations.is_signed = true;
  config.levels_per_cycle = 0;
  config.reuse["conv1"] = 0;
  EXPECT_THAT(problems(config),
              ElementsAre(HasSubstr("n_max = 0: must be 1..4096"), HasSubstr("types.activations = ap_fixed<8,2>"),
                          HasSubstr("levels_per_cycle = 0"), HasSubstr("reuse.conv1 = 0: must be 1 or more")));
}

TEST(SparsePixelsProblems, NMaxIsNoMoreThanThePixels) {
  SparsePixelsConfig config;
  config.n_max = 17;
  const LayerGraph graph = PixelGraph({4, 4, 1}).convolution("conv", 3, 1).graph();
  EXPECT_THAT(problems(config, graph), ElementsAre(HasSubstr("n_max = 17: net has 16 pixels")));
  config.n_max = 16;
  EXPECT_THAT(problems(config, graph), IsEmpty());
}

TEST(SparsePixelsProblems, PositionsFitTheirType) {
  SparsePixelsConfig config;
  const auto problems_of = [&](std::int64_t width) {
    return problems(config, PixelGraph({1, width, 1}).convolution("conv", 1, 1).graph());
  };
  EXPECT_THAT(problems_of(32768), ElementsAre(HasSubstr("a position is a number of 16 bits, up to 32767")));
  EXPECT_THAT(problems_of(32767), IsEmpty());
}

std::vector<std::string> with(Layer layer) {
  return problems(SparsePixelsConfig(), PixelGraph({8, 8, 1}).add(std::move(layer)).graph());
}

TEST(SparsePixelsProblems, ConvolutionsAreOddCentredAndOfStrideOne) {
  EXPECT_THAT(with(conv("c", 8, 1, 1, 4, 1, 1)),
              ElementsAre(AllOf(HasSubstr("layer c"), HasSubstr("an even kernel of 4"))));
  EXPECT_THAT(with(conv("c", 8, 1, 1, 3, 2, 1)), ElementsAre(HasSubstr("a stride or dilation")));
  EXPECT_THAT(with(conv("c", 8, 1, 1, 3, 1, 0)), ElementsAre(HasSubstr("other padding than 1")));
  Layer flat = conv("c", 8, 1, 1, 3, 1, 1);
  flat.shape.kernel_h = 1;
  EXPECT_THAT(with(flat), ElementsAre(HasSubstr("a 1x3 kernel: must be square")));
}

TEST(SparsePixelsProblems, PoolsDivideTheirMap) {
  const LayerGraph graph = PixelGraph({8, 8, 1}).average_pool("p", 3).graph();
  EXPECT_THAT(problems(SparsePixelsConfig(), graph),
              ElementsAre(HasSubstr("layer p: a 8x8 map in windows of 3: must divide; rounding down would drop")));
  EXPECT_THAT(problems(SparsePixelsConfig(), PixelGraph({8, 8, 1}).average_pool("p", 4).graph()), IsEmpty());
}

TEST(SparsePixelsProblems, OperatorsThatListsCannotCarryAreNamed) {
  const PixelGraph input({8, 8, 1});
  EXPECT_THAT(with(input.like_input("m", LayerKind::max_pool)), ElementsAre(HasSubstr("layer m: max_pool: lists")));
  EXPECT_THAT(with(input.like_input("clip", LayerKind::activation)), ElementsAre(HasSubstr("layer clip: activation")));
  EXPECT_THAT(with(input.like_input("s", LayerKind::softmax)), ElementsAre(HasSubstr("a softmax elsewhere")));
}

TEST(SparsePixelsProblems, ReuseNamesALayerAndFitsIt) {
  SparsePixelsConfig config;
  config.reuse = {{"conv1", 9}, {"dense2", 16}, {"conv9", 2}};
  EXPECT_THAT(problems(config, microboone()),
              ElementsAre(HasSubstr("reuse.conv9: net has no convolution or dense layer of that name"),
                          HasSubstr("reuse.conv1 = 9: must be 1..8, the slots")));
}

}  // namespace
}  // namespace sparsim
