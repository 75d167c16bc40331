#include "models/sparcnet/memory_map.h"

#include <algorithm>

namespace sparsim {
namespace {

constexpr std::int64_t kAlignment = 64;  // bytes, so that bursts start on a beat

std::int64_t aligned(std::int64_t bytes) { return ceil_div(bytes, kAlignment) * kAlignment; }

struct Buffer {
  std::int64_t address, bytes;
  std::size_t last_reader;
};

std::vector<std::size_t> reader_counts(const LayerGraph& graph) {
  std::vector<std::size_t> readers(graph.layers.size(), 0);
  for (const Layer& layer : graph.layers)
    for (const std::size_t input : layer.inputs)
      if (input != Layer::kNetworkInput) ++readers[input];
  return readers;
}

// The lowest address with room among buffers in ascending order.
std::int64_t lowest_gap(const std::vector<Buffer>& buffers, std::int64_t from, std::int64_t bytes) {
  for (const Buffer& buffer : buffers) {
    if (buffer.address - from >= bytes) break;
    from = buffer.address + buffer.bytes;
  }
  return from;
}

}  // namespace

std::vector<Placement> placements(const LayerGraph& graph) {
  const std::vector<std::size_t> readers = reader_counts(graph);
  std::vector<Placement> placement;
  for (const Layer& layer : graph.layers) {
    const bool fusible = layer.kind == LayerKind::activation || layer.kind == LayerKind::scale;
    const std::size_t input = layer.inputs.size() == 1 ? layer.inputs[0] : Layer::kNetworkInput;
    if (layer.kind == LayerKind::convolution)
      placement.push_back(Placement::grid);
    else if (fusible && input != Layer::kNetworkInput && placement[input] != Placement::host && readers[input] == 1)
      placement.push_back(Placement::fused);
    else
      placement.push_back(Placement::host);
  }
  return placement;
}

MemoryMap::MemoryMap(const LayerGraph& graph, const std::vector<Placement>& placement, std::int64_t word_bytes)
    : layers_(graph.layers.size()) {
  for (std::size_t i = 0; i < graph.layers.size(); ++i) {
    if (!graph.layers[i].weighted()) continue;
    layers_[i].weights = static_cast<std::uint64_t>(weight_bytes_);
    weight_bytes_ += aligned(graph.layers[i].shape.weights() * word_bytes);
  }
  bytes_ = weight_bytes_;

  // Who reads a map last: what is fused stands for the convolution whose output it is.
  std::vector<std::size_t> owner(graph.layers.size()), last_reader(graph.layers.size());
  std::size_t input_last_reader = 0;
  for (std::size_t i = 0; i < graph.layers.size(); ++i) {
    owner[i] = placement[i] == Placement::fused ? owner[graph.layers[i].inputs[0]] : i;
    last_reader[i] = i;
    for (const std::size_t input : graph.layers[i].inputs)
      (input == Layer::kNetworkInput ? input_last_reader : last_reader[owner[input]]) = i;
  }

  std::vector<Buffer> live;  // by address
  const auto place = [&](std::int64_t values, std::size_t last) {
    const std::int64_t size = aligned(values * word_bytes);
    const std::int64_t address = lowest_gap(live, weight_bytes_, size);
    const auto after = std::find_if(live.begin(), live.end(), [&](const Buffer& b) { return b.address > address; });
    live.insert(after, {address, size, last});
    bytes_ = std::max(bytes_, address + size);
    return static_cast<std::uint64_t>(address);
  };
  const std::uint64_t image = place(graph.input.elements(), input_last_reader);
  for (std::size_t i = 0; i < graph.layers.size(); ++i) {
    const Layer& layer = graph.layers[i];
    const std::size_t input = layer.inputs.empty() ? Layer::kNetworkInput : layer.inputs[0];
    layers_[i].ifmap = input == Layer::kNetworkInput ? image : layers_[input].ofmap;
    layers_[i].ofmap =
        placement[i] == Placement::fused ? layers_[i].ifmap : place(layer.shape.output.elements(), last_reader[i]);
    live.erase(std::remove_if(live.begin(), live.end(), [i](const Buffer& b) { return b.last_reader <= i; }),
               live.end());
  }
}

}  // namespace sparsim
