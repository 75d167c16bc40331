#include "models/fpgaconvnet/config.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/core/error.h"
#include "tests/support/plain_workload.h"

namespace sparsim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

// conv 3x3 from 4 to 6 channels, ReLU, max pool 2x2, conv 11x11.
LayerGraph graph() {
  LayerGraph g;
  g.name = "small";
  g.input = {24, 24, 4};
  Layer relu, pool = conv("pool", 24, 6, 6, 2, 2), wide = conv("wide", 12, 6, 2, 11);
  relu.name = "relu";
  relu.kind = LayerKind::activation;
  relu.inputs = {0};
  relu.shape.input = relu.shape.output = {24, 24, 6};
  pool.kind = LayerKind::max_pool;
  pool.inputs = {1};
  wide.inputs = {2};
  g.layers = {conv("first", 24, 4, 6, 3, 1, 1), relu, pool, wide};
  return g;
}

NodeConfig folded(std::int64_t coarse_in, std::int64_t coarse_out, std::int64_t fine) {
  NodeConfig node;
  node.folding = {coarse_in, coarse_out, 1, fine};
  return node;
}

NodeConfig coarse(std::int64_t streams) {
  NodeConfig node;
  node.coarse = streams;
  return node;
}

const PipelineEdge& edge(const Pipeline& p, const std::string& name) {
  for (const PipelineEdge& e : p.edges)
    if (e.name == name) return e;
  throw ModelError("no edge " + name);
}

TEST(FpgaConvNetProblems, AreNoneOfTheDefaults) {
  EXPECT_THAT(problems(FpgaConvNetConfig{}), IsEmpty());
  EXPECT_THAT(problems(FpgaConvNetConfig{}, graph()), IsEmpty());
}

TEST(FpgaConvNetProblems, ComeAllAtOnce) {
  FpgaConvNetConfig c;
  c.clock_mhz = 0;
  c.format = WordFormat::fp16;
  c.fifo_depth = 0;
  c.fifo_depths["first_to_pool"] = 0;
  c.nodes["first"].window_depth = 0;
  c.nodes["first"].result_depth = -1;
  c.host_io.image_cycles = -1;
  c.image_registers = 0;
  EXPECT_THAT(
      problems(c),
      UnorderedElementsAre("clock_mhz = 0: must be 1..1000", "format = fp16: must be int16 or int8",
                           "fifos.depth = 0: must be 1..16777216 words",
                           "fifos.depths.first_to_pool = 0: must be 1..16777216 words",
                           "nodes.first.window_depth = 0: must be 1..16777216 words",
                           "nodes.first.result_depth = -1: must be 1..16777216 words",
                           "registers.per_image = 0: must be 1..10000", "host_io.image_cycles = -1: must be 0..1e9"));
}

TEST(FpgaConvNetProblems, OfANetworkComeWithThoseOfTheRest) {
  FpgaConvNetConfig c;
  c.fifo_depth = 0;
  c.fifo_depths["first_to_wide"] = 4;    // the pool is between them
  c.nodes["first"] = folded(3, 12, 10);  // 4 channels, 6 filters, 9 operands
  c.nodes["pool"] = coarse(4);           // of 6 channels
  c.nodes["relu"] = coarse(2);           // fused
  c.nodes["pol"] = coarse(2);
  c.nodes["wide"].engine = DotEngine::crossbar;  // 121 operands
  EXPECT_THAT(
      problems(c, graph()),
      ElementsAre("fifos.depth = 0: must be 1..16777216 words",
                  "nodes.first.coarse_in = 3: must divide the 4 input channels of a group",
                  "nodes.first.coarse_out = 12: must divide the 6 filters of a group",
                  "nodes.first.fine = 10: must be 1..9, the operands of a window",
                  HasSubstr("nodes.relu.coarse = 2: this activation has no node of its own"),
                  "nodes.pool.coarse = 4: must divide the 6 channels",
                  HasSubstr("nodes.wide.engine = crossbar: a window has 121 operands, a crossbar takes up to 64"),
                  "nodes.pol: network small has no such layer",
                  HasSubstr("fifos.depths.first_to_wide: the pipeline has no such FIFO")));
}

TEST(FpgaConvNetProblems, NameFactorsOfTheWrongKindOfLayer) {
  FpgaConvNetConfig c;
  c.nodes["first"] = coarse(2);
  c.nodes["pool"] = folded(2, 1, 1);
  c.nodes["wide"].skip_zero_windows = true;  // its engine is dense
  EXPECT_THAT(problems(c, graph()),
              ElementsAre(HasSubstr("nodes.first.coarse = 2: a convolution has coarse_in, coarse_out"),
                          HasSubstr("nodes.pool: it is of kind max_pool; only convolution and dense have coarse_in"),
                          HasSubstr("nodes.wide.skip_zero_windows = true: the engine is dense")));
}

TEST(FpgaConvNetProblems, NameOperatorsThatStreamsCannotCarry) {
  LayerGraph g = graph();
  g.layers[1].kind = LayerKind::normalization;
  EXPECT_THAT(problems(FpgaConvNetConfig{}, g), testing::Contains(HasSubstr("layer 'relu' (normalization)")));
  EXPECT_THROW(plan(FpgaConvNetConfig{}, g), ModelError);
}

