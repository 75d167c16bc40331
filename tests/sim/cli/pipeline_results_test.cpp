#include <gmock/gmock.h>

#include <algorithm>
#include <iterator>
#include <sstream>
#include <string>
#include <vector>

#include "tests/support/program.h"

namespace sparsim {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

/// Results of a pipeline on the trace of our own network, every factor 1 but those of the first layers.
class PipelineResults : public ProgramTest {
 protected:
  PipelineResults() {
    copy_configs();
    copy("traces/shapes.h5");
    std::string text = read("accelerators/fpgaconvnet-dense-zedboard.yaml");
    replace(text, "folding: auto", "folding: nodes\nnodes:\n" + nodes());
    replace(text, "  branches: true", "  branches: true\n  depths: {conv1_to_pool: 2}");
    write("accelerators/p.yaml", text);
  }
  static std::string nodes() {
    std::string text;
    for (const char* layer : {"centred", "conv1", "pool", "conv2", "block_a", "block_b", "block_sum", "down", "mix",
                              "conv3", "mean", "scores"})
      text += std::string("  ") + layer + ": {weights: chip}\n";
    return text;
  }
  static void replace(std::string& text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    ASSERT_NE(at, std::string::npos) << from;
    text.replace(at, from.size(), to);
  }
  Json result_of(std::vector<std::string> options) {
    options.insert(options.begin(), {"run", "accelerators/p.yaml", "shapes.h5", "--json", "r.json"});
    const Outcome outcome = run(options);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    text_ = outcome.out;
    return read_json("r.json");
  }

