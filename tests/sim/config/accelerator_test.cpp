#include "sim/config/accelerator.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>

#include "models/core/error.h"

namespace sparsim {
namespace {

constexpr char kSmall[] = SPARSIM_SOURCE_DIR "/configs/accelerators/sparcnet-small.yaml";

std::string error_of(const std::string& path, const std::vector<std::string>& assignments) {
  try {
    std::vector<Override> overrides;
    for (const std::string& assignment : assignments) overrides.push_back(Override::parse(assignment));
    load_accelerator(path, overrides);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

class ShippedAccelerator : public testing::TestWithParam<std::string> {};

TEST_P(ShippedAccelerator, LoadsAndFitsItsDevice) {
  const Accelerator a = load_accelerator(SPARSIM_SOURCE_DIR "/configs/accelerators/" + GetParam() + ".yaml");
  EXPECT_EQ(a.name, GetParam());
  EXPECT_TRUE(a.design);
  EXPECT_GT(a.clock_mhz, 0);
  EXPECT_THAT(shortages(total(a.resource_bill), a.board.device), testing::IsEmpty());
}

std::vector<std::string> shipped() {
  std::vector<std::string> names;
  for (const auto& entry : std::filesystem::directory_iterator(SPARSIM_SOURCE_DIR "/configs/accelerators"))
    names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Files, ShippedAccelerator, testing::ValuesIn(shipped()), test_name);

// 4 x 2 PEs of one multiply-accumulate in fp16, one DSP each (series7.yaml).
TEST(Accelerator, TakesOverridesAsIfTheyStoodInTheFile) {
  const Accelerator a = load_accelerator(kSmall, {{"pe_grid.rows", "4"}, {"clock_mhz", "50"}});
  EXPECT_EQ(total(a.resource_bill).dsp, 8);
  EXPECT_EQ(a.clock_mhz, 50);
  EXPECT_EQ(a.resolved["pe_grid"]["rows"], 4);
  EXPECT_EQ(a.resolved["pe_grid"]["columns"], 2);
}

TEST(Accelerator, TakesTheLastOfTwoOverrides) {
  EXPECT_EQ(load_accelerator(kSmall, {{"clock_mhz", "50"}, {"clock_mhz", "75"}}).clock_mhz, 75);
  EXPECT_EQ(error_of(kSmall, {"clock_mhz=50", "clock_mhz=0"}), "--set clock_mhz=0: 0: must be 1..1000");
}

TEST(Accelerator, SaysWhichOverrideIsWrong) {
  EXPECT_EQ(error_of(kSmall, {"pe_grid.rws=4"}), "--set pe_grid.rws=4: unknown key; did you mean 'rows'?");
  EXPECT_EQ(error_of(kSmall, {"pe_grid.rows=x"}), "--set pe_grid.rows=x: 'x' where a whole number is expected");
  EXPECT_EQ(error_of(kSmall, {"pe_grid=x"}), "--set pe_grid=x: must be a map of keys");
  EXPECT_EQ(error_of(kSmall, {"clock_mhz=1e999"}), "--set clock_mhz=1e999: 1e999: must be 1..1000");
  EXPECT_EQ(error_of(kSmall, {"clock_mhz=1e-999"}), "--set clock_mhz=1e-999: 1e-999: must be 1..1000");
  EXPECT_EQ(error_of(kSmall, {"pe_gird.rows=4"}),
            "--set pe_gird.rows=4: " + std::string(kSmall) + " has no section 'pe_gird'");
  EXPECT_EQ(error_of(kSmall, {"clock_mhz.rows=4"}),
            "--set clock_mhz.rows=4: " + std::string(kSmall) + " has no section 'clock_mhz'");
}

// One word of fp16 in each half of a scratchpad that is loaded while it is read: 4 bytes.
TEST(Accelerator, RefusesAScratchpadOfHalfAWord) {
  EXPECT_EQ(
      error_of(kSmall, {"scratchpads.ifmap.size_bytes=4098"}),
      kSmall + std::string(
                   ":2: scratchpads.ifmap.size_bytes = 4098: must be a multiple of 4, a word of 2 bytes in each of 1 "
                   "ports in both halves"));
}

TEST(Accelerator, RefusesAnOverrideWithoutKeyOrValue) {
  for (const char* assignment : {"", "=", "=4", "pe_grid.rows", "pe_grid.rows="})
    EXPECT_EQ(error_of(kSmall, {assignment}),
              "'" + std::string(assignment) + "': must be KEY=VALUE, as pe_grid.rows=4");
}

// Without them nothing else can be judged: one problem, not one for each key that another architecture would have.
TEST(Accelerator, StopsAtAnUnknownArchitectureAndAMissingBoard) {
  EXPECT_EQ(error_of(kSmall, {"architecture=cpuu"}),
            "--set architecture=cpuu: 'cpuu': must be one of sparcnet, fpgaconvnet, sparsepixels, finn, cpu; did you "
            "mean 'cpu'?");
  EXPECT_EQ(error_of(kSmall, {"board=../devices/zed.yaml"}),
            "--set board=../devices/zed.yaml: " SPARSIM_SOURCE_DIR "/configs/devices/zed.yaml: there is no such file");
}

// What one design adds stands before what every network needs: 40 + 8 DSPs.
TEST(Accelerator, AddsWhatTheNetworkNeeds) {
  const Accelerator a = load_accelerator(kSmall, {{"pe_grid.rows", "4"}});
  Design conv1;
  conv1.resource_bill = {{"conv1", 1, {0, 1000, 40, 0, 0}}};
  const std::vector<ResourceItem> bill = a.whole_bill(conv1);
  EXPECT_EQ(bill.front().part, "conv1");
  EXPECT_EQ(bill.back().part, "reserved by the board");
  EXPECT_EQ(total(bill).dsp, 48);
  EXPECT_EQ(a.energy_model(bill).flip_flops, total(a.resource_bill).ff + 1000);
}

TEST(Accelerator, RefusesABillAboveItsDevice) {
  const Accelerator a = load_accelerator(kSmall);
  const double dsps = a.board.device.capacity.dsp;
  a.check_capacity({{"fits", 1, {0, 0, dsps, 0, 0}}});
  try {
    a.check_capacity({{"does not", 1, {0, 0, dsps + 1, 0, 0}}});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.what(), std::string(kSmall) +
                                ": does not fit its device: needs 221 DSP, XC7Z020 has 220; choose a smaller design, "
                                "or explore with --ignore-capacity");
  }
}

TEST(Accelerator, RefusesAPartAboveARegionOfItsDevice) {
  const char* file = SPARSIM_SOURCE_DIR "/configs/accelerators/sparsepixels-jet-16.yaml";  // on a U250
  const Accelerator a = load_accelerator(file);
  a.check_capacity({{"fits", 1, {432000, 0, 0, 0, 0}}, {"fits, too", 2, {864000, 0, 0, 0, 0}}});
  try {
    a.check_capacity({{"conv1", 1, {432001, 0, 0, 0, 0}}});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_EQ(error.what(), std::string(file) +
                                ": does not fit its device: conv1 needs 432001 LUT, a region of U250 has 432000; "
                                "choose a smaller design, or explore with --ignore-capacity");
  }
}

TEST(Accelerator, RefusesACrossbarThatItDoesNotHave) {
  refuse_crossbar("cpu", {});
  RunOptions options;
  options.crossbar = "step";
  try {
    refuse_crossbar("cpu", options);
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "--crossbar step: architecture cpu has no crossbar");
  }
}

TEST(Accelerator, KeepsWhereItsNumbersComeFrom) {
  const Accelerator a = load_accelerator(SPARSIM_SOURCE_DIR "/configs/accelerators/sparcnet-zedboard.yaml");
  EXPECT_FALSE(a.provenance.empty());
  for (const Provenance& p : a.provenance) {
    EXPECT_FALSE(p.key.empty());
    EXPECT_FALSE(p.source.empty()) << p.key;
  }
}

}  // namespace
}  // namespace sparsim
