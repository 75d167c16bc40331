#include "sim/workload/synthesize.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>

#include "models/core/error.h"
#include "models/core/random.h"

namespace sparsim {
namespace {

enum Use : std::uint64_t { kWeights, kFilters, kChannelScores, kActivations };

// Of the window that blobs are averaged over, 5 x 5 pixels; smaller where the map is.
std::int64_t blob_radius(const MapShape& shape) {
  return std::min<std::int64_t>(2, (std::min(shape.height, shape.width) - 1) / 2);
}

std::size_t share_of(double share, std::size_t size) {
  return static_cast<std::size_t>(std::llround(share * static_cast<double>(size)));
}

/// `chosen` of `size`, each subset equally likely (Knuth, The Art of Computer Programming 3.4.2, algorithm S).
BitMask choose(std::size_t chosen, std::size_t size, Random& random) {
  BitMask mask(size);
  for (std::size_t i = 0; i < size && chosen > 0; ++i)
    if (random.below(size - i) < chosen) {
      mask.set(i);
      --chosen;
    }
  return mask;
}

/// Weights of the three terms of a score, so that their variances add up to 1 in units of 2^30.
struct ScoreWeights {
  std::int64_t own, channel, blob;

  ScoreWeights(double correlation, std::int64_t radius)
      : own(std::llround(std::sqrt(1 - correlation) * (1 << 15))),
        channel(std::llround(std::sqrt(correlation / 2) * (1 << 15))),
        // A sum of n has n times the variance of one.
        blob(std::llround(std::sqrt(correlation / 2) / static_cast<double>(2 * radius + 1) * (1 << 15))) {}
};

/// Sums over the window around each pixel; the map goes on beyond its edge on the other side, so that no pixel
/// sums fewer.
std::vector<std::int64_t> blob_sums(const std::vector<std::int64_t>& noise, std::int64_t height, std::int64_t width,
                                    std::int64_t radius) {
  const auto along = [radius](const std::vector<std::int64_t>& in, std::int64_t lines, std::int64_t line_step,
                              std::int64_t count, std::int64_t step) {
    std::vector<std::int64_t> out(in.size());
    for (std::int64_t line = 0; line < lines; ++line)
      for (std::int64_t i = 0; i < count; ++i)
        for (std::int64_t d = -radius; d <= radius; ++d) {
          const std::int64_t from = ((i + d) % count + count) % count;
          out[static_cast<std::size_t>(line * line_step + i * step)] +=
              in[static_cast<std::size_t>(line * line_step + from * step)];
        }
    return out;
  };
  return along(along(noise, height, width, width, 1), width, 1, height, width);
}

/// The non-zero values of one map.
BitMask activations(const MapShape& shape, const BitMask& live, double density, double correlation, Random channels,
                    Random random) {
  const std::int64_t radius = blob_radius(shape);
  const ScoreWeights weights(correlation, radius);
  const std::size_t elements = static_cast<std::size_t>(shape.elements());
  std::vector<std::int64_t> scores(elements, std::numeric_limits<std::int64_t>::min());
  std::vector<std::int64_t> noise(static_cast<std::size_t>(shape.pixels()));
  for (std::int64_t c = 0; c < shape.channels; ++c) {
    const std::int64_t channel_score = weights.channel * channels.noise();
    if (!live.test(static_cast<std::size_t>(c))) continue;
    for (std::int64_t& value : noise) value = correlation > 0 ? random.noise() : 0;
    const auto blobs = correlation > 0 ? blob_sums(noise, shape.height, shape.width, radius) : noise;
    for (std::size_t pixel = 0; pixel < noise.size(); ++pixel)
      scores[pixel * static_cast<std::size_t>(shape.channels) + static_cast<std::size_t>(c)] =
          channel_score + weights.blob * blobs[pixel] + weights.own * random.noise();
  }
  const std::size_t nonzero = share_of(density, live.count() * noise.size());
  BitMask mask(elements);
  if (nonzero == 0) return mask;
  std::vector<std::int64_t> order = scores;
  const auto last = order.begin() + static_cast<std::ptrdiff_t>(nonzero - 1);
  std::nth_element(order.begin(), last, order.end(), std::greater<>());
  const std::int64_t threshold = *last;
  // Of equal scores at the threshold the first ones are taken: the number is exact.
  std::size_t ties =
      nonzero - static_cast<std::size_t>(
                    std::count_if(scores.begin(), scores.end(), [&](std::int64_t score) { return score > threshold; }));
  for (std::size_t i = 0; i < elements; ++i)
    if (scores[i] > threshold || (scores[i] == threshold && ties > 0 && ties-- > 0)) mask.set(i);
  return mask;
}

BitMask live_output(const LayerGraph& graph, const Layer& layer, const std::vector<BitMask>& live_before) {
  const auto channels = static_cast<std::size_t>(layer.shape.output.channels);
  const BitMask all(channels, true), input_all(static_cast<std::size_t>(graph.input.channels), true);
  const auto source = [&](std::size_t input) -> const BitMask& {
    return input == Layer::kNetworkInput ? input_all : live_before[input];
  };
  if (layer.weighted()) return layer.kept_filters.empty() ? all : layer.kept_filters;
  BitMask live(channels);
  if (layer.kind == LayerKind::reshape) {  // flattened, channel fastest
    const BitMask& from = source(layer.inputs.front());
    for (std::size_t c = 0; c < channels; ++c) live.set(c, from.test(c % from.size()));
    return live;
  }
  std::size_t first = 0;  // of the channels that a concat takes from its next input
  for (const std::size_t input : layer.inputs) {
    const BitMask& from = source(input);
    for (std::size_t c = 0; c < from.size(); ++c)
      if (from.test(c)) live.set(first + c);
    if (layer.kind == LayerKind::concat) first += from.size();
  }
  return live;
}

}  // namespace

Synthesizer::Synthesizer(NetworkDescription network, std::uint64_t seed) : network_(std::move(network)), seed_(seed) {
  auto& layers = network_.graph.layers;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    Layer& layer = layers[i];
    const LayerDensity& density = network_.densities[i];
    if (layer.weighted() && density.weights < 1) {
      Random random(seed_, kWeights, 0, i);
      const auto weights = static_cast<std::size_t>(layer.shape.weights());
      layer.weight_nonzero = choose(share_of(density.weights, weights), weights, random);
    }
    if (layer.weighted() && density.kept_filters < 1) {
      Random random(seed_, kFilters, 0, i);
      const auto filters = static_cast<std::size_t>(layer.shape.output.channels);
      layer.kept_filters = choose(share_of(density.kept_filters, filters), filters, random);
    }
    live_.push_back(live_output(network_.graph, layer, live_));
  }
}

