#pragma once

#include <utility>

#include "models/core/work.h"
#include "tests/support/plain_workload.h"

namespace sparsim {

/// A network of one line, built layer by layer.
class PixelGraph {
 public:
  explicit PixelGraph(MapShape input) : map_(input) {
    graph_.name = "net";
    graph_.input = input;
  }

  PixelGraph& convolution(const char* name, std::int64_t kernel, std::int64_t filters) {
    Layer layer = conv(name, map_.height, map_.channels, filters, kernel, 1, (kernel - 1) / 2);
    layer.shape.input = map_;
    layer.shape.output = {map_.height, map_.width, filters};
    layer.active_sites = true;
    return add(std::move(layer));
  }
  PixelGraph& average_pool(const char* name, std::int64_t size) {
    Layer layer = like_input(name, LayerKind::average_pool);
    layer.shape.kernel_h = layer.shape.kernel_w = layer.shape.stride_h = layer.shape.stride_w = size;
    layer.shape.output = {map_.height / size, map_.width / size, map_.channels};
    return add(std::move(layer));
  }
  PixelGraph& relu(const char* name) { return activation(name, Function::relu); }
  PixelGraph& sigmoid(const char* name) { return activation(name, Function::sigmoid); }
  PixelGraph& flatten(const char* name) {
    Layer layer = like_input(name, LayerKind::reshape);
    layer.shape.output = {1, 1, map_.elements()};
    return add(std::move(layer));
  }
  PixelGraph& dense(const char* name, std::int64_t outputs) {
    Layer layer = like_input(name, LayerKind::dense);
    layer.shape = WindowShape::dense(map_.elements(), outputs);
    return add(std::move(layer));
  }
  PixelGraph& softmax(const char* name) { return add(like_input(name, LayerKind::softmax)); }
  /// For what a network must not have.
  PixelGraph& add(Layer layer) {
    layer.inputs = {graph_.layers.empty() ? Layer::kNetworkInput : graph_.layers.size() - 1};
    map_ = layer.shape.output;
    graph_.layers.push_back(std::move(layer));
    return *this;
  }
  Layer like_input(const char* name, LayerKind kind) const {
    Layer layer;
    layer.name = name;
    layer.kind = kind;
    layer.shape.input = layer.shape.output = map_;
    return layer;
  }

  const LayerGraph& graph() const { return graph_; }

 private:
  PixelGraph& activation(const char* name, Function function) {
    Layer layer = like_input(name, LayerKind::activation);
    layer.function = function;
    return add(std::move(layer));
  }

  LayerGraph graph_;
  MapShape map_;
};

/// The MicroBooNE network of arXiv 2512.06208.
inline LayerGraph microboone() {
  return PixelGraph({63, 63, 1})
      .convolution("conv1", 7, 1)
      .relu("relu1")
      .convolution("conv2", 7, 3)
      .relu("relu2")
      .average_pool("pool2", 7)
      .flatten("flatten")
      .dense("dense1", 16)
      .relu("relu3")
      .dense("dense2", 1)
      .sigmoid("sigmoid")
      .graph();
}

}  // namespace sparsim
