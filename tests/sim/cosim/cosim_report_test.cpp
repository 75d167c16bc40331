#include "sim/cosim/cosim_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/version.h"

namespace sparsim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

/// 2 windows of 9 operands, 5 filters, 6 non-zeros, on 3 lanes.
CosimReport example() {
  CosimReport report;
  report.shape = {9, 3, true};
  report.windows = "made up";
  report.filters = 5;
  report.stall_probability = 0.25;
  report.seed = 7;
  report.sparse.windows = report.dense.windows = 2;
  report.sparse.results = report.dense.results = 5;
  report.sparse.macs = report.dense.macs = 30;
  report.sparse.dense_macs = report.dense.dense_macs = 90;
  report.sparse.cycles = 20;
  report.dense.cycles = 50;
  report.sparse.beats = 10;
  report.dense.beats = 30;
  return report;
}

TEST(CosimReport, DerivesItsRatios) {
  const CosimReport report = example();
  EXPECT_DOUBLE_EQ(report.density(), 30.0 / 90);
  EXPECT_DOUBLE_EQ(report.occupancy(report.sparse), 30.0 / (3 * 20));
  EXPECT_DOUBLE_EQ(report.occupancy(report.dense), 30.0 / (3 * 50));
  EXPECT_DOUBLE_EQ(report.speedup(), 2.5);
}

TEST(CosimReport, OfNothingIsZeros) {
  const CosimReport report;
  EXPECT_EQ(report.density(), 0);
  EXPECT_EQ(report.speedup(), 0);
  EXPECT_EQ(cosim_json(report)["sparse"]["occupancy"], 0.0);
}

TEST(CosimReport, HasItsNumbersAsJson) {
  const nlohmann::ordered_json json = cosim_json(example());
  EXPECT_EQ(json["sparsim_version"], kVersion);
  EXPECT_EQ(json["inputs"], 9);
  EXPECT_EQ(json["lanes"], 3);
  EXPECT_EQ(json["skip_zero_window"], true);
  EXPECT_EQ(json["source"], "made up");
  EXPECT_EQ(json["filters"], 5);
  EXPECT_EQ(json["stall_probability"], 0.25);
  EXPECT_EQ(json["seed"], 7);
  EXPECT_EQ(json["windows"], 2);
  EXPECT_EQ(json["sparse"]["cycles"], 20);
  EXPECT_EQ(json["dense"]["beats"], 30);
  EXPECT_EQ(json["sparse"]["macs"], 30);
  EXPECT_EQ(json["speedup"], 2.5);
  EXPECT_EQ(json["sparse"]["toggles"].size(), 6u);
}

TEST(CosimReport, ReadsAsText) {
  const std::string text = cosim_text(example());
  EXPECT_THAT(text, HasSubstr("sparse_vector_dot 9x3 skipping zero windows: made up\n"
                              "  2 windows, 0 of them all zero; 33.3 % of the operands are not zero; 5 filters\n"
                              "  stalls: with probability 0.25 each cycle, on both sides; seed 7\n"));
  EXPECT_THAT(text, HasSubstr("\nsparse      20     10               30         50.0\n"
                              "dense       50     30               90         20.0\n"));
  EXPECT_THAT(text, HasSubstr("speed-up at 3 multipliers: 2.500; all operands / non-zeros: 3.000\n"));
}

TEST(CosimReport, AddsRunsAndTakesTheDifferenceOfTheLast) {
  CosimResult total = example().sparse, part = example().dense;
  part.zero_windows = 1;
  part.difference = Difference{3, 4, "grant", "a", "b"};
  part.waveform.resize(2);
  add(total, part);
  EXPECT_EQ(total.windows, 4u);
  EXPECT_EQ(total.zero_windows, 1u);
  EXPECT_EQ(total.results, 10u);
  EXPECT_EQ(total.cycles, 70);
  EXPECT_EQ(total.beats, 40u);
  EXPECT_EQ(total.macs, 60u);
  EXPECT_EQ(total.dense_macs, 180u);
  ASSERT_TRUE(total.difference);
  EXPECT_EQ(total.difference->what, "grant");
  EXPECT_EQ(total.waveform.size(), 2u);
}

/// Cycles `first` to `last` of an engine of two lanes, of which `wrong` is the one with the difference.
CosimResult different(Cycles first, Cycles last, Cycles wrong) {
  CosimResult result;
  for (Cycles cycle = first; cycle <= last; ++cycle) {
    CycleRecord r;
    r.cycle = cycle;
    r.window = static_cast<std::uint64_t>(cycle) / 2;
    r.inputs.window_valid = r.seen.window_ready = cycle % 2 == 0;
    r.expected.beat = r.seen.beat = true;
    r.expected.grant = r.seen.grant = {0b01, 0b10};
    if (cycle == wrong) r.seen.grant = {0b101, 0};
    result.waveform.push_back(r);
  }
  result.waveform.front().expected.result_valid = result.waveform.front().seen.result_valid = true;
  result.waveform.front().expected.result = -12;
  result.waveform.front().seen.result = -13;
  result.waveform.front().inputs.result_ready = false;
  result.difference = Difference{wrong, static_cast<std::uint64_t>(wrong) / 2, "grant", "[1, 2]", "[5, 0]"};
  return result;
}

std::vector<std::string> lines(const std::string& text) {
  std::vector<std::string> found;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) found.push_back(line);
  return found;
}

TEST(DifferenceText, ShowsTheCyclesBefore) {
  EXPECT_THAT(
      lines(difference_text(different(4, 8, 6), true)),
      ElementsAre("cycle 6: window 3 at the input: grant: expected [1, 2], seen [5, 0]", "",
                  "cycle  window  input  lanes expected   seen  result expected  seen  output",
                  "-----  ------  -----  --------------  -----  ---------------  ----  ------",
                  "    4       2  taken             0 1    0 1              -12   -13  waits",
                  "    5       2                    0 1    0 1", "    6       3  taken             0 1  0+2 -"));
}

TEST(DifferenceText, HasOneSideWhereThereIsNoModel) {
  EXPECT_THAT(lines(difference_text(different(4, 8, 5), false)),
              ElementsAre("cycle 5: window 2 at the input: grant: expected [1, 2], seen [5, 0]", "",
                          "cycle  window  input  lanes of the RTL  result of the RTL  output",
                          "-----  ------  -----  ----------------  -----------------  ------",
                          "    4       2  taken               0 1                -13  waits",
                          "    5       2                    0+2 -"));
}

TEST(DifferenceText, ShowsSixteenCycles) {
  const std::vector<std::string> shown = lines(difference_text(different(0, 63, 47), true));
  ASSERT_EQ(shown.size(), 4u + 16);
  EXPECT_THAT(shown[4], testing::StartsWith("   32 "));
  EXPECT_THAT(shown.back(), testing::StartsWith("   47 "));
}

}  // namespace
}  // namespace sparsim
