// `sparsim cosim --block bcr_mvau` as a user runs it.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>

#include "sim/workload/trace.h"
#include "tests/sim/workload/scratch_directory.h"
#include "tests/support/cosim_outcome.h"
#include "tests/support/drawn_blocks.h"

namespace sparsim {
namespace {

using testing::HasSubstr;
using testing::Not;

CosimOutcome cosim(const std::vector<std::string>& options) { return cosim_block("bcr_mvau", options); }

std::vector<std::int16_t> drawn_bytes(std::size_t count, Random& random, const BitMask& mask = BitMask()) {
  const std::vector<std::int64_t> numbers = drawn_numbers(count, 8, random, mask);
  return {numbers.begin(), numbers.end()};
}

/// A convolution of 3x3 over 5x5x8 to 16 filters, of 72 columns, in blocks of 4x8; a dense layer of 600 filters of 400
/// columns in blocks of 4x16, reordered; one of 10 that was not pruned.
LayerGraph pruned_graph(int value_bits, Random& random) {
  LayerGraph graph;
  graph.name = "pruned";
  graph.value_bits = value_bits;
  graph.input = {5, 5, 8};
  Layer conv = drawn_blocks(16, 72, {4, 8, false}, 0.5, true, random);
  conv.name = "conv";
  conv.kind = LayerKind::convolution;
  conv.inputs = {Layer::kNetworkInput};
  conv.shape.input = {5, 5, 8};
  conv.shape.output = {5, 5, 16};
  conv.shape.kernel_h = conv.shape.kernel_w = 3;
  conv.shape.pad_top = conv.shape.pad_left = conv.shape.pad_bottom = conv.shape.pad_right = 1;
  Layer dense = drawn_blocks(600, 400, {4, 16, true}, 0.5, true, random);
  dense.name = "dense";
  dense.inputs = {0};
  Layer last;
  last.name = "last";
  last.kind = LayerKind::dense;
  last.inputs = {1};
  last.shape = WindowShape::dense(600, 10);
  graph.layers = {conv, dense, last};
  return graph;
}

class CosimBcr : public testing::Test {
 protected:
  /// The convolution with weights and values where they are quantised, the others with neither.
  std::string trace(int value_bits) {
    Random random(9, 0);
    const LayerGraph graph = pruned_graph(value_bits, random);
    TraceWriter writer(directory_ / "pruned.h5", graph, {});
    TraceImage image;
    image.name = "drawn";
    for (const Layer& layer : graph.layers)
      image.inputs.push_back({BitMask(static_cast<std::size_t>(layer.shape.input.elements()), true), {}, {}});
    if (value_bits != 0) {
      const BitMask& kept = graph.layers[0].weight_nonzero;
      writer.add_weights(0, {drawn_bytes(kept.size(), random, kept), 1});
      image.inputs[0].values = QuantizedTensor{drawn_bytes(image.inputs[0].nonzero.size(), random), 1};
    }
    writer.add(image);
    writer.commit();
    return directory_ / "pruned.h5";
  }

