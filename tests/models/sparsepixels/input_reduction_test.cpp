#include "models/sparsepixels/input_reduction.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/core/error.h"
#include "tests/models/sparsepixels/drawn_pixels.h"

namespace sparsim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

ReductionShape shape_of(std::int64_t height, std::int64_t width, std::int64_t slots, std::int64_t levels = 3,
                        bool early_exit = false) {
  ReductionShape shape;
  shape.height = height;
  shape.width = width;
  shape.slots = slots;
  shape.levels_per_cycle = levels;
  shape.early_exit = early_exit;
  return shape;
}

// As in sparsepixels_designs.csv, rows "reduction": k cycles a slot, k = ceil((D - 2) / 3), D = ceil(log2(pixels)), and
// 3 more; a few of the published ones take 4.
TEST(ReductionCycles, AreThePublishedOnes) {
  struct Design {
    std::int64_t pixels, slots;
    Cycles published;
    Cycles off = 0;
  };
  for (const Design& d : {Design{100, 5, 13}, Design{100, 30, 63}, Design{200, 10, 24, -1}, Design{300, 20, 63},
                          Design{500, 5, 18}, Design{1000, 30, 93}, Design{1500, 5, 18}, Design{2000, 20, 64, -1},
                          Design{2500, 10, 43}, Design{3000, 30, 123}})
    EXPECT_EQ(reduction_cycles(shape_of(d.pixels, 1, d.slots), 0), d.published + d.off) << d.pixels << " " << d.slots;
}

TEST(ReductionCycles, FollowTreeLevelsAndExit) {
  EXPECT_EQ(reduction_cycles(shape_of(1, 2, 1), 0), 3 + 1);            // no level is left above the heads: one cycle
  EXPECT_EQ(reduction_cycles(shape_of(2, 4, 2), 0), 3 + 2 * 1);        // D = 3
  EXPECT_EQ(reduction_cycles(shape_of(64, 64, 8, 1), 0), 3 + 8 * 10);  // D = 12, a level a cycle
  EXPECT_EQ(reduction_cycles(shape_of(64, 64, 8, 10), 0), 3 + 8 * 1);  // all levels in one
  EXPECT_EQ(reduction_cycles(shape_of(64, 64, 8, 9), 0), 3 + 8 * 2);   // all but one
  EXPECT_EQ(reduction_cycles(shape_of(65, 64, 8, 10), 0), 3 + 8 * 2);  // D = 13
  const ReductionShape early = shape_of(63, 63, 8, 3, true);
  EXPECT_EQ(reduction_cycles(early, 0), 3 + 4 * 1);  // a search to see that there is nothing
  EXPECT_EQ(reduction_cycles(early, 1), 3 + 4 * 1);
  EXPECT_EQ(reduction_cycles(early, 7), 3 + 4 * 7);
  EXPECT_EQ(reduction_cycles(early, 100), 3 + 4 * 8);
}

using Form = std::unique_ptr<InputReduction> (*)(const ReductionShape&);
class InputReductionForm : public testing::TestWithParam<Form> {
 protected:
  static ReducedImage reduce(const ReductionShape& shape, const std::vector<std::int64_t>& image) {
    return GetParam()(shape)->reduce(image);
  }
};
INSTANTIATE_TEST_SUITE_P(, InputReductionForm, testing::Values(fast_reduction, step_reduction),
                         [](const auto& form) { return form.param == fast_reduction ? "fast" : "step"; });

TEST_P(InputReductionForm, KeepsTheFirstPixelsInRasterOrder) {
  const ReducedImage reduced = reduce(shape_of(3, 4, 3), {0, 0, 0, 7,  //
                                                          9, 0, 0, 0,  //
                                                          0, 0, 5, 6});
  EXPECT_THAT(reduced.list.positions, ElementsAre(PixelPosition{0, 3}, PixelPosition{1, 0}, PixelPosition{2, 2}));
  EXPECT_THAT(reduced.list.values, ElementsAre(7, 9, 5));
  EXPECT_EQ(reduced.list.channels, 1);
  EXPECT_EQ(reduced.cycles, 3 + 3 * 1);  // D = 4
}

TEST_P(InputReductionForm, LeavesSlotsWithoutAPixelEmpty) {
  const ReducedImage reduced = reduce(shape_of(2, 2, 4), {0, 0, 0, 3});
  EXPECT_THAT(reduced.list.values, ElementsAre(3, 0, 0, 0));
  EXPECT_THAT(reduced.list.positions,
              ElementsAre(PixelPosition{1, 1}, PixelPosition{}, PixelPosition{}, PixelPosition{}));
  EXPECT_EQ(reduced.cycles, 3 + 4 * 1);
}

