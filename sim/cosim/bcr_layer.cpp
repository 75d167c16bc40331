#include "sim/cosim/bcr_layer.h"

#include <fmt/format.h>

#include <algorithm>

#include "models/core/error.h"
#include "models/core/random.h"
#include "models/finn/bcr.h"
#include "sim/cosim/layer_windows.h"

namespace sparsim {
namespace {

constexpr int kBits = 8;  // of values and weights
enum Use : std::uint64_t { kWeights = 0x6263'7277'6569, kValues = 0x6263'7276'616c };

std::int64_t drawn_value(Random& random) {
  return static_cast<std::int64_t>(random.below(1u << kBits)) - (1 << (kBits - 1));
}

std::int64_t columns_of(const Layer& layer) { return layer.shape.weights() / layer.shape.output.channels; }

BcrMvauShape shape_of(const Layer& layer, const BcrLayerChoice& choice) {
  BcrMvauShape shape;
  shape.pe = choice.pe;
  shape.simd = choice.simd;
  shape.words = std::min(columns_of(layer) / choice.simd, BcrMvauShape::kMostWords);
  shape.rows = layer.shape.output.channels / choice.pe;
  if (shape.words > 0)
    shape.rows = std::min({shape.rows, BcrMvauShape::kMostRows, BcrMvauShape::kMostSteps / shape.words});
  shape.data_bits = shape.weight_bits = kBits;
  shape.gather = layer.blocks->reordered;
  return shape;
}

/// The first filters and columns of a layer, as a dense one.
Layer cut_layer(const Layer& layer, const BcrMvauShape& shape) {
  Layer cut;
  cut.name = layer.name;
  cut.kind = LayerKind::dense;
  cut.shape.input = {1, 1, shape.columns()};
  cut.shape.output = {1, 1, shape.filters()};
  cut.blocks = layer.blocks;
  cut.weight_nonzero = BitMask(static_cast<std::size_t>(shape.filters() * shape.columns()));
  for (std::int64_t filter = 0; filter < shape.filters(); ++filter)
    for (std::int64_t column = 0; column < shape.columns(); ++column)
      if (layer.weight_nonzero.test(static_cast<std::size_t>(filter * columns_of(layer) + column)))
        cut.weight_nonzero.set(static_cast<std::size_t>(filter * shape.columns() + column));
  return cut;
}

std::string cut_text(const Layer& layer, const BcrMvauShape& shape) {
  std::string text;
  if (shape.filters() < layer.shape.output.channels)
    text = fmt::format("the first {} of {} filters", shape.filters(), layer.shape.output.channels);
  if (shape.columns() < columns_of(layer))
    text += fmt::format("{}the first {} of {} columns", text.empty() ? "" : ", ", shape.columns(), columns_of(layer));
  return text;
}

/// Of the cut layer; `whole` are those of the layer itself, empty: to be drawn.
std::vector<std::int64_t> kept_weights(const Layer& cut, const BcrMvauShape& shape,
                                       const std::vector<std::int16_t>& whole, std::int64_t whole_columns,
                                       std::uint64_t seed) {
  Random random(seed, kWeights);
  std::vector<std::int64_t> weights(cut.weight_nonzero.size());
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (!cut.weight_nonzero.test(i)) continue;
    const auto index = static_cast<std::int64_t>(i);
    weights[i] =
        whole.empty()
            ? drawn_value(random)
            : whole[static_cast<std::size_t>(index / shape.columns() * whole_columns + index % shape.columns())];
  }
  return weights;
}

std::vector<std::int64_t> window(const WindowShape& layer, const std::vector<std::int16_t>& values, std::int64_t pixel,
                                 std::int64_t columns) {
  std::vector<std::int64_t> vector;
  for (std::int64_t column = 0; column < columns; ++column)
    vector.push_back(window_value(layer, values, pixel, column / layer.input.channels, column % layer.input.channels));
  return vector;
}

void check(const Layer& layer, const BcrMvauShape& shape, const std::string& trace_name) {
  if (layer.shape.groups > 1)
    input_error("{}: layer {}: a bcr_mvau takes no convolution in groups", trace_name, layer.name);
  if (shape.words < 1 || shape.rows < 1)
    input_error("{}: layer {}: {} filters of {} columns are fewer than {} PEs of {} lanes", trace_name, layer.name,
                layer.shape.output.channels, columns_of(layer), shape.pe, shape.simd);
}

}  // namespace

BcrWork bcr_work(const Trace& trace, const std::string& trace_name, const BcrLayerChoice& choice,
                 BcrCosimReport& report) {
  const Layer& layer = trace.graph().layers[choice.layer];
  if (!layer.blocks)
    input_error("{}: layer {}: was not pruned in blocks (sparsim prune --bcr)", trace_name, layer.name);
  const BcrMvauShape shape = shape_of(layer, choice);
  check(layer, shape, trace_name);
  const bool fits = trace.graph().value_bits == kBits;
  const auto weights = fits ? trace.weights(choice.layer) : std::nullopt;
  const auto values = fits ? trace.values(choice.image, choice.layer) : std::nullopt;

  BcrWork work;
  work.layer = cut_layer(layer, shape);
  work.weights = kept_weights(work.layer, shape, weights ? weights->values : std::vector<std::int16_t>{},
                              columns_of(layer), choice.seed);
  Random random(choice.seed, kValues);
  for (std::size_t i = 0; i < choice.vectors; ++i) {
    if (values) {
      const auto pixel = static_cast<std::int64_t>(i) % layer.shape.output.pixels();
      work.vectors.push_back(window(layer.shape, values->values, pixel, shape.columns()));
    } else {
      auto& vector = work.vectors.emplace_back(static_cast<std::size_t>(shape.columns()));
      for (std::int64_t& value : vector) value = drawn_value(random);
    }
  }

  const BcrTiming timing = bcr_timing(work.layer, shape.pe, shape.simd);
  report.setup.shape = shape;
  report.layer = fmt::format("layer {} of {} ({}), blocks {}x{}{}", layer.name, trace.graph().name, trace_name,
                             layer.blocks->rows, layer.blocks->columns, layer.blocks->reordered ? ", reordered" : "");
  report.cut = cut_text(layer, shape);
  report.values = fmt::format("weights {}, vectors {}{}", weights ? "of the trace" : "drawn",
                              values ? fmt::format("of image {}", choice.image) : "drawn",
                              weights && values ? "" : fmt::format(", seed {}", choice.seed));
  report.kept = timing.kept;
  report.steps = timing.steps;
  report.interval = timing.interval(shape.words);
  return work;
}

}  // namespace sparsim