  ScratchDirectory directory_;
};

// 16 filters of 72 columns, of each 36 kept: 4 rows a PE of 18 words, all of which hold something of a block's 4
// columns or not; a vector has 18 words.
TEST_F(CosimBcr, RunsWeightsAndWindowsOfATrace) {
  const CosimOutcome outcome = cosim({"--trace", trace(8), "--vectors", "30", "--stall-probability", "0.3"});
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, HasSubstr("layer conv of pruned"));
  EXPECT_THAT(outcome.out, HasSubstr("blocks 4x8\n"));
  EXPECT_THAT(outcome.out, HasSubstr("weights of the trace, vectors of image 0"));
  EXPECT_THAT(outcome.out, HasSubstr("540 words taken, 120 output words"));  // 30 * 18, 30 * 4
  EXPECT_THAT(outcome.out, HasSubstr("480 dot products"));                   // 30 * 16
  EXPECT_THAT(outcome.out, HasSubstr("weights kept: 576 of 1152 (50.0 %)"));
  EXPECT_THAT(outcome.out, HasSubstr("with all weights kept: 72;"));
  EXPECT_THAT(outcome.out, Not(HasSubstr("cut:")));
}

// All 400 columns fit, and of 600 filters 64 a PE: 64 rows of 50 words are fewer than 4096 steps.
TEST_F(CosimBcr, SaysWhatWasCutAndWhatWasDrawn) {
  const CosimOutcome outcome =
      cosim({"--trace", trace(0), "--layer", "dense", "--pe", "8", "--simd", "8", "--vectors", "3", "--seed", "5"});
  EXPECT_EQ(outcome.error, "");
  EXPECT_EQ(outcome.status, 0);
  EXPECT_THAT(outcome.out, HasSubstr("8 PEs of 8 lanes that gather"));
  EXPECT_THAT(outcome.out, HasSubstr("blocks 4x16, reordered\n"));
  EXPECT_THAT(outcome.out, HasSubstr("cut: the first 512 of 600 filters\n"));
  EXPECT_THAT(outcome.out, HasSubstr("weights drawn, vectors drawn, seed 5"));
  EXPECT_THAT(outcome.out, HasSubstr("weights kept: 102400 of 204800 (50.0 %)"));
  // 200 kept columns side by side are 25 words of 8: half of what all are, every lane busy.
  EXPECT_THAT(outcome.out, HasSubstr("lanes busy in 100.0 % of the steps"));
  EXPECT_THAT(outcome.out, HasSubstr("cycles between two vectors: 1600; with all weights kept: 3200; 2.000 times"));
}

TEST_F(CosimBcr, CutsColumnsAndProgramsToo) {
  const CosimOutcome outcome =
      cosim({"--trace", trace(0), "--layer", "dense", "--pe", "3", "--simd", "2", "--vectors", "1"});
  // The table has no 3x2 of 8 bits: the message says of what size it would be. 128 words, 4096 / 128 rows.
  EXPECT_THAT(outcome.error, HasSubstr("3 PEs of 2 lanes that gather, 8 bits by weights of 8, 32 rows a PE, vectors of "
                                       "128 words"));
}

TEST_F(CosimBcr, WritesItsReport) {
  const std::string json = directory_ / "report.json";
  EXPECT_EQ(cosim({"--trace", trace(8), "--vectors", "5", "--json", json}).status, 0);
  const auto report = nlohmann::json::parse(std::ifstream(json));
  EXPECT_EQ(report["vectors"], 5);
  EXPECT_EQ(report["dot_products"], 5 * 16);
  EXPECT_EQ(report["predicted_cycles"], report["cycles"]);
}

TEST_F(CosimBcr, FindsEveryPlantedFault) {
  const std::string pruned = trace(8);
  for (const char* fault : {"flip", "drop", "repeat"}) {
    const CosimOutcome outcome = cosim({"--inject", fault, "--trace", pruned, "--vectors", "10"});
    EXPECT_EQ(outcome.status, 1) << fault;
    EXPECT_THAT(outcome.out, HasSubstr("vector 5: ")) << fault;  // in the middle
  }
}

TEST_F(CosimBcr, RefusesWhatItCannotRun) {
  const std::string pruned = trace(8);
  EXPECT_THAT(cosim({}).error, HasSubstr("--block bcr_mvau needs --trace"));
  EXPECT_THAT(cosim({"--trace", pruned, "--layer", "last"}).error,
              HasSubstr("--layer last: no layer of that name was pruned in blocks; there are conv, dense"));
  EXPECT_THAT(cosim({"--trace", pruned, "--layer", "dens"}).error, HasSubstr("dense"));
  EXPECT_THAT(cosim({"--trace", pruned, "--pe", "2"}).error, HasSubstr("no RTL was built for a bcr_mvau of 2 PEs"));
  EXPECT_THAT(cosim({"--trace", pruned, "--pe", "17"}).error, HasSubstr("16 filters of 72 columns are fewer than 17"));
  EXPECT_THAT(cosim({"--trace", pruned, "--image", "1"}).error, HasSubstr("the trace has 1 images"));
  EXPECT_THAT(cosim({"--trace", pruned, "--lanes", "3"}).error,
              HasSubstr("--lanes is not an option of --block bcr_mvau"));
  EXPECT_THAT(cosim({"--trace", pruned, "--slots", "3"}).error, HasSubstr("--slots is not an option"));
  EXPECT_THAT(cosim({"--trace", pruned, "--density", "0.3"}).error, HasSubstr("--density is not an option"));
  EXPECT_THAT(cosim({"--trace", std::string(SPARSIM_SOURCE_DIR) + "/traces/shapes.h5"}).error,
              HasSubstr("no layer of it was pruned in blocks (sparsim prune --bcr)"));
}

}  // namespace
}  // namespace sparsim
