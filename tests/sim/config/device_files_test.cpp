#include <gtest/gtest.h>

#include <filesystem>

#include "sim/config/board.h"

namespace sparsim {
namespace {

const std::filesystem::path kDevices = std::filesystem::path(SPARSIM_SOURCE_DIR) / "configs" / "devices";

// Capacities are those of the vendor; 18 Kb blocks, two to a BRAM36.
struct Known {
  const char* file;
  Resources capacity;
};

class DeviceFiles : public testing::TestWithParam<Known> {};

TEST_P(DeviceFiles, HoldThePublishedCapacity) {
  nlohmann::ordered_json resolved;
  const Device device = load_device((kDevices / GetParam().file).string(), resolved);
  const Resources& expected = GetParam().capacity;
  EXPECT_EQ(device.capacity.lut, expected.lut);
  EXPECT_EQ(device.capacity.ff, expected.ff);
  EXPECT_EQ(device.capacity.dsp, expected.dsp);
  EXPECT_EQ(device.capacity.bram18, expected.bram18);
  EXPECT_EQ(device.capacity.uram, expected.uram);
  EXPECT_GT(device.technology.mac_fp16.pj.value, 0);
  EXPECT_GT(device.technology.mac_pj_per_bit_product.value, 0);
  EXPECT_TRUE(resolved.contains("technology"));
}

INSTANTIATE_TEST_SUITE_P(All, DeviceFiles,
                         testing::Values(Known{"xc7z020.yaml", {53200, 106400, 220, 280, 0}},
                                         Known{"xc7a35t.yaml", {20800, 41600, 90, 100, 0}},
                                         Known{"xc7a100t.yaml", {63400, 126800, 240, 270, 0}},
                                         Known{"zu7ev.yaml", {230400, 460800, 1728, 624, 96}},
                                         Known{"xc7z045.yaml", {218600, 437200, 900, 1090, 0}},
                                         Known{"u250.yaml", {1728000, 3456000, 12288, 5376, 1280}},
                                         Known{"u280.yaml", {1163520, 2327040, 8496, 3504, 960}}));

// None is larger than its share of the device.
TEST(DeviceFiles, SplitTheLargestIntoRegions) {
  const auto regions = [](const char* file) {
    nlohmann::ordered_json resolved;
    return load_device((kDevices / file).string(), resolved).regions;
  };
  const auto u250 = regions("u250.yaml"), u280 = regions("u280.yaml");
  ASSERT_TRUE(u250 && u280);
  EXPECT_EQ(u250->count, 4);
  EXPECT_EQ(u250->each.lut, 1728000 / 4);
  EXPECT_EQ(u280->count, 3);
  EXPECT_EQ(u280->each.lut, 380640);  // of 400,800, 382,080 and 380,640
  EXPECT_FALSE(regions("zu7ev.yaml"));
}

class ProjectBoards : public testing::TestWithParam<const char*> {};

TEST_P(ProjectBoards, AreWithoutAProblem) {
  const BoardFile b = load_board((kDevices / GetParam()).string());
  EXPECT_FALSE(b.board.name.empty());
  EXPECT_LE(b.reserved.lut, b.device.capacity.lut);
}

INSTANTIATE_TEST_SUITE_P(All, ProjectBoards,
                         testing::Values("alveo-u250.yaml", "alveo-u280.yaml", "arty-a7-100t.yaml", "arty-a7-35t.yaml",
                                         "cmod-a7-35t.yaml", "pynq-z2.yaml", "zc706.yaml", "zcu104.yaml",
                                         "zedboard.yaml", "zybo.yaml"));

// The PYNQ-Z2's 16 bits at 1,050 MT/s are 2.1 GB/s; both boards hold 512 MB and one XC7Z020.
TEST(BoardsOfOneDevice, DifferInTheirMemory) {
  const BoardFile pynq = load_board((kDevices / "pynq-z2.yaml").string());
  const BoardFile zedboard = load_board((kDevices / "zedboard.yaml").string());
  EXPECT_EQ(pynq.resolved["device"], zedboard.resolved["device"]);
  const auto& dram = std::get<DramConfig>(pynq.memory);
  EXPECT_NEAR(dram.peak_bytes_per_second(), 2.1e9, 2e6);
  EXPECT_EQ(dram.banks * dram.rows * dram.row_bytes(), 512 << 20);
}

}  // namespace
}  // namespace sparsim
