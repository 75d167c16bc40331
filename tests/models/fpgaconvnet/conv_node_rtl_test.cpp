// A weighted node against its RTL: every sum by the definition of a convolution, every date by the
// clock of the Verilated model.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "models/core/error.h"
#include "models/core/random.h"
#include "models/core/region.h"
#include "models/core/timed_run.h"
#include "models/fpgaconvnet/conv_node.h"
#include "models/fpgaconvnet/conv_parts.h"
#include "tests/models/fpgaconvnet/rtl_node_run.h"

namespace sparsim {
namespace {

constexpr std::size_t kImages = 2;

/// The design of which this is the node.
ConvDesign design_of(const ConvNodeShape& s, std::int64_t filters) {
  ConvDesign design;
  WindowShape& shape = design.shape;
  shape.input = {s.height, s.width, s.channels * s.word()};
  shape.output = {s.windows_h, s.windows_w, s.engines * filters};
  shape.kernel_h = s.kernel_h;
  shape.kernel_w = s.kernel_w;
  shape.stride_h = s.stride_h;
  shape.stride_w = s.stride_w;
  shape.pad_top = s.pad_top;
  shape.pad_left = s.pad_left;
  shape.dilation_h = s.dilation_h;
  shape.dilation_w = s.dilation_w;
  const auto behind = [](int windows, int stride, int kernel, int dilation, int pad, int values) {
    return std::max(0, (windows - 1) * stride + (kernel - 1) * dilation + 1 - pad - values);
  };
  shape.pad_bottom = behind(s.windows_h, s.stride_h, s.kernel_h, s.dilation_h, s.pad_top, s.height);
  shape.pad_right = behind(s.windows_w, s.stride_w, s.kernel_w, s.dilation_w, s.pad_left, s.width);
  design.folding.coarse_in = s.word();
  design.folding.coarse_out = s.engines;
  design.folding.fine = s.lanes;
  design.engine = s.lanes == 1 ? DotEngine::round_robin : DotEngine::crossbar;
  design.skip_zero_window = s.skip_zero_window;
  design.window_depth = s.window_depth;
  design.result_depth = s.result_depth;
  return design;
}

/// How source and sink keep the node waiting.
struct Pace {
  const char* name;
  std::size_t depth_in;
  std::uint64_t slowest_source, slowest_sink;  // cycles a word, drawn from 1 to this
};
constexpr Pace kEager{"Eager", 1, 1, 1};  // the FIFO in front shows each word's take in the write of the next
constexpr Pace kSlowSource{"SlowSource", 2, 60, 2}, kSlowSink{"SlowSink", 1, 2, 40}, kBoth{"Both", 3, 20, 12};

NodeSurroundings surroundings(const Pace& pace, const ConvDesign& design, std::size_t images) {
  NodeSurroundings around;
  around.depth_in = pace.depth_in;
  Random random(7, 0);
  const std::int64_t words = design.shape.input.pixels() * design.steps();
  const std::int64_t results = design.shape.output.pixels() * design.filters();
  for (std::int64_t i = 0; i < words * static_cast<std::int64_t>(images); ++i)
    around.source.push_back(static_cast<Cycles>(1 + random.below(pace.slowest_source)));
  for (std::int64_t i = 0; i < results * static_cast<std::int64_t>(images); ++i)
    around.sink.push_back(static_cast<Cycles>(1 + random.below(pace.slowest_sink)));
  return around;
}

/// Passes a word a gap: through a FIFO in front of a node, or from one behind.
template <class Port>
class Paced final : public TimedProcess {
 public:
  Port port{"port", *this};
  std::vector<Cycles> dates;

  Paced(const sc_core::sc_module_name& name, const std::vector<Cycles>& gaps) : TimedProcess(name), gaps_(gaps) {}

 private:
  bool step() override {
    for (; dates.size() < gaps_.size(); dates.push_back(now())) {
      if (!worked_) advance(gaps_[dates.size()]);
      worked_ = true;
      if (!port.await()) return false;
      if constexpr (std::is_same_v<Port, TimedOut<>>)
        port.write();
      else
        port.read();
      worked_ = false;
    }
    return true;
  }
  const std::vector<Cycles>& gaps_;
  bool worked_ = false;
};

/// A model of the node between source and sink.
struct Modelled : sc_core::sc_module {
  Region region{"region"};
  Paced<TimedOut<>> source;
  Paced<TimedIn<>> sink;
  TimedFifo<> in, out;

