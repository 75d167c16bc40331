#include "models/memory/controller.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/core/error.h"
#include "models/memory/dram.h"
#include "models/memory/sram.h"

namespace sparsim {
namespace {

TEST(DramController, SpeaksAcceleratorCycles) {
  DramController dram("dram", DramConfig{}, 100);
  // Cycle 30 is memory clock 160; a miss takes 7 + 7 + 4 and 3 x 4 more for four bursts: 178 and 190 clocks, that is
  // 33.4 and 35.6 cycles.
  const MemoryDates dates = dram.access(false, 0, 128, 30);
  EXPECT_EQ(dates.first, 34);
  EXPECT_EQ(dates.last, 36);
  EXPECT_EQ(dram.activity().dram_read_bytes, 128u);
  EXPECT_EQ(dram.activity().dram_activates, 1u);
}

TEST(DramController, DoesNotDriftOverAStream) {
  DramController dram("dram", DramConfig{}, 100);
  // 128 bytes are 16 clocks, exactly 3 cycles: 200 such reads, all there at 0, end at clock 14 + 16 x 200 = 3214.
  MemoryDates dates;
  for (unsigned i = 0; i < 200; ++i) dates = dram.access(false, 128 * i, 128, 0);
  EXPECT_EQ(dates.last, 603);  // 602.6
}

TEST(DelayUntil, RefusesTheDatesThatArePast) {
  sc_core::sc_start(kernel_time(10));
  EXPECT_EQ(delay_until(10), sc_core::SC_ZERO_TIME);
  EXPECT_EQ(delay_until(12), kernel_time(2));
  EXPECT_THROW(delay_until(9), ModelError);
}

TEST(MemoryController, RefusesWhatItCannotServe) {
  SramController sram("sram", SramConfig{}, 100);
  const auto end = static_cast<std::uint64_t>(sram.capacity_bytes());
  sram.access(false, end - 8, 8, 0);
  EXPECT_THROW(sram.access(false, end - 8, 9, 0), ModelError);
  EXPECT_THROW(sram.access(false, end, 1, 0), ModelError);
  EXPECT_THROW(sram.access(false, ~std::uint64_t{0}, 8, 0), ModelError);
  EXPECT_THROW(sram.access(false, 0, 0, 0), ModelError);
  EXPECT_EQ(sram.activity().dram_read_bytes, 8u);
}

TEST(SramController, TakesAWordAtATime) {
  SramController sram("sram", SramConfig{}, 100);  // 10 ns: a byte a cycle
  EXPECT_EQ(sram.word_cycles(), 1);
  EXPECT_EQ(sram.capacity_bytes(), 524288);
  EXPECT_DOUBLE_EQ(sram.peak_bytes_per_second(), 100e6);
  const MemoryDates first = sram.access(false, 1000, 64, 20);
  EXPECT_EQ(first.first, 21);
  EXPECT_EQ(first.last, 84);
  EXPECT_EQ(sram.access(false, 0, 1, 20).last, 85);     // behind the first
  EXPECT_EQ(sram.access(true, 0, 1, 20).last, 85 + 2);  // the pins turn round
  EXPECT_EQ(sram.access(true, 1, 1, 100).last, 101);
  EXPECT_EQ(sram.activity().dram_read_bytes, 65u);
  EXPECT_EQ(sram.activity().dram_write_bytes, 2u);
}

TEST(SramController, TakesWholeCyclesThatCoverTheAccessTime) {
  SramConfig config;
  config.data_bits = 16;
  config.access_ns = 10.001;
  SramController sram("sram", config, 100);
  EXPECT_EQ(sram.word_cycles(), 2);
  EXPECT_DOUBLE_EQ(sram.peak_bytes_per_second(), 100e6);
  EXPECT_EQ(sram.access(false, 1, 2, 0).last, 4);  // half of two words
}

TEST(SramConfig, RulesNameTheirKeys) {
  SramConfig config;
  EXPECT_TRUE(problems(config).empty());
  config = {0, 12, 0, -1};
  using testing::StartsWith;
  EXPECT_THAT(problems(config),
              testing::ElementsAre(StartsWith("sram.size_bytes ="), StartsWith("sram.data_bits ="),
                                   StartsWith("sram.access_ns ="), StartsWith("sram.turnaround_cycles =")));
  EXPECT_THROW(SramController("sram", config, 100), ModelError);
}

}  // namespace
}  // namespace sparsim
