#include "sim/mapping/sparcnet_fit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/core/error.h"
#include "models/cost/resources.h"
#include "models/sparcnet/resource_bill.h"
#include "sim/config/schema.h"
#include "tests/support/plain_workload.h"

namespace sparsim {
namespace {

SparcnetConfig given() {
  SparcnetConfig c;
  c.pe_grid = {2, 4, 1, WordFormat::fp16, 6};
  c.memory = DramConfig{};
  return c;
}

LayerGraph network() {
  LayerGraph graph;
  graph.name = "net";
  graph.input = {32, 32, 16};
  graph.layers = {conv("a", 32, 16, 64, 3, 1, 1), conv("b", 32, 64, 128, 3, 1, 1)};
  graph.layers[1].inputs = {0};
  return graph;
}

// A multiplier is a DSP in every format.
BoardFile board(double dsp, double bram18) {
  BoardFile b;
  b.device.name = "D";
  b.device.capacity = {1e6, 1e6, dsp, bram18, 0};
  Technology& t = b.device.technology;
  t.mac_fp16.dsp.value = t.mac_int16.dsp.value = t.mac_int8.dsp.value = 1;
  return b;
}

TEST(SparcnetFit, TheFastestThatFitsStandsFirst) {
  const BoardFile b = board(100, 400);
  const std::vector<SparcnetFit> fits = fit_sparcnet(given(), network(), b, 5);
  ASSERT_EQ(fits.size(), 5u);
  for (std::size_t i = 0; i < fits.size(); ++i) {
    EXPECT_TRUE(shortages(fits[i].need, b.device).empty());
    EXPECT_EQ(fits[i].need.dsp, fits[i].config.pe_grid.pes() * fits[i].config.pe_grid.macs_per_pe);
    if (i > 0) {
      EXPECT_GE(fits[i].estimated_cycles, fits[i - 1].estimated_cycles);
    }
    // MACs of both layers on that many multipliers, at the very best.
    EXPECT_GE(fits[i].estimated_cycles, static_cast<double>(network().macs()) / fits[i].need.dsp);
  }
  EXPECT_GE(fits[0].need.dsp, 64);  // 64 and 128 filters on 64 PEs leave none idle; 96 would
}

TEST(SparcnetFit, MoreDeviceIsNeverSlower) {
  double before = 1e18;
  for (const double size : {16, 40, 150, 600}) {
    const double cycles = fit_sparcnet(given(), network(), board(size, 4 * size), 1)[0].estimated_cycles;
    EXPECT_LE(cycles, before);
    before = cycles;
  }
}

TEST(SparcnetFit, WhatTheBoardReservesIsNotThere) {
  BoardFile b = board(40, 400);
  b.reserved.dsp = 20;
  EXPECT_LE(fit_sparcnet(given(), network(), b, 1)[0].config.pe_grid.pes(), 20);
}

TEST(SparcnetFit, NothingThatFitsIsAnError) {
  EXPECT_THROW(fit_sparcnet(given(), network(), board(7, 400)), InputError);
}

TEST(SparcnetFit, BlocksSayGridAndScratchpads) {
  SparcnetConfig c = given();
  c.weight.size_bytes = 4096;
  c.weight.double_buffered = false;
  std::string text;
  for (const TextBlock& block : sparcnet_blocks(c)) text += block.text;
  YamlFile file = YamlFile::parse(text, "t");
  Section root = file.root();
  EXPECT_EQ(root.section("pe_grid").integer("columns", {1, 99}), 4);
  EXPECT_EQ(root.section("pe_grid").text("format"), "fp16");
  EXPECT_EQ(root.section("scratchpads").section("weight").integer("size_bytes", {1, 9999}), 4096);
  EXPECT_FALSE(root.section("scratchpads").section("weight").boolean("overlapped"));
}

}  // namespace
}  // namespace sparsim
