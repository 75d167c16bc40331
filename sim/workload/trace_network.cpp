#include "sim/workload/trace_network.h"

#include "models/core/error.h"
#include "sim/workload/inference.h"
#include "sim/workload/operation.h"

namespace sparsim {
namespace {

std::vector<std::size_t> unread_layers(const LayerGraph& graph) {
  std::vector<bool> read(graph.layers.size());
  for (const Layer& layer : graph.layers)
    for (const std::size_t input : layer.inputs)
      if (input != Layer::kNetworkInput) read[input] = true;
  std::vector<std::size_t> unread;
  for (std::size_t i = 0; i < read.size(); ++i)
    if (!read[i]) unread.push_back(i);
  return unread;
}

std::string missing_in_layer(const Trace& trace, std::size_t position) {
  const Layer& layer = trace.graph().layers[position];
  const auto lacks = [&](const char* what) {
    return fmt::format("layer '{}' ({}) {}", layer.name, to_string(layer.kind), what);
  };
  if (!layer.weighted())
    return says_what_it_computes(layer, trace.operation(position)) ? "" : lacks("does not say what it computes");
  if (layer.dynamically_pruned) return lacks("is pruned for each image, the trace does not say by how much");
  if (!layer.connections.empty()) return lacks("is connected in part");
  if (trace.parameters(position).weights.empty()) return lacks("has no weights in float32");
  return {};
}

}  // namespace

std::string missing_for_inference(const Trace& trace) {
  const LayerGraph& graph = trace.graph();
  if (trace.pixels(0).empty()) return "there are no pixels";
  for (std::size_t i = 0; i < graph.layers.size(); ++i)
    if (std::string missing = missing_in_layer(trace, i); !missing.empty()) return missing;
  if (graph.value_bits != 0)
    return fmt::format("its zeros are those of {} bits, not those of float32", graph.value_bits);
  if (const auto ends = unread_layers(graph); ends.size() > 1)
    return fmt::format("layers '{}' and '{}' may both be its answer", graph.layers[ends[0]].name,
                       graph.layers[ends[1]].name);
  return {};
}

Network network_of(const Trace& trace) {
  const LayerGraph& graph = trace.graph();
  Network network;
  network.name = graph.name;
  network.input = graph.input;
  for (std::size_t i = 0; i < graph.layers.size(); ++i) {
    const Layer& layer = graph.layers[i];
    const auto op = [&]() -> Operator {
      if (!layer.weighted()) return operator_of(layer, trace.operation(i));
      Parameters parameters = trace.parameters(i);
      return Weighted{layer.kind, layer.shape, std::move(parameters.weights), std::move(parameters.bias),
                      layer.active_sites};
    };
    try {
      network.nodes.push_back({layer.name, layer.name, layer.inputs, layer.shape.output, op()});
    } catch (const InputError& error) {
      input_error("layer '{}': {}", layer.name, error.what());
    }
  }
  network.output = unread_layers(graph).front();
  const MapShape& output = network.shape(network.output);
  network.output_shape = {1, output.channels};
  if (output.pixels() != 1) network.output_shape.insert(network.output_shape.end(), {output.height, output.width});
  return network;
}

Tensor image_of(const Trace& trace, std::size_t image) {
  const MapShape& shape = trace.graph().input;
  std::vector<float> pixels = trace.pixels(image);
  return {{1, shape.channels, shape.height, shape.width}, reordered({shape, pixels.data()}, kOnnxOrder)};
}

}  // namespace sparsim
