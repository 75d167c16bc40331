#include "models/sparcnet/tiling.h"

#include <gtest/gtest.h>

#include <random>

#include "models/core/error.h"
#include "tests/support/plain_workload.h"

namespace sparsim {
namespace {

SparcnetConfig config(std::int64_t pes, std::int64_t ifmap_bytes, std::int64_t weight_bytes, std::int64_t ofmap_bytes) {
  SparcnetConfig c;
  c.pe_grid.columns = pes;
  c.ifmap = {ifmap_bytes, 2, 1, false};
  c.weight = {weight_bytes, 2, pes, false};
  c.ofmap = {ofmap_bytes, 2, pes, false};
  return c;
}

std::vector<TileStep> tiles(const Layer& layer, const std::vector<MaskedConnection>& connections,
                            const SparcnetConfig& c) {
  return tile(layer.name, layer.shape, connections, c);
}

std::string error(const Layer& layer, const SparcnetConfig& c) {
  try {
    const auto connections = masked_connections(layer, {});
    tiles(layer, connections, c);
  } catch (const InputError& e) {
    return e.what();
  }
  return "";
}

TEST(Tiling, ALayerThatFitsIsOneStepAGroupOfFilters) {
  const Layer layer = conv("c", 4, 2, 6, 3, 1, 1);
  const auto connections = masked_connections(layer, {});
  const auto steps = tiles(layer, connections, config(4, 4096, 4096, 4096));
  ASSERT_EQ(steps.size(), 2u);  // 6 filters on 4 PEs
  EXPECT_EQ(steps[0].filters, 4);
  EXPECT_EQ(steps[1].filters, 2);
  EXPECT_TRUE(steps[0].load_ifmap);
  EXPECT_FALSE(steps[1].load_ifmap);  // the whole input is there still
  EXPECT_TRUE(steps[1].load_weights);
}

TEST(Tiling, WeightsOfOneChunkStayForAllBands) {
  const Layer layer = conv("c", 8, 2, 4, 3, 1, 1);
  // Partial sums of 2 rows: 2 x 8 x 4 PEs x 2 B = 128 B.
  const auto connections = masked_connections(layer, {});
  const auto steps = tiles(layer, connections, config(4, 4096, 4096, 128));
  ASSERT_EQ(steps.size(), 4u);
  EXPECT_TRUE(steps[0].load_weights);
  for (std::size_t i = 1; i < 4; ++i) EXPECT_FALSE(steps[i].load_weights);
  for (const TileStep& step : steps) EXPECT_TRUE(step.first_chunk && step.last_chunk && step.load_ifmap);
}

TEST(Tiling, AnExtentLeavesThePaddingOut) {
  const Layer layer = conv("c", 8, 3, 4, 3, 1, 1);
  TileStep step;
  step.filters = 4;
  step.rows = 2;
  step.channels = 3;
  TileExtent top = extent(layer.shape, step);
  EXPECT_EQ(top.input_first_row, 0);
  EXPECT_EQ(top.input_rows, 3);            // rows -1..2, the first of them padding
  EXPECT_EQ(top.ifmap_words, 3 * 8 * 3);   // rows x width x channels
  EXPECT_EQ(top.weight_words, 4 * 9 * 3);  // filters x kernel x channels
  EXPECT_EQ(top.output_words, 2 * 8 * 4);  // rows x width x filters
  step.first_row = 3;
  EXPECT_EQ(extent(layer.shape, step).input_first_row, 2);
  EXPECT_EQ(extent(layer.shape, step).input_rows, 4);
}

TEST(ComputeCycles, AreOperandsTimesInterleavedOutputs) {
  const Layer layer = conv("c", 4, 5, 1, 3, 1, 1);
  TileStep step;
  step.filters = 1;
  step.rows = 2;
  step.channels = 5;
  PeGridConfig grid;
  grid.accumulate_latency = 6;
  EXPECT_EQ(compute_cycles(layer.shape, grid, step), 9 * 5 * 8);  // 2 rows of 4 outputs: more than the latency
  grid.accumulate_latency = 12;
  EXPECT_EQ(compute_cycles(layer.shape, grid, step), 9 * 5 * 12);  // 8 outputs cannot hide 12 cycles
  grid.macs_per_pe = 2;
  EXPECT_EQ(compute_cycles(layer.shape, grid, step), 9 * 3 * 12);  // ceil(5 / 2) channels at a time
}

TEST(Tiling, NamesTheScratchpadThatIsTooSmall) {
  const Layer layer = conv("conv1", 8, 2, 4, 3, 1, 1);
  EXPECT_EQ(
      error(layer, config(4, 32, 4096, 4096)),
      "conv1: ifmap scratchpad: the input rows of one output row (3 x 8 values) need 48 bytes, the scratchpad has "
      "32 bytes; enlarge scratchpads.ifmap.size_bytes");
  EXPECT_EQ(error(layer, config(4, 4096, 71, 4096)),
            "conv1: weight scratchpad: one kernel a PE (4 kernels) need 72 bytes, the scratchpad has 71 bytes; enlarge "
            "scratchpads.weight.size_bytes");
  EXPECT_EQ(
      error(layer, config(4, 4096, 4096, 63)),
      "conv1: ofmap scratchpad: partial sums of one row (8 x 4) need 64 bytes, the scratchpad has 63 bytes; enlarge "
      "scratchpads.ofmap.size_bytes");
  EXPECT_EQ(error(layer, config(4, 48, 72, 64)), "");
}

// Every output of every kept filter gets every kept channel exactly once, and nothing exceeds a scratchpad.
TEST(Tiling, CoversALayerExactlyOnce) {
  const unsigned seed = 3;
  SCOPED_TRACE(seed);
  std::mt19937 random(seed);
  const auto pick = [&](int low, int high) {
    return low + static_cast<int>(random() % static_cast<unsigned>(high - low + 1));
  };
  for (int round = 0; round < 200; ++round) {
    Layer layer = conv("c", pick(5, 20), pick(1, 12), pick(1, 20), 1 + 2 * pick(0, 2), pick(1, 2), pick(0, 2));
    const auto connections = masked_connections(layer, {});
    SparcnetConfig c = config(pick(1, 8), pick(400, 4000), pick(400, 4000), pick(320, 4000));
    c.ifmap.double_buffered = pick(0, 1) == 1;
    std::vector<TileStep> steps;
    try {
      steps = tiles(layer, connections, c);
    } catch (const InputError&) {
      continue;  // too small is a case of its own
    }
    std::int64_t macs = 0, outputs = 0;
    for (const TileStep& step : steps) {
      const TileExtent e = extent(layer.shape, step);
      ASSERT_LE(2 * e.ifmap_words, c.ifmap.double_buffered ? c.ifmap.size_bytes / 2 : c.ifmap.size_bytes);
      ASSERT_LE(2 * e.weight_words, c.weight.size_bytes);
      ASSERT_LE(2 * e.output_words, c.ofmap.size_bytes);
      macs += e.output_words * layer.shape.kernel_h * layer.shape.kernel_w * step.channels;
      if (step.last_chunk) outputs += e.output_words;
    }
    ASSERT_EQ(macs, layer.macs()) << "round " << round;
    ASSERT_EQ(outputs, layer.shape.output.elements()) << "round " << round;
  }
}

}  // namespace
}  // namespace sparsim
