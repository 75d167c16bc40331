#include <gmock/gmock.h>

#include <string>
#include <vector>

#include "tests/support/program.h"

namespace sparsim {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

constexpr char kSparse[] = "accelerators/sparsepixels-microboone-16.yaml";
constexpr char kTrace[] = "sparsepixels-microboone.h5";

/// SparsePixels' MicroBooNE network on its 100 events, of which the trace holds masks and no values. 18 events are
/// empty, the first one among them; 55 have more than the 16 pixels that are kept.
///
/// At 5 ns a cycle: of 63 x 63 pixels a tree of 12 levels finds the first, 2 of them with the copy of the pixel, 10 in
/// 4 cycles of 3 levels: 16 slots of 4 cycles and 2 around them are 66. Behind: a hand-off each of 1, convolutions of 8
/// and 8, a pool of 8, flatten 7, dense 5 and 2, sigmoid 2, with 7 hand-offs: 66 + 40 + 7 = 113 cycles.
class SparsePixelsResults : public ProgramTest {
 protected:
  SparsePixelsResults() {
    copy_configs();
    copy(std::string("traces/") + kTrace);
  }
  Json result_of(std::vector<std::string> options) {
    options.insert(options.begin(), {"run", kSparse, kTrace, "--json", "r.json"});
    const Outcome outcome = run(options);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    text_ = outcome.out;
    return read_json("r.json");
  }
  Json latency_of(std::vector<std::string> options) { return result_of(std::move(options))["latency_cycles"]; }

