#include "sim/cosim/layer_windows.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/core/error.h"
#include "tests/sim/workload/trace_example.h"

namespace sparsim {
namespace {

using testing::ElementsAre;
using Values = std::vector<std::int16_t>;

/// A trace of one convolution and one image.
class LayerTrace {
 public:
  LayerTrace(const WindowShape& shape, const Values& values, const Values& weights) {
    LayerGraph graph;
    graph.name = "one";
    graph.input = shape.input;
    graph.value_bits = 8;
    graph.layers.resize(1);
    graph.layers[0].name = "c";
    graph.layers[0].inputs = {Layer::kNetworkInput};
    graph.layers[0].shape = shape;
    TraceWriter writer(path(), graph, example_info());
    if (!weights.empty()) writer.add_weights(0, {weights, 1.0f});
    TraceImage image;
    image.name = "image";
    image.inputs.resize(1);
    image.inputs[0].nonzero = BitMask(values.size());
    for (std::size_t i = 0; i < values.size(); ++i) image.inputs[0].nonzero.set(i, values[i] != 0);
    image.inputs[0].values = QuantizedTensor{values, 1.0f};
    writer.add(image);
    writer.commit();
  }

  LayerWindows windows(std::size_t inputs, std::int64_t group = 0) const {
    return LayerWindows(Trace::open(path()), "t.h5", 0, 0, group, inputs);
  }
  std::string refusal(std::size_t inputs) const {
    try {
      windows(inputs);
    } catch (const InputError& error) {
      return error.what();
    }
    return "accepted";
  }

 private:
  std::string path() const { return scratch_ / "t.h5"; }
  ScratchDirectory scratch_;
};

/// All of them; each group's last is marked by a row of its own, {}.
std::vector<Values> all(WindowSource& source) {
  std::vector<Values> rows;
  Values window(source.inputs());
  source.rewind();
  for (std::uint64_t i = 0; i < source.windows(); ++i) {
    const bool last = source.next(window);
    rows.push_back(window);
    if (last) rows.emplace_back();
  }
  return rows;
}

const Values kNine{1, 2, 3, 4, 5, 6, 7, 8, 9};  // 3x3x1
const Values kOneToFour{1, 2, 3, 4};

TEST(LayerWindows, OfAPaddedConvolutionWithStride) {
  WindowShape shape;
  shape.input = {3, 3, 1};
  shape.output = {2, 2, 1};  // (3 + 1 - 2) / 2 + 1
  shape.kernel_h = shape.kernel_w = shape.stride_h = shape.stride_w = 2;
  shape.pad_top = shape.pad_left = 1;
  LayerWindows source = LayerTrace(shape, kNine, kOneToFour).windows(4);
  EXPECT_EQ(source.windows(), 4u);
  EXPECT_EQ(source.filters(), 1u);
  EXPECT_EQ(source.weights(), kOneToFour);
  EXPECT_THAT(all(source), ElementsAre(Values{0, 0, 0, 1}, Values{}, Values{0, 0, 2, 3}, Values{}, Values{0, 4, 0, 7},
                                       Values{}, Values{5, 6, 8, 9}, Values{}));
  EXPECT_THAT(all(source), testing::SizeIs(8));  // again, from the first
  EXPECT_THAT(source.convolution(), ElementsAre(4 * 1, 3 * 2 + 4 * 3, 2 * 4 + 4 * 7, 5 + 2 * 6 + 3 * 8 + 4 * 9));
}

TEST(LayerWindows, OfADilatedConvolution) {
  WindowShape shape;
  shape.input = {3, 3, 1};
  shape.kernel_h = shape.kernel_w = shape.dilation_h = shape.dilation_w = 2;
  LayerWindows source = LayerTrace(shape, kNine, kOneToFour).windows(4);
  EXPECT_THAT(all(source), ElementsAre(Values{1, 3, 7, 9}, Values{}));
  EXPECT_THAT(source.convolution(), ElementsAre(1 + 2 * 3 + 3 * 7 + 4 * 9));
}

TEST(LayerWindows, OfAGroupOfAConvolution) {
  // A row of three pixels with four channels, 1x2, in two groups; filters 2 and 3 see channels 2 and 3.
  WindowShape shape;
  shape.input = {1, 3, 4};
  shape.output = {1, 2, 4};
  shape.kernel_w = 2;
  shape.groups = 2;
  const Values filter2{1, 0, 0, 1}, filter3{2, 0, 0, -1};  // [tap][channel]
  Values weights(8, 9);                                    // of the other group
  weights.insert(weights.end(), filter2.begin(), filter2.end());
  weights.insert(weights.end(), filter3.begin(), filter3.end());
  LayerWindows source = LayerTrace(shape, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12}, weights).windows(2, 1);
  EXPECT_EQ(source.filters(), 2u);
  EXPECT_EQ(source.rows(), 4u);
  EXPECT_THAT(source.weights(), ElementsAre(1, 0,     // channel 2: filter 2,
                                            2, 0,     // filter 3;
                                            0, 1,     // channel 3: filter 2,
                                            0, -1));  // filter 3
  EXPECT_THAT(all(source), ElementsAre(Values{3, 7}, Values{4, 8}, Values{}, Values{7, 11}, Values{8, 12}, Values{}));
  EXPECT_THAT(source.convolution(), ElementsAre(3 + 8, 2 * 3 - 8, 7 + 12, 2 * 7 - 12));
}

TEST(LayerWindows, OfClustersOfChannelsOfWhichTheLastIsShort) {
  WindowShape shape;
  shape.input = {1, 2, 5};
  shape.output = {1, 2, 2};
  LayerWindows source = LayerTrace(shape, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10}, {1, 1, 1, 1, 1, 0, 0, 0, 1, -1}).windows(4);
  EXPECT_EQ(LayerWindows::channels(shape, 4), 2u);
  EXPECT_THAT(source.weights(), ElementsAre(1, 1, 1, 1, 0, 0, 0, 1, 1, 0, 0, 0, -1, 0, 0, 0));
  EXPECT_THAT(all(source), ElementsAre(Values{1, 2, 3, 4}, Values{5, 0, 0, 0}, Values{}, Values{6, 7, 8, 9},
                                       Values{10, 0, 0, 0}, Values{}));
  EXPECT_THAT(source.convolution(), ElementsAre(15, 4 - 5, 40, 9 - 10));
}

