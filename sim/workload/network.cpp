#include "sim/workload/network.h"

#include <algorithm>
#include <cmath>

#include "models/core/error.h"

namespace sparsim {
namespace {

BitMask nonzero_mask(const std::vector<float>& values) {
  BitMask mask(values.size());
  for (std::size_t i = 0; i < values.size(); ++i)
    if (values[i] != 0.0f) mask.set(i);
  return mask;
}

/// Fills in what differs from kind to kind; name, inputs and the plain shapes are set.
struct Describe {
  Layer& layer;

  void operator()(const Weighted& op) const {
    layer.kind = op.kind;
    layer.shape = op.shape;
    layer.active_sites = op.active_sites;
    layer.weight_nonzero = nonzero_mask(op.weights);
  }
  void operator()(const Pool& op) const {
    layer.kind = op.kind;
    layer.shape = op.shape;
  }
  void operator()(const Relu&) const { activation(Function::relu); }
  void operator()(const LeakyRelu&) const { activation(Function::other); }
  void operator()(const Clip&) const { activation(Function::other); }
  void operator()(const Sigmoid&) const { activation(Function::sigmoid); }
  void operator()(const Quantize&) const { activation(Function::other); }
  void operator()(const Dequantize&) const { activation(Function::other); }
  void operator()(const Scale&) const { layer.kind = LayerKind::scale; }
  void operator()(const Softmax&) const { layer.kind = LayerKind::softmax; }
  void operator()(const LocalResponseNorm&) const { layer.kind = LayerKind::normalization; }
  void operator()(const Pad&) const { layer.kind = LayerKind::reshape; }
  void operator()(const Reshape&) const { layer.kind = LayerKind::reshape; }
  void operator()(const Add&) const { layer.kind = LayerKind::add; }
  void operator()(const Concat&) const {
    layer.kind = LayerKind::concat;
    layer.shape.input = layer.shape.output;
  }

  void activation(Function function) const {
    layer.kind = LayerKind::activation;
    layer.function = function;
  }
};

}  // namespace

std::int64_t extent(const MapShape& shape, Axis axis) {
  switch (axis) {
    case Axis::height:
      return shape.height;
    case Axis::width:
      return shape.width;
    case Axis::channel:
      return shape.channels;
  }
  throw ModelError("an axis that a map does not have");
}

float quantize(float x, float scale, float zero_point, float low, float high) {
  const float q = std::nearbyint(x / scale) + zero_point;
  return q >= low ? std::min(q, high) : low;
}

bool overhangs(const WindowShape& s) {
  const auto reach = [](std::int64_t windows, std::int64_t stride, std::int64_t kernel, std::int64_t dilation) {
    return (windows - 1) * stride + dilation * (kernel - 1) + 1;
  };
  return reach(s.output.height, s.stride_h, s.kernel_h, s.dilation_h) > s.input.height + s.pad_top + s.pad_bottom ||
         reach(s.output.width, s.stride_w, s.kernel_w, s.dilation_w) > s.input.width + s.pad_left + s.pad_right;
}

LayerGraph layer_graph(const Network& network) {
  LayerGraph graph;
  graph.name = network.name;
  graph.input = network.input;
  graph.layers.reserve(network.nodes.size());
  for (const Node& node : network.nodes) {
    Layer& layer = graph.layers.emplace_back();
    layer.name = node.name;
    layer.inputs = node.inputs;
    layer.shape.input = network.shape(node.inputs.front());
    layer.shape.output = node.shape;
    std::visit(Describe{layer}, node.op);
  }
  return graph;
}

}  // namespace sparsim