  Modelled(const sc_core::sc_module_name& name, const NodeSurroundings& around, std::size_t out_depth)
      : sc_module(name),
        source("source", around.source),
        sink("sink", around.sink),
        in("in", around.depth_in, 1, 1),
        out("out", out_depth, 1, 1) {
    region.add(source);
    region.add(sink);
    source.port(in);
    sink.port(out);
  }
};

/// The node as one process, and in parts.
struct BothBuilds {
  Modelled fused, parted;
  ConvNode node;
  ConvParts parts;

  BothBuilds(const ConvDesign& design, const ValueLayer& layer, Cycles latency, const NodeSurroundings& around,
             std::size_t out_depth)
      : fused("fused", around, out_depth),
        parted("parted", around, out_depth),
        node("node", design, layer, 0, {}, latency, layer.images()),
        parts("parts", parted.region, design, layer, 0, {}, latency, layer.images(), CrossbarEngine::fast) {
    fused.region.add(node);
    node.input(fused.in);
    node.output(fused.out);
    parts.input()(parted.in);
    parts.output()(parted.out);
  }
};

void expect_dates(const char* model, const Modelled& modelled, const NodeDates& rtl) {
  EXPECT_EQ(modelled.source.dates, rtl.written) << model;
  EXPECT_EQ(modelled.sink.dates, rtl.read) << model;
}

void expect_exact(const ConvNodeShape& built, const ConvDesign& design, const ValueLayer& layer, const Pace& pace) {
  const auto out_depth = static_cast<std::size_t>(built.out_depth);
  const NodeSurroundings around = surroundings(pace, design, layer.images());
  const auto rtl = rtl_conv_node(conv_node_shape(design, out_depth));
  const RtlNodeRun run = run_rtl_node(*rtl, design, NodePins(design, layer), around);
  EXPECT_EQ(run.sums, layer.convolution());
  BothBuilds models(design, layer, 0, around, out_depth);
  TimedRun().run();
  expect_dates("ConvNode", models.fused, run.dates);
  expect_dates("ConvParts", models.parted, run.dates);
}

struct NodeCase {
  std::size_t built;  // row of the table
  Pace pace;
  std::int64_t filters;
  double density;
};
void PrintTo(const NodeCase& c, std::ostream* os) { *os << to_string(built_conv_nodes()[c.built]); }

class ConvNodeRtl : public testing::TestWithParam<NodeCase> {};

TEST_P(ConvNodeRtl, HasTheValuesOfTheConvolutionAndTheDatesOfTheModels) {
  const NodeCase& c = GetParam();
  constexpr std::uint64_t kSeed = 3;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed << ", " << to_string(built_conv_nodes()[c.built]));
  const ConvNodeShape& built = built_conv_nodes()[c.built];
  const ConvDesign design = design_of(built, c.filters);
  expect_exact(built, design, ValueLayer(design.shape, kImages, c.density, kSeed), c.pace);
}

/// Each small shape at each pace; densities at which windows of zeros are common enough to be skipped one after the
/// other.
std::vector<NodeCase> small_cases() {
  std::vector<NodeCase> cases;
  for (std::size_t built = 0; built < 15; ++built)
    for (const Pace& pace : {kEager, kSlowSource, kSlowSink, kBoth})
      cases.push_back({built, pace, 1 + static_cast<std::int64_t>(cases.size() % 5),
                       built_conv_nodes()[built].skip_zero_window ? 0.06 : 0.4});
  return cases;
}

INSTANTIATE_TEST_SUITE_P(Drawn, ConvNodeRtl, testing::ValuesIn(small_cases()), [](const auto& tested) {
  return std::to_string(tested.param.built) + tested.param.pace.name;
});

struct LayerCase {
  const char* layer;
  std::size_t built;
  Pace pace;
};
void PrintTo(const LayerCase& c, std::ostream* os) { *os << c.layer << ": " << to_string(built_conv_nodes()[c.built]); }

class ConvNodeRtlLayer : public testing::TestWithParam<LayerCase> {};

TEST_P(ConvNodeRtlLayer, HasTheValuesOfTheConvolutionAndTheDatesOfTheModels) {
  const ValueLayer layer(GetParam().layer, kImages);
  const ConvNodeShape& built = built_conv_nodes()[GetParam().built];
  ConvDesign design = design_of(built, layer.shape().output.channels / built.engines);
  design.shape = layer.shape();
  expect_exact(built, design, layer, GetParam().pace);
}

INSTANTIATE_TEST_SUITE_P(OfShapes, ConvNodeRtlLayer,
                         testing::Values(LayerCase{"conv1", 15, kEager}, LayerCase{"conv1", 15, kSlowSink},
                                         LayerCase{"block_a", 16, kEager}, LayerCase{"block_a", 16, kSlowSink},
                                         LayerCase{"down", 17, kEager}, LayerCase{"down", 17, kBoth},
                                         LayerCase{"mix", 18, kEager}, LayerCase{"mix", 18, kSlowSource}),
                         [](const auto& tested) { return std::string(tested.param.layer) + tested.param.pace.name; });

/// That the comparison can fail: a model that is off by a slot of a FIFO, or by a cycle.
class WrongConvNode : public testing::Test {
 protected:
  WrongConvNode()
      : design_(design_of(built_conv_nodes()[12], 3)),
        layer_(design_.shape, kImages, 0.4, 3),
        around_(surroundings(kBoth, design_, kImages)) {
    const auto rtl = rtl_conv_node(conv_node_shape(design_, kOutDepth));
    expected_ = run_rtl_node(*rtl, design_, NodePins(design_, layer_), around_).dates;
  }
  NodeDates model(Cycles latency, std::size_t out_depth) const {
    BothBuilds models(design_, layer_, latency, around_, out_depth);
    TimedRun().run();
    return {models.fused.source.dates, models.fused.sink.dates};
  }