/// The same the other way round: each input value goes to every output that it reaches.
std::vector<std::int64_t> scattered(const WindowShape& s, std::int64_t group, const Values& values,
                                    const Values& weights) {
  const std::int64_t channels = s.input.channels / s.groups, filters = s.output.channels / s.groups;
  std::vector<std::int64_t> sums(static_cast<std::size_t>(s.output.height * s.output.width * filters));
  for (std::int64_t y = 0; y < s.input.height; ++y)
    for (std::int64_t x = 0; x < s.input.width; ++x)
      for (std::int64_t ky = 0; ky < s.kernel_h; ++ky)
        for (std::int64_t kx = 0; kx < s.kernel_w; ++kx) {
          const std::int64_t oy = y + s.pad_top - ky * s.dilation_h, ox = x + s.pad_left - kx * s.dilation_w;
          if (oy < 0 || ox < 0 || oy % s.stride_h != 0 || ox % s.stride_w != 0) continue;
          if (oy / s.stride_h >= s.output.height || ox / s.stride_w >= s.output.width) continue;
          const std::int64_t pixel = oy / s.stride_h * s.output.width + ox / s.stride_w;
          for (std::int64_t f = 0; f < filters; ++f)
            for (std::int64_t c = 0; c < channels; ++c) {
              const std::int64_t value = (y * s.input.width + x) * s.input.channels + group * channels + c;
              const std::int64_t weight = (((group * filters + f) * s.kernel_h + ky) * s.kernel_w + kx) * channels + c;
              sums[static_cast<std::size_t>(pixel * filters + f)] +=
                  values[static_cast<std::size_t>(value)] * weights[static_cast<std::size_t>(weight)];
            }
        }
  return sums;
}

/// Windows times weights, as the engine is to do it.
std::vector<std::int64_t> dot_products(WindowSource& source) {
  std::vector<std::int64_t> sums, group(source.filters());
  Values window(source.inputs());
  std::size_t row = 0;
  source.rewind();
  for (std::uint64_t i = 0; i < source.windows(); ++i) {
    const bool last = source.next(window);
    for (std::int64_t& sum : group) {
      for (std::size_t input = 0; input < window.size(); ++input)
        sum += window[input] * source.weights()[row * window.size() + input];
      ++row;
    }
    if (!last) continue;
    sums.insert(sums.end(), group.begin(), group.end());
    group.assign(group.size(), 0);
    row = 0;
  }
  return sums;
}

