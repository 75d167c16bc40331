#include "models/memory/scratchpad.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/core/block_ram.h"
#include "models/core/error.h"

namespace sparsim {
namespace {

TEST(Scratchpad, GivesATileHalfOfADoubleBuffer) {
  const Scratchpad twice({16384, 8, 1, true}), once({16384, 8, 1, false});
  EXPECT_EQ(twice.tile_bytes(), 8192);
  EXPECT_EQ(once.tile_bytes(), 16384);
  EXPECT_EQ(twice.bram18(), 2 * bram18(1024, 64));
  EXPECT_EQ(once.bram18(), bram18(2048, 64));
}

TEST(Scratchpad, PortsShareWordsAndBlocks) {
  const Scratchpad pad({16384, 4, 4, false});
  EXPECT_EQ(pad.access_cycles(0), 0);
  EXPECT_EQ(pad.access_cycles(16), 1);
  EXPECT_EQ(pad.access_cycles(17), 2);
  EXPECT_EQ(pad.bram18(), 4 * bram18(1024, 32));  // 16384 / (4 x 4) words each
}

TEST(Scratchpad, CountsBytesByDirection) {
  Scratchpad pad{ScratchpadConfig{}};
  pad.count_read(10);
  pad.count_read(5);
  pad.count_write(7);
  EXPECT_EQ(pad.read_bytes(), 15u);
  EXPECT_EQ(pad.write_bytes(), 7u);
}

TEST(ScratchpadConfig, RulesNameTheirKeys) {
  using testing::ElementsAre;
  using testing::StartsWith;
  EXPECT_TRUE(problems(ScratchpadConfig{}, "ifmap").empty());
  EXPECT_THAT(
      problems({0, 0, 0, true}, "ifmap"),
      ElementsAre(StartsWith("ifmap.size_bytes ="), StartsWith("ifmap.word_bytes ="), StartsWith("ifmap.ports =")));
  EXPECT_TRUE(problems({24, 8, 1, false}, "ifmap").empty());
  EXPECT_THAT(problems({24, 8, 1, true}, "ifmap"),
              ElementsAre(StartsWith("ifmap.size_bytes = 24: must be a multiple of 16")));
  EXPECT_THROW(Scratchpad({0, 8, 1, true}), ModelError);
}

}  // namespace
}  // namespace sparsim
