#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <functional>

#include "models/core/error.h"
#include "models/sparsepixels/input_reduction_pins.h"
#include "tests/models/sparsepixels/drawn_pixels.h"
#include "tests/support/spoilt_pins.h"

namespace sparsim {
namespace {

using testing::HasSubstr;

struct Built {
  std::int64_t height, width;
  int bits;
  std::int64_t levels;
};
void PrintTo(const Built& b, std::ostream* os) {
  *os << fmt::format("{}x{}_{}_{}", b.height, b.width, b.bits, b.levels);
}

ReductionShape shape_of(const Built& built, std::int64_t slots, bool early_exit, std::int64_t threshold = 0) {
  ReductionShape shape;
  shape.height = built.height;
  shape.width = built.width;
  shape.value_bits = built.bits;
  shape.levels_per_cycle = built.levels;
  shape.slots = slots;
  shape.early_exit = early_exit;
  shape.threshold = threshold;
  return shape;
}

class InputReductionRtl : public testing::TestWithParam<Built> {
 protected:
  static std::int64_t most_slots() {
    return std::min(GetParam().height * GetParam().width, ReductionShape::kMostRtlSlots);
  }
};
// As models/sparsepixels/input_reduction_rtl.cmake says.
INSTANTIATE_TEST_SUITE_P(, InputReductionRtl,
                         testing::Values(Built{1, 2, 8, 1}, Built{1, 5, 8, 3}, Built{8, 8, 8, 1}, Built{8, 8, 8, 3},
                                         Built{9, 23, 8, 2}, Built{10, 10, 8, 3}, Built{10, 10, 16, 3},
                                         Built{28, 28, 8, 3}, Built{56, 56, 8, 3}, Built{56, 56, 16, 3},
                                         Built{63, 63, 8, 3}, Built{63, 63, 16, 3}),
                         testing::PrintToStringParamName());

// Every pin and every cycle: a difference is a ModelError.
TEST_P(InputReductionRtl, IsItsModelsOnDrawnImages) {
  const std::uint64_t seed = 7;
  SCOPED_TRACE(seed);
  Random random(seed, 0);
  const auto highest = (std::int64_t{1} << GetParam().bits) - 1;
  for (const bool early_exit : {false, true})
    for (const std::int64_t slots : {std::int64_t{1}, most_slots() / 3 + 1, most_slots()})
      for (const std::int64_t threshold : {std::int64_t{0}, highest / 2, highest}) {
        const ReductionShape shape = shape_of(GetParam(), slots, early_exit, threshold);
        const auto reduction = lockstep_reduction(shape);
        for (const double density : {0.005, 0.1, 0.7}) reduction->reduce(drawn_pixels(shape, density, random));
      }
}

TEST_P(InputReductionRtl, TakesEmptyAndFullImagesAndCorners) {
  for (const bool early_exit : {false, true}) {
    const ReductionShape shape = shape_of(GetParam(), most_slots(), early_exit);
    const auto reduction = lockstep_reduction(shape);
    std::vector<std::int64_t> image(static_cast<std::size_t>(shape.pixels()));
    EXPECT_EQ(reduction->reduce(image).list.active_count(), 0u);
    for (const std::int64_t corner :
         {std::int64_t{0}, shape.width - 1, shape.pixels() - shape.width, shape.pixels() - 1}) {
      std::fill(image.begin(), image.end(), 0);
      image[static_cast<std::size_t>(corner)] = 1;
      const PixelList list = reduction->reduce(image).list;
      EXPECT_EQ(list.active_count(), 1u);
      EXPECT_EQ(list.positions[0].row * shape.width + list.positions[0].column, corner);
    }
    std::fill(image.begin(), image.end(), (std::int64_t{1} << shape.value_bits) - 1);
    EXPECT_EQ(reduction->reduce(image).list.active_count(), static_cast<std::size_t>(shape.slots));
  }
}

// ---- the pins

const Built kSmall{8, 8, 8, 3};

ReductionInputs image_of(const ReductionShape& shape, std::initializer_list<std::size_t> active) {
  ReductionInputs inputs;
  inputs.image_valid = true;
  inputs.image.resize(static_cast<std::size_t>(shape.pixels()));
  for (const std::size_t pixel : active) inputs.image[pixel] = 1 + static_cast<std::int64_t>(pixel);
  return inputs;
}

TEST(InputReductionPins, AListWaitsAndNoImageEntersMeanwhile) {
  const ReductionShape shape = shape_of(kSmall, 2, false);
  const auto pins = rtl_reduction_pins(shape);
  ReductionInputs inputs = image_of(shape, {5, 40});
  EXPECT_TRUE(pins->evaluate(inputs).image_ready);
  pins->clock();
  inputs = image_of(shape, {7});                     // the next one is there at once
  for (int cycle = 1; cycle < 3 + 2 * 2; ++cycle) {  // D = 6: two cycles a slot
    const ReductionOutputs& outputs = pins->evaluate(inputs);
    EXPECT_FALSE(outputs.image_ready || outputs.list_valid) << cycle;
    EXPECT_EQ(outputs.index[0], cycle < 5 ? 0u : 5u) << cycle;  // the first slot is written in cycle 4
    pins->clock();
  }
  for (int wait = 0; wait < 3; ++wait) {
    const ReductionOutputs& outputs = pins->evaluate(inputs);
    EXPECT_TRUE(outputs.list_valid);
    EXPECT_FALSE(outputs.image_ready);
    EXPECT_EQ(outputs.index, (std::vector<std::uint32_t>{5, 40}));
    EXPECT_EQ(outputs.value, (std::vector<std::uint32_t>{6, 41}));
    pins->clock();
  }
  inputs.list_ready = true;
  EXPECT_TRUE(pins->evaluate(inputs).list_valid);
  pins->clock();
  EXPECT_TRUE(pins->evaluate(inputs).image_ready);  // the cycle after
  pins->clock();
  EXPECT_EQ(pins->evaluate(inputs).index, (std::vector<std::uint32_t>{0, 0}));
}

TEST(InputReductionPins, ResetForgetsAnImage) {
  const ReductionShape shape = shape_of(kSmall, 2, false);
  const auto pins = lockstep_reduction_pins(step_reduction_pins(shape), rtl_reduction_pins(shape));
  const ReductionInputs inputs = image_of(shape, {5, 40});
  for (int cycle = 0; cycle < 4; ++cycle) {
    pins->evaluate(inputs);
    pins->clock();
  }
  EXPECT_FALSE(pins->evaluate(inputs).image_ready);
  pins->reset();
  EXPECT_TRUE(pins->evaluate(inputs).image_ready);
}

using Spoilt = SpoiltPins<ReductionPins>;

TEST(InputReductionPins, LockstepNamesTheFirstDifference) {
  const ReductionShape shape = shape_of(kSmall, 2, false);  // a list in cycles 7 and 15
  const auto error = [&shape](Cycles cycle, const std::function<void(ReductionOutputs&)>& spoil) -> std::string {
    const auto reduction = driven_reduction(
        shape, lockstep_reduction_pins(step_reduction_pins(shape),
                                       std::make_unique<Spoilt>(rtl_reduction_pins(shape), cycle, spoil)));
    try {
      for (int image = 0; image < 2; ++image) reduction->reduce(image_of(shape, {5, 40}).image);
    } catch (const ModelError& e) {
      return e.what();
    }
    return "none";
  };
  EXPECT_EQ(error(99, [](ReductionOutputs& o) { o.list_valid = true; }), "none");
  EXPECT_THAT(error(3, [](ReductionOutputs& o) { o.list_valid = true; }), HasSubstr("image 0, cycle 3: list_valid"));
  EXPECT_THAT(error(9, [](ReductionOutputs& o) { o.image_ready = true; }), HasSubstr("image 1, cycle 9: image_ready"));
  EXPECT_THAT(error(7, [](ReductionOutputs& o) { o.index[1] ^= 1u; }),
              HasSubstr("cycle 7: index of slot 1: the model has 40, the RTL 41"));
  EXPECT_THAT(error(8, [](ReductionOutputs& o) { o.value[0] = 0; }),
              HasSubstr("cycle 8: value of slot 0: the model has 6, the RTL 0"));
}

TEST(InputReductionPins, AShapeThatWasNotBuiltNamesThoseThatWere) {
  const auto error = [](const ReductionShape& shape) -> std::string {
    try {
      rtl_reduction(shape);
    } catch (const InputError& e) {
      return e.what();
    }
    return "none";
  };
  EXPECT_THAT(error(shape_of({8, 9, 8, 3}, 2, false)), HasSubstr("63x63 pixels of 16 bits at 3 levels a cycle"));
  EXPECT_THAT(error(shape_of({63, 63, 8, 3}, 33, false)), HasSubstr("32 slots: 33 were asked for"));
  EXPECT_EQ(error(shape_of({63, 63, 8, 3}, 32, true)), "none");
}

// ---- the 100 events of each published set

std::filesystem::path shared_data() {
  const char* given = std::getenv("SPARSIM_SHARED_DATA");
  return given ? std::filesystem::path(given) : std::filesystem::path(SPARSIM_SOURCE_DIR) / "../shared/data";
}

/// Images of a file of a line each, as raw values of `bits` bits below 2.
std::vector<std::vector<std::int64_t>> events(const std::filesystem::path& file, std::int64_t pixels, int bits) {
  std::ifstream in(file);
  std::vector<std::vector<std::int64_t>> images;
  std::vector<std::int64_t> image;
  for (double value = 0; in >> value;) {
    image.push_back(std::llround(std::ldexp(value, bits - 1)));
    if (static_cast<std::int64_t>(image.size()) == pixels) images.push_back(std::exchange(image, {}));
  }
  return images;
}

class RealEvents : public testing::TestWithParam<std::pair<const char*, std::int64_t>> {};
INSTANTIATE_TEST_SUITE_P(, RealEvents, testing::Values(std::pair{"jet", 56}, std::pair{"neutrino", 63}),
                         [](const auto& set) { return std::string(set.param.first); });

TEST_P(RealEvents, AreReducedAlikeInAllForms) {
  const auto [set, side] = GetParam();
  const std::filesystem::path file = shared_data() / "datasets/sparsepixels" / set / "inputs_100.dat";
  if (!std::filesystem::exists(file)) GTEST_SKIP() << "no shared data: " << file;
  for (const int bits : {8, 16}) {
    const auto images = events(file, side * side, bits);
    ASSERT_EQ(images.size(), 100u);
    for (const bool early_exit : {false, true}) {
      const auto reduction = lockstep_reduction(shape_of({side, side, bits, 3}, early_exit ? 20 : 8, early_exit));
      for (const auto& image : images) reduction->reduce(image);
    }
  }
}

}  // namespace
}  // namespace sparsim
