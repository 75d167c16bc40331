// Whole layers of real networks through the RTL: bit-exact against their integer convolution, every date that of the
// fast form, and the work that the fast form in bulk counts from the non-zeros alone.
#include <cstdlib>
#include <filesystem>

#include "models/crossbar/eager_timing.h"
#include "sim/cli/capture.h"
#include "sim/cosim/layer_windows.h"
#include "sim/sweep/child.h"
#include "tests/sim/cosim/cosim_case.h"

namespace sparsim {
namespace {

std::size_t layer_named(const Trace& trace, const std::string& name) {
  const std::vector<Layer>& layers = trace.graph().layers;
  for (std::size_t i = 0; i < layers.size(); ++i)
    if (layers[i].name == name) return i;
  throw std::runtime_error("no layer " + name);
}

/// A layer without groups, through both engines.
void expect_exact(const Trace& trace, std::size_t image, const std::string& name, const CrossbarShape& crossbar,
                  double stall_probability) {
  const std::size_t position = layer_named(trace, name);
  const WindowShape& layer = trace.graph().layers[position].shape;
  LayerWindows source(trace, name, image, position, 0, static_cast<std::size_t>(crossbar.inputs));
  const std::vector<std::int64_t> convolution = source.convolution();
  ASSERT_EQ(convolution.size(), static_cast<std::size_t>(layer.output.elements()));
  CosimSetup setup;
  setup.shape = crossbar;
  setup.stall_probability = stall_probability;
  setup.dot_products = &convolution;

  const CosimResult sparse = cosimulate_sparse(source, setup);
  const DotWork work = layer_work(trace.nonzero(image, position), layer, crossbar);
  EXPECT_EQ(sparse.results, convolution.size());
  EXPECT_EQ(sparse.windows, static_cast<std::uint64_t>(work.windows));
  EXPECT_EQ(sparse.zero_windows, static_cast<std::uint64_t>(work.zero_windows));
  EXPECT_EQ(sparse.macs, static_cast<std::uint64_t>(work.macs));
  if (stall_probability == 0) {
    EXPECT_EQ(sparse.beats, static_cast<std::uint64_t>(work.cycles));
    // Skipping, the results of a pixel may wait for a flush; else a beat follows the other.
    if (!crossbar.skip_zero_window) {
      EXPECT_EQ(sparse.cycles, cycles_without_stalls(sparse.beats, crossbar.lanes));
    }
  }

  const CosimResult dense = cosimulate_dense(source, setup);
  const auto dense_pass = static_cast<std::uint64_t>((crossbar.inputs + crossbar.lanes - 1) / crossbar.lanes);
  EXPECT_EQ(dense.results, convolution.size());
  EXPECT_EQ(dense.macs, sparse.macs);
  EXPECT_EQ(dense.beats, source.windows() * source.filters() * dense_pass);
}

struct LayerCase {
  const char* layer;
  std::size_t image;
  CrossbarShape crossbar;
  double stall_probability;
};
void PrintTo(const LayerCase& c, std::ostream* os) { *os << c.layer << " on " << to_string(c.crossbar); }

class CosimLayer : public testing::TestWithParam<LayerCase> {};

TEST_P(CosimLayer, IsItsConvolution) {
  const LayerCase& c = GetParam();
  expect_exact(Trace::open(SPARSIM_SOURCE_DIR "/traces/shapes.h5"), c.image, c.layer, c.crossbar, c.stall_probability);
}

INSTANTIATE_TEST_SUITE_P(
    Shapes, CosimLayer,
    testing::Values(LayerCase{"conv1", 0, {9, 9, false}, 0}, LayerCase{"conv1", 1, {9, 4, true}, 0.2},
                    LayerCase{"conv2", 2, {9, 4, false}, 0}, LayerCase{"conv2", 3, {9, 9, true}, 0.2},
                    LayerCase{"block_a", 4, {9, 3, false}, 0}, LayerCase{"block_a", 5, {9, 2, true}, 0},
                    LayerCase{"block_b", 6, {9, 2, false}, 0.2}, LayerCase{"block_b", 7, {9, 3, true}, 0},
                    LayerCase{"down", 8, {9, 3, false}, 0}, LayerCase{"down", 9, {9, 4, true}, 0.2},
                    LayerCase{"conv3", 0, {9, 2, false}, 0}, LayerCase{"conv3", 1, {9, 3, true}, 0.7},
                    LayerCase{"mix", 2, {8, 2, false}, 0}, LayerCase{"mix", 3, {8, 2, true}, 0.7},
                    LayerCase{"mix", 4, {16, 4, false}, 0.2}, LayerCase{"mix", 5, {16, 4, true}, 0},
                    LayerCase{"scores", 6, {8, 2, false}, 0.7}, LayerCase{"scores", 7, {8, 2, true}, 0},
                    LayerCase{"scores", 8, {16, 4, false}, 0}, LayerCase{"scores", 9, {16, 4, true}, 0.2}),
    [](const auto& tested) {
      return std::string(tested.param.layer) + "_" + short_name(tested.param.crossbar) +
             (tested.param.stall_probability > 0 ? "_stalls" : "");
    });

TEST(CosimResNet8, IsItsConvolution) {
  const char* const given = std::getenv("SPARSIM_SHARED_DATA");
  const std::string data = given != nullptr ? given : SPARSIM_SOURCE_DIR "/../shared/data";
  const std::string model = data + "/models/resnet8_cifar10.onnx";
  if (!std::filesystem::exists(model)) GTEST_SKIP() << "no " << data << ": set SPARSIM_SHARED_DATA";
  const TemporaryDirectory directory;
  const std::string file = directory.file("resnet8.h5");
  ASSERT_EQ(run_command(capture_command(), {model, data + "/datasets/cifar10/cifar10_perf200.bin", "--preset",
                                            "cifar10-raw", "--images", "1", "--bits", "8", "--values", "-o", file}),
            0);
  const Trace trace = Trace::open(file);
  expect_exact(trace, 0, "conv2d_4", {9, 3, true}, 0.2);  // 3x3
  expect_exact(trace, 0, "conv2d_5", {8, 2, false}, 0);   // 1x1, stride 2
}

}  // namespace
}  // namespace sparsim
