#include "sim/cosim/layer_windows.h"

#include <utility>

#include "models/core/error.h"
#include "models/crossbar/vector_dot.h"

namespace sparsim {
namespace {

bool pointwise(const WindowShape& shape) { return shape.kernel_h * shape.kernel_w == 1; }

}  // namespace

std::int64_t window_value(const WindowShape& shape, const std::vector<std::int16_t>& values, std::int64_t pixel,
                          std::int64_t tap, std::int64_t channel) {
  const std::int64_t y =
      pixel / shape.output.width * shape.stride_h - shape.pad_top + tap / shape.kernel_w * shape.dilation_h;
  const std::int64_t x =
      pixel % shape.output.width * shape.stride_w - shape.pad_left + tap % shape.kernel_w * shape.dilation_w;
  if (y < 0 || y >= shape.input.height || x < 0 || x >= shape.input.width) return 0;
  return values[static_cast<std::size_t>((y * shape.input.width + x) * shape.input.channels + channel)];
}

std::size_t LayerWindows::channels(const WindowShape& shape, std::size_t inputs) {
  const std::int64_t channels = shape.channels_per_group();
  return static_cast<std::size_t>(pointwise(shape) ? ceil_div(channels, static_cast<std::int64_t>(inputs)) : channels);
}

LayerWindows::LayerWindows(const Trace& trace, const std::string& trace_name, std::size_t image, std::size_t layer,
                           std::int64_t group, std::size_t inputs)
    : WindowSource(inputs, static_cast<std::uint32_t>(trace.graph().layers[layer].shape.filters_per_group()),
                   static_cast<std::uint64_t>(trace.graph().layers[layer].shape.output.pixels()) *
                       channels(trace.graph().layers[layer].shape, inputs)),
      shape_(trace.graph().layers[layer].shape),
      group_(group) {
  const std::string& name = trace.graph().layers[layer].name;
  auto values = trace.values(image, layer);
  auto weights = trace.weights(layer);
  if (!values || !weights)
    input_error("{}: layer {}: the trace holds no {}; capture it with --bits and --values", trace_name, name,
                values ? "weights" : "values");
  const auto taps = static_cast<std::size_t>(shape_.kernel_h * shape_.kernel_w);
  if (!pointwise(shape_) && taps != inputs)
    input_error("{}: layer {}: its windows are {}x{}, which takes --inputs {}, not {}", trace_name, name,
                shape_.kernel_h, shape_.kernel_w, taps, inputs);
  if (filters_ > Arbiter::kMaxPasses)
    input_error("{}: layer {}: {} filters; the engines are built for at most {}", trace_name, name, filters_,
                Arbiter::kMaxPasses);
  const std::size_t rows = channels(shape_, inputs) * filters_;
  if (rows > VectorDot::kMaxRows)
    input_error("{}: layer {}: {} rows of weights; the engines are built for at most {}", trace_name, name, rows,
                VectorDot::kMaxRows);
  values_ = std::move(values->values);
  kernel_weights_ = std::move(weights->values);

  weights_.assign(rows * inputs, 0);
  const std::int64_t per_window = pointwise(shape_) ? static_cast<std::int64_t>(inputs) : 1;
  for (std::size_t row = 0; row < rows; ++row)
    for (std::size_t i = 0; i < inputs; ++i) {
      const auto window = static_cast<std::int64_t>(row / filters_), input = static_cast<std::int64_t>(i);
      const std::int64_t channel = window * per_window + (pointwise(shape_) ? input : 0);
      if (channel < shape_.channels_per_group())
        weights_[row * inputs + i] = static_cast<std::int16_t>(
            weight(static_cast<std::int64_t>(row % filters_), pointwise(shape_) ? 0 : input, channel));
    }
}

// Channels count in the group.
std::int64_t LayerWindows::value(std::int64_t pixel, std::int64_t tap, std::int64_t channel) const {
  return window_value(shape_, values_, pixel, tap, group_ * shape_.channels_per_group() + channel);
}

std::int64_t LayerWindows::weight(std::int64_t filter, std::int64_t tap, std::int64_t channel) const {
  const std::int64_t taps = shape_.kernel_h * shape_.kernel_w;
  const std::int64_t index =
      ((group_ * shape_.filters_per_group() + filter) * taps + tap) * shape_.channels_per_group() + channel;
  return kernel_weights_[static_cast<std::size_t>(index)];
}

bool LayerWindows::next(std::vector<std::int16_t>& window) {
  const auto a_pixel = static_cast<std::int64_t>(channels(shape_, inputs_));
  const auto pixel = static_cast<std::int64_t>(next_) / a_pixel, index = static_cast<std::int64_t>(next_) % a_pixel;
  for (std::size_t i = 0; i < inputs_; ++i) {
    const auto input = static_cast<std::int64_t>(i);
    const std::int64_t channel = pointwise(shape_) ? index * static_cast<std::int64_t>(inputs_) + input : index;
    window[i] = channel < shape_.channels_per_group()
                    ? static_cast<std::int16_t>(value(pixel, pointwise(shape_) ? 0 : input, channel))
                    : std::int16_t{0};
  }
  ++next_;
  return index + 1 == a_pixel;
}

std::vector<std::int64_t> LayerWindows::convolution() const {
  std::vector<std::int64_t> sums;
  for (std::int64_t pixel = 0; pixel < shape_.output.pixels(); ++pixel)
    for (std::int64_t filter = 0; filter < shape_.filters_per_group(); ++filter) {
      std::int64_t sum = 0;
      for (std::int64_t tap = 0; tap < shape_.kernel_h * shape_.kernel_w; ++tap)
        for (std::int64_t channel = 0; channel < shape_.channels_per_group(); ++channel)
          sum += value(pixel, tap, channel) * weight(filter, tap, channel);
      sums.push_back(sum);
    }
  return sums;
}

}  // namespace sparsim
