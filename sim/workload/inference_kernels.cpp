#include "sim/workload/inference_kernels.h"

#include <algorithm>
#include <cmath>

namespace sparsim {
namespace {

std::int64_t stored_stride(const MapShape& shape, Axis axis) {
  switch (axis) {
    case Axis::height:
      return shape.width * shape.channels;
    case Axis::width:
      return shape.channels;
    case Axis::channel:
      break;
  }
  return 1;
}

/// Calls visit(i, k): the i-th value in `order` is stored at k.
template <class Visit>
void walk(const MapShape& shape, const AxisOrder& order, Visit visit) {
  std::int64_t i = 0;
  for (std::int64_t a = 0; a < extent(shape, order[0]); ++a)
    for (std::int64_t b = 0; b < extent(shape, order[1]); ++b) {
      std::int64_t k = a * stored_stride(shape, order[0]) + b * stored_stride(shape, order[1]);
      for (std::int64_t c = 0; c < extent(shape, order[2]); ++c, k += stored_stride(shape, order[2])) visit(i++, k);
    }
}

/// out = function(value, channel) for every value.
template <class Function>
void map_values(const MapView& in, const MapView& out, Function function) {
  const std::int64_t channels = in.shape.channels;
  for (std::int64_t p = 0; p < in.shape.pixels(); ++p)
    for (std::int64_t c = 0; c < channels; ++c)
      out.values[p * channels + c] = function(in.values[p * channels + c], static_cast<std::size_t>(c));
}

/// The position that a padded one shows, or -1 for none.
std::int64_t unpadded(std::int64_t i, std::int64_t before, std::int64_t extent, Pad::Mode mode) {
  i -= before;
  if (i >= 0 && i < extent) return i;
  switch (mode) {
    case Pad::Mode::edge:
      return i < 0 ? 0 : extent - 1;
    case Pad::Mode::reflect:
      return i < 0 ? -i : 2 * (extent - 1) - i;
    case Pad::Mode::constant:
      break;
  }
  return -1;
}

}  // namespace

void compute(const Quantize& op, const Maps& in, const MapView& out) {
  map_values(in[0], out, [&](float x, std::size_t c) {
    return quantize(x, one_or_each(op.scale, c), one_or_each(op.zero_point, c), op.low, op.high);
  });
}

void compute(const Dequantize& op, const Maps& in, const MapView& out) {
  map_values(in[0], out,
             [&](float q, std::size_t c) { return (q - one_or_each(op.zero_point, c)) * one_or_each(op.scale, c); });
}

void compute(const Scale& op, const Maps& in, const MapView& out) {
  map_values(in[0], out,
             [&](float x, std::size_t c) { return x * one_or_each(op.factor, c) + one_or_each(op.offset, c); });
}

void compute(const Softmax& op, const Maps& in, const MapView& out) {
  const MapShape& s = in[0].shape;
  // A group is the values that are normalised together: it spans `over`, and there is one at every place of `at`.
  const MapShape over{op.over_height ? s.height : 1, op.over_width ? s.width : 1, op.over_channels ? s.channels : 1};
  const MapShape at{s.height / over.height, s.width / over.width, s.channels / over.channels};
  const auto place = [&](const MapShape& within, std::int64_t i) {
    const std::int64_t c = i % within.channels, x = i / within.channels % within.width;
    const std::int64_t y = i / within.channels / within.width;
    return (y * s.width + x) * s.channels + c;
  };
  for (std::int64_t group = 0; group < at.elements(); ++group) {
    const std::int64_t first = place(at, group);
    float highest = in[0].values[first];
    for (std::int64_t i = 1; i < over.elements(); ++i)
      highest = std::max(highest, in[0].values[first + place(over, i)]);
    double sum = 0;
    for (std::int64_t i = 0; i < over.elements(); ++i) {
      const std::int64_t k = first + place(over, i);
      out.values[k] = std::exp(in[0].values[k] - highest);
      sum += static_cast<double>(out.values[k]);
    }
    for (std::int64_t i = 0; i < over.elements(); ++i) out.values[first + place(over, i)] /= static_cast<float>(sum);
  }
}

void compute(const LocalResponseNorm& op, const Maps& in, const MapView& out) {
  const std::int64_t channels = in[0].shape.channels;
  const std::int64_t below = (op.size - 1) / 2, above = op.size - 1 - below;
  for (std::int64_t p = 0; p < in[0].shape.pixels(); ++p) {
    const float* x = in[0].values + p * channels;
    for (std::int64_t c = 0; c < channels; ++c) {
      float squares = 0;
      for (std::int64_t k = std::max<std::int64_t>(c - below, 0); k <= std::min(c + above, channels - 1); ++k)
        squares += x[k] * x[k];
      out.values[p * channels + c] =
          x[c] / std::pow(op.bias + op.alpha / static_cast<float>(op.size) * squares, op.beta);
    }
  }
}

void compute(const Pad& op, const Maps& in, const MapView& out) {
  const MapShape& from = in[0].shape;
  float* to = out.values;
  for (std::int64_t y = 0; y < out.shape.height; ++y) {
    const std::int64_t row = unpadded(y, op.before.height, from.height, op.mode);
    for (std::int64_t x = 0; x < out.shape.width; ++x) {
      const std::int64_t col = unpadded(x, op.before.width, from.width, op.mode);
      for (std::int64_t c = 0; c < out.shape.channels; ++c) {
        const std::int64_t channel = unpadded(c, op.before.channels, from.channels, op.mode);
        const bool inside = row >= 0 && col >= 0 && channel >= 0;
        *to++ = inside ? in[0].values[(row * from.width + col) * from.channels + channel] : op.value;
      }
    }
  }
}

void compute(const Reshape& op, const Maps& in, const MapView& out) {
  const std::vector<float> values = reordered(in[0], op.read);
  walk(out.shape, op.write,
       [&](std::int64_t i, std::int64_t k) { out.values[k] = values[static_cast<std::size_t>(i)]; });
}

void compute(const Add&, const Maps& in, const MapView& out) {
  const std::int64_t elements = out.shape.elements();
  std::transform(in[0].values, in[0].values + elements, in[1].values, out.values, std::plus<>());
}

void compute(const Concat&, const Maps& in, const MapView& out) {
  float* to = out.values;
  for (std::int64_t p = 0; p < out.shape.pixels(); ++p)
    for (const MapView& part : in) to = std::copy_n(part.values + p * part.shape.channels, part.shape.channels, to);
}

void keep_active_sites(const MapView& in, const std::vector<float>& bias, const MapView& sums) {
  const std::int64_t channels = in.shape.channels, filters = sums.shape.channels;
  for (std::int64_t p = 0; p < sums.shape.pixels(); ++p) {
    const float* const site = in.values + p * channels;
    const bool active = std::any_of(site, site + channels, [](float value) { return value != 0; });
    for (std::int64_t f = 0; f < filters; ++f) {
      float& sum = sums.values[p * filters + f];
      if (!active)
        sum = 0;
      else if (sum != 0 && !bias.empty())
        sum += bias[static_cast<std::size_t>(f)];
    }
  }
}

std::vector<float> reordered(const MapView& map, const AxisOrder& order) {
  std::vector<float> values(static_cast<std::size_t>(map.shape.elements()));
  walk(map.shape, order, [&](std::int64_t i, std::int64_t k) { values[static_cast<std::size_t>(i)] = map.values[k]; });
  return values;
}

}  // namespace sparsim
