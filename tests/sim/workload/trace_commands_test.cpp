#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>
#include <cstdio>
#include <cstdlib>
#include <nlohmann/json.hpp>

#include "models/core/error.h"
#include "sim/cli/inspect.h"
#include "sim/cli/synthesize.h"
#include "sim/output_file.h"
#include "sim/workload/sha256.h"
#include "tests/sim/workload/trace_example.h"

namespace sparsim {
namespace {

using nlohmann::json;
using testing::HasSubstr;

constexpr std::size_t kWhole = 1 << 24;

std::string output_of(const Command& command, const std::vector<std::string>& arguments) {
  testing::internal::CaptureStdout();
  EXPECT_EQ(run_command(command, arguments), 0);
  return testing::internal::GetCapturedStdout();
}

void synthesize(const std::string& into, const std::string& seed) {
  const std::string network = SPARSIM_SOURCE_DIR "/configs/networks/vgg-a-cifar10.yaml";
  output_of(synthesize_command(), {network, "--seed", seed, "--images", "2", "-o", into});
}

// The networks that have files of weights need none here.
TEST(SynthesizeCommand, DrawsANetworkOfActiveSites) {
  const ScratchDirectory scratch;
  const std::string text =
      output_of(synthesize_command(),
                {SPARSIM_SOURCE_DIR "/configs/networks/sparsepixels-jet.yaml", "--seed", "1", "-o", scratch / "a.h5"});
  EXPECT_THAT(text, HasSubstr("0 of the 4 densities stated are assumptions"));
  const Trace trace = Trace::open(scratch / "a.h5");
  EXPECT_TRUE(trace.graph().layers[0].active_sites);
  EXPECT_EQ(trace.nonzero(0, 0).count(), 14u);  // 0.00453 * 56^2 = 14.2
  EXPECT_TRUE(trace.pixels(0).empty());
}

// 28 x 28 x 64 values in front of the second layer, a quarter of them not zero, in every image to the value.
TEST(SynthesizeCommand, ChangesKeysOfTheNetwork) {
  const ScratchDirectory scratch;
  output_of(synthesize_command(), {SPARSIM_SOURCE_DIR "/configs/networks/conv-3x3.yaml", "--seed", "1", "--set",
                                   "density=0.25", "--set", "correlation=0.5", "-o", scratch / "a.h5"});
  const Trace trace = Trace::open(scratch / "a.h5");
  EXPECT_EQ(trace.nonzero(0, 2).count(), 28u * 28 * 64 / 4);
  EXPECT_EQ(trace.info().origin,
            "drawn from the shapes and densities of conv-3x3.yaml, correlation 0.5, density=0.25, correlation=0.5");
}

TEST(SynthesizeCommand, WritesTheSameFileForASeed) {
  const ScratchDirectory scratch;
  synthesize(scratch / "a.h5", "1");
  synthesize(scratch / "b.h5", "1");
  synthesize(scratch / "c.h5", "2");
  const std::string a = read_file(scratch / "a.h5", kWhole);
  EXPECT_TRUE(a == read_file(scratch / "b.h5", kWhole));
  EXPECT_FALSE(a == read_file(scratch / "c.h5", kWhole));
  const Trace trace = Trace::open(scratch / "a.h5");
  EXPECT_EQ(trace.images(), 2u);
  EXPECT_EQ(trace.info().seed, 1u);
  EXPECT_EQ(trace.info().source, "vgg-a-cifar10.yaml");
  EXPECT_EQ(trace.info().source_sha256.size(), 64u);
}

TEST(SynthesizeCommand, WantsASeed) {
  EXPECT_THROW(run_command(synthesize_command(), {"n.yaml", "-o", "t.h5"}), InputError);
  EXPECT_THROW(run_command(synthesize_command(), {"n.yaml", "-o", "t.h5", "--seed", "-1"}), InputError);
}

TEST(InspectCommand, ShowsAllAsJson) {
  const ScratchDirectory scratch;
  write_example(scratch / "t.h5");
  const json all = json::parse(output_of(inspect_command(), {scratch / "t.h5", "--json"}));
  EXPECT_EQ(all["network"], "example");
  EXPECT_EQ(all["images"], 2);
  EXPECT_EQ(all["labelled"], 2);
  EXPECT_EQ(all["top1_right"], 0);  // image 1 is of class 1 and taken for 7
  EXPECT_EQ(all["seed"], ~std::uint64_t{0});
  EXPECT_EQ(all["sha256"], sha256_of_file(scratch / "t.h5"));
  ASSERT_EQ(all["layers"].size(), 3u);
  const json& conv = all["layers"][0];
  EXPECT_EQ(conv["macs"], 4 * 2 * 5 * 27);  // 4x2 pixels, five filters of 3*3*3 weights
  // Four of 48 values, in both images.
  EXPECT_DOUBLE_EQ(conv["input_density"]["mean"], 4.0 / 48);
  EXPECT_DOUBLE_EQ(conv["weight_density"], 134.0 / 135);
  EXPECT_DOUBLE_EQ(conv["kept_filters"], 0.8);
  EXPECT_DOUBLE_EQ(conv["kept_channels"]["mean"], 2.0 / 3);
  // 4*2 pixels, 9 places of the window: filters 0 and 4 see channels 0 and 1, filter 1 sees channel 2; of those the
  // first image keeps 0 and 2, the second 1 and 2: three pairs either way.
  EXPECT_EQ(conv["macs_kept"], 8 * 9 * 3);
  EXPECT_FALSE(all["layers"][1].contains("input_density"));
  EXPECT_TRUE(all["layers"][2]["weight_density"].is_null());
  EXPECT_EQ(all["layers"][2]["macs_useful"], 2);  // one value of 40, two filters
}

TEST(InspectCommand, ShowsWhatFloatTracesHold) {
  const ScratchDirectory scratch;
  write_float_example(scratch / "f.h5");
  write_example(scratch / "t.h5");
  const json all = json::parse(output_of(inspect_command(), {scratch / "f.h5", "--json"}));
  EXPECT_EQ(all["pixels"], true);
  EXPECT_EQ(all["layers"][0]["active_sites"], true);
  EXPECT_EQ(all["layers"][0]["parameters"], true);
  EXPECT_EQ(all["layers"][1]["function"], "relu");
  EXPECT_EQ(all["layers"][2]["active_sites"], false);
  const json masks = json::parse(output_of(inspect_command(), {scratch / "t.h5", "--json"}));
  EXPECT_EQ(masks["pixels"], false);
  EXPECT_EQ(masks["layers"][0]["parameters"], false);
  EXPECT_FALSE(masks["layers"][1].contains("function"));

  const std::string text = output_of(inspect_command(), {scratch / "f.h5"});
  EXPECT_THAT(text, HasSubstr("  images: 2, with their pixels\n"));
  EXPECT_THAT(text, HasSubstr("convolution on active sites"));
  EXPECT_THAT(text, testing::Not(HasSubstr("activation")));  // but relu
  EXPECT_THAT(output_of(inspect_command(), {scratch / "t.h5"}), HasSubstr("  images: 2\n"));
}

TEST(InspectCommand, PrintsATable) {
  const ScratchDirectory scratch;
  write_example(scratch / "t.h5");
  const std::string text = output_of(inspect_command(), {scratch / "t.h5"});
  EXPECT_THAT(text, HasSubstr("example: Made up for a test.\n"));
  EXPECT_THAT(text, HasSubstr("  top-1: 0 of 2 labelled images right\n"));
  EXPECT_THAT(text, HasSubstr("features/conv 1"));
  EXPECT_THAT(text, HasSubstr("1160 MACs an image"));  // 1080 + 80
}

std::string output_of_shell(const std::string& command) {
  std::string output;
  std::FILE* pipe = popen(command.c_str(), "r");
  std::array<char, 4096> buffer;
  while (const std::size_t count = std::fread(buffer.data(), 1, buffer.size(), pipe))
    output.append(buffer.data(), count);
  EXPECT_EQ(pclose(pipe), 0) << command;
  return output;
}

TEST(ReadTraceScript, AgreesWithInspect) {
  if (std::system("/usr/bin/python3 -c 'import h5py, numpy' 2>/dev/null") != 0)
    GTEST_SKIP() << "/usr/bin/python3 has no h5py or numpy: install python3-h5py";
  const ScratchDirectory scratch;
  const std::string network = SPARSIM_SOURCE_DIR "/configs/networks/alexnet-grouped.yaml";  // has weight densities
  output_of(synthesize_command(), {network, "--seed", "1", "-o", scratch / "grouped.h5"});
  synthesize(scratch / "vgg.h5", "1");
  for (const char* name : {"grouped.h5", "vgg.h5"}) {
    const json ours = json::parse(output_of(inspect_command(), {scratch / name, "--json"}));
    const json theirs =
        json::parse(output_of_shell(SPARSIM_SOURCE_DIR "/scripts/read_trace.py --json " + (scratch / name)));
    std::size_t position = 0;
    for (const json& layer : ours["layers"]) {
      if (!layer.contains("input_density")) continue;
      const json& other = theirs.at(position++);
      EXPECT_EQ(layer["name"], other["name"]);
      EXPECT_NEAR(layer["input_density"]["mean"], other["input_density"], 1e-12);
      // -1 where it is not known.
      EXPECT_NEAR(layer["weight_density"].is_null() ? -1.0 : layer["weight_density"].get<double>(),
                  other["weight_density"].is_null() ? -1.0 : other["weight_density"].get<double>(), 1e-12);
    }
    EXPECT_EQ(position, theirs.size());
  }
}

// Not only how many, but which.
TEST(ReadTraceScript, ReadsTheSameBits) {
  if (std::system("/usr/bin/python3 -c 'import h5py, numpy' 2>/dev/null") != 0)
    GTEST_SKIP() << "/usr/bin/python3 has no h5py or numpy: install python3-h5py";
  const ScratchDirectory scratch;
  write_example(scratch / "t.h5");
  const std::string bits =
      output_of_shell("cd " SPARSIM_SOURCE_DIR
                      "/scripts && PYTHONDONTWRITEBYTECODE=1 /usr/bin/python3 -c \"import read_trace, numpy; "
                      "print(*numpy.argwhere(read_trace.Trace('" +
                      (scratch / "t.h5") + "').nonzero(1, 0)).tolist())\"");
  // Image 1: values 1, 7, 8 and 47 of 4 x 4 x 3: (row, column, channel).
  EXPECT_EQ(bits, "[0, 0, 1] [0, 2, 1] [0, 2, 2] [3, 3, 2]\n");
}

}  // namespace
}  // namespace sparsim
