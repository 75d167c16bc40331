// The whole accelerator: what its record says, and the units in it.
#include "models/finn/finn.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "models/core/error.h"
#include "tests/models/finn/finn_run.h"

namespace sparsim {
namespace {

using testing::HasSubstr;

LayerGraph two_layers() {
  LayerGraph graph;
  graph.name = "two";
  graph.input = {6, 6, 4};
  graph.layers = {conv("first", 6, 4, 8, 3, 1, 1), conv("second", 6, 8, 4, 1)};
  graph.layers[1].inputs = {0};
  return graph;
}

const PartRecord& part(const LayerRecord& layer, const std::string& name) {
  return *std::find_if(layer.parts.begin(), layer.parts.end(), [&](const PartRecord& p) { return p.part == name; });
}

FinnConfig folded() {
  FinnConfig config = fast_board();
  config.nodes["first"] = {2, 4, {}, {}, {}, {}, {}};
  config.nodes["second"] = {1, 2, {}, {}, {}, {}, {}};
  config.weight_bits = 2;
  config.activation_bits = 4;
  return config;
}

// first: 36 pixels * 9 * 4; second: 36 * 4 * 4. The first paces.
TEST(Finn, RecordsEveryLayerOfEveryImage) {
  const PlainWorkload workload(two_layers());
  RunOptions options = images(3, true);
  options.critical_path = true;
  const RunRecord record = run(folded(), workload, options);
  ASSERT_EQ(record.images.size(), 3u);
  ASSERT_EQ(record.layers.size(), 6u);
  EXPECT_EQ(record.images[2].end - record.images[1].end, 36 * 9 * 4);
  Cycles critical = 0;
  for (const CauseShare& share : record.critical_path) critical += share.cycles;
  EXPECT_EQ(critical, record.end);
  for (const LayerRecord& layer : record.layers) {
    for (const PartRecord& p : layer.parts) EXPECT_EQ(p.buckets.total(), p.end - p.start) << p.part;
    const PartRecord& unit = part(layer, "weighted");
    const bool first = layer.layer == 0;
    EXPECT_EQ(unit.buckets.busy, first ? 36 * 9 * 4 : 36 * 4 * 4);
    EXPECT_EQ(unit.activity.macs_done, first ? 36u * 36 * 8 : 36u * 8 * 4);
    EXPECT_EQ(unit.activity.macs_skipped, 0u);
    // The image has 8 bits a value, what the first layer puts out 4.
    EXPECT_EQ(unit.activity.mac_bit_products, unit.activity.macs_done * (first ? 2 * 8 : 2 * 4));
  }
  EXPECT_EQ(record.fifos.size(), plan(folded(), workload.graph()).pipeline.edges.size());
}

// The weights of the second layer come from memory: 2 rows a pixel would do with two lanes of four PEs.
TEST(Finn, StreamedWeightsCostTheBandwidthOfTheBus) {
  const PlainWorkload workload(two_layers());
  FinnConfig config = folded();
  config.nodes["second"].weights = WeightMemory::stream;
  config.axi.data_bytes = 1;  // a row of 8 weights of 2 bits is 2 bytes, and 4 rows a pixel are read for each
  const RunRecord record = run(config, workload, images(3, true));
  EXPECT_GE(record.images[2].end - record.images[1].end, 36 * 4 * 2);
  std::uint64_t read = 0, moved = 0;
  for (const LayerRecord& layer : record.layers)
    for (const PartRecord& p : layer.parts) {
      read += p.activity.dram_read_bytes;
      moved += p.activity.bus_read_bytes;
    }
  EXPECT_EQ(read, 3u * (6 * 6 * 4 + 36 * 4 * 2));
  EXPECT_EQ(moved, read);
}

// A pixel's four scores are compared one by one, and one number leaves.
TEST(Finn, TheLabelAloneLeaves) {
  LayerGraph graph = two_layers();
  graph.input = {1, 1, 4};
  graph.layers = {conv("dense", 1, 4, 4, 1)};
  graph.layers[0].kind = LayerKind::dense;
  const PlainWorkload workload(graph);
  FinnConfig config = fast_board();
  config.label_select = true;
  const RunRecord record = run(config, workload, images(1));
  EXPECT_EQ(record.fifos.back().name, "label_to_sink");
  EXPECT_EQ(record.fifos.back().words, 1u);
}

// Kernel pixels side by side: 6x6 windows of nine pixels, three at a time: 36 * 3 * 4 cycles.
TEST(Finn, WindowsOfSeveralPixelsAWordSaveCycles) {
  const PlainWorkload workload(two_layers());
  FinnConfig config = folded();
  config.nodes["first"].simd = 4 * 3;
  config.nodes["second"] = {4, 8, {}, {}, {}, {}, {}};
  const RunRecord record = run(config, workload, images(4, true));
  EXPECT_EQ(record.images[3].end - record.images[2].end, 36 * 3 * 4);
}

// Half of the columns of each block of 4 x 8 are kept: of 9 words of 4 lanes a row not one is empty, so nothing is won
// until they are moved together: 5 words of 9.
TEST(Finn, PrunedBlocksTakeTheTimeOfWhatTheyKept) {
  for (const bool reordered : {false, true}) {
    LayerGraph graph = two_layers();
    Layer& layer = graph.layers[0];
    layer.blocks = BlockPruning{4, 8, reordered};
    layer.weight_nonzero = BitMask(8 * 36);
    for (std::size_t i = 0; i < layer.weight_nonzero.size(); ++i) layer.weight_nonzero.set(i, i % 36 % 2 == 0);
    const BcrTiming timing = bcr_timing(layer, 2, 4);
    EXPECT_EQ(timing.busiest_pe, 4 * (reordered ? 5 : 9));
    EXPECT_EQ(timing.interval(9), reordered ? 20 : 36);
  }
}

TEST(Finn, APrunedLayerRunsInItsOwnUnit) {
  LayerGraph graph = two_layers();
  Layer& layer = graph.layers[0];
  layer.blocks = BlockPruning{4, 8, true};
  layer.weight_nonzero = BitMask(8 * 36);
  for (std::size_t i = 0; i < layer.weight_nonzero.size(); ++i) layer.weight_nonzero.set(i, i % 36 % 2 == 0);
  const PlainWorkload workload(graph);
  FinnConfig config = folded();
  config.nodes["second"] = {4, 8, {}, {}, {}, {}, {}};
  const RunRecord record = run(config, workload, images(4, true));
  EXPECT_EQ(record.images[3].end - record.images[2].end, 36 * 20);  // 4 rows of 5 words
  const Activity& activity = part(record.layers[0], "weighted").activity;
  EXPECT_EQ(activity.macs_done, 36u * 8 * 18);
  EXPECT_EQ(activity.macs_skipped, 36u * 8 * 18);
}

TEST(FinnProblems, NameLayerAndWhatIsAllowed) {
  LayerGraph graph = two_layers();
  graph.layers[0].blocks = BlockPruning{4, 8, false};
  graph.layers[0].weight_nonzero = BitMask(8 * 36, true);
  FinnConfig config = folded();
  config.nodes["first"].pe = 3;
  config.nodes["first"].weights = WeightMemory::stream;
  config.nodes["third"].pe = 1;
  const auto found = problems(config, graph);
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0], "nodes.first.pe = 3: must divide the 8 filters");
  EXPECT_THAT(found[1], HasSubstr("nodes.first.weights = stream"));
  EXPECT_EQ(found[2], "nodes.third: network two has no such layer");
  config = folded();
  config.fifo_depths["first_to_nowhere"] = 4;
  config.fifo_depths["first_window_to_first"] = 4;
  EXPECT_THAT(problems(config, two_layers()), testing::ElementsAre(HasSubstr("fifos.depths.first_to_nowhere")));
}

}  // namespace
}  // namespace sparsim
