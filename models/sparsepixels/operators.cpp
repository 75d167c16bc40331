#include "models/sparsepixels/operators.h"

#include <algorithm>
#include <cmath>
#include <cstddef>

#include "models/core/error.h"

namespace sparsim {
namespace {

__extension__ using Wide = __int128;

int bits_to_count(std::int64_t most) {
  int bits = 0;
  while ((std::int64_t{1} << bits) <= most) ++bits;
  return bits;
}

bool above(const std::int64_t* pixel, std::int64_t channels, std::int64_t threshold) {
  return std::any_of(pixel, pixel + channels, [threshold](std::int64_t value) { return value > threshold; });
}

/// The weight by which output pixel `at` sees input pixel `from`, as an index into a filter's window; below 0: not.
std::int64_t window_index(const PixelPosition& from, const PixelPosition& at, std::int64_t kernel) {
  const std::int64_t row = from.row - at.row + kernel / 2;
  const std::int64_t column = from.column - at.column + kernel / 2;
  return row < 0 || row >= kernel || column < 0 || column >= kernel ? -1 : row * kernel + column;
}

std::int64_t dot(const std::int64_t* a, const std::int64_t* b, std::int64_t count) {
  std::int64_t sum = 0;
  for (std::int64_t i = 0; i < count; ++i) sum += a[i] * b[i];
  return sum;
}

/// sum / count, rounded once: most counts have no finite binary fraction that could be rounded again.
std::int64_t rounded_mean(std::int64_t sum, std::int64_t count, const FixedFormat& input, const FixedFormat& output) {
  const int added = output.fraction_bits() - input.fraction_bits();
  const Wide steps = Wide{sum} * (Wide{1} << std::max(added, 0));
  const Wide divisor = Wide{count} << std::max(-added, 0);
  Wide mean = steps / divisor, rest = steps % divisor;
  if (rest < 0) {  // towards minus infinity
    --mean;
    rest += divisor;
  }
  if (2 * rest > divisor || (2 * rest == divisor && mean % 2 != 0)) ++mean;
  return static_cast<std::int64_t>(std::clamp<Wide>(mean, output.lowest(), output.highest()));
}

}  // namespace

std::int64_t active_pixels(const std::vector<std::int64_t>& image, std::int64_t channels, std::int64_t threshold) {
  std::int64_t count = 0;
  for (std::size_t value = 0; value < image.size(); value += static_cast<std::size_t>(channels))
    count += above(&image[value], channels, threshold);
  return count;
}

PixelList reduce_input(const std::vector<std::int64_t>& image, const MapShape& shape, std::int64_t n_max,
                       std::int64_t threshold) {
  SPARSIM_CHECK(image.size() == static_cast<std::size_t>(shape.elements()), "{} values for an image of {}",
                image.size(), to_string(shape));
  PixelList list;
  list.channels = shape.channels;
  list.positions.resize(static_cast<std::size_t>(n_max));
  list.values.resize(static_cast<std::size_t>(n_max * shape.channels));
  std::int64_t slot = 0;
  for (std::int64_t pixel = 0; pixel < shape.pixels() && slot < n_max; ++pixel) {
    const std::int64_t* const values = &image[static_cast<std::size_t>(pixel * shape.channels)];
    if (!above(values, shape.channels, threshold)) continue;
    list.positions[static_cast<std::size_t>(slot)] = {static_cast<std::int32_t>(pixel / shape.width),
                                                      static_cast<std::int32_t>(pixel % shape.width)};
    std::copy(values, values + shape.channels, &list.values[static_cast<std::size_t>(slot * shape.channels)]);
    ++slot;
  }
  return list;
}

FixedFormat sum_format(const FixedFormat& input, const FixedFormat& parameters, std::int64_t terms) {
  FixedFormat sum;
  sum.bits = input.bits + parameters.bits + bits_to_count(terms);  // of `terms` + 1, the bias among them
  sum.integer_bits = sum.bits - input.fraction_bits() - parameters.fraction_bits();
  sum.is_signed = input.is_signed || parameters.is_signed;
  return sum;
}

PixelList convolve(const PixelParameters& layer, std::int64_t kernel, const PixelList& input) {
  const std::int64_t channels = input.channels, filters = static_cast<std::int64_t>(layer.bias.size());
  const std::int64_t window = kernel * kernel * channels;
  SPARSIM_CHECK(layer.weights.size() == static_cast<std::size_t>(filters * window),
                "{} weights for {} filters of {}x{}x{}", layer.weights.size(), filters, kernel, kernel, channels);
  PixelList output;
  output.channels = filters;
  output.positions = input.positions;
  output.kept = input.kept;
  output.values.resize(input.slots() * layer.bias.size());
  for (std::size_t at = 0; at < input.slots(); ++at) {
    if (!input.site(at)) continue;
    std::int64_t* const sums = &output.values[at * layer.bias.size()];
    for (std::size_t from = 0; from < input.slots(); ++from) {
      const std::int64_t index = window_index(input.positions[from], input.positions[at], kernel);
      if (index < 0) continue;
      const std::int64_t* const values = &input.values[from * static_cast<std::size_t>(channels)];
      for (std::int64_t filter = 0; filter < filters; ++filter)
        sums[filter] +=
            dot(&layer.weights[static_cast<std::size_t>(filter * window + index * channels)], values, channels);
    }
    for (std::size_t filter = 0; filter < layer.bias.size(); ++filter)
      if (sums[filter] != 0) sums[filter] += layer.bias[filter];
  }
  return output;
}

std::vector<std::int64_t> multiply(const PixelParameters& layer, const std::vector<std::int64_t>& input) {
  SPARSIM_CHECK(layer.weights.size() == layer.bias.size() * input.size(), "{} weights from {} inputs to {} outputs",
                layer.weights.size(), input.size(), layer.bias.size());
  std::vector<std::int64_t> output(layer.bias.size());
  for (std::size_t i = 0; i < output.size(); ++i)
    output[i] =
        layer.bias[i] + dot(&layer.weights[i * input.size()], input.data(), static_cast<std::int64_t>(input.size()));
  return output;
}

void relu(std::vector<std::int64_t>& values, const FixedFormat& input, const FixedFormat& output) {
  SPARSIM_CHECK(!output.is_signed, "a ReLU hands on {}", to_string(output));
  for (std::int64_t& value : values) value = output.requantize(value, input.fraction_bits());  // 0 is the lowest
}

PixelList average_pool(const PixelList& pixels, std::int64_t size, const FixedFormat& input,
                       const FixedFormat& output) {
  PixelList pooled = pixels;
  for (PixelPosition& position : pooled.positions) {
    position.row = static_cast<std::int32_t>(position.row / size);
    position.column = static_cast<std::int32_t>(position.column / size);
  }
  const std::size_t channels = static_cast<std::size_t>(pooled.channels);
  for (std::size_t slot = 0; slot < pooled.slots(); ++slot) {
    for (std::size_t later = slot + 1; later < pooled.slots(); ++later) {
      if (!(pooled.positions[later] == pooled.positions[slot])) continue;
      for (std::size_t c = 0; c < channels; ++c) {
        pooled.values[slot * channels + c] += pooled.values[later * channels + c];
        pooled.values[later * channels + c] = 0;
      }
      if (pooled.kept.empty()) continue;
      pooled.kept[slot] = pooled.kept[slot] || pooled.kept[later];
      pooled.kept[later] = false;
    }
  }
  for (std::int64_t& value : pooled.values) value = rounded_mean(value, size * size, input, output);
  return pooled;
}

std::vector<std::int64_t> flatten(const PixelList& input, const MapShape& shape) {
  std::vector<std::int64_t> map(static_cast<std::size_t>(shape.elements()));
  for (std::size_t slot = 0; slot < input.slots(); ++slot) {
    if (!input.active(slot)) continue;
    const PixelPosition& at = input.positions[slot];
    SPARSIM_CHECK(at.row < shape.height && at.column < shape.width && input.channels == shape.channels,
                  "a pixel of {} channels at {}, {} in a map of {}", input.channels, at.row, at.column,
                  to_string(shape));
    const std::int64_t* const values = &input.values[slot * static_cast<std::size_t>(input.channels)];
    std::copy(values, values + input.channels,
              &map[static_cast<std::size_t>((at.row * shape.width + at.column) * shape.channels)]);
  }
  return map;
}

std::vector<double> sigmoid(const std::vector<std::int64_t>& values, const FixedFormat& format) {
  std::vector<double> answer;
  for (const std::int64_t value : values)
    answer.push_back(1 / (1 + std::exp(-static_cast<double>(value) * format.step())));
  return answer;
}

std::vector<double> softmax(const std::vector<std::int64_t>& values, const FixedFormat& format) {
  if (values.empty()) return {};
  const std::int64_t highest = *std::max_element(values.begin(), values.end());
  std::vector<double> answer;
  double total = 0;
  for (const std::int64_t value : values) {
    answer.push_back(std::exp(static_cast<double>(value - highest) * format.step()));
    total += answer.back();
  }
  for (double& share : answer) share /= total;
  return answer;
}

}  // namespace sparsim
