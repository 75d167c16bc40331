// Whole pipelines have the dates of their hardware, cycle by cycle: every node of a network, between a source and a
// sink with gaps, as the plan of an accelerator says.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "models/core/random.h"
#include "models/core/timed_run.h"
#include "models/fpgaconvnet/config.h"
#include "models/fpgaconvnet/conv_node.h"
#include "models/fpgaconvnet/conv_parts.h"
#include "tests/support/masked_workload.h"
#include "tests/support/naive_conv.h"
#include "tests/support/naive_network.h"

namespace sparsim {
namespace {

using testing::IsEmpty;

// ---- networks

class GraphBuilder {
 public:
  explicit GraphBuilder(const MapShape& input) { graph_.input = input; }

  /// A layer with one input, or the first of several; its position.
  std::size_t conv(const char* name, std::size_t from, std::int64_t filters, std::int64_t kernel,
                   std::int64_t stride = 1, std::int64_t groups = 1) {
    Layer layer = windowed(name, LayerKind::convolution, from, kernel, stride, (kernel - 1) / 2);
    layer.shape.output.channels = filters;
    layer.shape.groups = groups;
    return add(std::move(layer));
  }
  std::size_t pool(const char* name, std::size_t from, std::int64_t kernel, std::int64_t stride) {
    return add(windowed(name, LayerKind::max_pool, from, kernel, stride, 0));
  }
  std::size_t dense(const char* name, std::size_t from, std::int64_t outputs) {
    Layer layer = plain(name, LayerKind::dense, {from});
    layer.shape = WindowShape::dense(map(from).elements(), outputs);
    return add(std::move(layer));
  }
  std::size_t relu(const char* name, std::size_t from) { return add(plain(name, LayerKind::activation, {from})); }
  std::size_t join(const char* name, LayerKind kind, const std::vector<std::size_t>& from) {
    Layer layer = plain(name, kind, from);
    if (kind == LayerKind::concat) {
      layer.shape.output.channels = 0;
      for (const std::size_t input : from) layer.shape.output.channels += map(input).channels;
    }
    return add(std::move(layer));
  }
  LayerGraph graph() const { return graph_; }

 private:
  const MapShape& map(std::size_t value) const {
    return value == Layer::kNetworkInput ? graph_.input : graph_.layers[value].shape.output;
  }
  Layer plain(const char* name, LayerKind kind, std::vector<std::size_t> from) const {
    Layer layer;
    layer.name = name;
    layer.kind = kind;
    layer.shape.input = layer.shape.output = map(from[0]);
    layer.inputs = std::move(from);
    return layer;
  }
  Layer windowed(const char* name, LayerKind kind, std::size_t from, std::int64_t kernel, std::int64_t stride,
                 std::int64_t pad) const {
    Layer layer = plain(name, kind, {from});
    WindowShape& s = layer.shape;
    s.kernel_h = s.kernel_w = kernel;
    s.stride_h = s.stride_w = stride;
    s.pad_top = s.pad_left = s.pad_bottom = s.pad_right = pad;
    s.output.height = output_extent(s.input.height, 2 * pad, kernel, stride, 1, false, pad);
    s.output.width = output_extent(s.input.width, 2 * pad, kernel, stride, 1, false, pad);
    return layer;
  }
  std::size_t add(Layer layer) {
    graph_.layers.push_back(std::move(layer));
    return graph_.layers.size() - 1;
  }

