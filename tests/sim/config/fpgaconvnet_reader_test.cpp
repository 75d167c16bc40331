#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "sim/config/accelerator.h"
#include "tests/support/accelerator_text.h"
#include "tests/support/plain_workload.h"

namespace sparsim {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

struct DenseText : AcceleratorText {
  DenseText() : AcceleratorText("fpgaconvnet-dense-zedboard") {}
};

// conv 3x3 from 4 to 6 channels, max pool 2x2.
LayerGraph graph() {
  LayerGraph g;
  g.name = "small";
  g.input = {8, 8, 4};
  Layer pool = conv("pool", 8, 6, 6, 2, 2);
  pool.kind = LayerKind::max_pool;
  pool.inputs = {0};
  g.layers = {conv("first", 8, 4, 6, 3, 1, 1), pool};
  return g;
}

TEST(FpgaConvNetReader, BuildsWhatTheFileSays) {
  DenseText text;
  text.replace("folding: auto",
               "folding: nodes\n"
               "nodes:\n"
               "  first: {coarse_in: 2, coarse_out: 3, fine: 9}\n"
               "  pool: {coarse: 2}\n");
  const Accelerator a = text.load();
  EXPECT_EQ(a.architecture, "fpgaconvnet");
  EXPECT_EQ(a.format, WordFormat::int16);
  EXPECT_DOUBLE_EQ(a.clock_mhz, 142.857);
  EXPECT_TRUE(a.network_has_resources);
  const PlainWorkload workload(graph());
  const Design design = a.design(workload);
  EXPECT_EQ(total(design.resource_bill).dsp, 2 * 3 * 9);  // a multiplier is a DSP48E1
  EXPECT_TRUE(design.elaborate);
}

TEST(FpgaConvNetReader, FoldsForTheTraceAndSaysSo) {
  const PlainWorkload workload(graph());
  const Design design = DenseText().load().design(workload);
  EXPECT_THAT(design.notes, testing::Contains(HasSubstr("folded for this trace and Zedboard")));
  EXPECT_GT(total(design.resource_bill).dsp, 1);
  EXPECT_LE(total(design.resource_bill).dsp, 220);  // XC7Z020
}

TEST(FpgaConvNetReader, ReportsAllThatIsWrongWithAFileAtOnce) {
  DenseText text;
  text.replace("  depth: {value: 32,", "  depth: {value: 0,")
      .replace("folding: auto",
               "folding: nodes\n"
               "deals: snake\n"
               "nodes:\n"
               "  first: {coarse_in: 0, engine: sparse, widow_depth: 3}\n");
  EXPECT_THAT(error_of([&] { text.load(); }),
              AllOf(HasSubstr(text.at("depth: {value: 0") + "fifos.depth: 0: must be 1..16777216"),
                    HasSubstr(text.at("coarse_in: 0") + "nodes.first.coarse_in: 0: must be 1..1048576"),
                    HasSubstr(text.at("coarse_in: 0") + "nodes.first.engine: 'sparse'"),
                    HasSubstr("nodes.first.widow_depth: unknown key; did you mean 'window_depth'?"),
                    HasSubstr(text.at("deals:") + "deals: unknown key; did you mean 'deal'?")));
}

TEST(FpgaConvNetReader, ReportsAllThatIsWrongForANetworkAtOnceWithItsPlaceInTheFile) {
  DenseText text;
  text.replace("  branches: true\n",
               "  branches: true\n"
               "  depths:\n"
               "    first_to_last: 7\n")
      .replace("folding: auto",
               "folding: nodes\n"
               "nodes:\n"
               "  first:\n"
               "    coarse_in: 3\n"
               "    coarse_out: 12\n"
               "    fine: 10\n"
               "  pool: {coarse: 4}\n"
               "  frist: {coarse_in: 2}\n");
  const Accelerator a = text.load();
  LayerGraph network = graph();
  Layer norm = network.layers[1];
  norm.name = "norm";
  norm.kind = LayerKind::normalization;
  norm.inputs = {1};
  norm.shape = {};
  norm.shape.input = norm.shape.output = network.layers[1].shape.output;
  const std::string in_file =
      text.at("  frist:") + "nodes.frist: network small has no such layer; did you mean 'first'?\n" +  //
      text.at("coarse_in: 3") + "nodes.first.coarse_in = 3: must divide the 4 input channels of a group\n" +
      text.at("coarse_out: 12") + "nodes.first.coarse_out = 12: must divide the 6 filters of a group\n" +
      text.at("fine: 10") + "nodes.first.fine = 10: must be 1..9, the operands of a window\n" + text.at("  pool:") +
      "nodes.pool.coarse = 4: must divide the 6 channels";
  const PlainWorkload workload(network);
  EXPECT_THAT(error_of([&] { a.design(workload); }),
              AllOf(HasSubstr(in_file), HasSubstr(text.at("first_to_last") + "fifos.depths.first_to_last: ")));
  network.layers.push_back(norm);
  const PlainWorkload unsupported(network);
  EXPECT_THAT(error_of([&] { a.design(unsupported); }),
              AllOf(HasSubstr("layer 'norm' (normalization): streams cannot carry it"),
                    HasSubstr("nodes.first.fine = 10"), HasSubstr("nodes.frist")));
}

// A 1x1 layer: no RTL stands for factors of 1, which are those of a layer that is left out, but for clusters of 4.
TEST(FpgaConvNetReader, HoldsCrossbarsToThoseThatWereBuilt) {
  LayerGraph network = graph();
  network.layers.push_back(conv("pointwise", 4, 6, 4, 1));
  network.layers.back().inputs = {1};
  network.layers[0].shape.output.channels = network.layers[1].shape.input.channels =
      network.layers[1].shape.output.channels = network.layers[2].shape.input.channels = 8;
  const PlainWorkload workload(network);
  DenseText left_out;
  left_out.replace("folding: auto", "folding: nodes\ncrossbars: built");
  left_out.replace("engine: {value: dense", "engine: {value: crossbar");
  EXPECT_THAT(error_of([&] { left_out.load().design(workload); }),
              HasSubstr("nodes.pointwise.fine = 1: no RTL was built for a crossbar of 1x1"));
  DenseText folded;
  folded.replace("folding: auto", "folding: auto\ncrossbars: built\nnodes:\n  pointwise: {window_depth: 8}");
  folded.replace("engine: {value: dense", "engine: {value: crossbar");
  EXPECT_EQ(error_of([&] { folded.load().design(workload); }), "no error");
}

TEST(FpgaConvNetReader, RefusesFactorsBesideAFoldingThatBringsItsOwn) {
  DenseText text;
  text.replace("folding: auto",
               "folding: auto\n"
               "nodes:\n"
               "  first: {coarse_in: 2, window_depth: 8}\n");
  EXPECT_THAT(error_of([&] { text.load(); }),
              AllOf(HasSubstr(text.at("coarse_in: 2") + "nodes.first.coarse_in: "), HasSubstr("must be left out"),
                    Not(HasSubstr("nodes.first.window_depth"))));
}

TEST(FpgaConvNetReader, NamesTheFoldingsThatThereAre) {
  DenseText text;
  text.replace("folding: auto", "folding: manual");
  EXPECT_THAT(error_of([&] { text.load(); }),
              HasSubstr("folding: 'manual': must be auto, nodes, or a file of factors"));
  DenseText json;
  json.replace("folding: auto", "folding: nowhere.json");
  EXPECT_THAT(error_of([&] { json.load(); }), HasSubstr("nowhere.json: there is no such file"));
}

}  // namespace
}  // namespace sparsim
