#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "models/finn/config.h"
#include "sim/config/accelerator.h"
#include "sim/sweep/child.h"
#include "sim/workload/network_yaml.h"
#include "tests/support/accelerator_text.h"
#include "tests/support/plain_workload.h"

namespace sparsim {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::Not;

struct TfcText : AcceleratorText {
  TfcText() : AcceleratorText("finn-tfc-w1a1-pynq") {}
};

LayerGraph network(const std::string& name) {
  return load_network(SPARSIM_SOURCE_DIR "/configs/networks/" + name + ".yaml").graph;
}

Accelerator shipped(const std::string& name, const LayerGraph& graph) {
  return load_accelerator(SPARSIM_SOURCE_DIR "/configs/accelerators/" + name + ".yaml", {}, &graph);
}

/// Of each layer the cycles an image that the facts of a design name; the longest of all.
double longest_cycles(const Design& design) {
  double longest = 0;
  for (const LayerFacts& layer : design.facts(1))
    for (const Fact& fact : layer.facts)
      if (fact.unit == "cycles") longest = std::max(longest, fact.value);
  return longest;
}

struct Published {
  const char *accelerator, *network;
  double interval;  // published/README.md
};
void PrintTo(const Published& row, std::ostream* os) { *os << row.accelerator; }

class FinnInterval : public testing::TestWithParam<Published> {};

// The slowest unit of each network, and none of its windows or pools is slower.
TEST_P(FinnInterval, IsThatOfTheFolding) {
  const LayerGraph graph = network(GetParam().network);
  const PlainWorkload workload(graph);
  EXPECT_EQ(longest_cycles(shipped(GetParam().accelerator, graph).design(workload)), GetParam().interval);
}

INSTANTIATE_TEST_SUITE_P(Each, FinnInterval,
                         testing::Values(Published{"finn-cnv-w1a1-pynq", "cnv-w1a1", 32'768},
                                         Published{"finn-cnv-w1a1-arty", "cnv-w1a1", 32'768},
                                         Published{"finn-tfc-w1a1-pynq", "tfc-w1a1", 64},
                                         Published{"finn-kws-mlp-w3a3-pynq", "kws-mlp-w3a3", 392},
                                         Published{"finn-mobilenet-v1-u250", "mobilenet-v1", 112'896}));

TEST(FinnReader, FoldingAutoIsForTheNetworksOfItsFiles) {
  const LayerGraph mobilenet = network("mobilenet-v1"), resnet = network("resnet-50");
  EXPECT_EQ(shipped("finn-mobilenet-u280", mobilenet).clock_mhz, 144);
  EXPECT_EQ(shipped("finn-resnet-50-u280", resnet).clock_mhz, 135);
}

// conv0 multiplies bytes of the image by 1-bit weights; of fc2 the sums leave, 16 bits each.
TEST(FinnReader, BuildsWhatTheFileSays) {
  const LayerGraph graph = network("cnv-w1a1");
  const Accelerator a = shipped("finn-cnv-w1a1-pynq", graph);
  EXPECT_EQ(a.architecture, "finn");
  EXPECT_EQ(a.word, "W1A1");
  EXPECT_DOUBLE_EQ(a.clock_mhz, 100);
  EXPECT_EQ(a.finn->host_io.start_cycles, 96'000);
  EXPECT_EQ(a.resolved["bits"]["image"], 8);
  EXPECT_EQ(a.resolved["nodes"]["conv0"]["pe"], 16);
  const PlainWorkload workload(graph);
  const Design design = a.design(workload);
  const std::vector<LayerFacts> facts = design.facts(1);
  EXPECT_EQ(facts[0].built, "MVAU, PE 16 x SIMD 3, 1 x 8 bits");
  EXPECT_EQ(facts[1].built, "MVAU, PE 32 x SIMD 32, 1 x 1 bits");
  EXPECT_FALSE(design.resource_bill.empty());
  EXPECT_TRUE(design.elaborate);
  EXPECT_TRUE(design.chosen.empty());
}

// 784 bytes of an image, 49 at a time, and 64 bits of the first layer's results, 16 at a time.
TEST(FinnReader, OffersItsFifos) {
  const LayerGraph graph = network("tfc-w1a1");
  const PlainWorkload workload(graph);
  const std::vector<FifoDesign> fifos = shipped("finn-tfc-w1a1-pynq", graph).design(workload).fifos;
  ASSERT_FALSE(fifos.empty());
  EXPECT_EQ(fifos[0].name, "source_to_fc0");
  EXPECT_EQ(fifos[0].bits, 49 * 8);
  EXPECT_EQ(fifos[0].words, 784 / 49);
  const auto behind = std::find_if(fifos.begin(), fifos.end(), [](const FifoDesign& f) { return f.bits == 16; });
  ASSERT_NE(behind, fifos.end());
  EXPECT_EQ(behind->words, 64 / 16);
}

TEST(FinnReader, ReportsAllThatIsWrongWithAFileAtOnce) {
  TfcText text;
  text.replace("  depth: {value: 2,", "  depth: {value: 0,")
      .replace("weights: {value: 1,", "weights: {value: 9,")
      .replace("multipliers: auto", "multipliers: dsps")
      .replace("  fc1: {pe: 8, simd: 8}", "  fc1: {pe: 0, smd: 8}");
  EXPECT_THAT(error_of([&] { text.load(); }),
              AllOf(HasSubstr(text.at("weights: {value: 9") + "bits.weights: 9: must be 1..8"),
                    HasSubstr(text.at("multipliers: dsps") +
                              "multipliers: 'dsps': must be one of auto, lut, dsp; did you mean 'dsp'?"),
                    HasSubstr(text.at("depth: {value: 0") + "fifos.depth: 0: must be 1..16777216"),
                    HasSubstr(text.at("pe: 0") + "nodes.fc1.pe: 0: must be 1..1048576"),
                    HasSubstr(text.at("pe: 0") + "nodes.fc1.smd: unknown key; did you mean 'simd'?")));
}

TEST(FinnReader, ReportsAllThatIsWrongForANetworkAtOnceWithItsPlaceInTheFile) {
  TfcText text;
  text.replace("  fc1: {pe: 8, simd: 8}", "  fc1:\n    pe: 7\n    simd: 6")
      .replace("  fc2: {pe: 8, simd: 8}", "  fcx: {pe: 8, simd: 8}");
  const LayerGraph graph = network("tfc-w1a1");
  EXPECT_EQ(error_of([&] { text.load(&graph); }),
            text.at("  fcx:") + "nodes.fcx: network tfc-w1a1 has no such layer; did you mean 'fc0'?\n" +  //
                text.at("pe: 7") + "nodes.fc1.pe = 7: must divide the 64 filters\n" +                     //
                text.at("simd: 6") + "nodes.fc1.simd = 6: must divide the 64 input channels");
}

TEST(FinnReader, KnowsItsFifos) {
  TfcText text;
  text.replace("  branches: true\n", "  branches: true\n  depths:\n    fc1_to_fc3: 64\n    fc0_to_fc4: 8\n");
  const LayerGraph graph = network("tfc-w1a1");
  EXPECT_THAT(error_of([&] { text.load(&graph); }),
              AllOf(HasSubstr(text.at("fc0_to_fc4") + "fifos.depths.fc0_to_fc4: the pipeline has no such FIFO"),
                    HasSubstr(text.at("fc1_to_fc3") + "fifos.depths.fc1_to_fc3: the pipeline has no such FIFO")));
}

TEST(FinnReader, RefusesFactorsBesideAFoldingThatBringsItsOwn) {
  TfcText text;
  text.replace("folding: nodes", "folding: auto");
  EXPECT_THAT(error_of([&] { text.load(); }),
              AllOf(HasSubstr(text.at("  fc0: {pe: 16") + "nodes.fc0.pe: `folding` has the factors come from"),
                    HasSubstr("nodes.fc3.simd: `folding` has the factors come from elsewhere; must be left out"),
                    Not(HasSubstr("unknown key"))));
}

TEST(FinnReader, FoldsForTheNetworkAndSaysWhatItChose) {
  TfcText text;
  text.replace("folding: nodes", "folding: auto")
      .replace("  fc0: {pe: 16, simd: 49}", "  fc0: {weights: lut}")
      .replace("  fc1: {pe: 8, simd: 8}\n", "")
      .replace("  fc2: {pe: 8, simd: 8}\n", "")
      .replace("  fc3: {pe: 10, simd: 8}\n", "");
  const PlainWorkload workload(network("tfc-w1a1"));
  const Design design = text.load().design(workload);
  EXPECT_THAT(design.notes, testing::Contains(HasSubstr("folded for this network and PYNQ-Z2: ")));
  EXPECT_EQ(design.chosen["folding"], "nodes");
  for (const char* layer : {"fc0", "fc1", "fc2", "fc3"}) {
    EXPECT_GE(design.chosen["nodes"][layer]["pe"], 1) << layer;
    EXPECT_GE(design.chosen["nodes"][layer]["simd"], 1) << layer;
  }
}

TEST(FinnReader, TakesItsFactorsFromAFoldingFile) {
  const TemporaryDirectory directory;
  const std::string json = directory.file("f.json");
  write_file(json, R"({"MVAU_hls_0": {"PE": 4, "SIMD": 49}, "MVAU_hls_3": {"PE": 10, "SIMD": 8}})");
  TfcText text;
  text.replace("folding: nodes", "folding: " + json)
      .replace("  fc0: {pe: 16, simd: 49}", "  fc0: {weights: lut}")
      .replace("  fc1: {pe: 8, simd: 8}\n", "")
      .replace("  fc2: {pe: 8, simd: 8}\n", "")
      .replace("  fc3: {pe: 10, simd: 8}\n", "");
  const PlainWorkload workload(network("tfc-w1a1"));
  const Design design = text.load().design(workload);
  EXPECT_EQ(design.chosen["nodes"]["fc0"]["pe"], 4);
  EXPECT_EQ(design.chosen["nodes"]["fc1"]["pe"], 1);  // not in it
  EXPECT_EQ(longest_cycles(design), 64 * 64);         // fc1 and fc2, an operand a cycle
  write_file(json, R"({"MVAU_hls_0": {"PE": 5}})");
  EXPECT_EQ(error_of([&] { text.load().design(workload); }),
            json + ": MVAU_hls_0: nodes.fc0.pe = 5: must divide the 64 filters");
}

TEST(FinnReader, HasNoCrossbarAndNoReduction) {
  const LayerGraph graph = network("tfc-w1a1");
  const PlainWorkload workload(graph);
  const Design design = shipped("finn-tfc-w1a1-pynq", graph).design(workload);
  RunOptions crossbar, reduction;
  crossbar.crossbar = reduction.reduction = "step";
  EXPECT_EQ(error_of([&] { design.elaborate(crossbar); }), "--crossbar step: architecture finn has no crossbar");
  EXPECT_EQ(error_of([&] { design.elaborate(reduction); }),
            "--reduction step: architecture finn has no input reduction");
}

}  // namespace
}  // namespace sparsim
