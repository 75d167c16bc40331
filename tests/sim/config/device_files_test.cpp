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
  EXPECT_TRUE(resolved.contains("technology"));
}

INSTANTIATE_TEST_SUITE_P(All, DeviceFiles,
                         testing::Values(Known{"xc7z020.yaml", {53200, 106400, 220, 280, 0}},
                                         Known{"xc7a35t.yaml", {20800, 41600, 90, 100, 0}},
                                         Known{"xc7z045.yaml", {218600, 437200, 900, 1090, 0}},
                                         Known{"u250.yaml", {1728000, 3456000, 12288, 5376, 1280}},
                                         Known{"u280.yaml", {1163520, 2327040, 8496, 3504, 960}}));

}  // namespace
}  // namespace sparsim
