// The whole accelerator: DMA engines, bus, memory and host around a pipeline, with dates by hand.
//
// The bus carries 2 bytes a beat and 2 beats a burst, the SRAM 2 bytes a cycle, everything at 100 MHz. A DMA engine
// sets a burst up in 6 cycles. Granted at g, a read is at the memory at g + 4, its first word there at g + 5 and at the
// engine at g + 9, two beats: over at g + 11. A write has sent its beats at g + 2, is at the memory at g + 6, stored at
// g + 8 and answered at g + 12.
//
// One convolution, 1x1, of one channel of 2x2 pixels of 2 bytes: 4 words, 2 bursts. From a word in the FIFO behind the
// source to its result at the sink: written at w, it is read at w + 1, its window at w + 2 in its FIFO and with the
// engine, the result valid 4 later, at w + 6 (three registers and the beat itself), in the FIFO behind 1 later and at
// the sink another 1 later, at w + 8.
//
// Registers are written from 0 to 40. The bursts are set up at 46 and 52 and over at 57 and 63, so words are written
// at 57, 58, 63 and 64 and results read at 65, 66, 71 and 72. The sink's bursts start at 67 and 73, are set up at 73
// and 79, and are answered at 85 and 91. The source starts with the next image at 65, 25 cycles after this one. Bursts
// of both are granted in different cycles (71 and 77, 73 and 79) and are at the memory at 75, 81, 79 and 85, two cycles
// each: nobody waits. So each image is 25 cycles behind the one before.
#include "models/fpgaconvnet/fpgaconvnet.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "tests/models/fpgaconvnet/accelerator_run.h"

