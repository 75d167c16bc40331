#include "sim/workload/connectivity.h"

#include "models/core/error.h"

namespace sparsim {

void branch(NetworkDescription& network, std::size_t position, const Branches& branches) {
  auto& layers = network.graph.layers;
  Layer& whole = layers.at(position);
  SPARSIM_CHECK(whole.kind == LayerKind::convolution && whole.shape.groups == 1, "{} cannot be branched", whole.name);
  SPARSIM_CHECK(branches.count > 0 && branches.channels > 0 && whole.shape.output.channels % branches.count == 0,
                "{} in {} branches of {} channels", whole.name, branches.count, branches.channels);

  Layer compress;
  compress.name = whole.name + "/compress";
  compress.inputs = whole.inputs;
  compress.shape.input = compress.shape.output = whole.shape.input;
  compress.shape.output.channels = branches.count * branches.channels;
  Layer relu;
  relu.name = compress.name + "/relu";
  relu.kind = LayerKind::activation;
  relu.function = Function::relu;
  relu.inputs = {position};
  relu.shape.input = relu.shape.output = compress.shape.output;
  whole.inputs = {position + 1};
  whole.shape.input = relu.shape.output;
  whole.shape.groups = branches.count;

  for (std::size_t i = position + 1; i < layers.size(); ++i)
    for (std::size_t& input : layers[i].inputs)
      if (input != Layer::kNetworkInput && input >= position) input += 2;
  LayerDensity density;
  density.input = network.densities.at(position).input;
  const auto at = static_cast<std::ptrdiff_t>(position);
  layers.insert(layers.begin() + at, {compress, relu});
  network.densities.insert(network.densities.begin() + at, {density, LayerDensity{}});
}

std::vector<Connection> group_connections(const WindowShape& shape) {
  std::vector<Connection> connections;
  for (std::int64_t group = 0; group < shape.groups; ++group) {
    Connection connection{BitMask(static_cast<std::size_t>(shape.output.channels)),
                          BitMask(static_cast<std::size_t>(shape.input.channels))};
    for (std::int64_t i = 0; i < shape.filters_per_group(); ++i)
      connection.filters.set(static_cast<std::size_t>(group * shape.filters_per_group() + i));
    for (std::int64_t i = 0; i < shape.channels_per_group(); ++i)
      connection.channels.set(static_cast<std::size_t>(group * shape.channels_per_group() + i));
    connections.push_back(std::move(connection));
  }
  return connections;
}

}  // namespace sparsim
