#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <string>
#include <variant>
#include <vector>

#include "models/core/shape.h"
#include "models/core/work.h"

namespace sparsim {

enum class Axis : std::uint8_t { height, width, channel };
/// The axes of a feature map, slowest first.
using AxisOrder = std::array<Axis, 3>;
inline constexpr AxisOrder kStoredOrder{Axis::height, Axis::width, Axis::channel};  // NHWC, as maps lie in memory
inline constexpr AxisOrder kOnnxOrder{Axis::channel, Axis::height, Axis::width};    // NCHW, as ONNX counts

std::int64_t extent(const MapShape& shape, Axis axis);

/// A convolution, or a dense layer, which is one over a map of one pixel. These are the layers that accelerators
/// accelerate, reductions prune and traces speak of.
struct Weighted {
  LayerKind kind = LayerKind::convolution;  // or dense
  WindowShape shape;
  std::vector<float> weights;  // [filter][kernel_h][kernel_w][channels_per_group]
  std::vector<float> bias;     // [filter]; empty: none
  bool active_sites = false;   // of a convolution, as in Layer
};

struct Pool {
  LayerKind kind = LayerKind::max_pool;  // or average_pool
  WindowShape shape;
  bool count_padding = false;  // average_pool: padding is divided by, too
};

struct Relu {};
struct LeakyRelu {
  float slope = 0.01f;  // below zero
};
struct Clip {
  float low = std::numeric_limits<float>::lowest(), high = std::numeric_limits<float>::max();
};
struct Sigmoid {};

/// q = clamp(round_half_even(x / scale) + zero_point, low, high), a whole number in a float.
struct Quantize {
  std::vector<float> scale, zero_point;  // one, or one a channel
  float low = 0, high = 255;
};
/// x = (q - zero_point) * scale: exactly zero where q is the zero point.
struct Dequantize {
  std::vector<float> scale, zero_point;  // one, or one a channel
};

/// Of numbers that are given once, or once a channel, the one of channel i.
inline float one_or_each(const std::vector<float>& numbers, std::size_t i) {
  return numbers.size() == 1 ? numbers[0] : numbers[i];
}
/// One value under Quantize; `low` where x is not a number.
float quantize(float x, float scale, float zero_point, float low, float high);

/// x * factor + offset.
struct Scale {
  std::vector<float> factor, offset;  // one, or one a channel
};

/// Over all values that share the other axes.
struct Softmax {
  bool over_height = false, over_width = false, over_channels = true;
};

/// y = x / (bias + alpha / size * sum of squares over `size` channels around it) ^ beta.
struct LocalResponseNorm {
  std::int64_t size = 1;
  float alpha = 1e-4f, beta = 0.75f, bias = 1.0f;
};

struct Pad {
  enum class Mode { constant, reflect, edge };
  Mode mode = Mode::constant;
  float value = 0;
  MapShape before{0, 0, 0}, after{0, 0, 0};  // values added along each axis
};

/// Flatten, Reshape, Transpose: the values, taken along `read`, are put down along `write`.
struct Reshape {
  AxisOrder read = kOnnxOrder, write = kOnnxOrder;
};

struct Add {};     // element-wise, of two maps or more
struct Concat {};  // along channels

using Operator = std::variant<Weighted, Pool, Relu, LeakyRelu, Clip, Sigmoid, Quantize, Dequantize, Scale, Softmax,
                              LocalResponseNorm, Pad, Reshape, Add, Concat>;

struct Node {
  std::string name;                 // unique in its network
  std::string output;               // the ONNX value that it computes, after all that was folded into it
  std::vector<std::size_t> inputs;  // positions in Network::nodes, or Network::kInput
  MapShape shape;                   // of its output
  Operator op;

  const Weighted* weighted() const { return std::get_if<Weighted>(&op); }
  Weighted* weighted() { return std::get_if<Weighted>(&op); }
};

/// A network in an order in which it can be computed: a node's inputs stand before it. One image at a time.
struct Network {
  static constexpr std::size_t kInput = Layer::kNetworkInput;

  std::string name;
  MapShape input;
  std::vector<Node> nodes;
  std::size_t output = kInput;             // the node whose values are the answer
  std::vector<std::int64_t> output_shape;  // as ONNX counts it, batch included
  AxisOrder output_order = kOnnxOrder;     // in which the output's values stand in an ONNX tensor
  std::vector<std::string> remarks;        // what the import decided and a user may want to know

  const MapShape& shape(std::size_t node) const { return node == kInput ? input : nodes[node].shape; }
};

/// Whether the last window reaches beyond the declared padding, as ceil_mode allows.
bool overhangs(const WindowShape& shape);

/// What the models see of a network: a layer a node, at the same position, with the same name. Weighted layers carry
/// the mask of their non-zero weights. A concat's input shape is that of all it joins.
LayerGraph layer_graph(const Network& network);

}  // namespace sparsim