  std::string text_;  // of the last result
};

Json latency(int first, int others) { return {{"first", first}, {"p50", others}, {"p99", others}, {"max", others}}; }

// 113 cycles are 0.565 us.
TEST_F(SparsePixelsResults, CountMissedDeadlines) {
  const Json r = result_of({"--images", "3", "--deadline-us", "0.5"});
  EXPECT_EQ(r["deadline"]["misses"], 3);
  EXPECT_EQ(r["deadline"]["share"], 1);
  EXPECT_THAT(text_, HasSubstr("deadline       0.5 us: 3 of 3 images miss it (100.0 %)\n"));
  EXPECT_THAT(text_, HasSubstr("latency        0.565 us first, 0.565 us p50, 0.565 us p99, 0.565 us max"));
  EXPECT_EQ(result_of({"--images", "3", "--deadline-us", "0.57"})["deadline"]["misses"], 0);
}

TEST_F(SparsePixelsResults, AreTheSameForAllEvents) {
  const Json r = result_of({});
  EXPECT_EQ(r["latency_cycles"], latency(113, 113));
  EXPECT_EQ(r["interval_cycles"], 67) << "the reduction's 66, and one to start again";
  EXPECT_EQ(r["images_cut"], 55);
  EXPECT_EQ(r["answers"], Json::array()) << "the trace has no values";
  EXPECT_EQ(r["answers_compared"], nullptr);
}

// The search that finds nothing is the first of an empty event: 4 cycles and 3 around it in place of 66. With 16 pixels
// no search finds nothing, but the loop's end is not known beforehand any more: 67.
TEST_F(SparsePixelsResults, EndEarlyWhereTheEventDoes) {
  EXPECT_EQ(latency_of({"--set", "early_exit=true"}), latency(113 - 66 + 7, 113 - 66 + 67));
  EXPECT_EQ(result_of({"--images", "1", "--set", "early_exit=true", "--deadline-us", "0.5"})["deadline"]["misses"], 0);
}

// A fourth of the multipliers makes 4 slots at a time: an empty event takes one pass as before, 16 pixels 3 more.
TEST_F(SparsePixelsResults, DependOnTheEventWhereMultipliersAreReused) {
  EXPECT_EQ(latency_of({"--set", "reuse.conv1=4"}), latency(113, 113 + 3));
  EXPECT_EQ(latency_of({"--set", "reuse.conv1=4", "--set", "early_exit=true"}), latency(54, 114 + 3));
}

// The RTL and its models agree cycle by cycle. Its loop over the slots does not end a cycle sooner where their number
// is a power of two, as the published one does: 114.
TEST_F(SparsePixelsResults, AreThoseOfTheReductionsRtl) {
  const std::vector<std::string> three{"--images", "3", "--reduction"};
  const auto form = [&](const char* name) {
    std::vector<std::string> options = three;
    options.push_back(name);
    return result_of(options);
  };
  const Json rtl = form("rtl");
  EXPECT_EQ(rtl["latency_cycles"], latency(114, 114));
  for (const char* name : {"step", "lockstep"}) {
    const Json other = form(name);
    EXPECT_EQ(other["latency_cycles"], rtl["latency_cycles"]) << name;
    EXPECT_EQ(other["stages"]["reduce"], rtl["stages"]["reduce"]) << name;
    EXPECT_EQ(other["interval_cycles"], rtl["interval_cycles"]) << name;
  }
  const Json fast = form("fast");
  EXPECT_EQ(fast["latency_cycles"], latency(113, 113));
  for (const char* stage : {"conv1", "conv2", "pool2", "flatten", "dense1"})
    EXPECT_EQ(rtl["stages"][stage], fast["stages"][stage]) << stage;
}

TEST_F(SparsePixelsResults, NameTheFormsOfTheReduction) {
  expect_refused({"run", kSparse, kTrace, "--reduction", "x"}, "--reduction x: must be fast, step, rtl or lockstep");
  expect_refused({"run", "accelerators/sparsepixels-microboone-dense.yaml", kTrace, "--reduction", "step"},
                 "--reduction step: the dense baseline has no input reduction");
  copy("traces/shapes.h5");
  expect_refused({"run", "accelerators/sparcnet-small.yaml", "shapes.h5", "--reduction", "step"},
                 "--reduction step: architecture sparcnet has no input reduction");
}

TEST_F(SparsePixelsResults, AreComparedWithAReferenceOnlyWhereThereAreValues) {
  std::string answers;
  for (int image = 0; image < 100; ++image) answers += "0.5\n";
  write("answers.txt", answers);
  expect_refused({"run", kSparse, kTrace, "--reference", "answers.txt"},
                 "--reference answers.txt: sparsepixels-microboone-16 computes no answers on this trace: capture it "
                 "with --values");
  write("answers.txt", "0.5\n");
  expect_refused({"run", kSparse, kTrace, "--reference", "answers.txt"},
                 "--reference answers.txt: 1 answers, the trace has 100 images");
  write("answers.txt", "0.5\nhalf\n");
  expect_refused({"run", kSparse, kTrace, "--reference", "answers.txt"}, "answers.txt:2: 'half': must be a number");
}

// Eleven operators, a bar an image; the reduction of 66 cycles is the first, at 5 ns a cycle.
TEST_F(SparsePixelsResults, HaveATimelineOfOperators) {
  result_of({"--images", "3", "--timeline", "t.json"});
  std::size_t bars = 0;
  bool reduced = false;
  const Json timeline = read_json("t.json");
  for (const Json& event : timeline["traceEvents"]) {
    if (event["ph"] != "X") continue;
    ++bars;
    reduced = reduced || (event["ts"] == 0 && event["dur"].get<double>() == 0.33);
  }
  EXPECT_EQ(bars, 33u);
  EXPECT_TRUE(reduced);
}

TEST_F(SparsePixelsResults, RefuseReuseOfALayerThatThereIsNot) {
  expect_refused({"run", kSparse, kTrace, "--set", "reuse.conv3=2"},
                 "--set reuse.conv3=2: reuse.conv3: sparsepixels-microboone has no convolution or dense layer of that "
                 "name");
}

/// A network that adds up the pixels that are kept: 0.5 + 0.25 in the first event; 0.5 three times in the second, of
/// which 16 bits and less hold every sum exactly.
class SparsePixelsAnswers : public ProgramTest {
 protected:
  SparsePixelsAnswers() {
    copy_configs();
    write("net.yaml",
          "name: sum\ninput: [3, 3, 1]\nparameters: .\ncorrelation: 0\ndensity: 0.5\nlayers:\n"
          "  - {name: conv1, op: conv, sites: active, filters: 1, kernel: 3, pad: 1, weights: one.txt}\n"
          "  - {name: relu1, op: relu}\n"
          "  - {name: flatten, op: flatten}\n"
          "  - {name: dense1, op: dense, filters: 1, weights: all.txt}\n");
    write("one.txt", "0, 0, 0, 0, 1, 0, 0, 0, 0");
    write("all.txt", "1, 1, 1, 1, 1, 1, 1, 1, 1");
    write("events.csv",
          "event,row,col,value\n0,0,0,0.5\n0,2,1,0.25\n"
          "1,0,2,0.5\n1,1,0,0.5\n1,2,2,0.5\n");
    write("reference.txt", "0.25\n1\n");
    const Outcome captured = run({"capture", "net.yaml", "events.csv", "--values", "-o", "t.h5"});
    EXPECT_EQ(captured.status, 0) << captured.err;
  }
  Json result_of(std::vector<std::string> options) {
    options.insert(options.begin(), {"run", "accelerators/sparsepixels-cascade.yaml", "t.h5", "--json", "r.json"});
    const Outcome outcome = run(options);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    text_ = outcome.out;
    return read_json("r.json");
  }

