#include "sim/report/stage_report.h"

#include <gmock/gmock.h>

#include "sim/report/result_json.h"
#include "sim/report/run_report.h"

namespace sparsim {
namespace {

using testing::HasSubstr;
using testing::Not;
using Json = nlohmann::ordered_json;

/// An input reduction of 60 to 80 cycles, handed over in one, and a convolution of 9 at the end: 70 cycles of 5 ns.
Result two_operators() {
  Result r;
  r.clock_mhz = 200;
  r.images = r.trace_images = 2;
  r.latency = Latency{70, 70, 90, 90};
  r.stages = {{"reduce", "reduce", 60, 80, 81, 1}, {"conv1", "convolution", 9, 9, 10, 0}};
  r.resource_bill = {
      {"reduce", 1, {1500, 900, 0, 0, 0}}, {"conv1", 24, {150, 80, 24, 0, 0}}, {"conv1", 1, {50, 20, 0, 1, 0}}};
  return r;
}

// 61 and 9 of 70 cycles; both items of conv1.
TEST(StageTable, HasWhatEachOperatorTakesOfTheLatency) {
  EXPECT_EQ(stage_table(two_operators()),
            "operator  kind         cycles, first image  most  hand-off   ns  % of the latency  between images   LUT   "
            "FF  DSP  BRAM18\n"
            "--------  -----------  -------------------  ----  --------  ---  ----------------  --------------  ----  "
            "---  ---  ------\n"
            "reduce    reduce                        60    80         1  305              87.1              81  1500  "
            "900    0       0\n"
            "conv1     convolution                    9     9         0   45              12.9              10   200  "
            "100   24       1\n"
            "ns and per cent: with the hand-off; between images: where nothing is waited for\n");
}

TEST(StageTable, StandsWhereNoImageWasFinished) {
  Result r = two_operators();
  r.latency.reset();
  EXPECT_THAT(stage_table(r), HasSubstr("conv1     convolution                    9     9         0   45"));
}

TEST(StageJson, HasCyclesAndResourcesOfEachOperator) {
  const Json stages = result_json(two_operators(), Accelerator{})["stages"];
  EXPECT_EQ(stages.size(), 2u);
  EXPECT_EQ(stages["reduce"]["what"], "reduce");
  EXPECT_EQ(stages["reduce"]["first_cycles"], 60);
  EXPECT_EQ(stages["reduce"]["max_cycles"], 80);
  EXPECT_EQ(stages["reduce"]["interval_cycles"], 81);
  EXPECT_EQ(stages["reduce"]["hand_off_cycles"], 1);
  EXPECT_EQ(stages["reduce"]["lut"], 1500);
  EXPECT_EQ(stages["conv1"]["lut"], 200);
  EXPECT_EQ(stages["conv1"]["dsp"], 24);
  EXPECT_EQ(stages["conv1"]["bram18"], 1);
}

TEST(StageJson, IsEmptyWhereThereAreNone) {
  const Json stages = result_json(Result{}, Accelerator{})["stages"];
  EXPECT_TRUE(stages.is_object());
  EXPECT_TRUE(stages.empty());
}

TEST(AnswersReport, IsEmptyWhereThereAreNone) { EXPECT_EQ(answers_report(two_operators()), ""); }

TEST(AnswersReport, SaysHowManyImagesWereCut) {
  Result r = two_operators();
  r.images_cut = 1;
  r.dropped_pixels = 37;
  EXPECT_EQ(answers_report(r), "active pixels  1 of 2 images have more than are kept: 37 pixels dropped\n");
  const Json json = result_json(r, Accelerator{});
  EXPECT_EQ(json["images_cut"], 1);
  EXPECT_EQ(json["dropped_pixels"], 37);
}

TEST(AnswersReport, ComparesWithTheReference) {
  Result r = two_operators();
  r.answers = {{0.25}, {0.75}};
  r.answers_compared = AnswerComparison{2, 1, 0.9375, 0.0125, 0.5};
  EXPECT_EQ(answers_report(r),
            "answers        1 of 2 of the reference's class, AUC 0.9375 against its classes; scores differ by 0.013 "
            "(median), 0.5 (most)\n");
}

TEST(AnswersJson, HasTheScoresOfEachImage) {
  Result r = two_operators();
  EXPECT_EQ(result_json(r, Accelerator{})["answers"], Json::array());
  r.answers = {{0.25}, {0.75}};
  const Json json = result_json(r, Accelerator{});
  EXPECT_EQ(json["answers"], Json::parse("[[0.25], [0.75]]"));
  EXPECT_TRUE(json["answers_compared"].is_null());
}

TEST(AnswersJson, HasTheComparison) {
  Result r = two_operators();
  r.answers_compared = AnswerComparison{2, 1, 0.9375, 0.0125, 0.5};
  const Json json = result_json(r, Accelerator{})["answers_compared"];
  EXPECT_EQ(json["images"], 2);
  EXPECT_EQ(json["same_class"], 1);
  EXPECT_EQ(json["auc"], 0.9375);
  EXPECT_EQ(json["median_error"], 0.0125);
  EXPECT_EQ(json["largest_error"], 0.5);
  EXPECT_EQ(json.size(), 5u);
}

// 70 and 90 cycles of 5 ns.
TEST(RunReport, TellsAShortRunInMicroseconds) {
  Result r = two_operators();
  r.interval_cycles = 81;
  const std::string text = run_report(r);
  EXPECT_THAT(text, HasSubstr("latency        0.350 us first, 0.350 us p50, 0.450 us p99, 0.450 us max  (70 cycles"));
  EXPECT_THAT(text, HasSubstr("interval       81 cycles, 0.4050 us between images\n"));
}

// 100 us are 20 000 cycles: from there on, in ms.
TEST(RunReport, TellsALongRunInMilliseconds) {
  Result r = two_operators();
  r.latency->max = 19'999;
  EXPECT_THAT(run_report(r), HasSubstr("99.995 us max"));
  r.latency->max = 20'001;
  r.interval_cycles = 20'000;
  EXPECT_THAT(run_report(r), HasSubstr("latency        0.000 ms first, 0.000 ms p50, 0.000 ms p99, 0.100 ms max"));
  EXPECT_THAT(run_report(r), HasSubstr("0.1000 ms between images"));
}

TEST(RunReport, TellsALittleEnergyInMicrojoules) {
  Result r = two_operators();
  r.energy = {{"multipliers", 3e-6, 2e-6, 5e-6, Basis::assumed}};  // of two images
  r.energy_per_image_j = 1.5e-6;
  r.energy_low_j = 1e-6;
  r.energy_high_j = 2.5e-6;
  const std::string text = run_report(r);
  EXPECT_THAT(text, HasSubstr("energy         1.50 uJ/image (1.00..2.50;"));
  EXPECT_THAT(text, HasSubstr("energy       uJ/image  share %    low   high  basis"));
  EXPECT_THAT(text, HasSubstr("multipliers     1.500    100.0  1.000  2.500  assumed"));
}

TEST(RunReport, TellsMuchEnergyInMillijoules) {
  Result r = two_operators();
  r.energy_per_image_j = 99e-6;
  EXPECT_THAT(run_report(r), HasSubstr("99.00 uJ/image"));
  r.energy_per_image_j = 101e-6;
  EXPECT_THAT(run_report(r), HasSubstr("0.10 mJ/image"));
}

// Of an architecture that runs its layers one by one there is no table of operators, nor one of layers here.
TEST(RunReport, ShowsOperatorsInPlaceOfLayers) {
  Result r = two_operators();
  EXPECT_THAT(run_report(r), HasSubstr("operator  kind"));
  EXPECT_THAT(run_report(r), Not(HasSubstr("ms/image")));
  r.stages.clear();
  EXPECT_THAT(run_report(r), Not(HasSubstr("operator  kind")));
  EXPECT_THAT(run_report(r), HasSubstr("ms/image"));
}

}  // namespace
}  // namespace sparsim