  std::string text_;  // of the last result
};

// Where FIFOs hold nothing up, the streams of a node begin an image far from each other; it starts with the first.
TEST_F(PipelineResults, HaveNoCyclesBelowZero) {
  copy("traces/resnet8.h5");
  const std::string sparse = "accelerators/fpgaconvnet-sparse-zc706.yaml";
  ASSERT_EQ(
      run({"fold", sparse, "resnet8.h5", "--images", "2", "-o", "accelerators/s.yaml", "--limit", "dsp=200"}).status,
      0);
  ASSERT_EQ(run({"run", "accelerators/s.yaml", "resnet8.h5", "--skip-images", "2", "--images", "4", "--set",
                 "fifos.depth=4096", "--set", "fifos.window_depth=512", "--ignore-capacity", "--json", "r.json"})
                .status,
            0);
  const Json r = read_json("r.json");
  for (const Json& layer : r["layers"])
    for (const auto& [name, cycles] : layer["parts"][0]["cycles"].items())
      EXPECT_GE(cycles, 0) << layer["name"] << ' ' << name;
}

TEST_F(PipelineResults, AddUp) {
  const Json r = result_of({"--images", "3"});
  EXPECT_TRUE(r["layers_overlap"]);
  EXPECT_DOUBLE_EQ(r["images_per_second"].get<double>(),
                   1e6 * r["clock_mhz"].get<double>() / r["interval_cycles"].get<double>());
  std::int64_t critical = 0;
  for (const Json& cause : r["critical_path"]) critical += cause["cycles"].get<std::int64_t>();
  EXPECT_EQ(critical, r["cycles"]);
  ASSERT_FALSE(r["layers"].empty());
  for (const Json& layer : r["layers"]) {
    SCOPED_TRACE(layer["name"].get<std::string>());
    std::int64_t cycles = 0;
    std::uint64_t macs = 0;
    for (const auto& [name, value] : layer["parts"][0]["cycles"].items()) cycles += value.get<std::int64_t>();
    EXPECT_EQ(cycles, layer["cycles"]) << "of the layer's own part";
    for (const Json& part : layer["parts"])
      macs +=
          part["activity"]["macs_done"].get<std::uint64_t>() + part["activity"]["macs_skipped"].get<std::uint64_t>();
    EXPECT_EQ(macs, layer["dense_macs"]);
    for (const auto& [name, value] : layer["facts"].items()) EXPECT_TRUE(r["units"].contains(name)) << name;
  }
  double dsp = 0;
  for (const Json& item : r["resource_bill"]) dsp += item["need"]["dsp"].get<double>();
  EXPECT_EQ(dsp, r["resources"]["dsp"]);
  for (const Json& fifo : r["fifos"]) EXPECT_LE(fifo["high_water"], fifo["depth"]);
}

// A dense engine is at work for as long as its windows take, whatever else happens.
TEST_F(PipelineResults, OfADenseNodeAreBusyForItsWork) {
  const Json r = result_of({"--images", "2"});
  for (const Json& layer : r["layers"])
    if (layer["facts"].contains("mean_stream_cycles")) {
      EXPECT_EQ(layer["parts"][0]["cycles"]["busy"].get<double>(),
                2 * layer["facts"]["mean_stream_cycles"].get<double>())
          << layer["name"];
    }
}

// All images are the slower than a deadline of a microsecond, and none than one of a minute.
TEST_F(PipelineResults, CountMissedDeadlines) {
  EXPECT_EQ(result_of({"--images", "3"})["deadline"], nullptr);
  const Json none = result_of({"--images", "3", "--deadline-us", "60000000"})["deadline"];
  EXPECT_EQ(none["misses"], 0);
  const Json all = result_of({"--images", "3", "--deadline-us", "1"})["deadline"];
  EXPECT_EQ(all["misses"], 3);
  EXPECT_EQ(all["share"], 1);
  EXPECT_THAT(text_, HasSubstr("deadline       1 us: 3 of 3 images miss it (100.0 %)"));
}

// What --gain prints is what a run by hand comes to.
TEST_F(PipelineResults, OfAGainAreThoseOfARunByHand) {
  const Json base = result_of({"--images", "4", "--gain"});
  const std::string report = text_;
  ASSERT_EQ(base["gains"].size(), 2u) << "a node and a FIFO";
  for (const Json& gain : base["gains"]) {  // "... at NODE (FACTOR 1 -> 2)", or "... FIFO NAME (2 -> 3)"
    const std::string what = gain["what"];
    EXPECT_THAT(report, HasSubstr("gain           " + what));
    std::istringstream text(what);
    const std::vector<std::string> words{std::istream_iterator<std::string>(text), {}};
    const std::string to = words.back().substr(0, words.back().size() - 1);
    const auto fifo = std::find(words.begin(), words.end(), "FIFO"), at = std::find(words.begin(), words.end(), "at");
    ASSERT_TRUE(fifo != words.end() || words.end() - at > 2) << what;
    const std::string change = fifo != words.end() ? "fifos.depths." + fifo[1] + "=" + to
                                                   : "nodes." + at[1] + "." + at[2].substr(1) + "=" + to;
    const Json by_hand = result_of({"--images", "4", "--set", change});
    EXPECT_EQ(by_hand["interval_cycles"], gain["interval_cycles"]) << change;
    EXPECT_EQ(by_hand["latency_cycles"]["first"], gain["first_latency_cycles"]) << change;
  }
}

TEST_F(PipelineResults, OfAGainNeedACriticalPathOfNodes) {
  expect_refused({"run", "accelerators/p.yaml", "shapes.h5", "--gain", "--no-critical-path"},
                 "--gain: follows the critical path; leave --no-critical-path");
  expect_refused({"run", "accelerators/p.yaml", "shapes.h5", "--gain", "--max-cycles", "9"},
                 "--gain: compares whole runs; leave --max-cycles");
  expect_refused({"run", "accelerators/sparcnet-small.yaml", "shapes.h5", "--gain"},
                 "--gain: architecture sparcnet has no nodes to widen one at a time");
  expect_refused({"run", "accelerators/sparcnet-small.yaml", "shapes.h5", "--crossbar", "step"},
                 "--crossbar step: architecture sparcnet has no crossbar");
}

// The config of a result stands for the design that was simulated: run again, it gives the same.
TEST_F(PipelineResults, OfAnAutomaticFoldingSayWhatWasChosen) {
  const auto folded = [&](const std::string& file) {
    EXPECT_EQ(run({"run", file, "shapes.h5", "--images", "3", "--json", "r.json", "--no-critical-path"}).status, 0);
    return read_json("r.json");
  };
  const Json found = folded("accelerators/fpgaconvnet-dense-zedboard.yaml");
  EXPECT_EQ(found["config"]["folding"], "nodes");
  Json config = found["config"];
  config["board"] = "../devices/zedboard.yaml";
  write("accelerators/again.yaml", config.dump());
  EXPECT_EQ(folded("accelerators/again.yaml")["interval_cycles"], found["interval_cycles"]);
}

TEST_F(PipelineResults, HaveASpanANodeAndImage) {
  const Json r = result_of({"--images", "2", "--timeline", "t.json"});
  std::size_t spans = 0;
  const Json timeline = read_json("t.json");
  for (const Json& event : timeline["traceEvents"])
    if (event["ph"] == "X") ++spans;
  EXPECT_EQ(spans, 2 * r["layers"].size());
}

TEST_F(PipelineResults, OfADescriptionNeedTheTraceForResources) {
  const Outcome alone = run({"describe", "accelerators/p.yaml"});
  EXPECT_EQ(alone.status, 0);
  EXPECT_THAT(alone.out, HasSubstr("the network's share is not in it: give a TRACE.h5"));
  const Outcome both = run({"describe", "accelerators/p.yaml", "shapes.h5"});
  EXPECT_EQ(both.status, 0);
  EXPECT_THAT(both.out, HasSubstr("FIFOs between nodes"));
  EXPECT_THAT(both.out, HasSubstr("fits its device"));
}

}  // namespace
}  // namespace sparsim
