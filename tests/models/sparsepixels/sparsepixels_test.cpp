#include "models/sparsepixels/sparsepixels.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/core/error.h"
#include "tests/models/sparsepixels/pixel_graph.h"
#include "tests/support/masked_workload.h"

namespace sparsim {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::Field;
using testing::HasSubstr;

/// Images of the MicroBooNE network with so many active pixels each, the first ones of the map.
MaskedWorkload events(const std::vector<std::size_t>& active) {
  MaskedWorkload workload(microboone(), active.size());
  for (std::size_t image = 0; image < active.size(); ++image) {
    BitMask mask(63 * 63);
    for (std::size_t i = 0; i < active[image]; ++i) mask.set(i);
    workload.mask(image, 0) = mask;
  }
  return workload;
}

RunRecord run(const Workload& workload, const SparsePixelsConfig& config, const std::string& reduction = "") {
  RunOptions options;
  options.images = workload.images();
  options.reduction = reduction;
  SparsePixels accelerator("sparsepixels", config, workload, options);
  return accelerator.run();
}

std::vector<Cycles> latencies(const RunRecord& record) {
  std::vector<Cycles> result;
  for (const ImageRecord& image : record.images) result.push_back(image.end - image.start);
  return result;
}

// Operators: 34 + 5 + 0 + 5 + 0 + 5 + 5 + 5 + 0 + 2 + 2 = 63 (latency_test.cpp), and seven hand-offs: none into a ReLU.
// The published design takes 69, its interval is 35.
TEST(SparsePixels, TakesWhatItsOperatorsAndHandOffsTake) {
  const MaskedWorkload workload = events({3, 8, 0, 9});
  const RunRecord record = run(workload, {});
  EXPECT_THAT(latencies(record), ElementsAre(70, 70, 70, 70));
  EXPECT_THAT(record.images, ElementsAre(Field(&ImageRecord::end, 70), Field(&ImageRecord::end, 105),
                                         Field(&ImageRecord::end, 140), Field(&ImageRecord::end, 175)));
  EXPECT_THAT(record.images,
              ElementsAre(Field(&ImageRecord::dropped_pixels, 0), Field(&ImageRecord::dropped_pixels, 0),
                          Field(&ImageRecord::dropped_pixels, 0), Field(&ImageRecord::dropped_pixels, 1)));
  EXPECT_EQ(record.accelerated, 175);
  ASSERT_EQ(record.stages.size(), 11u);
  EXPECT_EQ(record.stages[0].first, 34);
  EXPECT_EQ(record.stages[0].interval, 35);
  EXPECT_EQ(record.stages[6].hand_off, 1);
  EXPECT_TRUE(record.images[0].answer.empty());  // masks alone
}

TEST(SparsePixels, OneAtATimeWaitsForTheAnswer) {
  const MaskedWorkload workload = events({3, 8, 0});
  SparsePixelsConfig config;
  config.images = PixelImages::one_at_a_time;
  const RunRecord record = run(workload, config);
  EXPECT_THAT(latencies(record), ElementsAre(70, 70, 70));
  EXPECT_EQ(record.end, 210);
}

// The search that finds nothing included: 1, 4 and 8 slots of four cycles; three around. With a power of two of slots
// the full reduction would be a cycle shorter.
TEST(SparsePixels, WithAnEarlyExitFollowsTheEvent) {
  const MaskedWorkload workload = events({0, 3, 100});
  SparsePixelsConfig config;
  config.early_exit = true;
  const RunRecord record = run(workload, config);
  EXPECT_THAT(latencies(record), ElementsAre(70 - 34 + 7, 70 - 34 + 19, 70 - 34 + 35));
}

// dense1 reused a hundred times takes 104 cycles and starts every 105. The others run ahead until the two places before
// each of them are taken.
TEST(SparsePixels, ASlowOperatorHoldsTheOthersBack) {
  const MaskedWorkload workload = events(std::vector<std::size_t>(20, 5));
  SparsePixelsConfig config;
  config.reuse["dense1"] = 100;
  const RunRecord record = run(workload, config);
  EXPECT_EQ(record.images[19].end - record.images[18].end, 105);
  EXPECT_EQ(record.images[0].end, 70 + 99);
  EXPECT_GT(record.images[19].end - record.images[19].start, 70 + 99);
}

TEST(SparsePixels, ActivityAddsUpToTheDenseNetwork) {
  const MaskedWorkload workload = events({4});
  const RunRecord record = run(workload, {});
  for (const LayerRecord& layer : record.layers) {
    Activity sum;
    for (const PartRecord& part : layer.parts) sum += part.activity;
    EXPECT_EQ(static_cast<std::int64_t>(sum.macs_done + sum.macs_skipped), workload.graph().layers[layer.layer].macs());
  }
}

TEST(SparsePixels, EndsAtALimit) {
  const MaskedWorkload workload = events({4, 4, 4});
  RunOptions options;
  options.images = 3;
  options.max_cycles = 110;
  SparsePixels accelerator("sparsepixels", {}, workload, options);
  const RunRecord record = accelerator.run();
  EXPECT_TRUE(record.reached_limit);
  EXPECT_EQ(record.images.size(), 2u);
}

TEST(SparsePixels, ItsCriticalPathNamesOperators) {
  const MaskedWorkload workload = events({4});
  const RunRecord record = run(workload, {});
  Cycles sum = 0;
  for (const CauseShare& share : record.critical_path) sum += share.cycles;
  EXPECT_EQ(sum, record.end);
  EXPECT_THAT(record.critical_path,
              testing::Contains(AllOf(Field(&CauseShare::cause, "reduce"), Field(&CauseShare::cycles, 34))));
}

TEST(SparsePixels, TheDenseBaselineStreamsAllPixels) {
  const MaskedWorkload workload = events({4, 4, 4});
  SparsePixelsConfig config;
  config.dense = true;
  const RunRecord record = run(workload, config);
  // Two maps of 69 x 69 padded pixels, 81 pooled pixels gathered, the dense layers' 5 and 2, the table's 2, seven
  // hand-offs less that behind the reduction. Published: 9,733, every 5,029.
  EXPECT_EQ(latencies(record)[0], 2 * 4761 + 81 + 5 + 2 + 2 + 6);
  EXPECT_EQ(record.images[2].end - record.images[1].end, 5029);
}

std::string refused(const SparsePixelsConfig& config, const std::string& reduction) {
  const MaskedWorkload workload = events({4});
  try {
    run(workload, config, reduction);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(SparsePixels, RefusesAFormOfTheReductionThatThereIsNot) {
  EXPECT_THAT(refused({}, "exact"), HasSubstr("--reduction exact: must be fast, step, rtl or lockstep"));
}

TEST(SparsePixels, RefusesAReductionWhereThereIsNone) {
  SparsePixelsConfig config;
  config.dense = true;
  EXPECT_THAT(refused(config, "rtl"), HasSubstr("has no input reduction"));
}

TEST(SparsePixels, RefusesAReductionOfSignedValues) {
  SparsePixelsConfig config;
  config.input = {16, 6, true};
  EXPECT_THAT(refused(config, "rtl"), HasSubstr("takes unsigned values of up to 16 bits, not ap_fixed<16,6>"));
}

}  // namespace
}  // namespace sparsim
