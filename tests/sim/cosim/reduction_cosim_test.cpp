#include "sim/cosim/reduction_cosim.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/models/sparsepixels/drawn_pixels.h"

namespace sparsim {
namespace {

using testing::HasSubstr;
using Images = std::vector<std::vector<std::int64_t>>;

ReductionCosimSetup setup_of(bool early_exit, double stall_probability = 0) {
  ReductionCosimSetup setup;
  setup.shape.height = setup.shape.width = 8;
  setup.shape.slots = 4;
  setup.shape.early_exit = early_exit;
  setup.stall_probability = stall_probability;
  setup.seed = 3;
  return setup;
}

Images drawn_images(const ReductionShape& shape, std::size_t count, double density) {
  Random random(11, 0);
  Images images;
  while (images.size() < count) images.push_back(drawn_pixels(shape, density, random));
  return images;
}

/// Without stalls a list is taken in the cycle in which it appears, and the next image in the cycle behind.
TEST(ReductionCosim, CountsCyclesAndPixels) {
  for (const bool early_exit : {false, true}) {
    const ReductionCosimSetup setup = setup_of(early_exit);
    Images images(3, std::vector<std::int64_t>(64));
    images[1][9] = images[1][63] = 5;
    images[2] = std::vector<std::int64_t>(64, 1);
    const auto rtl = rtl_reduction_pins(setup.shape);
    const ReductionCosimResult result = cosimulate_reduction(images, *rtl, setup);
    EXPECT_FALSE(result.difference);
    EXPECT_EQ(result.images, 3u);
    EXPECT_EQ(result.active, 2 + 64);
    EXPECT_EQ(result.dropped, 60);  // 64 - 4 slots
    // D = 6: two cycles a search; 1, 2 and 4 searches with early exit.
    EXPECT_EQ(result.reduced, 3 * 3 + 2 * (early_exit ? 1 + 2 + 4 : 3 * 4));
    EXPECT_EQ(result.cycles, result.reduced + 3);
    EXPECT_EQ(result.shortest, early_exit ? 3 + 2 : 3 + 2 * 4);
    EXPECT_EQ(result.longest, 3 + 2 * 4);
  }
}

TEST(ReductionCosim, AllFormsAgreeUnderStalls) {
  for (const double stall_probability : {0.2, 0.9})
    for (const bool early_exit : {false, true}) {
      const ReductionCosimSetup setup = setup_of(early_exit, stall_probability);
      const auto rtl = rtl_reduction_pins(setup.shape);
      const Images images = drawn_images(setup.shape, 50, 0.05);
      const ReductionCosimResult result = cosimulate_reduction(images, *rtl, setup);
      EXPECT_FALSE(result.difference) << reduction_difference_text(result);
      EXPECT_EQ(result.images, 50u);
      EXPECT_GT(result.cycles, result.reduced + 50);  // the stalls
    }
}

class PlantedReductionFault : public testing::TestWithParam<Fault> {};
INSTANTIATE_TEST_SUITE_P(, PlantedReductionFault, testing::Values(Fault::flip, Fault::drop, Fault::repeat),
                         [](const auto& fault) { return std::string(to_string(fault.param)); });

TEST_P(PlantedReductionFault, IsFoundInItsImage) {
  constexpr std::size_t kAfter = 10;
  for (const bool early_exit : {false, true})
    for (const double stall_probability : {0.0, 0.5}) {
      const ReductionCosimSetup setup = setup_of(early_exit, stall_probability);
      const Images images = drawn_images(setup.shape, 20, 0.2);  // none with fewer than 2 pixels
      const auto rtl = rtl_reduction_pins(setup.shape);
      FaultyReduction faulty(*rtl, setup.shape, GetParam(), kAfter);
      const ReductionCosimResult result = cosimulate_reduction(images, faulty, setup);
      EXPECT_TRUE(faulty.happened() || GetParam() == Fault::repeat);  // the list need not have left
      ASSERT_TRUE(result.difference);
      EXPECT_EQ(result.difference->window, kAfter);
      EXPECT_THAT(result.difference->what, HasSubstr(GetParam() == Fault::repeat ? "index of slot 1" : "of slot"));
      EXPECT_THAT(reduction_difference_text(result), HasSubstr("image 10: " + result.difference->what));
    }
}

TEST(ReductionCosim, AFaultWaitsForItsOpportunity) {
  const ReductionCosimSetup setup = setup_of(false);
  const auto rtl = rtl_reduction_pins(setup.shape);
  const Images empty(4, std::vector<std::int64_t>(64)), full(4, std::vector<std::int64_t>(64, 1));
  for (const auto& [fault, images] : {std::pair{Fault::drop, &empty}, {Fault::repeat, &empty}, {Fault::flip, &full}}) {
    FaultyReduction faulty(*rtl, setup.shape, fault, 1);
    faulty.reset();
    EXPECT_FALSE(cosimulate_reduction(*images, faulty, setup).difference) << to_string(fault);
    EXPECT_FALSE(faulty.happened()) << to_string(fault);
  }
}

TEST(ReductionCosim, ReportsWhatItDid) {
  ReductionCosimReport report;
  report.setup = setup_of(true);
  report.images = "drawn";
  const auto rtl = rtl_reduction_pins(report.setup.shape);
  Images images(2, std::vector<std::int64_t>(64));
  images[1].assign(64, 1);
  report.result = cosimulate_reduction(images, *rtl, report.setup);
  EXPECT_THAT(reduction_cosim_text(report), HasSubstr("2 images with 64 active pixels, 60 of them without a slot"));
  EXPECT_THAT(reduction_cosim_text(report), HasSubstr("8.00 on average, 5 to 11"));  // 3 + 2 * 1, 3 + 2 * 4
  const auto json = reduction_cosim_json(report);
  EXPECT_EQ(json["block"], "input_reduction");
  EXPECT_EQ(json["cycles_to_list"]["sum"], 16);
  EXPECT_EQ(json["dropped_pixels"], 60);
  EXPECT_TRUE(json["difference"].is_null());
}

}  // namespace
}  // namespace sparsim
