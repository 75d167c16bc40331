// The traces of the repository: what traces/ORIGINS.md says of them, and that ours is what capture writes today.
#include <gtest/gtest.h>

#include "sim/workload/capture.h"
#include "sim/workload/onnx_import.h"
#include "sim/workload/trace.h"

namespace sparsim {
namespace {

const std::string kTraces = SPARSIM_SOURCE_DIR "/traces/";

struct Origin {
  const char* file;
  std::size_t images;
  int value_bits;
  std::int64_t macs;                             // an image; the data's README and the tables of its sparsity
  double weights_kept_least, weights_kept_most;  // non-zero share of all weights
};
void PrintTo(const Origin& origin, std::ostream* os) { *os << origin.file; }

class RepositoryTraces : public testing::TestWithParam<Origin> {};

TEST_P(RepositoryTraces, AreWhatTheirOriginSays) {
  const Trace trace = Trace::open(kTraces + GetParam().file);
  EXPECT_EQ(trace.images(), GetParam().images);
  EXPECT_EQ(trace.graph().value_bits, GetParam().value_bits);
  EXPECT_EQ(trace.graph().macs(), GetParam().macs);
  double weights = 0, nonzero = 0;
  for (const Layer& layer : trace.graph().layers) {
    weights += static_cast<double>(layer.weight_nonzero.size());
    nonzero += static_cast<double>(layer.weight_nonzero.count());
  }
  EXPECT_GE(nonzero / weights, GetParam().weights_kept_least);
  EXPECT_LE(nonzero / weights, GetParam().weights_kept_most);
}

INSTANTIATE_TEST_SUITE_P(Origins, RepositoryTraces,
                         testing::Values(Origin{"squeezenet1.1.h5", 2, 8, 349'151'936, 0.9, 1},
                                         // a third of the weights is left by pruning; 8 bits of a tensor's range take
                                         // a few of the smallest more
                                         Origin{"squeezenet1.0-pruned.h5", 1, 8, 861'339'936, 0.30, 0.334},
                                         Origin{"resnet8.h5", 4, 8, 12'501'632, 0.9, 1},
                                         Origin{"shapes.h5", 10, 8, 9'486'976, 0.9, 1},
                                         Origin{"sparsepixels-microboone.h5", 100, 0, 777'924 + 3'904, 0.9, 1},
                                         Origin{"sparsepixels-jet.h5", 100, 0, 1'524'096 + 4'020, 0.9, 1}));

/// A trace of events: masks, no pixels, no weights. `pixels`: of all events, the lines of events_100.csv.
struct Events {
  const char* file;
  std::size_t pixels, empty_events;
};
void PrintTo(const Events& events, std::ostream* os) { *os << events.file; }

class EventTraces : public testing::TestWithParam<Events> {};

TEST_P(EventTraces, HoldMasksOfActiveSites) {
  const Trace trace = Trace::open(kTraces + GetParam().file);
  ASSERT_EQ(trace.graph().layers[2].name, "conv2");
  const auto channels = static_cast<std::size_t>(trace.graph().layers[2].shape.input.channels);
  std::size_t pixels = 0, empty = 0;
  for (std::size_t i = 0; i < trace.images(); ++i) {
    const BitMask input = trace.nonzero(i, 0), behind = trace.nonzero(i, 2);
    pixels += input.count();
    empty += input.count() == 0 ? 1 : 0;
    // No convolution makes a pixel active that was not.
    for (std::size_t value = 0; value < behind.size(); ++value)
      ASSERT_LE(behind.test(value), input.test(value / channels)) << i;
    EXPECT_TRUE(trace.pixels(i).empty());
  }
  EXPECT_EQ(pixels, GetParam().pixels);
  EXPECT_EQ(empty, GetParam().empty_events);
  EXPECT_TRUE(trace.graph().layers[0].active_sites);
  EXPECT_TRUE(trace.parameters(0).weights.empty());
}

INSTANTIATE_TEST_SUITE_P(Origins, EventTraces,
                         testing::Values(Events{"sparsepixels-microboone.h5", 2'686, 18},
                                         Events{"sparsepixels-jet.h5", 2'008, 0}));

// Inference agrees between processors to rounding: now and then a value falls to the other side of a half.
TEST(RepositoryTrace, OfShapesIsWhatCaptureWrites) {
  const Trace trace = Trace::open(kTraces + "shapes.h5");
  const Images images({kTraces + "shapes/shapes_test200.bin"});
  CaptureOptions options;
  options.bits = 8;
  options.images = trace.images();
  Capture capture(import_onnx(kTraces + "shapes/shapes.onnx"), images, options);
  ASSERT_EQ(capture.graph().layers.size(), trace.graph().layers.size());
  for (std::size_t i = 0; i < trace.images(); ++i) {
    const TraceImage image = capture.image(i).trace;
    EXPECT_EQ(image.name, trace.image_name(i));
    EXPECT_EQ(image.label, trace.label(i));
    EXPECT_EQ(image.top1, trace.top1(i));
    for (std::size_t layer = 0; layer < image.inputs.size(); ++layer) {
      if (!capture.graph().layers[layer].weighted()) continue;
      const BitMask now = image.inputs[layer].nonzero, then = trace.nonzero(i, layer);
      ASSERT_EQ(now.size(), then.size());
      std::size_t differ = 0;
      for (std::size_t v = 0; v < now.size(); ++v) differ += now.test(v) != then.test(v);
      EXPECT_LE(static_cast<double>(differ), 0.002 * static_cast<double>(now.size()))
          << capture.graph().layers[layer].name;
    }
  }
}

}  // namespace
}  // namespace sparsim
