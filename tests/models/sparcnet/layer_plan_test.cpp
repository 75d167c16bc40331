#include "models/sparcnet/layer_plan.h"

#include <gtest/gtest.h>

#include "tests/support/plain_workload.h"

namespace sparsim {
namespace {

SparcnetConfig config() {
  SparcnetConfig c;
  c.pe_grid.columns = 2;
  c.ifmap = {4096, 2, 1, false};
  c.weight = {4096, 2, 2, false};
  c.ofmap = {4096, 2, 2, false};
  return c;
}

TEST(LayerPlan, MovesWhatTheMasksLeave) {
  Layer layer = conv("c", 4, 4, 3, 3, 1, 1);
  layer.kept_filters = BitMask(3, true);
  layer.kept_filters.set(1, false);
  BitMask channels(4, true);
  channels.set(1, false);
  const SparcnetConfig c = config();
  const LayerPlan plan(layer, channels, {1000, 5000, 9000}, c);
  ASSERT_EQ(plan.steps().size(), 1u);
  const TileStep& step = plan.steps()[0];

  // Maps of 4 x 4 x 2 B = 32 B: channel 0, then channels 2 and 3.
  const auto in = plan.ifmap_transfers(step);
  ASSERT_EQ(in.size(), 2u);
  EXPECT_EQ(in[0].address, 1000u);
  EXPECT_EQ(in[0].bytes(), 32);
  EXPECT_EQ(in[1].address, 1064u);
  EXPECT_EQ(in[1].rows, 2);
  EXPECT_EQ(in[1].row_stride_bytes, 32);

  // Two kept filters of 9 x 2 B = 18 B a channel: 36 B a channel, channel 1 not read.
  const auto weights = plan.weight_transfers(step);
  ASSERT_EQ(weights.size(), 2u);
  EXPECT_EQ(weights[0].address, 5000u);
  EXPECT_EQ(weights[0].bytes(), 36);
  EXPECT_EQ(weights[1].address, 5072u);
  EXPECT_EQ(weights[1].bytes(), 72);

  const auto out = plan.ofmap_transfers(step);
  ASSERT_EQ(out.size(), 2u);  // filters 0 and 2
  EXPECT_TRUE(out[0].write);
  EXPECT_EQ(out[1].address, 9064u);

  EXPECT_EQ(plan.macs(), 16 * 9 * 2 * 3);  // pixels x kernel x filters x channels
  EXPECT_EQ(plan.mask_registers(), 2);     // 3 filters and 4 channels, a register each
}

TEST(LayerPlan, RanksWholeMapsBeforeDynamicPruning) {
  Layer layer = conv("c", 4, 4, 2, 3, 1, 1);
  layer.dynamically_pruned = true;
  SparcnetConfig c = config();
  c.salience_unit = SalienceUnit::pe;
  c.ifmap.size_bytes = 96;  // three maps of 32 B
  const LayerPlan plan(layer, BitMask(4, true), {}, c);
  ASSERT_EQ(plan.ranking().size(), 2u);
  EXPECT_EQ(plan.ranking()[0].channels, 3);
  EXPECT_EQ(plan.ranking()[1].channels, 1);
  EXPECT_EQ(plan.ifmap_transfers(plan.ranking()[1])[0].address, 96u);
  c.salience_unit = SalienceUnit::host;
  EXPECT_TRUE(LayerPlan(layer, BitMask(4, true), {}, c).ranking().empty());
}

}  // namespace
}  // namespace sparsim
