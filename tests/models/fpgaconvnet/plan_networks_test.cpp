// Every network of ours, planned and run without time (tests/support/token_run.h).
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <utility>

#include "models/core/random.h"
#include "models/fpgaconvnet/config.h"
#include "sim/workload/network_yaml.h"
#include "sim/workload/trace.h"
#include "tests/support/token_run.h"

namespace sparsim {
namespace {

constexpr std::int64_t kImages = 2;  // the second meets what the first left behind

LayerGraph graph_of(const std::string& name) {
  const std::string path = SPARSIM_SOURCE_DIR "/" + name;
  return name.find(".h5") != std::string::npos ? Trace::open(path).graph() : load_network(path).graph;
}

std::int64_t divisor(std::int64_t whole, std::int64_t most) {
  std::int64_t d = std::min(whole, most);
  while (whole % d != 0) --d;
  return d;
}

// Factors that differ from layer to layer, so that widths do, too. `least`: of the streams, to keep the run short.
FpgaConvNetConfig folded(const LayerGraph& graph, std::int64_t least) {
  FpgaConvNetConfig config;
  config.burst_fifos = false;  // the branches alone have to do
  for (std::size_t i = 0; i < graph.layers.size(); ++i) {
    const Layer& layer = graph.layers[i];
    if (!layer.weighted()) continue;
    const auto n = static_cast<std::int64_t>(i);
    Folding& f = config.nodes[layer.name].folding;
    f.coarse_group = divisor(layer.shape.groups, least + n % 3);
    f.coarse_in = divisor(layer.shape.channels_per_group(), least + 7 * n % 5);
    f.coarse_out = divisor(layer.shape.filters_per_group(), least + 5 * n % 7);
  }
  return config;
}

class Networks : public testing::TestWithParam<const char*> {};

TEST_P(Networks, RunWithoutDeadlockAndEveryWordWrittenIsRead) {
  const LayerGraph graph = graph_of(GetParam());
  const FpgaConvNetConfig config = folded(graph, graph.macs() > 100'000'000 ? 24 : 1);
  ASSERT_THAT(problems(config, graph), testing::IsEmpty());
  const FpgaConvNetPlan p = plan(config, graph);
  const TokenOutcome outcome = token_run(p, graph, kImages);
  EXPECT_TRUE(outcome.finished);
  for (std::size_t e = 0; e < p.pipeline.edges.size(); ++e) {
    const PipelineEdge& edge = p.pipeline.edges[e];
    EXPECT_EQ(outcome.reads_of_an_image[e], edge.shape.words()) << edge.name;
    EXPECT_EQ(outcome.written[e], kImages * edge.shape.words()) << edge.name;
    EXPECT_EQ(outcome.read[e], outcome.written[e]) << edge.name;
  }
}

std::string test_name(const testing::TestParamInfo<const char*>& network) {
  std::string name = network.param;
  name = name.substr(name.rfind('/') + 1);
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '-' || c == '.'; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Files, Networks,
                         testing::Values("traces/resnet8.h5", "traces/shapes.h5", "traces/squeezenet1.0-pruned.h5",
                                         "traces/squeezenet1.1.h5", "configs/networks/resnet-18.yaml",
                                         "configs/networks/resnet-50.yaml", "configs/networks/mobilenet-v1.yaml",
                                         "configs/networks/squeezenet-1.0.yaml", "configs/networks/squeezenet-1.1.yaml",
                                         "configs/networks/vgg-16.yaml", "configs/networks/vgg-d-cifar10.yaml",
                                         "configs/networks/sparse-vgg-d-cifar10.yaml"),
                         test_name);

// Modules within modules: chains, residual blocks and concatenations, drawn at random.
class RandomNetwork {
 public:
  explicit RandomNetwork(std::uint64_t seed) : random_(seed, 0) {
    graph_.name = "random";
    graph_.input = {7, 6, 4};
    const std::size_t stem = window(Layer::kNetworkInput, LayerKind::convolution, 3, 1);
    block(down(block(stem, 3)), 2);
  }

  LayerGraph graph() && { return std::move(graph_); }

 private:
  MapShape map_of(std::size_t value) const {
    return value == Layer::kNetworkInput ? graph_.input : graph_.layers[value].shape.output;
  }

  std::size_t add(LayerKind kind, std::vector<std::size_t> inputs, const WindowShape& shape) {
    Layer layer;
    layer.name = "l" + std::to_string(graph_.layers.size());
    layer.kind = kind;
    layer.inputs = std::move(inputs);
    layer.shape = shape;
    graph_.layers.push_back(std::move(layer));
    return graph_.layers.size() - 1;
  }