// The source gives what the first layer takes, the pool takes what the first layer gives.
TEST(FpgaConvNetPlan, LetsWidthsFollowTheNeighbours) {
  FpgaConvNetConfig c;
  c.nodes["first"] = folded(4, 3, 9);
  const FpgaConvNetPlan p = plan(c, graph());
  EXPECT_EQ(edge(p.pipeline, "source_to_first").shape.streams, 4);
  EXPECT_EQ(edge(p.pipeline, "first_to_pool").shape.streams, 3);
  EXPECT_EQ(edge(p.pipeline, "pool_squeeze_wide_to_wide").shape.streams, 1);
  ASSERT_EQ(p.pipeline.nodes[1].name, "first");
  EXPECT_EQ(p.designs[1].multipliers(), 4 * 3 * 9);
}

TEST(FpgaConvNetPlan, TakesTheMostStreamsThatDivideTheInputsOfAConcat) {
  const MapShape both{4, 4, 10};
  Layer concat;
  concat.name = "both";
  concat.kind = LayerKind::concat;
  concat.inputs = {0, 1};
  concat.shape.input = concat.shape.output = both;
  LayerGraph g;
  g.input = {4, 4, 2};
  g.layers = {conv("six", 4, 2, 6, 1), conv("four", 4, 2, 4, 1), concat};
  FpgaConvNetConfig c;
  c.nodes["six"] = folded(1, 6, 1);
  c.nodes["four"] = folded(1, 2, 1);
  EXPECT_EQ(edge(plan(c, g).pipeline, "both_to_sink").shape.streams, 2);  // 6 at most, which divide 6 and 4
}

TEST(FpgaConvNetPlan, BuildsDenseEnginesForWindowsThatNoCrossbarTakes) {
  FpgaConvNetConfig c;
  c.engine = DotEngine::crossbar;
  c.skip_zero_windows = true;
  const FpgaConvNetPlan p = plan(c, graph());
  ASSERT_EQ(p.pipeline.nodes[1].name, "first");
  EXPECT_EQ(p.designs[1].engine, DotEngine::crossbar);
  EXPECT_TRUE(p.designs[1].skip_zero_window);
  ASSERT_EQ(p.pipeline.nodes[3].name, "wide");
  EXPECT_EQ(p.designs[3].engine, DotEngine::dense);
  EXPECT_FALSE(p.designs[3].skip_zero_window);
  EXPECT_THAT(p.notes, ElementsAre("wide: dense engines, its windows have 121 operands and a crossbar engine takes up "
                                   "to 64"));
}

TEST(FpgaConvNetPlan, GivesAFifoTheDepthThatNamesIt) {
  FpgaConvNetConfig c;
  c.fifo_depth = 5;
  c.burst_fifos = false;
  c.fifo_depths["first_to_pool"] = 77;
  const Pipeline p = plan(c, graph()).pipeline;
  EXPECT_EQ(edge(p, "first_to_pool").depth, 77u);
  EXPECT_EQ(edge(p, "source_to_first").depth, 5u);
}

// The first has 1 x 2 results of a pixel behind it (6 filters, 3 at a time) and, at stride 1, all of a row while it
// works on the one before it: nothing before it. The pool, at stride 2, takes a row of 24 pixels of 2 words while it
// gives none: half of two rows. The wide one has 2 results a pixel behind it, and stride 1 again. Between the pool and
// the wide one stands a squeeze, which needs nothing.
TEST(FpgaConvNetPlan, GivesBurstsRoom) {
  FpgaConvNetConfig c;
  c.nodes["first"] = folded(4, 3, 9);
  const auto room = [&](const char* name) {
    c.burst_fifos = true;
    const std::size_t with = edge(plan(c, graph()).pipeline, name).depth;
    c.burst_fifos = false;
    return with - edge(plan(c, graph()).pipeline, name).depth;
  };
  EXPECT_EQ(room("source_to_first"), 0u);
  EXPECT_EQ(room("first_to_pool"), 2u + 24u);
  EXPECT_EQ(room("pool_to_pool_squeeze_wide"), 0u);
  EXPECT_EQ(room("pool_squeeze_wide_to_wide"), 0u);
  EXPECT_EQ(room("wide_to_sink"), 2u);
}

// A node of one row of results has nothing to keep up with.
TEST(FpgaConvNetPlan, GivesNoRoomForRowsThatThereAreNot) {
  LayerGraph g;
  g.input = {8, 8, 2};
  g.layers = {conv("all", 8, 2, 3, 8, 8)};
  EXPECT_EQ(edge(plan({}, g).pipeline, "source_to_all").depth, 2u);
  EXPECT_EQ(edge(plan({}, g).pipeline, "all_to_sink").depth, 2u + 3u);
}

// The room comes on top of what a branch needs; what is named has the depth that names it.
TEST(FpgaConvNetPlan, GivesNoRoomToAFifoThatIsNamed) {
  FpgaConvNetConfig c;
  c.fifo_depths["first_to_pool"] = 7;
  EXPECT_EQ(edge(plan(c, graph()).pipeline, "first_to_pool").depth, 7u);
}

}  // namespace
}  // namespace sparsim
