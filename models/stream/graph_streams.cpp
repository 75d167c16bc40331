#include <algorithm>
#include <numeric>

#include "models/stream/pipeline.h"

namespace sparsim {
namespace {

constexpr std::size_t kInput = Layer::kNetworkInput;

std::int64_t largest_divisor(std::int64_t whole, std::int64_t most) {
  std::int64_t divisor = std::clamp<std::int64_t>(most, 1, whole);
  while (whole % divisor != 0) --divisor;
  return divisor;
}

// What a layer that says nothing of its width hands on from its readers to its producer.
bool any_width(const Layer& layer) {
  return layer.kind == LayerKind::activation || layer.kind == LayerKind::scale || layer.kind == LayerKind::reshape;
}

std::int64_t source_streams(const LayerGraph& graph, const StatedStreams& stated) {
  std::vector<std::int64_t> takes(graph.layers.size(), 1);
  std::int64_t widest = 1;
  for (std::size_t i = graph.layers.size(); i-- > 0;) {  // readers before what they read
    const Layer& layer = graph.layers[i];
    if (stated[i])
      takes[i] = stated[i]->in;
    else if (!any_width(layer))
      takes[i] = 0;
    for (const std::size_t input : layer.inputs) {
      std::int64_t& known = input == kInput ? widest : takes[input];
      if (input != kInput || (takes[i] > 0 && graph.input.channels % takes[i] == 0)) known = std::max(known, takes[i]);
    }
  }
  return widest;
}

}  // namespace

std::int64_t divided_channels(const LayerGraph& graph, const Layer& layer) {
  if (layer.kind != LayerKind::concat) return layer.shape.input.channels;
  std::int64_t common = 0;
  for (const std::size_t input : layer.inputs)
    common = std::gcd(common, (input == kInput ? graph.input : graph.layers[input].shape.output).channels);
  return common;
}

GraphStreams graph_streams(const LayerGraph& graph, const StatedStreams& stated) {
  GraphStreams streams;
  streams.source = source_streams(graph, stated);
  streams.layers.resize(graph.layers.size());
  for (std::size_t i = 0; i < graph.layers.size(); ++i) {
    if (stated[i]) {
      streams.layers[i] = *stated[i];
      continue;
    }
    std::int64_t widest = 0;
    for (const std::size_t input : graph.layers[i].inputs)
      widest = std::max(widest, input == kInput ? streams.source : streams.layers[input].out);
    widest = largest_divisor(divided_channels(graph, graph.layers[i]), widest);
    streams.layers[i] = {widest, widest};
  }
  return streams;
}

}  // namespace sparsim