  static constexpr std::size_t kOutDepth = 4;  // of this row
  ConvDesign design_;
  ValueLayer layer_;
  NodeSurroundings around_;
  NodeDates expected_;
};

TEST_F(WrongConvNode, IsNotThisOne) { EXPECT_EQ(model(0, kOutDepth).read, expected_.read); }

TEST_F(WrongConvNode, IsSeenByTheDepthOfItsWindows) {
  ++design_.window_depth;
  EXPECT_NE(model(0, kOutDepth).written, expected_.written);
}

TEST_F(WrongConvNode, IsSeenByTheDepthOfItsResults) {
  --design_.result_depth;
  EXPECT_NE(model(0, kOutDepth).read, expected_.read);
}

TEST_F(WrongConvNode, IsSeenByTheDepthBehind) { EXPECT_NE(model(0, kOutDepth - 1).read, expected_.read); }

TEST_F(WrongConvNode, IsSeenByItsLatency) { EXPECT_NE(model(1, kOutDepth).read, expected_.read); }

TEST_F(WrongConvNode, IsSeenByItsLanes) {
  ++design_.folding.fine;
  EXPECT_NE(model(0, kOutDepth).read, expected_.read);
}

TEST(BuiltConvNodes, AnotherIsAnErrorThatListsThem) {
  ConvNodeShape shape = built_conv_nodes()[0];
  ++shape.window_depth;
  try {
    rtl_conv_node(shape);
    FAIL() << "was built";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), testing::StartsWith("no RTL was built for a node of " + to_string(shape)));
    for (const ConvNodeShape& built : built_conv_nodes())
      EXPECT_THAT(error.what(), testing::HasSubstr("\n  " + to_string(built)));
  }
}

TEST(ConvNodeShape, RefusesWhatTheRtlHasNot) {
  const auto refuse = [](const ConvDesign& design, const char* reason) {
    EXPECT_THAT([&] { conv_node_shape(design, 2); }, testing::ThrowsMessage<InputError>(testing::HasSubstr(reason)));
  };
  const ConvDesign design = design_of(built_conv_nodes()[0], 4);
  EXPECT_EQ(conv_node_shape(design, 2), built_conv_nodes()[0]);
  ConvDesign dense = design;
  dense.engine = DotEngine::dense;
  refuse(dense, "dense engines");
  ConvDesign grouped = design;
  grouped.shape.input.channels = grouped.shape.output.channels = grouped.shape.groups = 4;
  refuse(grouped, "4 groups: must be 1");
}

TEST(ConvNodeRtlPins, RefusesWhatItsPinsCannotTake) {
  const auto rtl = rtl_conv_node(built_conv_nodes()[0]);
  RtlNodeInputs inputs;
  inputs.word.resize(1);
  inputs.weight.resize(9);
  EXPECT_NO_THROW(rtl->evaluate(inputs));
  inputs.word.resize(2);
  EXPECT_THROW(rtl->evaluate(inputs), ModelError);
  inputs.word.resize(1);
  inputs.weight.resize(10);
  EXPECT_THROW(rtl->evaluate(inputs), ModelError);
  EXPECT_THROW(rtl->reset(0), ModelError);
}

}  // namespace
}  // namespace sparsim
