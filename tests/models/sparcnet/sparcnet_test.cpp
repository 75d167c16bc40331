#include "models/sparcnet/sparcnet.h"

#include <gtest/gtest.h>

#include "tests/support/plain_workload.h"

namespace sparsim {
namespace {

SparcnetConfig zedboard() {
  SparcnetConfig c;
  c.pe_grid = {8, 16, 1, WordFormat::fp16, 6};
  c.ifmap = {32768, 2, 1, true};
  c.weight = {262144, 2, 128, false};
  c.ofmap = {262144, 2, 128, false};
  c.memory = DramConfig{};
  return c;
}

LayerGraph alexnet() {
  LayerGraph g;
  g.name = "alexnet";
  g.input = {227, 227, 3};
  g.layers = {conv("conv1", 227, 3, 96, 11, 4), conv("conv2", 27, 96, 256, 5, 1, 2),
              conv("conv3", 13, 256, 384, 3, 1, 1), conv("conv4", 13, 384, 384, 3, 1, 1),
              conv("conv5", 13, 384, 256, 3, 1, 1)};
  return g;
}

// Everything that must hold of any run.
void expect_identities(const RunRecord& record, const Workload& workload) {
  Cycles end = 0;
  for (const LayerRecord& layer : record.layers) {
    EXPECT_EQ(layer.start, end);  // one layer at a time, nothing between
    end = layer.end;
    Activity all, dma;
    for (const PartRecord& part : layer.parts) {
      SCOPED_TRACE(workload.graph().layers[layer.layer].name + " " + part.part);
      EXPECT_EQ(part.buckets.total(), layer.end - layer.start);
      EXPECT_GE(part.buckets.idle, 0);
      EXPECT_GE(part.start, layer.start);
      EXPECT_LE(part.end, layer.end);
      all += part.activity;
      if (part.part.find("_dma") != std::string::npos) dma += part.activity;
    }
    EXPECT_EQ(all.macs_done + all.macs_skipped,
              static_cast<std::uint64_t>(workload.graph().layers[layer.layer].macs()));
    EXPECT_EQ(dma.bus_read_bytes, dma.scratchpad_write_bytes);  // in from the bus, into a scratchpad
    EXPECT_EQ(dma.bus_write_bytes, dma.scratchpad_read_bytes);
    EXPECT_EQ(all.dram_read_bytes, all.bus_read_bytes);
    EXPECT_EQ(all.dram_write_bytes, all.bus_write_bytes);
  }
  EXPECT_EQ(record.end, end);
  Cycles critical = 0;
  for (const CauseShare& share : record.critical_path) critical += share.cycles;
  EXPECT_EQ(critical, record.end);
}

TEST(Sparcnet, AlexNetKeepsTheIdentities) {
  const PlainWorkload workload(alexnet());
  Sparcnet accelerator("sparcnet", zedboard(), workload, {});
  const RunRecord record = accelerator.run();
  expect_identities(record, workload);
  // PEs that never wait: pixels x kernel x channels x ceil(filters / 128), over five layers (see 24.8 GOP/s).
  Cycles busy = 0;
  for (const LayerRecord& layer : record.layers) busy += layer.parts[1].buckets.busy;
  EXPECT_EQ(busy, 1'098'075 + 2 * 1'749'600 + 3 * 389'376 + 3 * 584'064 + 2 * 584'064);
}

TEST(Sparcnet, MasksKeepTheIdentities) {
  PlainWorkload workload(alexnet());
  for (std::size_t layer = 1; layer < 5; ++layer)
    for (std::size_t c = 0; c < workload.kept(layer).size(); c += 3) workload.kept(layer).set(c, false);
  Sparcnet accelerator("sparcnet", zedboard(), workload, {});
  expect_identities(accelerator.run(), workload);
}

TEST(Sparcnet, SeveralImagesRunOneAfterTheOther) {
  const PlainWorkload workload(alexnet());
  RunOptions options;
  options.images = 3;
  Sparcnet accelerator("sparcnet", zedboard(), workload, options);
  const RunRecord record = accelerator.run();
  ASSERT_EQ(record.images.size(), 3u);
  EXPECT_EQ(record.images[1].start, record.images[0].end);
  expect_identities(record, workload);
}

TEST(Sparcnet, SaysWhatDoesNotFitTheMemory) {
  SparcnetConfig c = zedboard();
  c.memory = SramConfig{};
  const PlainWorkload workload(alexnet());
  try {
    Sparcnet accelerator("sparcnet", c, workload, {});
    FAIL();
  } catch (const InputError& error) {
    EXPECT_NE(std::string(error.what()).find("alexnet: weights (7491648 bytes)"), std::string::npos) << error.what();
  }
}

}  // namespace
}  // namespace sparsim
