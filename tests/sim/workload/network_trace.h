#pragma once

#include <string>
#include <vector>

#include "sim/workload/inference.h"
#include "sim/workload/operation.h"
#include "sim/workload/scores.h"
#include "sim/workload/trace.h"
#include "sim/workload/trace_network.h"

namespace sparsim {

/// A network as a trace holds it whole, with images of these pixels, [height][width][channels], whose class is 0.
inline void write_network(const std::string& path, const Network& network,
                          const std::vector<std::vector<float>>& images, const TraceInfo& info = {}) {
  const LayerGraph graph = layer_graph(network);
  TraceWriter writer(path, graph, info);
  for (std::size_t i = 0; i < network.nodes.size(); ++i) {
    if (const Weighted* const weighted = network.nodes[i].weighted())
      writer.add_parameters(i, {weighted->weights, weighted->bias});
    else if (const auto operation = operation_of(network.nodes[i]))
      writer.add_operation(i, *operation);
  }
  Inference inference(network);
  for (const std::vector<float>& pixels : images) {
    TraceImage image;
    image.name = "image";
    image.label = 0;
    image.pixels = pixels;
    image.inputs.resize(graph.layers.size());
    std::vector<float> copy = pixels;
    const MapShape& shape = network.input;
    const Tensor output =
        inference.run({{1, shape.channels, shape.height, shape.width}, reordered({shape, copy.data()}, kOnnxOrder)},
                      [&](std::size_t node, const MapView& input) {
                        BitMask& nonzero = image.inputs[node].nonzero;
                        nonzero = BitMask(static_cast<std::size_t>(input.shape.elements()));
                        for (std::size_t v = 0; v < nonzero.size(); ++v) nonzero.set(v, input.values[v] != 0);
                      });
    image.top1 = top1(by_class(output, scores_of(network)));
    writer.add(image);
  }
  writer.commit();
}

}  // namespace sparsim
