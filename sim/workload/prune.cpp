#include "sim/workload/prune.h"

#include <algorithm>

#include "models/core/error.h"
#include "sim/nearest.h"
#include "sim/workload/inference.h"
#include "sim/workload/scores.h"
#include "sim/workload/trace_network.h"

namespace sparsim {
namespace {

bool contains(const std::vector<std::string>& names, const std::string& name) {
  return std::find(names.begin(), names.end(), name) != names.end();
}

// Each name must be that of a layer with a weight matrix.
void check_names(const LayerGraph& graph, const std::vector<std::string>& names) {
  std::vector<std::string> known;
  for (const Layer& layer : graph.layers)
    if (has_weight_matrix(layer)) known.push_back(layer.name);
  for (const std::string& name : names)
    if (!contains(known, name))
      input_error("no layer '{}' that can be pruned in blocks{}; there are {}", name, did_you_mean(name, known),
                  fmt::join(known, ", "));
}

// Weights that are known to be zero, whatever they are drawn as.
void clear_known_zeros(const Layer& layer, PrunedLayer& target) {
  const auto columns = static_cast<std::size_t>(target.matrix.columns);
  for (std::size_t i = 0; i < target.weights.size(); ++i)
    if ((!layer.weight_nonzero.empty() && !layer.weight_nonzero.test(i)) ||
        (!layer.kept_filters.empty() && !layer.kept_filters.test(i / columns)))
      target.weights[i] = 0;
}

PrunedLayer with_weights(const Trace& trace, std::size_t position, std::uint64_t seed) {
  const Layer& layer = trace.graph().layers[position];
  PrunedLayer target{position, WeightMatrix(layer.shape), trace.parameters(position).weights, WeightSource::parameters};
  if (!target.weights.empty()) return target;
  if (const std::optional<QuantizedTensor> quantised = trace.weights(position)) {
    target.weights.assign(quantised->values.begin(), quantised->values.end());
    target.source = WeightSource::quantised;
  } else {
    target.weights = drawn_weights(target.matrix, seed, position);
    target.source = WeightSource::drawn;
    clear_known_zeros(layer, target);
  }
  return target;
}

template <class Value>
void clear_pruned(std::vector<Value>& weights, const Layer& layer) {
  if (!layer.blocks) return;
  for (std::size_t i = 0; i < weights.size(); ++i)
    if (!layer.weight_nonzero.test(i)) weights[i] = 0;
}

// What the layers compute with.
void copy_values(TraceWriter& writer, const Trace& trace, const LayerGraph& graph) {
  for (std::size_t i = 0; i < graph.layers.size(); ++i) {
    const Layer& layer = graph.layers[i];
    if (!layer.weighted()) {
      if (const auto operation = trace.operation(i)) writer.add_operation(i, *operation);
      continue;
    }
    if (auto weights = trace.weights(i)) {
      clear_pruned(weights->values, layer);
      writer.add_weights(i, *weights);
    }
    Parameters parameters = trace.parameters(i);
    if (parameters.weights.empty()) continue;
    clear_pruned(parameters.weights, layer);
    writer.add_parameters(i, parameters);
  }
}

BitMask nonzero_values(const MapView& map) {
  BitMask nonzero(static_cast<std::size_t>(map.shape.elements()));
  for (std::size_t i = 0; i < nonzero.size(); ++i)
    if (map.values[i] != 0) nonzero.set(i);
  return nonzero;
}

// An image as the trace has it, but for the answer.
TraceImage image_as_it_was(const Trace& trace, std::size_t number) {
  TraceImage image;
  image.name = trace.image_name(number);
  image.label = trace.label(number);
  image.pixels = trace.pixels(number);
  image.inputs.resize(trace.graph().layers.size());
  for (std::size_t i = 0; i < image.inputs.size(); ++i)
    if (trace.graph().layers[i].weighted())
      image.inputs[i] = {trace.nonzero(number, i), trace.kept_channels(number, i), trace.values(number, i)};
  return image;
}

}  // namespace

std::vector<PrunedLayer> layers_to_prune(const Trace& trace, std::int64_t rows, std::int64_t columns,
                                         const LayerChoice& choice, std::uint64_t seed) {
  const LayerGraph& graph = trace.graph();
  check_names(graph, choice.only);
  check_names(graph, choice.skipped);
  std::vector<std::string> problems;
  std::vector<std::size_t> positions;
  bool weighted = false;
  for (std::size_t i = 0; i < graph.layers.size(); ++i) {
    const Layer& layer = graph.layers[i];
    weighted |= layer.weighted();
    if (layer.blocks)
      input_error("layer '{}' was pruned in blocks of {}x{} already; prune the trace that it was", layer.name,
                  layer.blocks->rows, layer.blocks->columns);
    if (!has_weight_matrix(layer) || contains(choice.skipped, layer.name)) continue;
    if (!choice.only.empty() && !contains(choice.only, layer.name)) continue;
    positions.push_back(i);
    const WeightMatrix matrix(layer.shape);
    if (rows > matrix.rows || columns > matrix.columns)
      problems.push_back(fmt::format("blocks of {}x{} are larger than the weight matrix of layer '{}', {}x{}", rows,
                                     columns, layer.name, matrix.rows, matrix.columns));
  }
  if (positions.empty())
    input_error("nothing to prune: {}", weighted ? "no layer with a weight matrix of its own is left"
                                                 : "there is no convolution and no dense layer");
  if (!problems.empty()) input_error("{}", fmt::join(problems, "\n"));
  std::vector<PrunedLayer> targets;
  for (const std::size_t position : positions) targets.push_back(with_weights(trace, position, seed));
  return targets;
}

Layer pruned(const Layer& layer, const PrunedLayer& target, const BlockPruningRule& rule, bool reordered) {
  Layer result = layer;
  result.weight_nonzero = kept_weights(target.weights, target.matrix, rule);
  result.blocks = BlockPruning{rule.rows, rule.columns, reordered};
  return result;
}

LayerGraph pruned(const LayerGraph& graph, const std::vector<PrunedLayer>& targets, const BlockPruningRule& rule,
                  bool reordered) {
  LayerGraph result = graph;
  for (const PrunedLayer& target : targets)
    result.layers[target.position] = pruned(graph.layers[target.position], target, rule, reordered);
  return result;
}

Network without_pruned_weights(Network network, const LayerGraph& graph) {
  SPARSIM_CHECK(network.nodes.size() == graph.layers.size(), "{} nodes for {} layers", network.nodes.size(),
                graph.layers.size());
  for (std::size_t i = 0; i < graph.layers.size(); ++i)
    if (Weighted* const weighted = network.nodes[i].weighted()) clear_pruned(weighted->weights, graph.layers[i]);
  return network;
}

std::vector<std::int32_t> classes_of(const Network& network, const Trace& trace, const ImageProgress& progress) {
  Inference inference(network);
  const Scores scores = scores_of(network);
  std::vector<std::int32_t> classes;
  for (std::size_t i = 0; i < trace.images(); ++i) {
    classes.push_back(top1(by_class(inference.run(image_of(trace, i)), scores)));
    if (progress) progress(i + 1);
  }
  return classes;
}

std::vector<std::int32_t> write_pruned(const std::string& path, const Trace& trace, const LayerGraph& graph,
                                       const TraceInfo& info, const Network* network, const ImageProgress& progress) {
  TraceWriter writer(path, graph, info);
  copy_values(writer, trace, graph);
  std::optional<Inference> inference;
  if (network != nullptr) inference.emplace(*network);
  std::vector<std::int32_t> classes;
  for (std::size_t i = 0; i < trace.images(); ++i) {
    TraceImage image = image_as_it_was(trace, i);
    if (inference) {
      const Tensor output = inference->run(image_of(trace, i), [&](std::size_t node, const MapView& input) {
        image.inputs[node].nonzero = nonzero_values(input);
      });
      image.top1 = top1(by_class(output, scores_of(*network)));
      classes.push_back(*image.top1);
    }
    writer.add(image);
    if (progress) progress(i + 1);
  }
  writer.commit();
  return classes;
}

}  // namespace sparsim
