#include "models/memory/dram_timing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/core/error.h"

namespace sparsim {
namespace {

// The default configuration in clocks of 1.875 ns, rounded up: tRCD 7, tRP 7, tRAS 20 (19.2), tRC 27 (26.4), tRRD 6
// (5.3), tFAW 24, tWR 8, tWTR 4, tRTP 4, tRFC 86 (85.3), tREFI 4160; CL 7, CWL 6, tCCD 4, a burst of 8 words 4 clocks.
constexpr std::uint64_t kBank = 4096;      // to the same row of the next bank: 1024 columns of 4 bytes
constexpr std::uint64_t kRow = 8 * kBank;  // to the next row of the same bank
constexpr std::int64_t kBurst = 32;        // bytes

class Ddr3 : public testing::Test {
 protected:
  DramTiming dram{DramConfig{}};

  std::int64_t read(std::uint64_t address, std::int64_t arrival, std::int64_t bytes = kBurst) {
    return dram.access(false, address, bytes, arrival).last;
  }
  std::int64_t write(std::uint64_t address, std::int64_t arrival, std::int64_t bytes = kBurst) {
    return dram.access(true, address, bytes, arrival).last;
  }
};

TEST_F(Ddr3, AMissActivatesThenReads) {
  EXPECT_EQ(read(0, 100), 100 + 7 + 7 + 4);  // tRCD, CL, data
  EXPECT_EQ(dram.stats().row_misses, 1u);
  EXPECT_EQ(dram.stats().activates, 1u);
  EXPECT_EQ(dram.stats().precharges, 0u);
}

TEST_F(Ddr3, AMissActivatesThenWrites) { EXPECT_EQ(write(0, 100), 100 + 7 + 6 + 4); }

TEST_F(Ddr3, HitsFollowEveryFourClocks) {
  read(0, 100);                           // column command at 107
  EXPECT_EQ(read(32, 100), 111 + 7 + 4);  // tCCD after it
  EXPECT_EQ(read(64, 115), 115 + 7 + 4);  // at 115 as 111 + 4 allows
  EXPECT_EQ(read(96, 200), 200 + 7 + 4);  // at once
  EXPECT_EQ(dram.stats().row_hits, 3u);
}

TEST_F(Ddr3, ColumnsOfOneAccessFollowBackToBack) {
  const auto dates = dram.access(false, 0, 4 * kBurst, 100);
  EXPECT_EQ(dates.first, 118);
  EXPECT_EQ(dates.last, 118 + 3 * 4);
  EXPECT_EQ(dram.stats().read_bursts, 4u);
}

TEST_F(Ddr3, RaggedEndsMoveWholeBursts) {
  EXPECT_EQ(read(31, 100, 2), 118 + 4);  // one byte in each of two bursts
  EXPECT_EQ(dram.stats().read_bursts, 2u);
  EXPECT_EQ(dram.stats().read_bytes, 2u);
}

TEST_F(Ddr3, AConflictWaitsForTRasThenPrechargesAndActivates) {
  read(0, 100);  // activate 100, column 107
  // precharge max(arrival 108, tRAS 120, tRTP 111) = 120; activate max(127, tRC 127); column 134
  EXPECT_EQ(read(kRow, 108), 134 + 7 + 4);
  EXPECT_EQ(dram.stats().row_conflicts, 1u);
  EXPECT_EQ(dram.stats().precharges, 1u);
}

TEST_F(Ddr3, AConflictWaitsForTRtpOfTheLastRead) {
  read(0, 100);
  read(32, 150);  // column 150: precharge from 154
  EXPECT_EQ(read(kRow, 151), 154 + 7 + 7 + 7 + 4);
}

TEST_F(Ddr3, AConflictWaitsForWriteRecovery) {
  write(0, 100);  // column 107, data until 117, tWR until 125
  EXPECT_EQ(read(kRow, 101), 125 + 7 + 7 + 7 + 4);
}

TEST_F(Ddr3, WriteToReadTurnsRoundAfterTWtr) {
  write(0, 100);                          // data until 117
  EXPECT_EQ(read(32, 100), 121 + 7 + 4);  // tWTR
}

TEST_F(Ddr3, ReadToWriteTurnsTheBusRound) {
  read(0, 100);                                            // column 107
  EXPECT_EQ(write(32, 100), 107 + 7 + 4 + 2 - 6 + 6 + 4);  // CL + tCCD + 2 - CWL after it, then CWL and data
}

TEST_F(Ddr3, BanksOpenSixClocksApart) {
  EXPECT_EQ(read(0, 100), 118);
  EXPECT_EQ(read(kBank, 100), 106 + 7 + 7 + 4);  // tRRD
}

TEST(DramTiming, AConflictWaitsForTRc) {
  DramConfig config;
  config.t_rc_ns = 60;  // 32 clocks, more than tRAS + tRP = 27
  DramTiming dram(config);
  dram.access(false, 0, kBurst, 100);
  EXPECT_EQ(dram.access(false, kRow, kBurst, 101).last, 132 + 7 + 7 + 4);
}

TEST(DramTiming, FiveActivatesTakeTFaw) {
  DramConfig config;
  config.t_faw_ns = 50;  // 27 clocks, more than 4 tRRD = 24
  DramTiming dram(config);
  for (std::uint64_t bank = 0; bank < 4; ++bank) dram.access(false, bank * kBank, kBurst, 100);  // 100, 106, 112, 118
  EXPECT_EQ(dram.access(false, 4 * kBank, kBurst, 100).last, 127 + 7 + 7 + 4);
}

TEST_F(Ddr3, AStreamOverAllBanksReachesTheFullBandwidth) {
  // One row in each of 8 banks, 128 bursts each: only the first activate shows.
  const auto dates = dram.access(false, 0, 8 * 4096, 0);
  EXPECT_EQ(dates.last, 7 + 7 + 4 * 1024);
  EXPECT_EQ(dram.stats().activates, 8u);
  EXPECT_EQ(dram.stats().read_bytes, 32768u);
}

TEST_F(Ddr3, RefreshTakesItsTurnAtItsDateAndNotBefore) {
  read(0, 4100);
  EXPECT_EQ(read(32, 4159), 4159 + 7 + 4);  // still a hit; precharge from 4159 + tRTP
  EXPECT_EQ(dram.stats().refreshes, 0u);
  // due at 4160; precharge all at 4163, tRP, tRFC: 4256; then the row must be opened again
  EXPECT_EQ(read(64, 4160), 4163 + 7 + 86 + 7 + 7 + 4);
  EXPECT_EQ(dram.stats().refreshes, 1u);
  EXPECT_EQ(dram.stats().precharges, 1u);
  EXPECT_EQ(dram.stats().row_misses, 2u);
}

TEST_F(Ddr3, ARefreshWithAllBanksClosedNeedsNoPrecharge) {
  EXPECT_EQ(read(0, 4160), 4160 + 86 + 7 + 7 + 4);
  EXPECT_EQ(dram.stats().precharges, 0u);
}

TEST_F(Ddr3, RefreshesOfALongPauseAreCountedAndOnlyTheLastIsFelt) {
  read(0, 0);
  EXPECT_EQ(read(0, 10 * 4160 + 50), 10 * 4160 + 86 + 7 + 7 + 4);
  EXPECT_EQ(dram.stats().refreshes, 10u);
  EXPECT_EQ(read(32, 11 * 4160 - 1), 11 * 4160 - 1 + 7 + 4);  // a hit again
}

TEST_F(Ddr3, ABacklogIsRefreshedWhenItsTurnComes) {
  // All arrive at 0 and fill the bus; a row takes 512 clocks, its first column command 7 + 512 n. The ninth row (bank 0
  // again) would start at 4103, the tenth only after the refresh.
  for (std::uint64_t row = 0; row < 9; ++row) read(row * kBank, 0, 4096);
  EXPECT_EQ(dram.stats().refreshes, 0u);
  read(9 * kBank, 0, 4096);
  EXPECT_EQ(dram.stats().refreshes, 1u);
}

TEST_F(Ddr3, CountsEveryAccessOnce) {
  write(0, 0, 1000);
  read(0, 0, 700);
  const DramStats& s = dram.stats();
  EXPECT_EQ(s.write_bytes, 1000u);
  EXPECT_EQ(s.read_bytes, 700u);
  EXPECT_EQ(s.row_hits + s.row_misses + s.row_conflicts, 2u);
  EXPECT_EQ(s.activates, s.row_misses + s.row_conflicts);
}

TEST(DramConfig, KnowsCapacityAndPeakOfAZedboard) {
  const DramConfig config;
  EXPECT_TRUE(problems(config).empty());
  EXPECT_EQ(config.capacity_bytes(), 512 << 20);
  EXPECT_DOUBLE_EQ(config.peak_bytes_per_second(), 8 / 1.875e-9);  // 32 bit at both edges of the clock
}

struct Breach {
  const char* key;
  void (*commit)(DramConfig&);
};
void PrintTo(const Breach& breach, std::ostream* os) { *os << breach.key; }
class DramProblems : public testing::TestWithParam<Breach> {};

TEST_P(DramProblems, NameTheKey) {
  DramConfig config;
  GetParam().commit(config);
  EXPECT_THAT(problems(config),
              testing::ElementsAre(testing::StartsWith("dram." + std::string(GetParam().key) + " =")));
  EXPECT_THROW(DramTiming{config}, ModelError);
}

INSTANTIATE_TEST_SUITE_P(
    EveryRule, DramProblems,
    testing::Values(Breach{"clock_period_ps", [](DramConfig& c) { c.clock_period_ps = 0; }},
                    Breach{"data_bits", [](DramConfig& c) { c.data_bits = 24; }},
                    Breach{"banks", [](DramConfig& c) { c.banks = 6; }},
                    Breach{"rows", [](DramConfig& c) { c.rows = -1; }},
                    Breach{"columns", [](DramConfig& c) { c.columns = 4; }},
                    Breach{"cas_latency_clocks", [](DramConfig& c) { c.cas_latency_clocks = 101; }},
                    Breach{"cas_write_latency_clocks", [](DramConfig& c) { c.cas_write_latency_clocks = 8; }},
                    Breach{"t_ccd_clocks", [](DramConfig& c) { c.t_ccd_clocks = 3; }},
                    Breach{"t_faw_ns", [](DramConfig& c) { c.t_faw_ns = -1; }},
                    Breach{"t_ras_ns", [](DramConfig& c) { c.t_ras_ns = 13; }},
                    Breach{"t_refi_ns", [](DramConfig& c) { c.t_refi_ns = 346; }}));  // 2 x (160 + 13.125) = 346.25

}  // namespace
}  // namespace sparsim
