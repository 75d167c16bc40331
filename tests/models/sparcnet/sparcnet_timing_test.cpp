#include <gtest/gtest.h>

#include <memory>

#include "models/sparcnet/sparcnet.h"
#include "tests/support/plain_workload.h"

namespace sparsim {
namespace {

// As little as can be: one PE, a bus of one byte a beat, an SRAM of a byte a cycle. A read of n <= 16 bytes takes
// forward 4 + memory 1 + return 4 + n cycles, a write n + 4 + n + 4 (tests/models/memory/dma_test.cpp).
SparcnetConfig tiny() {
  SparcnetConfig c;
  c.clock_mhz = 100;
  c.pe_grid = {1, 1, 1, WordFormat::fp16, 1};  // drains in 1 + 1 + 1 + 2 = 5 cycles
  c.ifmap = {4096, 2, 1, false};
  c.weight = {4096, 2, 1, false};
  c.ofmap = {4096, 2, 1, false};
  c.axi.clock_mhz = 100;
  c.axi.data_bytes = 1;
  c.axi.forward_cycles = 4;
  c.axi.return_cycles = 4;
  c.dma = {0, 4};
  c.registers = {5, 6};
  c.layer_registers = 3;  // and two for the masks: 25 cycles to program a layer
  SramConfig sram;
  sram.turnaround_cycles = 0;
  c.memory = sram;
  c.host.clock_mhz = 100;
  c.host.cores = 1;
  return c;
}

LayerGraph one(const Layer& layer) {
  LayerGraph g;
  g.name = "one";
  g.input = layer.shape.input;
  g.layers = {layer};
  return g;
}

RunRecord run(const SparcnetConfig& config, const LayerGraph& graph, RunOptions options = {}) {
  const PlainWorkload workload(graph);
  Sparcnet accelerator("sparcnet", config, workload, options);
  return accelerator.run();
}

const PartRecord& part(const LayerRecord& layer, const std::string& name) {
  for (const PartRecord& p : layer.parts)
    if (p.part == name) return p;
  throw ModelError("no part " + name);
}

TEST(SparcnetTiming, OneStepByHand) {
  // 2x2 map, one channel, one filter, 1x1 kernel: 8 bytes of input, 2 of weights, 8 of output.
  const RunRecord r = run(tiny(), one(conv("c", 2, 1, 1, 1)));
  // 0..25 programming. Both loads are asked for at 25; the ifmap's address goes first. The ifmap's beats are there at
  // 25 + 4 + 1 + 4 = 34 to 42. The weights' address goes at 26; the SRAM is busy with the ifmap until 37, so their
  // first byte is there at 38 + 4 = 42, the second until 44.
  EXPECT_EQ(part(r.layers[0], "ifmap_dma").end, 42);
  EXPECT_EQ(part(r.layers[0], "weight_dma").end, 44);
  // Compute 44..48: four outputs, one operand each.
  EXPECT_EQ(part(r.layers[0], "pe_grid").end, 48);
  EXPECT_EQ(part(r.layers[0], "pe_grid").buckets.waiting_input, 44 - 25);
  EXPECT_EQ(part(r.layers[0], "pe_grid").buckets.busy, 4);
  // Drained at 53; the write of 8 bytes takes 8 + 4 + 8 + 4 = 24.
  EXPECT_EQ(part(r.layers[0], "ofmap_dma").end, 77);
  EXPECT_EQ(r.layers[0].end, 77);
  EXPECT_EQ(r.end, 77);
}

TEST(SparcnetTiming, ComputeBoundByHand) {
  // 8x8 map, 3x3 kernel: 64 outputs x 9 operands = 576 cycles, 126 bytes in, 128 out.
  const RunRecord r = run(tiny(), one(conv("c", 8, 1, 1, 3, 1, 1)));
  const PartRecord& grid = part(r.layers[0], "pe_grid");
  EXPECT_EQ(grid.buckets.busy, 576);
  // Input 128 bytes (8 bursts of 16) and weights 18 bytes (2 bursts) share SRAM and read channel, which pass a byte a
  // cycle without a gap: the last of 146 bytes is there at 25 + 9 + 146.
  EXPECT_EQ(grid.buckets.waiting_input, 9 + 146);
  EXPECT_EQ(grid.end, 25 + 9 + 146 + 576);
  EXPECT_EQ(grid.activity.macs_done, 576u);
}

TEST(SparcnetTiming, WeightsThatAreNotOverlappedStandBetweenSteps) {
  // Two filters on one PE: two steps, of which the second needs its own weight. Input stays.
  const RunRecord r = run(tiny(), one(conv("c", 2, 1, 2, 1)));
  const PartRecord& grid = part(r.layers[0], "pe_grid");
  // First step 44..48 as by hand above. From 48 the weight is read, 2 bytes: 9 + 2 = 11, until 59. The ofmap's only
  // buffer is busy until the first map is stored, at 77; then the second step runs 77..81, and its map is in memory
  // after 5 + 24 more.
  EXPECT_EQ(grid.buckets.waiting_input, (44 - 25) + (59 - 48));
  EXPECT_EQ(grid.buckets.waiting_output, (77 - 59) + (5 + 24));
  EXPECT_EQ(grid.end, 81);
}

TEST(SparcnetTiming, OverlappedBuffersHideTheSame) {
  SparcnetConfig c = tiny();
  c.weight.double_buffered = c.ofmap.double_buffered = true;
  const RunRecord r = run(c, one(conv("c", 2, 1, 2, 1)));
  const PartRecord& grid = part(r.layers[0], "pe_grid");
  // The second weight follows the first: asked for at 44, there at 44 + 9 + 2 = 55. The ofmap has its other half, which
  // is stored right after the first, until 77 + 24.
  EXPECT_EQ(grid.buckets.waiting_input, (44 - 25) + (55 - 48));
  EXPECT_EQ(grid.buckets.waiting_output, 77 + 24 - 59);
  EXPECT_EQ(grid.end, 59);
}

TEST(SparcnetTiming, MemoryBoundTakesTheBytesOfTheBus) {
  // 1x1 map, 64 channels, 8 filters on 8 PEs: 64 operands for one output; 64 x 2 + 512 x 2 = 1152 bytes in.
  SparcnetConfig c = tiny();
  c.pe_grid.columns = 8;
  const RunRecord r = run(c, one(conv("c", 1, 64, 8, 1)));
  const PartRecord& grid = part(r.layers[0], "pe_grid");
  // Programming: 3 + one register for 8 filters + two for 64 channels = 6 writes, 30 cycles.
  EXPECT_EQ(grid.start, 30);
  EXPECT_EQ(grid.buckets.waiting_input, 9 + 1152);
  EXPECT_EQ(grid.buckets.busy, 64);
}

TEST(SparcnetTiming, MaskedWorkTakesNoTime) {
  Layer layer = conv("c", 8, 2, 2, 3, 1, 1);
  layer.kept_filters = BitMask(2, true);
  layer.kept_filters.set(0, false);
  PlainWorkload workload(one(layer));
  workload.kept(0).set(1, false);
  Sparcnet accelerator("sparcnet", tiny(), workload, {});
  const RunRecord r = accelerator.run();
  const PartRecord& grid = part(r.layers[0], "pe_grid");
  EXPECT_EQ(grid.buckets.busy, 576);  // one filter, one channel: as the compute-bound case
  EXPECT_EQ(grid.activity.macs_done, 576u);
  EXPECT_EQ(grid.activity.macs_skipped, 3 * 576u);
}

TEST(SparcnetTiming, AnImageWithNothingLeftStillTakesItsCommands) {
  PlainWorkload workload(one(conv("c", 2, 1, 1, 1)));
  workload.kept(0) = BitMask(1, false);
  Sparcnet accelerator("sparcnet", tiny(), workload, {});
  const RunRecord r = accelerator.run();
  EXPECT_EQ(r.end, 25);
  EXPECT_EQ(r.layers[0].bottleneck, "masks left nothing to compute");
}

TEST(SparcnetTiming, AnAccumulatorsLatencyNeedsAsManyOutputs) {
  SparcnetConfig c = tiny();
  c.pe_grid.accumulate_latency = 10;  // four outputs interleave, ten are needed
  EXPECT_EQ(part(run(c, one(conv("c", 2, 1, 1, 1))).layers[0], "pe_grid").buckets.busy, 10);
}

// In each phase of the one step: programming, loading, computing, draining, storing.
class SparcnetLimit : public testing::TestWithParam<Cycles> {};

TEST_P(SparcnetLimit, StopsThereWithoutTheImage) {
  RunOptions options;
  options.max_cycles = GetParam();
  const RunRecord r = run(tiny(), one(conv("a layer with a long name", 2, 1, 1, 1)), options);
  EXPECT_TRUE(r.reached_limit);
  EXPECT_EQ(r.end, GetParam());
  EXPECT_TRUE(r.images.empty());
}

INSTANTIATE_TEST_SUITE_P(Phases, SparcnetLimit, testing::Values(1, 30, 46, 50, 60, 76));

TEST(SparcnetTiming, ALimitAtTheEndIsNone) {
  RunOptions options;
  options.max_cycles = 77;
  const RunRecord r = run(tiny(), one(conv("c", 2, 1, 1, 1)), options);
  EXPECT_FALSE(r.reached_limit);
  EXPECT_EQ(r.images.size(), 1u);
}

TEST(SparcnetTiming, TheHostRanksBeforeDynamicPruning) {
  SparcnetConfig c = tiny();
  c.host.cycles_per.adds = 1;
  c.host.cycles_per.sort_steps = 2;
  Layer layer = conv("c", 2, 2, 1, 1);
  layer.dynamically_pruned = true;
  const RunRecord r = run(c, one(layer));
  // 8 values to add up, then 2 channels x 1 level of a merge sort: 8 + 4 cycles before the registers are written.
  EXPECT_EQ(part(r.layers[0], "pe_grid").start, 12 + 25);
}

TEST(SparcnetTiming, ThePesRankTheSame) {
  SparcnetConfig c = tiny();
  c.salience_unit = SalienceUnit::pe;
  Layer layer = conv("c", 2, 2, 1, 1);
  layer.dynamically_pruned = true;
  const RunRecord r = run(c, one(layer));
  const PartRecord& grid = part(r.layers[0], "pe_grid");
  // 8 values at one a cycle and 2 x 1 sorting steps, then 4 outputs x 2 operands; both maps are read twice.
  EXPECT_EQ(grid.buckets.busy, 8 + 2 + 8);
  EXPECT_EQ(part(r.layers[0], "ifmap_dma").activity.bus_read_bytes, 2u * 16);
}

}  // namespace
}  // namespace sparsim
