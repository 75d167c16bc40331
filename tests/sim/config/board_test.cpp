#include "sim/config/board.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <sstream>

#include "models/core/error.h"
#include "sim/output_file.h"

namespace sparsim {
namespace {

namespace fs = std::filesystem;

/// configs/devices/ in a directory of its own, to change one line of.
class BoardFiles : public testing::Test {
 protected:
  BoardFiles() { fs::copy(SPARSIM_SOURCE_DIR "/configs/devices", directory_); }
  ~BoardFiles() override { fs::remove_all(directory_); }

  std::string path(const std::string& name) const { return directory_ / name; }

  void replace(const std::string& name, const std::string& from, const std::string& to) {
    std::string text = read_file(path(name), 1 << 20);
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    write_file(path(name), text.replace(at, from.size(), to));
  }

  // Of the Zedboard; directory and line left out, so that the files may be edited.
  std::string error() const {
    try {
      load_board(path("zedboard.yaml"));
    } catch (const InputError& error) {
      std::string lines;
      std::istringstream all(error.what());
      for (std::string line; std::getline(all, line); lines += (lines.empty() ? "" : "\n") + line) {
        for (std::size_t at = line.find(path("")); at != std::string::npos; at = line.find(path("")))
          line.erase(at, path("").size());
        const std::size_t colon = line.find(':');
        line.erase(colon, line.find(':', colon + 1) - colon);
      }
      return lines;
    }
    return "no error";
  }

  void expect_problem(const std::string& file, const std::string& from, const std::string& to,
                      const std::string& problem) {
    replace(file, from, to);
    EXPECT_EQ(error(), problem);
  }

 private:
  const fs::path directory_ = fs::temp_directory_path() / ("sparsim-board-test-" + std::to_string(getpid()));
};

constexpr char kTechnologyLine[] = "scratchpad_read_pj_per_byte: {value: 6, low: 3, high: 10, basis: assumed, source: ";

TEST_F(BoardFiles, HoldTheirDeviceTechnologyMemoryAndHost) {
  const BoardFile b = load_board(path("zedboard.yaml"));
  EXPECT_EQ(b.board.name, "Zedboard");
  EXPECT_EQ(b.device.name, "XC7Z020");
  EXPECT_EQ(b.device.capacity.dsp, 220);  // DS190, table 1
  EXPECT_EQ(b.device.technology.name, "Xilinx 7 series");
  EXPECT_EQ(std::get<DramConfig>(b.memory).clock_period_ps, 1875);
  EXPECT_EQ(b.host.clock_mhz, 667);
}

TEST_F(BoardFiles, HoldAStaticMemoryInPlaceOfADram) {
  EXPECT_EQ(std::get<SramConfig>(load_board(path("cmod-a7-35t.yaml")).memory).size_bytes, 512 * 1024);
}

TEST_F(BoardFiles, AskForARangeAroundWhatIsAssumed) {
  expect_problem("series7.yaml", kTechnologyLine, "scratchpad_read_pj_per_byte: {value: 6, basis: assumed, source: ",
                 "series7.yaml: scratchpad_read_pj_per_byte: assumed, so low and high must bound it");
}

TEST_F(BoardFiles, TakeAPublishedValueWithoutARange) {
  replace("series7.yaml", kTechnologyLine, "scratchpad_read_pj_per_byte: {value: 6, basis: published, source: ");
  const Coefficient c = load_board(path("zedboard.yaml")).device.technology.scratchpad_read_pj_per_byte;
  EXPECT_EQ(c.basis, Basis::published);
  EXPECT_EQ(c.low, 6);
  EXPECT_EQ(c.high, 6);
}

TEST_F(BoardFiles, RefuseARangeThatLeavesTheValueOut) {
  expect_problem("series7.yaml", kTechnologyLine,
                 "scratchpad_read_pj_per_byte: {value: 6, low: 7, high: 10, basis: assumed, source: ",
                 "series7.yaml: scratchpad_read_pj_per_byte.value: 6: must lie between low (7) and high (10)");
}

TEST_F(BoardFiles, RefuseAnUnknownBasis) {
  expect_problem("series7.yaml", kTechnologyLine,
                 "scratchpad_read_pj_per_byte: {value: 6, low: 3, high: 10, basis: guessed, source: ",
                 "series7.yaml: scratchpad_read_pj_per_byte.basis: 'guessed': must be one of published, derived, "
                 "measured, assumed");
}

TEST_F(BoardFiles, RefuseACoefficientWithoutASource) {
  expect_problem("zedboard.yaml", ", source: \"DDR3 core from data-sheet currents, DRAMsim3 configurations\"}", "}",
                 "zedboard.yaml: memory_read_pj_per_bit.source: missing; must be a text");
}

TEST_F(BoardFiles, NameTheKeyOfAFileThatIsNotThere) {
  expect_problem("zedboard.yaml", "xc7z020.yaml", "xc7z200.yaml",
                 "zedboard.yaml: device: xc7z200.yaml: there is no such file");
}

TEST_F(BoardFiles, NameTheKeyOfATechnologyThatIsNotThere) {
  expect_problem("xc7z020.yaml", "series7.yaml", "series8.yaml",
                 "xc7z020.yaml: technology: series8.yaml: there is no such file");
}

TEST_F(BoardFiles, RefuseADeviceWithANegativeResource) {
  expect_problem("xc7z020.yaml", "dsp: 220", "dsp: -220", "xc7z020.yaml: capacity.dsp: -220: must be 0..100000000");
}

TEST_F(BoardFiles, RefuseOneRegion) {
  expect_problem("xc7z020.yaml",
                 "static_w:", "regions: {count: 1, lut: 1, ff: 1, dsp: 1, bram18: 1, uram: 0, source: test}\nstatic_w:",
                 "xc7z020.yaml: regions.count: 1: must be 2..16");
}

TEST_F(BoardFiles, RefuseARegionWithoutAResource) {
  expect_problem("xc7z020.yaml",
                 "static_w:", "regions: {count: 2, lut: 1, dsp: 1, bram18: 1, uram: 0, source: test}\nstatic_w:",
                 "xc7z020.yaml: regions.ff: missing; must be a whole number in 0..100000000");
}

TEST_F(BoardFiles, RefuseAHostWithoutCores) {
  expect_problem("cortex-a9.yaml", "cores: {value: 2", "cores: {value: 0", "cortex-a9.yaml: cores: 0: must be 1..64");
}

TEST(Beside, IsRelativeToTheFileThatNamesIt) {
  EXPECT_EQ(beside("configs/accelerators/a.yaml", "../devices/z.yaml"), "configs/devices/z.yaml");
  EXPECT_EQ(beside("a.yaml", "z.yaml"), "z.yaml");
  EXPECT_EQ(beside("configs/a.yaml", "/etc/z.yaml"), "/etc/z.yaml");
}

}  // namespace
}  // namespace sparsim