  LayerGraph graph_;
};

LayerGraph residual_block() {
  GraphBuilder b({8, 8, 2});
  const std::size_t stem = b.relu("stem_relu", b.conv("stem", Layer::kNetworkInput, 4, 3));
  const std::size_t first = b.relu("first_relu", b.conv("first", stem, 4, 3));
  const std::size_t sum = b.join("sum", LayerKind::add, {b.conv("second", first, 4, 3), stem});
  const std::size_t pooled = b.pool("pooled", b.relu("sum_relu", sum), 8, 8);
  b.dense("scores", pooled, 6);
  return b.graph();
}

LayerGraph projected_residual_block() {
  GraphBuilder b({8, 8, 4});
  const std::size_t stem = b.conv("stem", Layer::kNetworkInput, 4, 3);
  const std::size_t main = b.conv("second", b.conv("first", stem, 8, 3, 2), 8, 3);
  b.join("sum", LayerKind::add, {main, b.conv("shortcut", stem, 8, 1, 2)});
  return b.graph();
}

LayerGraph fire_module() {
  GraphBuilder b({7, 7, 8});
  const std::size_t squeeze = b.relu("squeeze_relu", b.conv("squeeze", Layer::kNetworkInput, 4, 1));
  const std::size_t one = b.conv("expand1", squeeze, 6, 1), three = b.conv("expand3", squeeze, 8, 3);
  const std::size_t both = b.join("both", LayerKind::concat, {one, three});
  b.conv("last", b.pool("pooled", both, 3, 2), 4, 1);
  return b.graph();
}

LayerGraph separable() {
  GraphBuilder b({8, 8, 6});
  const std::size_t depthwise = b.relu("relu", b.conv("depthwise", Layer::kNetworkInput, 6, 3, 1, 6));
  b.conv("pointwise", depthwise, 8, 1);
  return b.graph();
}

// ---- accelerators

struct Case {
  std::string name;
  LayerGraph graph;
  FpgaConvNetConfig config;
  double density = 0.4;
  std::uint64_t slowest_source = 1, slowest_sink = 1;  // cycles a word, drawn from 1 to this
  std::size_t images = 3;
  std::uint64_t seed = 1;
};
void PrintTo(const Case& c, std::ostream* os) { *os << c.name << ", seed " << c.seed; }

/// What the naive build and the models have in common: all but the weighted nodes.
Network network_of(const Case& c, const FpgaConvNetPlan& plan) {
  Random random(c.seed, 1);
  const auto gaps = [&](const StreamShape& shape, std::uint64_t slowest) {
    std::vector<Cycles> drawn(static_cast<std::size_t>(shape.words()) * c.images);
    for (Cycles& gap : drawn) gap = static_cast<Cycles>(1 + random.below(slowest));
    return drawn;
  };
  const Pipeline& p = plan.pipeline;
  Network network;
  network.images = c.images;
  for (const PipelineEdge& edge : p.edges) network.depths.push_back(edge.depth);
  for (const PipelineNode& node : p.nodes)
    if (node.kind == NodeKind::source)
      network.sources.push_back({node.outputs[0], gaps(p.output(node), c.slowest_source)});
    else if (node.kind == NodeKind::sink)
      network.sinks.push_back({node.inputs[0], gaps(p.input(node), c.slowest_sink)});
    else if (node.kind != NodeKind::weighted)
      network.nodes.push_back({node.name, slots(p, node, c.graph), node.inputs, node.outputs, node.latency});
  return network;
}

MaskedWorkload workload_of(const Case& c) {
  Random random(c.seed, 2);
  MaskedWorkload workload(c.graph, c.images);
  for (std::size_t image = 0; image < c.images; ++image)
    for (std::size_t layer = 0; layer < c.graph.layers.size(); ++layer) {
      BitMask& mask = workload.mask(image, layer);
      for (std::size_t i = 0; i < mask.size(); ++i) mask.set(i, random.chance(c.density));
    }
  return workload;
}

struct NaivePipeline {
  NaivePipeline(const Case& c, const FpgaConvNetPlan& plan, const Workload& workload)
      : network("naive", network_of(c, plan)) {
    for (std::size_t n = 0; n < plan.designs.size(); ++n) {
      const PipelineNode& node = plan.pipeline.nodes[n];
      if (node.kind != NodeKind::weighted) continue;
      convs.push_back(std::make_unique<naive::Conv>(("naive_" + node.name).c_str(), network.clock(), plan.designs[n],
                                                    workload, node.layer, std::vector<std::int64_t>{}, node.latency,
                                                    c.images, network.fifo(node.inputs[0]), nullptr,
                                                    network.fifo(node.outputs[0])));
    }
  }
  NaiveNetwork network;
  std::vector<std::unique_ptr<naive::Conv>> convs;
};

struct FusedPipeline {
  FusedPipeline(const Case& c, const FpgaConvNetPlan& plan, const Workload& workload)
      : network("fused", network_of(c, plan)) {
    for (std::size_t n = 0; n < plan.designs.size(); ++n) {
      const PipelineNode& node = plan.pipeline.nodes[n];
      if (node.kind != NodeKind::weighted) continue;
      ConvNode& conv =
          *convs.emplace_back(std::make_unique<ConvNode>(("fused_" + node.name).c_str(), plan.designs[n], workload,
                                                         node.layer, ChannelOrder{}, node.latency, c.images));
      conv.input(network.fifo(node.inputs[0]));
      conv.output(network.fifo(node.outputs[0]));
      network.region().add(conv);
    }
  }
  TimedNetwork network;
  std::vector<std::unique_ptr<ConvNode>> convs;
};

struct PartsPipeline {
  PartsPipeline(const Case& c, const FpgaConvNetPlan& plan, const Workload& workload, CrossbarEngine engine)
      : network("parts", network_of(c, plan), Ends::threads) {
    for (std::size_t n = 0; n < plan.designs.size(); ++n) {
      const PipelineNode& node = plan.pipeline.nodes[n];
      if (node.kind != NodeKind::weighted) continue;
      ConvParts& conv = *convs.emplace_back(
          std::make_unique<ConvParts>(("parts_" + node.name).c_str(), network.region(), plan.designs[n], workload,
                                      node.layer, ChannelOrder{}, node.latency, c.images, engine));
      conv.input().bind(network.fifo(node.inputs[0]));
      conv.output().bind(network.fifo(node.outputs[0]));
    }
  }
  TimedNetwork network;
  std::vector<std::unique_ptr<ConvParts>> convs;
};

/// Factors at random that divide.
NodeConfig folded(const Layer& layer, DotEngine engine, Random& random) {
  const auto divisor = [&](std::int64_t whole) {
    for (;;)
      if (const auto d = static_cast<std::int64_t>(1 + random.below(static_cast<std::uint64_t>(whole))); whole % d == 0)
        return d;
  };
  NodeConfig node;
  if (!layer.weighted()) return node;
  const WindowShape& s = layer.shape;
  node.folding = {divisor(s.channels_per_group()), divisor(s.filters_per_group()), divisor(s.groups), 1};
  ConvDesign design;
  design.shape = s;
  design.folding = node.folding;
  design.engine = engine;
  if (engine != DotEngine::round_robin)
    node.folding.fine = static_cast<std::int64_t>(1 + random.below(static_cast<std::uint64_t>(design.operands())));
  return node;
}

std::vector<Case> cases() {
  const std::pair<const char*, LayerGraph> networks[] = {{"Residual", residual_block()},
                                                         {"ProjectedResidual", projected_residual_block()},
                                                         {"Fire", fire_module()},
                                                         {"Separable", separable()}};
  std::vector<Case> cases;
  for (const auto& [name, graph] : networks)
    for (const DotEngine engine : {DotEngine::dense, DotEngine::round_robin, DotEngine::crossbar})
      for (std::uint64_t seed = 1; seed <= 6; ++seed) {
        Random random(seed, 0);
        Case c;
        c.name = name + std::string("_") + std::string(to_string(engine)) + std::to_string(seed);
        c.graph = graph;
        c.seed = seed;
        c.config.engine = engine;
        c.config.skip_zero_windows = random.chance(0.5);
        c.config.fifo_depth = static_cast<std::int64_t>(1 + random.below(4));
        c.config.window_depth = static_cast<std::int64_t>(1 + random.below(8));
        c.config.result_depth = static_cast<std::int64_t>(1 + random.below(16));
        for (const Layer& layer : graph.layers) {
          const NodeConfig node = folded(layer, engine, random);
          if (layer.weighted()) c.config.nodes[layer.name] = node;
        }
        constexpr double kDensities[] = {0.03, 0.3, 0.8};
        c.density = kDensities[random.below(std::size(kDensities))];
        c.slowest_source = random.chance(0.5) ? 1 : 9;
        c.slowest_sink = random.chance(0.5) ? 1 : 30;
        cases.push_back(std::move(c));
      }
  return cases;
}

class PipelineDates : public testing::TestWithParam<Case> {};

TEST_P(PipelineDates, AreThoseOfTheHardware) {
  const Case& c = GetParam();
  ASSERT_THAT(problems(c.config, c.graph), IsEmpty());
  const FpgaConvNetPlan planned = plan(c.config, c.graph);
  const MaskedWorkload workload = workload_of(c);
  NaivePipeline naive(c, planned, workload);
  FusedPipeline fused(c, planned, workload);
  PartsPipeline parts(c, planned, workload, CrossbarEngine::step);
  TimedRun().run();
  ASSERT_TRUE(naive.network.clock().all_done());
  EXPECT_THAT(differences(naive.network.outcome(), fused.network.outcome()), IsEmpty());
  EXPECT_THAT(differences(naive.network.outcome(), parts.network.outcome()), IsEmpty());
}

TEST_P(PipelineDates, AreThoseOfTheHardwareWithTheirCauses) {
  const Case& c = GetParam();
  const FpgaConvNetPlan planned = plan(c.config, c.graph);
  const MaskedWorkload workload = workload_of(c);
  NaivePipeline naive(c, planned, workload);
  PartsPipeline parts(c, planned, workload, CrossbarEngine::fast);
  TimedRun::Options options;
  options.critical_path = true;
  TimedRun run(options);
  run.run();
  ASSERT_TRUE(naive.network.clock().all_done());
  EXPECT_THAT(differences(naive.network.outcome(), parts.network.outcome()), IsEmpty());
  Cycles sum = 0;
  for (const CauseShare& share : run.critical_path()) sum += share.cycles;
  EXPECT_EQ(sum, run.end());
}

INSTANTIATE_TEST_SUITE_P(Networks, PipelineDates, testing::ValuesIn(cases()),
                         [](const auto& c) { return c.param.name; });

}  // namespace
}  // namespace sparsim
