#include <gmock/gmock.h>

#include "tests/support/program.h"

namespace sparsim {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

constexpr char kAccelerator[] = "accelerators/sparcnet-small.yaml";

/// What the program computes on real activations: the trace of our own network, captured from its test images.
class Results : public ProgramTest {
 protected:
  Results() {
    copy_configs();
    copy("traces/shapes.h5");
  }
  Outcome done(const std::vector<std::string>& arguments) {
    Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    EXPECT_EQ(outcome.err, "");
    return outcome;
  }
  Json result_of(std::vector<std::string> options) {
    options.insert(options.begin(), {"run", kAccelerator, "shapes.h5", "--json", "r.json"});
    done(options);
    return read_json("r.json");
  }
};

std::uint64_t sum(const Json& layer, const char* counter) {
  std::uint64_t sum = 0;
  for (const Json& part : layer["parts"]) sum += part["activity"][counter].get<std::uint64_t>();
  return sum;
}

std::int64_t sum(const Json& counters) {
  std::int64_t sum = 0;
  for (const auto& [name, value] : counters.items()) sum += value.get<std::int64_t>();
  return sum;
}

TEST_F(Results, AddUp) {
  const Json result = result_of({"--images", "3"});
  ASSERT_FALSE(result["layers"].empty());
  std::int64_t cycles = 0, critical = 0;
  std::uint64_t macs = 0;
  for (const Json& layer : result["layers"]) {
    SCOPED_TRACE(layer["name"].get<std::string>());
    cycles += layer["cycles"].get<std::int64_t>();
    macs += layer["dense_macs"].get<std::uint64_t>();
    ASSERT_FALSE(layer["parts"].empty());
    for (const Json& part : layer["parts"]) EXPECT_EQ(sum(part["cycles"]), layer["cycles"]) << part["part"];
    EXPECT_EQ(sum(layer, "macs_done") + sum(layer, "macs_skipped"), layer["dense_macs"]);
    EXPECT_EQ(sum(layer, "bus_read_bytes"), sum(layer, "dram_read_bytes"));
    EXPECT_EQ(sum(layer, "bus_write_bytes"), sum(layer, "dram_write_bytes"));
  }
  EXPECT_EQ(cycles, result["cycles"]);
  EXPECT_EQ(static_cast<double>(macs), 3 * result["dense_macs_per_image"].get<double>());
  for (const Json& cause : result["critical_path"]) critical += cause["cycles"].get<std::int64_t>();
  EXPECT_EQ(critical, result["cycles"]);
}

TEST_F(Results, SayWhatTheyAreOf) {
  const Json result = result_of({"--images", "2"});
  EXPECT_EQ(result["ended"], "done");
  EXPECT_EQ(result["images"], 2);
  EXPECT_EQ(result["interval_cycles"], nullptr) << "two images have no steady state";
  EXPECT_EQ(result["config"]["pe_grid"]["rows"], 2);
  EXPECT_EQ(result["workload"]["sha256"].get<std::string>().size(), 64u);
}

// 12 images of 10: the trace, and its first two again.
TEST_F(Results, RepeatTheImagesOfATrace) {
  const Outcome outcome = done({"run", kAccelerator, "shapes.h5", "--images", "12"});
  EXPECT_THAT(outcome.out, HasSubstr("12 images (the trace has 10: they repeat in order)"));
}

TEST_F(Results, EndAtALimit) {
  const std::int64_t whole = result_of({"--images", "1"})["cycles"];
  for (const std::int64_t limit : {std::int64_t{1}, std::int64_t{100}, whole / 2, whole - 1}) {
    const Json result = result_of({"--images", "1", "--max-cycles", std::to_string(limit)});
    EXPECT_EQ(result["ended"], "limit");
    EXPECT_EQ(result["cycles"], limit);
    EXPECT_EQ(result["images"], 0);
    EXPECT_EQ(result["latency_cycles"], nullptr);
  }
  const Json result = result_of({"--images", "1", "--max-cycles", std::to_string(whole)});
  EXPECT_EQ(result["ended"], "done");
  EXPECT_EQ(result["cycles"], whole);
}

TEST_F(Results, AreTheSameBytesForTheSameInput) {
  const auto run_into = [&](const std::string& name) {
    return done({"run", kAccelerator, "shapes.h5", "--images", "2", "--json", name + ".json", "--timeline",
                 name + ".timeline"})
        .out;
  };
  EXPECT_EQ(run_into("a"), run_into("b"));
  EXPECT_EQ(read("a.json"), read("b.json"));
  EXPECT_EQ(read("a.timeline"), read("b.timeline"));
}

TEST_F(Results, OfATimelineStayWithinTheRun) {
  const std::int64_t cycles = result_of({"--images", "1", "--timeline", "t.json"})["cycles"];
  std::size_t spans = 0;
  const Json timeline = read_json("t.json");
  for (const Json& event : timeline["traceEvents"]) {
    if (event["ph"] != "X") continue;
    ++spans;
    const std::int64_t start = event["args"]["start_cycle"], length = event["args"]["cycles"];
    EXPECT_GE(start, 0);
    EXPECT_LE(start + length, cycles);
  }
  EXPECT_GT(spans, 0u);
}

TEST_F(Results, OfACaptureAreTheSameBytesForTheSameInput) {
  copy("traces/shapes/shapes.onnx");
  copy("traces/shapes/shapes_test200.bin");
  for (const char* trace : {"a.h5", "b.h5"})
    done({"capture", "shapes.onnx", "shapes_test200.bin", "--preset", "cifar10-raw", "--images", "4", "--bits", "8",
          "--values", "-o", trace});
  EXPECT_EQ(read("a.h5"), read("b.h5"));
}

TEST_F(Results, OfASynthesisFollowTheSeed) {
  copy("configs/networks/squeezenet-1.1.yaml");
  for (const auto& [trace, seed] : {std::pair{"a.h5", "1"}, std::pair{"b.h5", "1"}, std::pair{"c.h5", "2"}})
    done({"synthesize", "squeezenet-1.1.yaml", "--seed", seed, "-o", trace});
  EXPECT_EQ(read("a.h5"), read("b.h5"));
  EXPECT_NE(read("a.h5"), read("c.h5"));
}

TEST_F(Results, OfAnInspectionAreThoseOfTheTrace) {
  const Json trace = Json::parse(done({"inspect", "shapes.h5", "--json"}).out);
  EXPECT_EQ(trace["images"], 10);
  const Json result = result_of({"--images", "1"});
  double macs = 0;
  for (const Json& layer : trace["layers"])
    if (layer.contains("macs")) macs += layer["macs"].get<double>();
  EXPECT_EQ(macs, result["dense_macs_per_image"]);
  EXPECT_THAT(done({"inspect", "shapes.h5"}).out, HasSubstr("conv1"));
}

// One row whose prediction is the number itself, by a second run of the same.
TEST_F(Results, OfAnExperimentStandBesideWhatWasPublished) {
  write("e.yaml",
        "experiment: e\nsource: a test\nfitted_on: nothing\nworkloads: {shapes: {trace: shapes.h5}}\n"
        "runs:\n  one: {accelerator: accelerators/sparcnet-small.yaml, workload: shapes}\n"
        "  half: {accelerator: accelerators/sparcnet-small.yaml, workload: shapes, set: [clock_mhz=50]}\n"
        "rows: [{what: clock, unit: x, published: 4, value: one/clock_mhz, over: half/clock_mhz}]\n");
  const Outcome outcome = done({"validate", "e.yaml", "--json", "v.json"});
  EXPECT_THAT(outcome.out, HasSubstr("predicted rows: 1 row, mean |error| 50.0 %, worst -50.0 %"));
  EXPECT_EQ(read_json("v.json")["e"]["rows"][0]["predicted"], 2);
  EXPECT_EQ(read_json("v.json")["e"]["rows"][0]["error_percent"], -50);
}

TEST_F(Results, OfAnExperimentWithARunThatFailedAreStatusOne) {
  write("e.yaml",
        "experiment: e\nsource: a test\nfitted_on: nothing\nworkloads: {shapes: {trace: shapes.h5}}\n"
        "runs: {one: {accelerator: none.yaml, workload: shapes}}\n"
        "rows: [{what: clock, unit: MHz, published: 4, value: one/clock_mhz}]\n");
  const Outcome outcome = run({"validate", "e.yaml"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_EQ(outcome.err, "run one failed: sparsim: none.yaml: cannot be read: No such file or directory\n");
}

}  // namespace
}  // namespace sparsim
