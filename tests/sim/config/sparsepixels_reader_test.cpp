#include <fmt/format.h>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <vector>

#include "models/core/error.h"
#include "sim/config/accelerator.h"
#include "sim/output_file.h"
#include "tests/models/sparsepixels/pixel_graph.h"

namespace sparsim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::StartsWith;

const std::string kSparse = SPARSIM_SOURCE_DIR "/configs/accelerators/sparsepixels-microboone-16.yaml";
const std::string kCascade = SPARSIM_SOURCE_DIR "/configs/accelerators/sparsepixels-cascade.yaml";
const std::string kDense = SPARSIM_SOURCE_DIR "/configs/accelerators/sparsepixels-microboone-dense.yaml";

Accelerator load(const std::string& file, const std::vector<std::string>& set, const LayerGraph* network = nullptr) {
  std::vector<Override> overrides;
  for (const std::string& assignment : set) overrides.push_back(Override::parse(assignment));
  return load_accelerator(file, overrides, network);
}

/// What is wrong with MicroBooNE's network on the accelerator.
std::string error_of(const std::string& file, const std::vector<std::string>& set) {
  const LayerGraph network = microboone();
  try {
    load(file, set, &network);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

/// The same of one assignment to the sparse design; what stands behind it.
std::string error_of(const std::string& assignment) {
  const std::string error = error_of(kSparse, {assignment}), place = "--set " + assignment + ": ";
  return error.compare(0, place.size(), place) == 0 ? error.substr(place.size()) : error;
}

/// "file:line: " of the first line that begins with this.
std::string at(const std::string& file, const std::string& words) {
  const std::string text = read_file(file, 1 << 20);
  const std::size_t found = text.find("\n" + words);
  EXPECT_NE(found, std::string::npos) << words;
  const auto before = text.begin() + static_cast<std::ptrdiff_t>(found);
  return fmt::format("{}:{}: ", file, 2 + std::count(text.begin(), before, '\n'));
}

constexpr char kFormats[] =
    " is no fixed-point format: must be ap_fixed<W,I> or ap_ufixed<W,I> without spaces, W 1..32, I 0..W";

TEST(SparsePixelsReader, ReadsTheShippedFiles) {
  for (const std::string& file : {kSparse, kDense}) {
    const LayerGraph network = microboone();
    const Accelerator a = load(file, {}, &network);
    EXPECT_EQ(a.architecture, "sparsepixels");
    EXPECT_EQ(a.clock_mhz, 200);
    EXPECT_EQ(a.format, WordFormat::int8);
    EXPECT_TRUE(a.network_has_resources);
    EXPECT_THAT(a.network_problems(network), IsEmpty());
  }
}

// 8 bits are one byte, whatever stands before the binary point; one more are two.
TEST(SparsePixelsReader, TakesTheWordFromTheWeights) {
  EXPECT_EQ(load(kSparse, {"types.weights=ap_fixed<9,3>"}).format, WordFormat::int16);
  EXPECT_EQ(load(kSparse, {"types.weights=ap_fixed<4,3>"}).format, WordFormat::int8);
}

// A convolution has n_max^2 multipliers for each pair of channels, a DSP each at 16 bits: 4 * 4 * (1 * 1 + 1 * 3).
TEST(SparsePixelsReader, BillsTheNetwork) {
  const PlainWorkload workload(microboone());
  const Accelerator a = load(kSparse, {"n_max=4", "types.weights=ap_fixed<16,3>", "types.activations=ap_ufixed<16,2>",
                                       "types.input=ap_ufixed<16,1>"});
  double dsp = 0;
  for (const ResourceItem& item : a.design(workload).resource_bill)
    if (item.part == "conv1" || item.part == "conv2") dsp += item.need.dsp;
  EXPECT_EQ(dsp, 64);
}

TEST(SparsePixelsReader, BoundsThePixelsThatAreKept) {
  EXPECT_EQ(error_of("n_max=0"), "0: must be 1..4096");
  EXPECT_EQ(error_of("n_max=-1"), "-1: must be 1..4096");
  EXPECT_EQ(error_of("n_max=4097"), "4097: must be 1..4096");
}

TEST(SparsePixelsReader, KeepsNoMorePixelsThanTheNetworkHas) {
  const LayerGraph small = PixelGraph({3, 3, 1}).convolution("first", 3, 2).graph();
  EXPECT_THAT(load(kCascade, {"n_max=9"}).network_problems(small), IsEmpty());
  EXPECT_THAT(load(kCascade, {"n_max=10"}).network_problems(small),
              ElementsAre("--set n_max=10: n_max = 10: net has 9 pixels, must be 1..9"));
}

TEST(SparsePixelsReader, RefusesFormatsThatThereAreNot) {
  for (const char* format : {"ap_fixed<8,9>", "ap_fixed<0,0>", "ap_fixed<33,1>", "ap_fixed<8>", "ap_fixed<8, 3>",
                             "ap_int<8>", "fixed<8,3>", "ap_fixed<8,-1>", "ap_fixed<8,3", "8"})
    for (const char* key : {"input", "weights", "activations", "pools"})
      EXPECT_EQ(error_of("types." + std::string(key) + "=" + format), fmt::format("'{}'{}", format, kFormats)) << key;
}

TEST(SparsePixelsReader, RefusesSignedActivations) {
  for (const char* key : {"activations", "pools"})
    EXPECT_EQ(error_of("types." + std::string(key) + "=ap_fixed<8,2>"),
              "ap_fixed<8,2>: must be unsigned, as behind a ReLU");
  EXPECT_EQ(error_of("types.input=ap_fixed<8,2>"), "no error");
  EXPECT_EQ(error_of("types.weights=ap_ufixed<8,2>"), "no error");
}

TEST(SparsePixelsReader, RefusesUnknownKeysAndChoices) {
  EXPECT_EQ(error_of("n_mx=8"), "unknown key; did you mean 'n_max'?");
  EXPECT_EQ(error_of("types.weight=ap_fixed<8,3>"), "unknown key; did you mean 'weights'?");
  EXPECT_EQ(error_of("sums=treee"), "'treee': must be one of chain, tree; did you mean 'tree'?");
  EXPECT_EQ(error_of("sites=all"), "'all': must be one of nonzero, kept");
  EXPECT_EQ(error_of("images=stream"), "'stream': must be one of streamed, one_at_a_time; did you mean 'streamed'?");
  EXPECT_EQ(error_of("early_exit=1"), "'1' where true or false is expected");
  EXPECT_EQ(error_of("flatten_unroll=0"), "0: must be 1..1048576");
  EXPECT_EQ(error_of("levels_per_cycle=0"), "0: must be 1..64");
  EXPECT_EQ(error_of("threshold=-0.5"), "-0.5: must be 0..1000000");
}

// They would change nothing in the dense baseline.
TEST(SparsePixelsReader, RefusesKeysOfListsBesideAllPixels) {
  const std::string error = error_of(kSparse, {"pixels=all"});
  for (const char* key : {"n_max", "threshold", "sites", "sums", "flatten_unroll"})
    EXPECT_THAT(error, HasSubstr(at(kSparse, key) + key + ": unknown key; allowed: architecture, board"));
  EXPECT_THAT(error_of(kDense, {"n_max=16"}), StartsWith("--set n_max=16: unknown key"));
}

TEST(SparsePixelsReader, ReusesMultipliersOfLayersThatThereAre) {
  EXPECT_EQ(error_of("reuse.conv3=2"), "reuse.conv3: net has no convolution or dense layer of that name");
  EXPECT_EQ(error_of("reuse.relu1=2"), "reuse.relu1: net has no convolution or dense layer of that name");
  EXPECT_EQ(error_of("reuse.conv1=0"), "0: must be 1..1048576");
}

// A convolution at most once a slot, a dense layer once an input: 9 * 9 * 3.
TEST(SparsePixelsReader, ReusesThemNoOftenerThanThereIsWork) {
  EXPECT_EQ(error_of("reuse.conv1=16"), "no error");
  EXPECT_EQ(error_of("reuse.conv1=17"), "reuse.conv1 = 17: must be 1..16, the slots");
  EXPECT_EQ(error_of("reuse.dense1=243"), "no error");
  EXPECT_EQ(error_of("reuse.dense1=244"), "reuse.dense1 = 244: must be 1..243, the inputs");
}

TEST(SparsePixelsReader, TellsAllProblemsAtOnceWithTheirPlaces) {
  const std::string error = error_of(
      kSparse, {"n_max=8", "reuse.conv1=9", "types.activations=ap_fixed<8,2>", "types.pools=ap<3>", "flaten_unroll=2"});
  for (const char* line : {"--set reuse.conv1=9: reuse.conv1 = 9: must be 1..8, the slots",
                           "--set types.activations=ap_fixed<8,2>: ap_fixed<8,2>: must be unsigned, as behind a ReLU",
                           "--set types.pools=ap<3>: 'ap<3>' is no fixed-point format",
                           "--set flaten_unroll=2: unknown key; did you mean 'flatten_unroll'?"})
    EXPECT_THAT(error, HasSubstr(line));
  EXPECT_EQ(std::count(error.begin(), error.end(), '\n'), 3) << error;
}

// Of the file's own keys, with the lines that they stand in.
TEST(SparsePixelsReader, TellsTheLinesOfTheFile) {
  LayerGraph small = PixelGraph({3, 3, 1}).convolution("first", 3, 2).graph();
  try {
    load(kSparse, {}, &small);
    FAIL();
  } catch (const InputError& error) {
    const std::string text = error.what();
    EXPECT_THAT(text, HasSubstr(at(kSparse, "n_max") + "n_max = 16: net has 9 pixels, must be 1..9"));
    for (const char* layer : {"conv1", "conv2", "dense1"})
      EXPECT_THAT(text, HasSubstr(at(kSparse, "reuse") + "reuse." + layer + ": net has no convolution or dense layer"));
  }
}

// Known by the network alone, so the file is told.
TEST(SparsePixelsReader, NamesTheLayerThatListsCannotCarry) {
  const LayerGraph even = PixelGraph({63, 63, 1}).convolution("conv1", 4, 1).graph();
  EXPECT_THAT(load(kCascade, {}).network_problems(even),
              ElementsAre(kCascade + ": net: layer conv1: an even kernel of 4: must be odd, centred on its pixel"));
}

}  // namespace
}  // namespace sparsim
