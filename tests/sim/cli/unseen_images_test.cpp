#include <gmock/gmock.h>

#include "tests/support/program.h"

namespace sparsim {
namespace {

using testing::HasSubstr;
using Json = nlohmann::json;

/// Designs chosen by some images of the trace of our own network, and run on others.
class UnseenImagesRun : public ProgramTest {
 protected:
  UnseenImagesRun() {
    copy_configs();
    copy("traces/shapes.h5");
  }
  Outcome done(const std::vector<std::string>& arguments) {
    Outcome outcome = run(arguments);
    EXPECT_EQ(outcome.status, 0) << outcome.err;
    return outcome;
  }
};

constexpr char kSparse[] = "accelerators/fpgaconvnet-sparse-zc706.yaml";

TEST_F(UnseenImagesRun, FoldByTheImagesBeforeThem) {
  const Outcome outcome =
      done({"run", kSparse, "shapes.h5", "--skip-images", "3", "--images", "8", "--json", "r.json"});
  // shapes.h5 has 10 images.
  EXPECT_THAT(outcome.out,
              HasSubstr("8 images behind the first 3 of the trace (the trace has 7: they repeat in order)"));
  done({"fold", kSparse, "shapes.h5", "--images", "3", "-o", "accelerators/folded.yaml"});
  done({"run", "accelerators/folded.yaml", "shapes.h5", "--skip-images", "3", "--images", "8", "--json", "f.json"});
  const Json r = read_json("r.json");
  Json f = read_json("f.json");
  EXPECT_EQ(r["workload"]["skipped_images"], 3);
  for (const auto& [layer, node] : r["config"]["nodes"].items())
    for (const auto& [key, factor] : node.items()) EXPECT_EQ(factor, f["config"]["nodes"][layer][key]) << layer;
  EXPECT_EQ(r["cycles"], f["cycles"]);
}

TEST_F(UnseenImagesRun, AreThoseBehindThem) {
  done({"fold", kSparse, "shapes.h5", "-o", "accelerators/folded.yaml", "--limit", "dsp=60"});
  // The last image alone: what the run of all ten has to do and that of the first nine has not.
  const auto macs = [&](const char* skipped, const char* images) {
    done({"run", "accelerators/folded.yaml", "shapes.h5", "--skip-images", skipped, "--images", images, "--json", "r"});
    return read_json("r")["macs_per_image"].get<double>();
  };
  EXPECT_NEAR(macs("9", "1"), 10 * macs("0", "10") - 9 * macs("0", "9"), 0.5);
}

TEST_F(UnseenImagesRun, MustBeThere) {
  expect_refused({"run", kSparse, "shapes.h5", "--skip-images", "10"},
                 "--skip-images 10: must be less than the 10 images of the trace");
}

TEST_F(UnseenImagesRun, FoldAndCompareInAnExperiment) {
  write("e.yaml", R"(experiment: e
source: a test
fitted_on: nothing
workloads: {shapes: {trace: shapes.h5}}
runs:
  dense: {accelerator: accelerators/fpgaconvnet-sparse-zc706.yaml, workload: shapes, set: [engine=dense], fold: {limit: [dsp=60]}, skip_images: 2, images: 3, baseline: dense}
  sparse: {accelerator: accelerators/fpgaconvnet-sparse-zc706.yaml, workload: shapes, fold: {limit: [dsp=60]}, skip_images: 2, images: 3, baseline: dense}
  small: {accelerator: accelerators/fpgaconvnet-sparse-zc706.yaml, workload: shapes, fold: {limit: [dsp=1]}}
rows:
  - {what: dense DSPs, unit: dsp, published: 60, value: dense/resources.dsp}
  - {what: sparse DSPs, unit: dsp, published: 60, value: sparse/resources.dsp}
  - {what: sparse against dense, unit: x, published: 1, value: sparse/images_per_second over baseline}
  - {what: images/s, unit: x, published: 1, value: sparse/images_per_second, over: dense/images_per_second}
grids:
  - {title: a grid, metric: images_per_second over baseline, columns: [alone], rows: [{what: itself, runs: [dense]}]}
nodes: [sparse]
)");
  const Outcome outcome = run({"validate", "e.yaml", "--json", "v.json"});
  EXPECT_EQ(outcome.status, 1);
  EXPECT_THAT(outcome.err, HasSubstr("run small failed: sparsim: the smallest folding needs"));
  EXPECT_THAT(outcome.out, HasSubstr("a grid\nimages_per_second over baseline  alone\n"));
  EXPECT_THAT(outcome.out, HasSubstr("\nitself                               1\n"));
  EXPECT_THAT(outcome.out, HasSubstr("sparse: where the cycles of an image go, node by node\n"));
  const Json rows = read_json("v.json")["e"]["rows"];
  for (const std::size_t row : {0u, 1u}) {
    EXPECT_LE(rows[row]["predicted"], 60);
    EXPECT_GT(rows[row]["predicted"], 30);
  }
  EXPECT_GT(rows[2]["predicted"], 1);
  EXPECT_EQ(rows[2]["predicted"], rows[3]["predicted"]);
}

}  // namespace
}  // namespace sparsim