TEST(LayerWindows, TimesTheirWeightsAreTheConvolution) {
  Random random(1, 0);
  for (int trial = 0; trial < 60; ++trial) {
    const auto draw = [&](std::int64_t low, std::int64_t high) {
      return low + static_cast<std::int64_t>(random.below(static_cast<std::uint64_t>(high - low + 1)));
    };
    WindowShape s;
    s.groups = draw(1, 2);
    s.input = {draw(3, 6), draw(3, 6), s.groups * draw(1, 5)};
    s.kernel_h = draw(1, 3), s.kernel_w = draw(1, 3);
    s.stride_h = draw(1, 3), s.stride_w = draw(1, 3);
    if (s.kernel_h == 3 || s.kernel_w == 3) s.pad_top = s.pad_bottom = s.pad_left = s.pad_right = draw(0, 1);
    if (s.kernel_h == 2 && s.kernel_w == 2) s.dilation_h = draw(1, 2), s.dilation_w = draw(1, 2);
    const auto extent = [](std::int64_t in, std::int64_t pads, std::int64_t kernel, std::int64_t stride,
                           std::int64_t dilation) { return (in + pads - dilation * (kernel - 1) - 1) / stride + 1; };
    s.output = {extent(s.input.height, s.pad_top + s.pad_bottom, s.kernel_h, s.stride_h, s.dilation_h),
                extent(s.input.width, s.pad_left + s.pad_right, s.kernel_w, s.stride_w, s.dilation_w),
                s.groups * draw(1, 3)};
    Values values(static_cast<std::size_t>(s.input.elements())), weights(static_cast<std::size_t>(s.weights()));
    for (std::int16_t& value : values) value = static_cast<std::int16_t>(random.chance(0.5) ? draw(-128, 127) : 0);
    for (std::int16_t& weight : weights) weight = static_cast<std::int16_t>(draw(-128, 127));

    const LayerTrace trace(s, values, weights);
    const std::int64_t taps = s.kernel_h * s.kernel_w;
    for (std::int64_t group = 0; group < s.groups; ++group) {
      LayerWindows source = trace.windows(static_cast<std::size_t>(taps > 1 ? taps : draw(1, 4)), group);
      EXPECT_EQ(source.convolution(), scattered(s, group, values, weights)) << "trial " << trial;
      EXPECT_EQ(dot_products(source), source.convolution()) << "trial " << trial;
    }
  }
}

TEST(LayerWindows, NeedAnEngineOfTheirSize) {
  WindowShape shape;
  shape.input = {3, 3, 1};
  shape.output = {2, 2, 1};
  shape.kernel_h = shape.kernel_w = 2;
  EXPECT_EQ(LayerTrace(shape, kNine, kOneToFour).refusal(9),
            "t.h5: layer c: its windows are 2x2, which takes --inputs 4, not 9");
}

TEST(LayerWindows, NeedWeights) {
  WindowShape shape;
  shape.input = {3, 3, 1};
  shape.output = {3, 3, 1};
  EXPECT_EQ(LayerTrace(shape, kNine, {}).refusal(8),
            "t.h5: layer c: the trace holds no weights; capture it with --bits and --values");
}

TEST(LayerWindows, NeedValues) {
  const Trace trace = Trace::open(SPARSIM_SOURCE_DIR "/traces/squeezenet1.1.h5");
  EXPECT_THROW(LayerWindows(trace, "s.h5", 0, 0, 0, 9), InputError);
}

TEST(LayerWindows, HaveNoMoreFiltersThanTheEngineHasPasses) {
  const auto refusal = [](std::int64_t filters) {
    return LayerTrace(WindowShape::dense(1, filters), {1}, Values(static_cast<std::size_t>(filters), 1)).refusal(4);
  };
  EXPECT_EQ(refusal(1025), "t.h5: layer c: 1025 filters; the engines are built for at most 1024");
  EXPECT_EQ(refusal(1024), "accepted");
}

TEST(LayerWindows, HaveNoMoreWeightsThanTheEngineCanAsk) {
  // 2^20 rows: 1024 filters of 1024 windows, of one input each.
  const LayerTrace trace(WindowShape::dense(1025, 1024), Values(1025, 1), Values(1025 * 1024, 1));
  EXPECT_EQ(trace.refusal(1), "t.h5: layer c: 1049600 rows of weights; the engines are built for at most 1048576");
  EXPECT_EQ(trace.refusal(2), "accepted");
}

}  // namespace
}  // namespace sparsim