BitMask Synthesizer::live_input(const Layer& layer) const {
  const std::size_t source = layer.inputs.front();
  const auto channels = static_cast<std::size_t>(layer.shape.input.channels);
  if (source == Layer::kNetworkInput) return BitMask(channels, true);
  // A dense layer's channels are the values of a map, channel fastest.
  BitMask live(channels);
  for (std::size_t c = 0; c < channels; ++c) live.set(c, live_[source].test(c % live_[source].size()));
  return live;
}

TraceImage Synthesizer::image(std::size_t number) const {
  TraceImage image;
  image.name = fmt::format("synthetic {}", number);
  const auto& layers = network_.graph.layers;
  image.inputs.resize(layers.size());
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Layer& layer = layers[i];
    if (!layer.weighted()) continue;
    LayerInput& input = image.inputs[i];
    const std::size_t source = layer.inputs.front();
    const double density = network_.densities[i].input;
    const BitMask live = live_input(layer);
    if (!live.all()) input.kept_channels = live;
    for (std::size_t before = 0; before < i && input.nonzero.empty(); ++before)
      if (layers[before].weighted() && layers[before].inputs.front() == source &&
          layers[before].shape.input == layer.shape.input && network_.densities[before].input == density)
        input.nonzero = image.inputs[before].nonzero;
    if (!input.nonzero.empty()) continue;
    input.nonzero = activations(layer.shape.input, live, density, network_.correlation,
                                Random(seed_, kChannelScores, 0, i), Random(seed_, kActivations, number, i));
  }
  return image;
}

}  // namespace sparsim
