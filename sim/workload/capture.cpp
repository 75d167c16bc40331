#include "sim/workload/capture.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <utility>

#include "models/core/error.h"
#include "sim/workload/quantize.h"

namespace sparsim {
namespace {

std::vector<Guess> best_guesses(const Tensor& scores, Scores kind) {
  std::vector<float> probabilities = scores.values;
  if (kind == Scores::any) {
    const float largest = *std::max_element(probabilities.begin(), probabilities.end());
    for (float& p : probabilities) p = std::exp(p - largest);
    const float sum = std::accumulate(probabilities.begin(), probabilities.end(), 0.0f);
    for (float& p : probabilities) p /= sum;
  }
  std::vector<std::int32_t> order(probabilities.size());
  std::iota(order.begin(), order.end(), 0);
  const std::size_t count = std::min<std::size_t>(5, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(count), order.end(), [&](int a, int b) {
    return std::pair(-scores.values[static_cast<std::size_t>(a)], a) <
           std::pair(-scores.values[static_cast<std::size_t>(b)], b);
  });
  std::vector<Guess> best;
  for (std::size_t i = 0; i < count; ++i) best.push_back({order[i], probabilities[static_cast<std::size_t>(order[i])]});
  return best;
}

/// A plane a channel made a channel a value, as feature maps lie in memory.
std::vector<float> channels_last(const std::vector<float>& planes, const MapShape& shape) {
  const auto pixels = static_cast<std::size_t>(shape.pixels()), channels = static_cast<std::size_t>(shape.channels);
  std::vector<float> values(planes.size());
  for (std::size_t c = 0; c < channels; ++c)
    for (std::size_t p = 0; p < pixels; ++p) values[p * channels + c] = planes[c * pixels + p];
  return values;
}

bool finite(const std::vector<float>& values) {
  return std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); });
}

/// Infinity where one of the values is no number.
float largest_magnitude(const float* values, std::size_t size) {
  float largest = 0;
  for (std::size_t i = 0; i < size; ++i)
    largest = std::max(largest, std::isnan(values[i]) ? std::numeric_limits<float>::infinity() : std::abs(values[i]));
  return largest;
}

QuantizedTensor quantized(const float* values, std::size_t size, const Quantizer& quantizer) {
  QuantizedTensor result{std::vector<std::int16_t>(size), quantizer.scale()};
  std::transform(values, values + size, result.values.begin(), quantizer);
  return result;
}

LayerGraph pruned_graph(const ReducedNetwork& reduced, int bits) {
  LayerGraph graph = layer_graph(reduced.network);
  graph.value_bits = bits;
  for (std::size_t n = 0; n < graph.layers.size(); ++n) {
    Layer& layer = graph.layers[n];
    layer.kept_filters = reduced.kept_filters[n];
    layer.dynamically_pruned = !reduced.dynamic_ratios[n].empty();
    const Weighted* const weighted = reduced.network.nodes[n].weighted();
    if (weighted == nullptr || bits == 0) continue;
    const std::vector<float>& weights = weighted->weights;
    const Quantizer quantizer(largest_magnitude(weights.data(), weights.size()), bits);
    for (std::size_t i = 0; i < weights.size(); ++i) layer.weight_nonzero.set(i, quantizer.nonzero(weights[i]));
  }
  return graph;
}

}  // namespace

Capture::Capture(Network network, const Images& images, const CaptureOptions& options, Progress progress)
    : images_(images),
      options_(options),
      progress_(std::move(progress)),
      count_(options.images == 0 ? images.size() : options.images),
      unreduced_(options.reductions.empty() ? std::nullopt : std::optional<Inference>(network)),
      reduced_(reduce(std::move(network), options.reductions)),
      inference_(reduced_.network),
      graph_(pruned_graph(reduced_, options.bits)),
      scores_(scores_of(reduced_.network)),
      largest_(reduced_.network.nodes.size()) {
  if (count_ > images_.size()) input_error("--images {}: there are only {}", count_, images_.size());
}

