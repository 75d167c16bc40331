#pragma once

#include <random>

#include "models/core/error.h"
#include "sim/workload/network.h"
#include "sim/workload/network_yaml.h"

namespace sparsim {

/// A network to be computed, of the shapes of a description and with random weights: how long inference takes does not
/// depend on them.
inline Network random_network(const NetworkDescription& description) {
  std::mt19937 random(1);
  const auto values = [&](std::int64_t count) {
    std::vector<float> result(static_cast<std::size_t>(count));
    for (float& value : result) value = static_cast<float>(random() % 2001) / 1000.0f - 1.0f;
    return result;
  };
  Network network;
  network.name = description.graph.name;
  network.input = description.graph.input;
  for (const Layer& layer : description.graph.layers) {
    Node node;
    node.name = node.output = layer.name;
    node.inputs = layer.inputs;
    node.shape = layer.shape.output;
    switch (layer.kind) {
      case LayerKind::convolution:
      case LayerKind::dense:
        node.op = Weighted{layer.kind, layer.shape, values(layer.shape.weights()), values(layer.shape.output.channels)};
        break;
      case LayerKind::max_pool:
      case LayerKind::average_pool:
        node.op = Pool{layer.kind, layer.shape, false};
        break;
      case LayerKind::activation:
        node.op = Relu{};
        break;
      case LayerKind::add:
        node.op = Add{};
        break;
      case LayerKind::concat:
        node.op = Concat{};
        break;
      case LayerKind::softmax:
        node.op = Softmax{};
        break;
      case LayerKind::normalization:
        node.op = LocalResponseNorm{5, 1e-4f, 0.75f, 1.0f};
        break;
      default:
        throw ModelError("no benchmark needs " + std::string(to_string(layer.kind)));
    }
    network.nodes.push_back(std::move(node));
  }
  network.output = network.nodes.size() - 1;
  const MapShape& out = network.nodes.back().shape;
  network.output_shape = {1, out.channels, out.height, out.width};
  return network;
}

}  // namespace sparsim