TEST_P(InputReductionForm, APixelIsAboveTheThreshold) {
  ReductionShape shape = shape_of(2, 2, 4);
  shape.threshold = 5;
  EXPECT_THAT(reduce(shape, {5, 6, 4, 255}).list.values, ElementsAre(6, 255, 0, 0));
  shape.threshold = 255;
  EXPECT_THAT(reduce(shape, {5, 6, 4, 255}).list.values, ElementsAre(0, 0, 0, 0));
}

TEST_P(InputReductionForm, EndsEarlyBehindTheLastPixel) {
  const ReductionShape shape = shape_of(4, 4, 3, 1, true);  // D = 4: two cycles a search
  std::vector<std::int64_t> image(16);
  EXPECT_EQ(reduce(shape, image).cycles, 3 + 2 * 1);
  image[15] = 1;
  EXPECT_EQ(reduce(shape, image).cycles, 3 + 2 * 1);
  image[14] = 1;  // of the same head
  EXPECT_EQ(reduce(shape, image).cycles, 3 + 2 * 2);
  image[0] = 1;
  EXPECT_EQ(reduce(shape, image).cycles, 3 + 2 * 3);
  image[5] = 1;
  EXPECT_EQ(reduce(shape, image).cycles, 3 + 2 * 3);  // no more slots
  EXPECT_THAT(reduce(shape, image).list.positions,
              ElementsAre(PixelPosition{0, 0}, PixelPosition{1, 1}, PixelPosition{3, 2}));
}

TEST_P(InputReductionForm, ForgetsTheImageBefore) {
  const auto reduction = GetParam()(shape_of(2, 3, 2));
  reduction->reduce({1, 2, 3, 4, 5, 6});
  const ReducedImage reduced = reduction->reduce({0, 0, 0, 0, 8, 0});
  EXPECT_THAT(reduced.list.values, ElementsAre(8, 0));
  EXPECT_THAT(reduced.list.positions, ElementsAre(PixelPosition{1, 1}, PixelPosition{}));
}

TEST_P(InputReductionForm, RefusesWhatThePinsCannotTake) {
  const auto error = [](const std::vector<std::int64_t>& image) -> std::string {
    try {
      reduce(shape_of(2, 2, 1), image);
    } catch (const InputError& e) {
      return e.what();
    }
    return "none";
  };
  EXPECT_EQ(error({0, 0, 255, 0}), "none");
  EXPECT_THAT(error({0, 0, 256, 0}), HasSubstr("row 1, column 0 is 256 raw: must be 0..255"));
  EXPECT_THAT(error({0, -1, 0, 0}), HasSubstr("row 0, column 1 is -1 raw"));
  EXPECT_THROW(reduce(shape_of(2, 2, 1), {0, 0, 0}), ModelError);
}

TEST_P(InputReductionForm, RefusesAWrongShape) {
  EXPECT_THROW(GetParam()(shape_of(1, 1, 1)), InputError);
  EXPECT_THROW(GetParam()(shape_of(2, 2, 0)), InputError);
  EXPECT_THROW(GetParam()(shape_of(2, 2, 5)), InputError);
  EXPECT_THROW(GetParam()(shape_of(2, 2, 1, 0)), InputError);
  EXPECT_THROW(GetParam()(shape_of(0, 2, 1)), InputError);
  ReductionShape shape = shape_of(2, 2, 1);
  shape.threshold = 256;
  EXPECT_THROW(GetParam()(shape), InputError);
  shape.value_bits = 9;
  EXPECT_NO_THROW(GetParam()(shape));
  shape.value_bits = 33;
  EXPECT_THROW(GetParam()(shape), InputError);
}

TEST(InputReduction, StepIsFastOnDrawnImages) {
  const std::uint64_t seed = 5;
  SCOPED_TRACE(seed);
  Random random(seed, 0);
  for (const auto& [height, width] : {std::pair{1, 2}, {1, 5}, {3, 3}, {4, 4}, {10, 10}, {9, 23}, {28, 28}})
    for (const std::int64_t levels : {1, 2, 3, 30})
      for (const bool early_exit : {false, true})
        for (const double density : {0.0, 0.02, 0.3, 1.0}) {
          ReductionShape shape = shape_of(height, width, 1, levels, early_exit);
          shape.slots = 1 + static_cast<std::int64_t>(
                                random.below(static_cast<std::uint64_t>(std::min<std::int64_t>(shape.pixels(), 32))));
          shape.threshold = random.chance(0.5) ? 0 : static_cast<std::int64_t>(random.below(256));
          const std::vector<std::int64_t> image = drawn_pixels(shape, density, random);
          const ReducedImage fast = fast_reduction(shape)->reduce(image), step = step_reduction(shape)->reduce(image);
          EXPECT_EQ(fast.list.positions, step.list.positions) << to_string(shape);
          EXPECT_EQ(fast.list.values, step.list.values) << to_string(shape);
          EXPECT_EQ(fast.cycles, step.cycles) << to_string(shape);
        }
}

}  // namespace
}  // namespace sparsim