namespace sparsim {
namespace {

using testing::ElementsAre;
using testing::Pair;

/// Fused, and in parts.
class ByHand : public testing::TestWithParam<bool> {
 protected:
  RunOptions images(std::size_t count) const {
    RunOptions options;
    options.images = count;
    options.critical_path = GetParam();
    return options;
  }
};
INSTANTIATE_TEST_SUITE_P(FpgaConvNet, ByHand, testing::Bool(),
                         [](const auto& path) { return path.param ? "WithCriticalPath" : "Fused"; });

TEST_P(ByHand, StreamedImagesOverlap) {
  const PlainWorkload workload(one_convolution());
  const RunRecord record = run(tiny_board(), workload, images(3));
  EXPECT_THAT(dates(record), ElementsAre(Pair(40, 91), Pair(65, 116), Pair(90, 141)));
  EXPECT_EQ(record.accelerated, 141 - 40);
  EXPECT_EQ(record.end, 141 + 10);  // the interrupt
  EXPECT_FALSE(record.reached_limit);
  expect_identities(record, tiny_board(), workload);
}

// The first word is asked for at 0 and there at 58, the third at 60 and there at 64; of the second image the first at
// 66 and there at 83. Behind the engine it is 7 later, and the sink asks for the first of an image when it has started
// the last burst of the one before, at 73.
TEST_P(ByHand, FifosCountWhatPasses) {
  const PlainWorkload workload(one_convolution());
  const RunRecord record = run(tiny_board(), workload, images(2));
  ASSERT_EQ(record.fifos.size(), 2u);
  const FifoRecord &in = record.fifos[0], &out = record.fifos[1];
  EXPECT_EQ(in.name, "source_to_only");
  EXPECT_EQ(in.words, 8u);
  EXPECT_EQ(in.high_water, 1u);
  EXPECT_EQ(in.writer_stall_cycles, 0);
  EXPECT_EQ(in.reader_starvation_cycles, 58 + 4 + 17 + 4);
  EXPECT_EQ(out.name, "only_to_sink");
  EXPECT_EQ(out.words, 8u);
  EXPECT_EQ(out.high_water, 1u);
  EXPECT_EQ(out.writer_stall_cycles, 0);
  EXPECT_EQ(out.reader_starvation_cycles, 65 + 4 + 17 + 4);
}

// The first window enters the engine at 59, the last result leaves it at 70. It works four cycles, one a window.
TEST_P(ByHand, PartsSayWhatTheyDid) {
  const PlainWorkload workload(one_convolution());
  const RunRecord record = run(tiny_board(), workload, images(2));
  ASSERT_EQ(record.layers.size(), 2u);
  for (const LayerRecord& layer : record.layers) {
    const Cycles later = layer.image == 0 ? 0 : 25;
    EXPECT_EQ(layer.start, 59 + later);
    EXPECT_EQ(layer.end, 71 + later);
    EXPECT_EQ(layer.bottleneck, "waits for input");
    const PartRecord& engines = part(layer, "weighted");
    EXPECT_EQ(engines.buckets.busy, 4);
    EXPECT_EQ(engines.buckets.waiting_input, 8);
    EXPECT_EQ(engines.buckets.waiting_output, 0);
    EXPECT_EQ(engines.activity.macs_done, 4u);
    const PartRecord& input = part(layer, "input DMA");
    EXPECT_EQ(input.start, 40 + later);
    EXPECT_EQ(input.end, 65 + later);
    EXPECT_EQ(input.activity.bus_read_bytes, 8u);
    EXPECT_EQ(input.activity.bus_bursts, 2u);
    const PartRecord& output = part(layer, "output DMA");
    EXPECT_EQ(output.end, 91 + later);
    EXPECT_EQ(output.activity.bus_write_bytes, 8u);
    EXPECT_EQ(output.activity.bus_bursts, 2u);
  }
}

// The host converts 4 values in 100 + 4 x 3 of its cycles, 56 of the accelerator; starts in 40; takes the interrupt in
// 10; and converts the results in 4 x 5, 10 of the accelerator. In between, the 51 cycles of a streamed image.
TEST_P(ByHand, ImagesOneAtATimeHaveTheirHostInTheLatency) {
  FpgaConvNetConfig config = tiny_board();
  config.flow = ImageFlow::one_at_a_time;
  config.host_io = {100, 3, 5};
  const PlainWorkload workload(one_convolution());
  const RunRecord record = run(config, workload, images(2));
  constexpr Cycles kImage = 56 + 40 + 51 + 10 + 10;
  EXPECT_THAT(dates(record), ElementsAre(Pair(0, kImage), Pair(kImage, 2 * kImage)));
  EXPECT_EQ(record.accelerated, 2 * 51);
  EXPECT_EQ(record.end, 2 * kImage);
  ASSERT_EQ(record.layers.size(), 2u);
  for (const LayerRecord& layer : record.layers) {
    const PartRecord& host = part(layer, "host");
    EXPECT_EQ(host.buckets.busy, 56 + 40 + 10 + 10);
    EXPECT_EQ(host.buckets.idle, 51);
  }
  expect_identities(record, config, workload);
}

// 30 of the host's cycles behind each result, and the interrupt before the last.
TEST_P(ByHand, ASoftmaxIsTheHosts) {
  FpgaConvNetConfig config = tiny_board();
  config.host.cycles_per = {0, 0, 0, 0, 0, 0, 0, 0, 0};
  config.host.layer_cycles = 30;
  LayerGraph graph = one_convolution();
  Layer softmax;
  softmax.name = "softmax";
  softmax.kind = LayerKind::softmax;
  softmax.inputs = {0};
  softmax.shape.input = softmax.shape.output = graph.layers[0].shape.output;
  graph.layers.push_back(softmax);
  const PlainWorkload workload(graph);
  const RunRecord record = run(config, workload, images(2));
  EXPECT_THAT(dates(record), ElementsAre(Pair(40, 91 + 15), Pair(65, 116 + 10 + 15)));
  EXPECT_EQ(record.accelerated, 116 - 40);
}

// Word w not before 100 w: at 57, 100, 200, 300 and then 400 ... The sink has the last of an image 8 later, starts the
// burst in the cycle behind and has it stored 18 cycles after that. The source begins with the second image at 301.
TEST_P(ByHand, ASourceKeepsItsInterval) {
  FpgaConvNetConfig config = tiny_board();
  config.source_interval = 400;
  const PlainWorkload workload(one_convolution());
  const RunRecord record = run(config, workload, images(2));
  EXPECT_THAT(dates(record), ElementsAre(Pair(40, 300 + 9 + 18), Pair(301, 700 + 9 + 18)));
}

// Two filters: their two weights of 2 bytes each cross the bus for each of the four pixels.
TEST_P(ByHand, StreamedWeightsCrossTheBusForEveryPixel) {
  FpgaConvNetConfig config = tiny_board();
  config.nodes["only"].weights_streamed = true;
  const PlainWorkload workload(one_convolution(2));
  const RunRecord record = run(config, workload, images(3));
  ASSERT_EQ(record.images.size(), 3u);
  std::uint64_t weights = 0;
  for (const LayerRecord& layer : record.layers) weights += part(layer, "weighted").activity.bus_read_bytes;
  EXPECT_EQ(weights, 3u * 2 * 4 * 2);
  EXPECT_EQ(sum_of(record.layers).dram_read_bytes, weights + 3u * 8);
}

TEST_P(ByHand, WeightsThatAreThereCostNoTime) {
  FpgaConvNetConfig config = tiny_board();
  config.nodes["only"].weights_streamed = true;
  const PlainWorkload workload(one_convolution());
  EXPECT_THAT(dates(run(config, workload, images(2))), ElementsAre(Pair(40, 91), Pair(65, 116)));
}

TEST_P(ByHand, ALimitKeepsWhatIsFinished) {
  const PlainWorkload workload(one_convolution());
  RunOptions options = images(3);
  options.max_cycles = 116;
  const RunRecord record = run(tiny_board(), workload, options);
  EXPECT_TRUE(record.reached_limit);
  EXPECT_EQ(record.end, 116);
  EXPECT_THAT(dates(record), ElementsAre(Pair(40, 91), Pair(65, 116)));
  EXPECT_EQ(record.accelerated, 116 - 40);
  EXPECT_EQ(record.layers.size(), 2u);
}

TEST_P(ByHand, ALimitIsExactToTheCycle) {
  const PlainWorkload workload(one_convolution());
  RunOptions options = images(3);
  options.max_cycles = 115;
  EXPECT_THAT(dates(run(tiny_board(), workload, options)), ElementsAre(Pair(40, 91)));
}

TEST_P(ByHand, ALimitBeforeTheFirstImageLeavesNone) {
  const PlainWorkload workload(one_convolution());
  RunOptions options = images(3);
  options.max_cycles = 90;
  const RunRecord record = run(tiny_board(), workload, options);
  EXPECT_TRUE(record.reached_limit);
  EXPECT_TRUE(record.images.empty());
  EXPECT_TRUE(record.layers.empty());
}

}  // namespace
}  // namespace sparsim