  std::string text_;
};

TEST_F(SparsePixelsAnswers, AreThoseOfThePixelsThatAreKept) {
  const Json all = result_of({"--set", "n_max=3"});
  EXPECT_EQ(all["answers"], Json::parse("[[0.75], [1.5]]"));
  EXPECT_EQ(all["images_cut"], 0);
  const Json two = result_of({"--set", "n_max=2"});
  EXPECT_EQ(two["answers"], Json::parse("[[0.75], [1.0]]"));
  EXPECT_EQ(two["images_cut"], 1);
  EXPECT_EQ(two["dropped_pixels"], 1);
  EXPECT_THAT(text_, HasSubstr("active pixels  1 of 2 images have more than are kept: 1 pixels dropped\n"));
}

// 0.75 where the reference says 0.25, which is the other class; 1 where it says 1.
TEST_F(SparsePixelsAnswers, StandBesideAReference) {
  const Json compared = result_of({"--set", "n_max=2", "--reference", "reference.txt"})["answers_compared"];
  EXPECT_EQ(compared["images"], 2);
  EXPECT_EQ(compared["same_class"], 1);
  EXPECT_EQ(compared["auc"], 1);
  EXPECT_EQ(compared["median_error"], 0.25);
  EXPECT_EQ(compared["largest_error"], 0.5);
  EXPECT_THAT(text_, HasSubstr("answers        1 of 2 of the reference's class, AUC 1.0000"));
}

// The third image is the first again, and so is its line of the reference; behind the first only the second is left.
TEST_F(SparsePixelsAnswers, FindTheirReferenceWhereImagesRepeatOrAreSkipped) {
  const Json three = result_of({"--set", "n_max=2", "--images", "3", "--reference", "reference.txt"});
  EXPECT_EQ(three["answers"], Json::parse("[[0.75], [1.0], [0.75]]"));
  EXPECT_EQ(three["answers_compared"]["same_class"], 1);
  EXPECT_EQ(three["answers_compared"]["median_error"], 0.5);
  const Json last = result_of({"--set", "n_max=2", "--skip-images", "1", "--reference", "reference.txt"});
  EXPECT_EQ(last["answers"], Json::parse("[[1.0]]"));
  EXPECT_EQ(last["answers_compared"]["largest_error"], 0);
}

TEST_F(SparsePixelsAnswers, RefuseAReferenceWithOtherScores) {
  write("reference.txt", "0.25 0.75\n0 1\n");
  expect_refused(
      {"run", "accelerators/sparsepixels-cascade.yaml", "t.h5", "--set", "n_max=2", "--reference", "reference.txt"},
      "--reference reference.txt: the reference has 2 scores an image, the network 1");
}

}  // namespace
}  // namespace sparsim
