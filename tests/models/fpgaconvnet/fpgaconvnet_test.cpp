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

#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <sstream>
#include <string>
#include <utility>
#include <vector>

#include "models/core/error.h"
#include "models/core/random.h"
#include "tests/support/masked_workload.h"
#include "tests/support/own_process.h"

namespace sparsim {
namespace {

using testing::AllOf;
using testing::ElementsAre;
using testing::HasSubstr;
using testing::Pair;

FpgaConvNetConfig tiny_board() {
  FpgaConvNetConfig c;
  c.axi.data_bytes = 2;
  c.axi.burst_beats = 2;
  c.dma.setup_cycles = 6;
  SramConfig sram;
  sram.data_bits = 16;
  sram.turnaround_cycles = 0;
  c.memory = sram;
  c.host.clock_mhz = 200;
  c.host.interrupt_latency_cycles = 20;  // 10 of the accelerator
  return c;
}

LayerGraph one_convolution(std::int64_t filters = 1) {
  LayerGraph graph;
  graph.name = "tiny";
  graph.input = {2, 2, 1};
  graph.layers = {conv("only", 2, 1, filters, 1)};
  return graph;
}

RunRecord run(const FpgaConvNetConfig& config, const Workload& workload, const RunOptions& options) {
  const LayerGraph& graph = workload.graph();
  FpgaConvNet accelerator("accelerator", config, plan(config, graph), std::vector<ChannelOrder>(graph.layers.size()),
                          workload, options);
  return accelerator.run();
}

std::vector<std::pair<Cycles, Cycles>> dates(const RunRecord& record) {
  std::vector<std::pair<Cycles, Cycles>> found;
  for (const ImageRecord& image : record.images) found.emplace_back(image.start, image.end);
  return found;
}

const PartRecord& part(const LayerRecord& layer, const std::string& name) {
  const auto found =
      std::find_if(layer.parts.begin(), layer.parts.end(), [&](const PartRecord& p) { return p.part == name; });
  if (found == layer.parts.end()) throw std::out_of_range(name);
  return *found;
}

Activity sum_of(const std::vector<LayerRecord>& layers) {
  Activity sum;
  for (const LayerRecord& layer : layers)
    for (const PartRecord& p : layer.parts) sum += p.activity;
  return sum;
}

// Everything that must hold of any run.
void expect_identities(const RunRecord& record, const FpgaConvNetConfig& config, const Workload& workload) {
  const LayerGraph& graph = workload.graph();
  for (const LayerRecord& layer : record.layers) {
    for (const PartRecord& p : layer.parts) {
      SCOPED_TRACE(fmt::format("image {} layer {} part {}", layer.image, graph.layers[layer.layer].name, p.part));
      EXPECT_EQ(p.buckets.total(), p.end - p.start);
      p.buckets.visit([](const char* name, Cycles cycles, auto...) { EXPECT_GE(cycles, 0) << name; });
      if (p.part != "weighted") continue;
      EXPECT_EQ(p.activity.macs_done + p.activity.macs_skipped,
                static_cast<std::uint64_t>(graph.layers[layer.layer].macs()));
    }
  }
  const Pipeline pipeline = plan(config, graph).pipeline;
  ASSERT_EQ(record.fifos.size(), pipeline.edges.size());
  const auto images = static_cast<std::int64_t>(record.images.size());
  for (std::size_t e = 0; e < pipeline.edges.size(); ++e) {
    EXPECT_EQ(record.fifos[e].name, pipeline.edges[e].name);
    EXPECT_EQ(record.fifos[e].depth, pipeline.edges[e].depth);
    EXPECT_EQ(record.fifos[e].words, static_cast<std::uint64_t>(images * pipeline.edges[e].shape.words()));
    EXPECT_LE(record.fifos[e].high_water, record.fifos[e].depth);
  }
  const Activity all = sum_of(record.layers);
  const std::int64_t bytes = word_bytes(config.format) * images;
  EXPECT_EQ(all.bus_read_bytes, static_cast<std::uint64_t>(graph.input.elements() * bytes));
  EXPECT_EQ(all.bus_write_bytes, static_cast<std::uint64_t>(graph.layers.back().shape.output.elements() * bytes));
  EXPECT_EQ(all.dram_read_bytes, all.bus_read_bytes);
  EXPECT_EQ(all.dram_write_bytes, all.bus_write_bytes);
  if (record.critical_path.empty()) return;
  Cycles critical = 0;
  for (const CauseShare& share : record.critical_path) critical += share.cycles;
  EXPECT_EQ(critical, record.end);
}

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

// ---- what is wrong

std::string error_of(const FpgaConvNetConfig& config, const Workload& workload, const RunOptions& options) {
  try {
    run(config, workload, options);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

RunOptions crossbar(const std::string& spec) {
  RunOptions options;
  options.crossbar = spec;
  return options;
}

FpgaConvNetConfig sparse() {
  FpgaConvNetConfig config = tiny_board();
  config.engine = DotEngine::round_robin;
  return config;
}

TEST(FpgaConvNetErrors, ACrossbarThatThereIsNot) {
  const PlainWorkload workload(one_convolution());
  EXPECT_THAT(error_of(sparse(), workload, crossbar("fastest")), HasSubstr("fastest"));
}

TEST(FpgaConvNetErrors, ANodeThatThereIsNot) {
  const PlainWorkload workload(one_convolution());
  EXPECT_EQ(error_of(sparse(), workload, crossbar("step:conv9")),
            "--crossbar step:conv9: no node of that name has a crossbar");
}

TEST(FpgaConvNetErrors, NoCrossbarInADenseAccelerator) {
  const PlainWorkload workload(one_convolution());
  EXPECT_EQ(error_of(tiny_board(), workload, crossbar("step")),
            "--crossbar step: no node of this accelerator has a crossbar");
}

TEST(FpgaConvNetErrors, NoneOfACrossbarThatThereIs) {
  const PlainWorkload workload(one_convolution());
  EXPECT_EQ(error_of(sparse(), workload, crossbar("step:only")), "no error");
}

// The image and the result on a page of 4 KiB each.
TEST(FpgaConvNetErrors, AMemoryThatIsTooSmall) {
  FpgaConvNetConfig config = tiny_board();
  std::get<SramConfig>(config.memory).size_bytes = 8191;
  const PlainWorkload workload(one_convolution());
  EXPECT_EQ(error_of(config, workload, {}),
            "tiny: images, results and streamed weights need 8192 bytes of external memory, the board has 8191");
}

TEST(FpgaConvNetErrors, NoneOfAMemoryThatIsLargeEnough) {
  FpgaConvNetConfig config = tiny_board();
  std::get<SramConfig>(config.memory).size_bytes = 8192;
  const PlainWorkload workload(one_convolution());
  EXPECT_EQ(error_of(config, workload, {}), "no error");
}

// ---- deadlock

// A body whose first window is complete with the sixth word of the image (the second of the second row), beside a
// shortcut. The split gives both a word or neither, and the sum takes one of both: the shortcut has to hold six.
LayerGraph residual() {
  LayerGraph graph;
  graph.name = "residual";
  graph.input = {4, 4, 1};
  graph.layers = {conv("body", 4, 1, 1, 3, 1, 1)};
  Layer sum;
  sum.name = "sum";
  sum.kind = LayerKind::add;
  sum.inputs = {0, Layer::kNetworkInput};
  sum.shape.input = sum.shape.output = graph.input;
  graph.layers.push_back(sum);
  return graph;
}

FpgaConvNetConfig without_room() {
  FpgaConvNetConfig config = tiny_board();
  config.branch_fifos = config.burst_fifos = false;
  return config;
}

TEST(FpgaConvNetDeadlock, NamesTheFifoAndTheDepthThatFreesIt) {
  const PlainWorkload workload(residual());
  EXPECT_THAT(
      error_of(without_room(), workload, {}),
      AllOf(HasSubstr("waits for room in FIFO accelerator.source_split_to_sum (depth 2, full)"),
            HasSubstr("the run would have finished with"), HasSubstr("FIFO accelerator.source_split_to_sum: depth 6")));
}

TEST(FpgaConvNetDeadlock, IsNoneWithThatDepth) {
  FpgaConvNetConfig config = without_room();
  config.fifo_depths["source_split_to_sum"] = 6;
  const PlainWorkload workload(residual());
  RunOptions options;
  options.images = 3;
  const RunRecord record = run(config, workload, options);
  EXPECT_EQ(record.images.size(), 3u);
  expect_identities(record, config, workload);
}

TEST(FpgaConvNetDeadlock, StaysWithOneLess) {
  FpgaConvNetConfig config = without_room();
  config.fifo_depths["source_split_to_sum"] = 5;
  const PlainWorkload workload(residual());
  EXPECT_THAT(error_of(config, workload, {}), HasSubstr("FIFO accelerator.source_split_to_sum: depth 6"));
}

// ---- the same run, whatever is kept of it

std::string text(const RunRecord& record) {
  std::string text = fmt::format("end {}\n", record.end);
  for (const ImageRecord& image : record.images) text += fmt::format("image {} {}\n", image.start, image.end);
  for (const LayerRecord& layer : record.layers) {
    text += fmt::format("layer {} of {}: {} {}", layer.layer, layer.image, layer.start, layer.end);
    for (const PartRecord& p : layer.parts) {
      text += fmt::format(" {} {} {}", p.part, p.start, p.end);
      p.buckets.visit([&](const char*, Cycles cycles, auto...) { text += fmt::format(" {}", cycles); });
      p.activity.visit([&](const char*, std::uint64_t count, auto...) { text += fmt::format(" {}", count); });
    }
    text += "\n";
  }
  for (const FifoRecord& fifo : record.fifos)
    text += fmt::format("{} {} words {} high {} stall {} starvation {}\n", fifo.name, fifo.depth, fifo.words,
                        fifo.high_water, fifo.writer_stall_cycles, fifo.reader_starvation_cycles);
  return text;
}

// A stem, a residual block and a strided end, which takes the last row but has no use for it: it is busy beyond its
// last result. On boards, foldings and images drawn at random.
class RandomRun {
 public:
  explicit RandomRun(std::uint64_t seed) : RandomRun(seed, static_cast<DotEngine>(seed % 3)) {}
  RandomRun(std::uint64_t seed, DotEngine engine) : workload_(graph(), 2) {
    Random random(seed, 0);
    const auto one_of = [&](std::initializer_list<std::int64_t> all) {
      return *(all.begin() + random.below(all.size()));
    };
    config_.engine = engine;
    config_.skip_zero_windows = config_.engine != DotEngine::dense && random.chance(0.5);
    config_.flow = random.chance(0.3) ? ImageFlow::one_at_a_time : ImageFlow::streamed;
    config_.fifo_depth = one_of({1, 2, 16});
    config_.window_depth = one_of({1, 4});
    config_.result_depth = one_of({1, 16});
    config_.source_interval = one_of({0, 0, 700});
    config_.axi.data_bytes = one_of({2, 8});
    config_.axi.burst_beats = one_of({2, 16});
    config_.dma.descriptors = one_of({1, 4});
    config_.burst_fifos = random.chance(0.5);
    if (random.chance(0.5)) config_.memory = SramConfig{};
    for (const Layer& layer : workload_.graph().layers) {
      if (!layer.weighted()) continue;
      NodeConfig& node = config_.nodes[layer.name];
      node.folding.coarse_in = std::min(one_of({1, 2}), layer.shape.input.channels);
      node.folding.coarse_out = one_of({1, 2, 4});
      if (config_.engine != DotEngine::round_robin && layer.shape.kernel_h > 1) node.folding.fine = one_of({1, 3, 9});
    }
    for (std::size_t image = 0; image < workload_.images(); ++image)
      for (std::size_t layer = 0; layer < workload_.graph().layers.size(); ++layer) {
        BitMask& mask = workload_.mask(image, layer);
        for (std::size_t i = 0; i < mask.size(); ++i) mask.set(i, random.chance(0.4));
      }
  }

  RunRecord run(bool critical_path, const std::string& crossbar = "") const {
    RunOptions options;
    options.images = 3;  // one comes again
    options.critical_path = critical_path;
    options.crossbar = crossbar;
    return sparsim::run(config_, workload_, options);
  }
  const FpgaConvNetConfig& config() const { return config_; }
  const Workload& workload() const { return workload_; }

 private:
  static LayerGraph graph() {
    LayerGraph graph;
    graph.name = "random";
    graph.input = {6, 6, 2};
    graph.layers = {conv("stem", 6, 2, 4, 3, 1, 1), conv("body", 6, 4, 4, 3, 1, 1)};
    graph.layers[1].inputs = {0};
    Layer sum;
    sum.name = "sum";
    sum.kind = LayerKind::add;
    sum.inputs = {1, 0};
    sum.shape.input = sum.shape.output = {6, 6, 4};
    graph.layers.push_back(sum);
    graph.layers.push_back(conv("end", 6, 4, 8, 1, 2));
    graph.layers.back().inputs = {2};
    return graph;
  }

  MaskedWorkload workload_;
  FpgaConvNetConfig config_;
};

class RandomRuns : public testing::TestWithParam<std::uint64_t> {};
INSTANTIATE_TEST_SUITE_P(FpgaConvNet, RandomRuns, testing::Range(std::uint64_t{1}, std::uint64_t{25}));

TEST_P(RandomRuns, KeepTheIdentities) {
  const RandomRun random(GetParam());
  expect_identities(random.run(GetParam() % 2 == 0), random.config(), random.workload());
}

TEST_P(RandomRuns, AreTheSameWithAndWithoutACriticalPath) {
  const RandomRun random(GetParam());
  const std::string fused = in_own_process([&] { return text(random.run(false)); });
  EXPECT_EQ(fused, in_own_process([&] { return text(random.run(true)); }));
  EXPECT_THAT(fused, HasSubstr("image "));
}

TEST_P(RandomRuns, AreTheSameWithArbitersCycleByCycle) {
  const RandomRun random(GetParam(), DotEngine::crossbar);
  const std::string fast = in_own_process([&] { return text(random.run(false)); });
  EXPECT_EQ(fast, in_own_process([&] { return text(random.run(false, "step")); }));
  EXPECT_EQ(fast, in_own_process([&] { return text(random.run(false, "step:body")); }));
  EXPECT_THAT(fast, HasSubstr("image "));
}

// ---- the critical path

// Two ways, with three multipliers an engine: one takes 8 x 8 x 3 cycles a pixel, the other 2 x 2 x 3.
LayerGraph two_ways() {
  LayerGraph graph;
  graph.name = "two_ways";
  graph.input = {6, 6, 8};
  graph.layers = {conv("slow", 6, 8, 8, 3, 1, 1), conv("quick", 6, 8, 8, 3, 1, 1)};
  Layer sum;
  sum.name = "sum";
  sum.kind = LayerKind::add;
  sum.inputs = {0, 1};
  sum.shape.input = sum.shape.output = {6, 6, 8};
  graph.layers.push_back(sum);
  return graph;
}

struct PathRun {
  Cycles end = 0, slow = 0, quick = 0;
  std::string head;
};

// More multipliers change the time of a node, and no width.
PathRun two_ways_run(std::int64_t slow_fine, std::int64_t quick_fine) {
  const std::string text = in_own_process([&] {
    FpgaConvNetConfig config = tiny_board();
    config.nodes["slow"].folding = {1, 1, 1, slow_fine};
    config.nodes["quick"].folding = {4, 4, 1, quick_fine};
    const PlainWorkload workload(two_ways());
    const RunRecord record = run(config, workload, {});
    Cycles of_slow = 0, of_quick = 0;
    for (const CauseShare& share : record.critical_path) {
      if (share.cause.find("slow") != std::string::npos) of_slow += share.cycles;
      if (share.cause.find("quick") != std::string::npos) of_quick += share.cycles;
    }
    return fmt::format("{} {} {} {}", record.end, of_slow, of_quick, record.critical_path.front().cause);
  });
  PathRun result;
  std::istringstream(text) >> result.end >> result.slow >> result.quick >> result.head;
  return result;
}

TEST(FpgaConvNetCriticalPath, OnlyWhatIsOnItHoldsTheRunUp) {
  const PathRun plain = two_ways_run(3, 3);
  EXPECT_EQ(plain.head, "slow.engine_0");
  EXPECT_GE(plain.slow, 36 * 8 * 8 * 3);
  EXPECT_EQ(plain.quick, 0);

  const PathRun faster = two_ways_run(9, 3);
  EXPECT_LT(faster.end, plain.end - 35 * 8 * 8 * 2);  // a cycle a window and filter in place of three
  const PathRun beside = two_ways_run(3, 9);
  EXPECT_EQ(beside.end, plain.end);
}

}  // namespace
}  // namespace sparsim