  // Padded to keep the extents at stride 1.
  std::size_t window(std::size_t input, LayerKind kind, std::int64_t kernel, std::int64_t stride) {
    WindowShape s;
    s.input = map_of(input);
    s.kernel_h = kernel;
    s.kernel_w = random_.chance(0.3) ? 1 : kernel;
    s.stride_h = s.stride_w = stride;
    s.pad_top = s.pad_bottom = s.kernel_h / 2;
    s.pad_left = s.pad_right = s.kernel_w / 2;
    s.output = {output_extent(s.input.height, 2 * s.pad_top, s.kernel_h, stride, 1, false, s.pad_top),
                output_extent(s.input.width, 2 * s.pad_left, s.kernel_w, stride, 1, false, s.pad_left),
                s.input.channels};
    if (kind == LayerKind::convolution) {
      if (random_.chance(0.3))
        s.groups = s.input.channels;
      else
        s.output.channels = static_cast<std::int64_t>(2 + 2 * random_.below(4));
    }
    return add(kind, {input}, s);
  }

  std::size_t any_window(std::size_t input) {
    const LayerKind kind = random_.chance(0.3) ? LayerKind::max_pool : LayerKind::convolution;
    return window(input, kind, random_.chance(0.5) ? 3 : 1, 1);
  }

  std::size_t block(std::size_t input, int depth) {
    if (depth == 0) return random_.chance(0.2) ? input : any_window(input);
    switch (random_.below(3)) {
      case 0:
        return block(block(input, depth - 1), depth - 1);
      case 1: {  // residual; the last layer brings the channels back
        const std::size_t body = block(input, depth - 1);
        WindowShape s;
        s.input = map_of(body);
        s.output = map_of(input);
        const std::size_t last = add(LayerKind::convolution, {body}, s);
        s.input = s.output;
        return random_.chance(0.5) ? add(LayerKind::add, {input, last}, s) : add(LayerKind::add, {last, input}, s);
      }
      default: {
        std::vector<std::size_t> branches;
        WindowShape s;
        s.output = map_of(input);
        s.output.channels = 0;
        for (std::uint64_t n = 2 + random_.below(2); n > 0; --n) {
          branches.push_back(block(input, depth - 1));
          s.output.channels += map_of(branches.back()).channels;
        }
        s.input = s.output;
        return add(LayerKind::concat, branches, s);
      }
    }
  }

  // Two ways to fewer pixels.
  std::size_t down(std::size_t input) {
    const std::size_t left = window(any_window(input), LayerKind::max_pool, 3, 2);
    const std::size_t right = window(input, LayerKind::convolution, 1, 2);
    WindowShape s;
    s.output = map_of(left);
    s.output.channels += map_of(right).channels;
    s.input = s.output;
    return add(LayerKind::concat, {left, right}, s);
  }

  Random random_;
  LayerGraph graph_;
};

TEST(RandomNetworks, RunWithoutDeadlock) {
  int with_branches = 0;
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    const LayerGraph graph = RandomNetwork(seed).graph();
    FpgaConvNetConfig config = folded(graph, static_cast<std::int64_t>(1 + seed % 3));
    config.fifo_depth = static_cast<std::int64_t>(1 + seed % 2);
    ASSERT_THAT(problems(config, graph), testing::IsEmpty()) << "seed " << seed;
    EXPECT_TRUE(token_run(plan(config, graph), graph, 3).finished) << "seed " << seed;
    config.branch_fifos = false;
    if (!token_run(plan(config, graph), graph, 3).finished) ++with_branches;
  }
  EXPECT_GT(with_branches, 100);  // otherwise this would say little
}

// Each in turn as deep as any other FIFO.
TEST(BranchFifos, AreAllNeeded) {
  const LayerGraph graph = graph_of("traces/resnet8.h5");
  FpgaConvNetPlan p = plan(folded(graph, 1), graph);
  int widened = 0;
  for (PipelineEdge& edge : p.pipeline.edges) {
    if (edge.depth == 2) continue;
    ++widened;
    const std::size_t depth = std::exchange(edge.depth, 2);
    EXPECT_FALSE(token_run(p, graph, 1).finished) << edge.name;
    edge.depth = depth;
  }
  EXPECT_EQ(widened, 3);  // it has three residual blocks
}

}  // namespace
}  // namespace sparsim
