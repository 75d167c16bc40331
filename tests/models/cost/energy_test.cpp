#include "models/cost/energy.h"

#include <gtest/gtest.h>

namespace sparsim {
namespace {

Coefficient exact(double value) { return {value, value, value, Basis::published, "test"}; }
Coefficient assumed(double value, double low, double high) { return {value, low, high, Basis::assumed, "test"}; }

double joules(const std::vector<EnergyTerm>& terms, const std::string& what) {
  for (const EnergyTerm& term : terms)
    if (term.what == what) return term.joules;
  ADD_FAILURE() << "no term " << what;
  return 0;
}

// Every coefficient a different prime, so that a wrong pairing shows.
EnergyModel model() {
  EnergyModel m;
  m.clock_mhz = 100;
  m.flip_flops = 2000;
  m.format = WordFormat::int16;
  Technology& t = m.device.technology;
  t.mac_fp16.pj = exact(2);
  t.mac_int16.pj = exact(3);
  t.mac_int8.pj = exact(5);
  t.mac_pj_per_bit_product = exact(0.43);
  t.scratchpad_read_pj_per_byte = exact(7);
  t.scratchpad_write_pj_per_byte = exact(11);
  t.bus_pj_per_byte = exact(13);
  t.clock_mw_per_mhz_per_kff = exact(0.017);
  m.board.memory_read_pj_per_bit = exact(19);
  m.board.memory_write_pj_per_bit = exact(23);
  m.device.static_w = exact(0.29);
  m.device.host_idle_w = exact(0.31);
  m.device.host_active_w = exact(0.37);
  m.board.overhead_w = exact(0.41);
  return m;
}

TEST(Energy, PairsEveryCounterWithItsCoefficient) {
  Activity a;
  a.macs_done = 1'000'000;
  a.scratchpad_read_bytes = 2'000'000;
  a.scratchpad_write_bytes = 3'000'000;
  a.bus_read_bytes = 4'000'000;
  a.bus_write_bytes = 5'000'000;
  a.dram_read_bytes = 6'000'000;
  a.dram_write_bytes = 7'000'000;
  a.host_cycles = 50'000'000;  // half a second at 100 MHz
  const auto terms = energy(model(), a, 2.0);
  EXPECT_DOUBLE_EQ(joules(terms, "MACs"), 3e-6);  // int16: 1e6 x 3 pJ
  EXPECT_DOUBLE_EQ(joules(terms, "scratchpad reads"), 14e-6);
  EXPECT_DOUBLE_EQ(joules(terms, "scratchpad writes"), 33e-6);
  EXPECT_DOUBLE_EQ(joules(terms, "AXI and DMA"), 9 * 13e-6);
  EXPECT_DOUBLE_EQ(joules(terms, "external memory reads"), 8 * 6 * 19e-6);
  EXPECT_DOUBLE_EQ(joules(terms, "external memory writes"), 8 * 7 * 23e-6);
  EXPECT_DOUBLE_EQ(joules(terms, "clock network"), 0.017e-3 * 100 * 2 * 2.0);  // mW/MHz/kFF x MHz x kFF x s
  EXPECT_DOUBLE_EQ(joules(terms, "device static"), 0.58);
  EXPECT_DOUBLE_EQ(joules(terms, "host idle"), 0.62);
  EXPECT_DOUBLE_EQ(joules(terms, "host active"), 0.185);
  EXPECT_DOUBLE_EQ(joules(terms, "board"), 0.82);
}

// A million MACs of 4-bit weights and 2-bit inputs: 8 bit products each. The format says nothing then.
TEST(Energy, MacsOfFewBitsCostByTheirWidths) {
  Activity a;
  a.macs_done = 1'000'000;
  a.mac_bit_products = 8'000'000;
  EXPECT_DOUBLE_EQ(joules(energy(model(), a, 0), "MACs"), 0.43 * 8e-6);
}

TEST(Energy, SkippedWorkCostsNothing) {
  Activity a;
  a.macs_skipped = 1'000'000;
  EXPECT_EQ(total(energy(model(), a, 0)).joules, 0);
}

TEST(Energy, TotalsKeepRangeAndAssumedShare) {
  const std::vector<EnergyTerm> terms{{"a", 3, 3, 3, Basis::published}, {"b", 1, 0.5, 4, Basis::assumed}};
  const EnergyTotal sum = total(terms);
  EXPECT_DOUBLE_EQ(sum.joules, 4);
  EXPECT_DOUBLE_EQ(sum.low, 3.5);
  EXPECT_DOUBLE_EQ(sum.high, 7);
  EXPECT_DOUBLE_EQ(sum.assumed_share, 0.25);
  EXPECT_EQ(total({}).assumed_share, 0);
}

TEST(Energy, ATermsRangeIsItsCoefficients) {
  EnergyModel m = model();
  m.device.static_w = assumed(0.3, 0.2, 0.5);
  for (const EnergyTerm& term : energy(m, {}, 2.0))
    if (term.what == "device static") {
      EXPECT_DOUBLE_EQ(term.low, 0.4);
      EXPECT_DOUBLE_EQ(term.high, 1.0);
      EXPECT_EQ(term.basis, Basis::assumed);
    }
}

}  // namespace
}  // namespace sparsim