QuantizedTensor Capture::weights(std::size_t layer) const {
  SPARSIM_CHECK(options_.bits != 0, "weights of a capture in float");
  const std::vector<float>& weights = reduced_.network.nodes[layer].weighted()->weights;
  return quantized(weights.data(), weights.size(),
                   Quantizer(largest_magnitude(weights.data(), weights.size()), options_.bits));
}

Parameters Capture::parameters(std::size_t layer) const {
  const Weighted& weighted = *reduced_.network.nodes[layer].weighted();
  if (!finite(weighted.weights) || !finite(weighted.bias))
    input_error("{}: a weight or bias of layer '{}' is not finite", graph_.name, graph_.layers[layer].name);
  return {weighted.weights, weighted.bias};
}

CapturedImage Capture::image(std::size_t i) {
  if (!passed_) first_pass();
  const Image image = images_.get(i);
  CapturedImage result;
  result.trace.name = image.name;
  result.trace.label = image.label;
  result.trace.inputs.resize(graph_.layers.size());
  const Tensor input = preprocess(options_.preprocessing, image, graph_.input);
  if (options_.values && options_.bits == 0) {
    if (!finite(input.values)) input_error("{}: holds a value that is not finite", image.name);
    result.trace.pixels = channels_last(input.values, graph_.input);
  }
  Tensor answer = inference_.run(input, [&](std::size_t node, const MapView& map) {
    BitMask kept = prune(node, map);
    result.trace.inputs[node] = layer_input(node, map, std::move(kept));
  });
  const Tensor scores = by_class(std::move(answer), scores_);
  advance();
  result.trace.top1 = top1(scores);
  result.best = best_guesses(scores, scores_);
  if (!unreduced_top1_.empty()) result.unreduced_top1 = unreduced_top1_[i];
  return result;
}

void Capture::first_pass() {
  passed_ = true;
  const bool ranges = options_.bits != 0;
  total_ = count_ * (std::size_t{1} + (ranges ? 1 : 0) + (unreduced_ ? 1 : 0));
  if (!ranges && !unreduced_) return;
  for (std::size_t i = 0; i < count_; ++i) {
    const Image image = images_.get(i);
    const Tensor input = preprocess(options_.preprocessing, image, graph_.input);
    if (ranges) {
      inference_.run(input, [&](std::size_t node, const MapView& map) {
        prune(node, map);
        const float largest = largest_magnitude(map.values, static_cast<std::size_t>(map.shape.elements()));
        if (!std::isfinite(largest))
          input_error("{}: the input of layer '{}' is not finite", image.name, graph_.layers[node].name);
        largest_[node] = std::max(largest_[node], largest);
      });
      advance();
    }
    if (unreduced_) {
      unreduced_top1_.push_back(top1(by_class(unreduced_->run(input), scores_)));
      advance();
    }
  }
  unreduced_.reset();
}

BitMask Capture::prune(std::size_t node, const MapView& input) const {
  const BitMask& kept = reduced_.kept_channels[node];
  const std::vector<double>& ratios = reduced_.dynamic_ratios[node];
  return ratios.empty() ? kept : prune_maps(input, kept, ratios);
}

LayerInput Capture::layer_input(std::size_t node, const MapView& input, BitMask kept) const {
  const auto size = static_cast<std::size_t>(input.shape.elements());
  LayerInput result;
  result.kept_channels = std::move(kept);
  result.nonzero = BitMask(size);
  if (options_.bits == 0) {
    for (std::size_t i = 0; i < size; ++i)
      if (input.values[i] != 0) result.nonzero.set(i);
    return result;
  }
  const Quantizer quantizer(largest_[node], options_.bits);
  for (std::size_t i = 0; i < size; ++i)
    if (quantizer.nonzero(input.values[i])) result.nonzero.set(i);
  if (options_.values) result.values = quantized(input.values, size, quantizer);
  return result;
}

void Capture::advance() {
  if (progress_) progress_(++done_, total_);
}

}  // namespace sparsim
