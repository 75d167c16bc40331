#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <numeric>

#include "sim/workload/onnx_graph.h"
#include "sim/workload/onnx_import.h"
#include "sim/workload/tensor.h"

namespace sparsim {
namespace {

using onnx::TensorProto;

const OnnxAxes kRowAxes{OnnxAxis::batch, OnnxAxis::channel};

/// One output with the shape and axes of the input.
void emit_like(OnnxNode& node, Operator op, const Value& input) {
  node.emit(std::move(op), input.shape, input.axes, {input});
}

void import_relu(OnnxNode& node) { emit_like(node, Relu{}, node.value(0)); }
void import_sigmoid(OnnxNode& node) { emit_like(node, Sigmoid{}, node.value(0)); }
void import_leaky_relu(OnnxNode& node) { emit_like(node, LeakyRelu{node.real("alpha", 0.01f)}, node.value(0)); }

void import_clip(OnnxNode& node) {
  Clip op;
  if (node.opset() < 11) {
    op.low = node.real("min", op.low);
    op.high = node.real("max", op.high);
  } else {
    if (node.has_input(1)) op.low = node.scalar(1);
    if (node.has_input(2)) op.high = node.scalar(2);
  }
  if (!(op.low <= op.high)) node.fail("min {} is not below max {}", op.low, op.high);
  emit_like(node, op, node.value(0));
}

void import_softmax(OnnxNode& node) {
  const Value input = node.value(0);
  const bool flattens = node.opset() < 13;  // then all axes from `axis` on are normalised together
  const std::size_t first = node.axis(node.integer("axis", flattens ? 1 : -1), input.axes.size());
  const std::size_t last = flattens ? input.axes.size() : first + 1;
  Softmax op{false, false, false};
  for (std::size_t d = first; d < last; ++d) {
    op.over_channels |= input.axes[d] == OnnxAxis::channel;
    op.over_height |= input.axes[d] == OnnxAxis::height;
    op.over_width |= input.axes[d] == OnnxAxis::width;
  }
  emit_like(node, op, input);
}

void import_lrn(OnnxNode& node) {
  LocalResponseNorm op;
  op.size = node.integer("size", 0);
  if (op.size < 1 || op.size > kMaxOnnxExtent) node.fail("size is {}, allowed are 1 to {}", op.size, kMaxOnnxExtent);
  op.alpha = node.real("alpha", 1e-4f);
  op.beta = node.real("beta", 0.75f);
  op.bias = node.real("bias", 1.0f);
  emit_like(node, op, node.channels_second(0));
}

void import_batch_normalization(OnnxNode& node) {
  const Value input = node.channels_second(0);
  const double epsilon = static_cast<double>(node.real("epsilon", 1e-5f));
  node.real("momentum", 0.9f);  // speaks of training
  if (node.integer("training_mode", 0) != 0) node.fail("training_mode must be 0");
  if (node.integer("spatial", 1) != 1) node.fail("spatial must be 1: statistics a channel");
  const auto scale = node.floats(1), shift = node.floats(2), mean = node.floats(3), variance = node.floats(4);
  for (const auto* values : {&scale, &shift, &mean, &variance})
    if (static_cast<std::int64_t>(values->size()) != input.shape.channels)
      node.fail("{} values for {} channels", values->size(), input.shape.channels);
  Scale op;
  for (std::size_t c = 0; c < scale.size(); ++c) {
    const double spread = static_cast<double>(variance[c]) + epsilon;
    if (!(spread > 0)) node.fail("variance {} of channel {} is negative", variance[c], c);
    const double factor = static_cast<double>(scale[c]) / std::sqrt(spread);
    const double offset = static_cast<double>(shift[c]) - static_cast<double>(mean[c]) * factor;
    const double limit = std::numeric_limits<float>::max();
    if (!(std::abs(factor) <= limit && std::abs(offset) <= limit)) node.fail("channel {} leaves the float range", c);
    op.factor.push_back(static_cast<float>(factor));
    op.offset.push_back(static_cast<float>(offset));
  }
  emit_like(node, op, input);
}

/// Of an operator on two inputs, the position of the one that depends on the image, the other being constant.
std::size_t variable_input(OnnxNode& node) {
  if (node.inputs() != 2) node.fail("it has {} inputs, wanted are 2", node.inputs());
  if (node.is_constant(0) && node.is_constant(1)) node.fail("both inputs are constants; wanted is one");
  return node.is_constant(0) ? 1 : 0;
}

void import_add(OnnxNode& node) {
  const std::size_t variable = variable_input(node);
  if (node.is_constant(1 - variable)) {
    const Value input = node.value(variable);
    return emit_like(node, Scale{{1.0f}, node.per_channel(1 - variable, input)}, input);
  }
  Value a = node.value(0), b = node.value(1);
  if (a.axes != b.axes) {
    a = node.canonical(0);
    b = node.canonical(1);
  }
  if (a.axes != b.axes || a.shape != b.shape)
    node.fail("shapes {} and {} differ", to_string(a.dims()), to_string(b.dims()));
  node.emit(Add{}, a.shape, a.axes, {a, b});
}

void import_sub(OnnxNode& node) {
  const std::size_t variable = variable_input(node);
  const Value input = node.value(variable);
  std::vector<float> constant = node.per_channel(1 - variable, input);
  if (variable == 0) std::transform(constant.begin(), constant.end(), constant.begin(), std::negate<>());
  emit_like(node, Scale{{variable == 0 ? 1.0f : -1.0f}, std::move(constant)}, input);
}

void import_mul(OnnxNode& node) {
  const std::size_t variable = variable_input(node);
  const Value input = node.value(variable);
  emit_like(node, Scale{node.per_channel(1 - variable, input), {0.0f}}, input);
}

void import_div(OnnxNode& node) {
  if (variable_input(node) != 0) node.fail("the divisor must be a constant");
  const Value input = node.value(0);
  std::vector<float> factor = node.per_channel(1, input);
  for (float& value : factor) {
    if (value == 0.0f) node.fail("the divisor is zero");
    value = 1.0f / value;
  }
  emit_like(node, Scale{std::move(factor), {0.0f}}, input);
}

void import_concat(OnnxNode& node) {
  if (node.inputs() == 0) node.fail("it has no inputs");
  std::vector<Value> parts;
  for (std::size_t i = 0; i < node.inputs(); ++i) parts.push_back(node.value(i));
  if (std::any_of(parts.begin(), parts.end(), [&](const Value& v) { return v.axes != parts[0].axes; }))
    for (std::size_t i = 0; i < parts.size(); ++i) parts[i] = node.canonical(i);
  const std::size_t axis = node.axis(node.integer("axis", 1), parts[0].axes.size());
  if (parts[0].axes[axis] != OnnxAxis::channel) node.fail("axis {} is not that of the channels", axis);
  MapShape shape = parts[0].shape;
  shape.channels = 0;
  for (const Value& part : parts) {
    if (part.axes != parts[0].axes || part.shape.height != shape.height || part.shape.width != shape.width)
      node.fail("shapes {} and {} differ in more than channels", to_string(parts[0].dims()), to_string(part.dims()));
    shape.channels += part.shape.channels;
  }
  if (parts.size() == 1) return node.set(parts[0]);
  const OnnxAxes axes = parts[0].axes;
  node.emit(Concat{}, shape, axes, parts);
}

/// `weights` are [output][input].
void emit_dense(OnnxNode& node, const Value& input, std::int64_t outputs, std::vector<float> weights,
                std::vector<float> bias) {
  Weighted op;
  op.kind = LayerKind::dense;
  op.shape = WindowShape::dense(input.shape.channels, outputs);
  op.weights = std::move(weights);
  op.bias = std::move(bias);
  const MapShape output = op.shape.output;
  node.emit(std::move(op), output, kRowAxes, {input});
}

/// Input 0 of Gemm and MatMul: 1 x values.
Value row(OnnxNode& node) {
  const Value found = node.canonical(0);
  if (found.axes != kRowAxes) node.fail("input 0 has shape {}, wanted is 1 x values", to_string(found.dims()));
  return found;
}

/// Input 1: a constant matrix, brought to [output][input].
Constant output_major(OnnxNode& node, const Value& input, bool is_output_major) {
  node.floats(1);  // finite, and of a float type
  Constant matrix = node.constant(1);
  if (matrix.shape.size() != 2) node.fail("weights have shape {}, wanted are two axes", to_string(matrix.shape));
  if (!is_output_major) matrix = transposed(matrix, {1, 0});
  if (matrix.shape[1] != input.shape.channels)
    node.fail("weights for {} inputs, there are {}", matrix.shape[1], input.shape.channels);
  return matrix;
}

void import_matmul(OnnxNode& node) {
  const Value input = row(node);
  Constant matrix = output_major(node, input, false);
  emit_dense(node, input, matrix.shape[0], std::move(std::get<std::vector<float>>(matrix.values)), {});
}

void import_gemm(OnnxNode& node) {
  if (node.integer("transA", 0) != 0) node.fail("transA must be 0");
  const Value input = row(node);
  Constant matrix = output_major(node, input, node.integer("transB", 0) != 0);
  auto& weights = std::get<std::vector<float>>(matrix.values);
  const float alpha = node.real("alpha", 1.0f), beta = node.real("beta", 1.0f);
  for (float& weight : weights) weight *= alpha;
  std::vector<float> bias;
  if (node.has_input(2)) {
    Value output;
    output.shape.channels = matrix.shape[0];
    output.axes = kRowAxes;
    bias = node.per_channel(2, output);
    if (bias.size() == 1) bias.assign(static_cast<std::size_t>(matrix.shape[0]), bias[0]);
    for (float& value : bias) value *= beta;
  }
  emit_dense(node, input, matrix.shape[0], std::move(weights), std::move(bias));
}

void pass_through(OnnxNode& node) {
  if (node.is_constant(0))
    node.set(node.constant(0));
  else
    node.set(node.value(0));
}

void import_dropout(OnnxNode& node) {
  node.real("ratio", 0.5f);  // both speak of training
  node.integer("seed", 0);
  pass_through(node);
}

void import_cast(OnnxNode& node) {
  const auto type = static_cast<std::int32_t>(node.integer("to", 0));
  if (!TensorProto::DataType_IsValid(type)) node.fail("data type {} does not exist", type);
  if (node.is_constant(0)) return node.set(cast(node.constant(0), type, node.where()));
  if (!is_float_type(type)) node.fail("values of the image are cast to a type that is no float");
  node.set(node.value(0));
}

void import_constant(OnnxNode& node) {
  const auto scalar_or_list = [&](std::vector<std::int64_t> shape, auto values, std::int32_t type) {
    node.set(Constant{type, std::move(shape), std::move(values)});
  };
  const auto length = [](const auto& values) {
    return std::vector<std::int64_t>{static_cast<std::int64_t>(values.size())};
  };
  if (auto tensor = node.tensor("value")) return node.set(std::move(*tensor));
  if (node.has_attribute("value_float"))
    return scalar_or_list({}, std::vector<float>{node.real("value_float", 0)}, TensorProto::FLOAT);
  if (node.has_attribute("value_int"))
    return scalar_or_list({}, std::vector<std::int64_t>{node.integer("value_int", 0)}, TensorProto::INT64);
  if (node.has_attribute("value_floats")) {
    const auto values = node.reals("value_floats");
    return scalar_or_list(length(values), values, TensorProto::FLOAT);
  }
  if (node.has_attribute("value_ints")) {
    const auto values = node.integers("value_ints");
    return scalar_or_list(length(values), values, TensorProto::INT64);
  }
  node.fail("it has none of value, value_float, value_floats, value_int, value_ints");
}

struct Levels {
  std::vector<float> scale, zero_point;
};

/// Scale and zero point of QuantizeLinear and DequantizeLinear on a tensor of `extent` values along its axis.
Levels levels(OnnxNode& node, std::int64_t extent) {
  Levels found{node.floats(1), {0.0f}};
  if (node.has_input(2)) {
    const auto zero_points = node.whole_numbers(2);
    found.zero_point.assign(zero_points.begin(), zero_points.end());
  }
  for (const float scale : found.scale)
    if (!(scale > 0)) node.fail("scale {} is not positive", scale);
  for (const auto* values : {&found.scale, &found.zero_point})
    if (values->size() != 1 && static_cast<std::int64_t>(values->size()) != extent)
      node.fail("{} scales or zero points for {} values along the axis", values->size(), extent);
  return found;
}

/// QuantizeLinear and DequantizeLinear share everything but the two last steps.
template <class OnConstant, class OnValue>
void import_quantization(OnnxNode& node, OnConstant on_constant, OnValue on_value) {
  const std::int64_t given = node.opset() < 13 ? 1 : node.integer("axis", 1);
  if (node.is_constant(0)) {
    const Constant constant = node.constant(0);
    const std::size_t rank = constant.shape.size();
    const std::size_t axis = node.constant(1).elements() == 1 ? rank : node.axis(given, rank);
    return node.set(on_constant(constant, levels(node, axis < rank ? constant.shape[axis] : 1), axis));
  }
  const Value input = node.value(0);
  const Levels found = levels(node, input.shape.channels);
  if (found.scale.size() > 1 && input.axes[node.axis(given, input.axes.size())] != OnnxAxis::channel)
    node.fail("scales along axis {}, which is not that of the channels", given);
  emit_like(node, on_value(found), input);
}

void import_quantize_linear(OnnxNode& node) {
  const std::int32_t type = node.has_input(2) ? node.constant(2).type : TensorProto::UINT8;
  if (type != TensorProto::UINT8 && type != TensorProto::INT8)
    node.fail("the zero point must be of type uint8 or int8");
  import_quantization(
      node,
      [&](const Constant& constant, const Levels& l, std::size_t axis) {
        if (!constant.is_float()) node.fail("input 0 is not of a float type");
        return quantized(constant, l.scale, l.zero_point, axis, type);
      },
      [&](const Levels& l) {
        const float low = type == TensorProto::INT8 ? -128.0f : 0.0f;
        return Quantize{l.scale, l.zero_point, low, low + 255.0f};
      });
}

void import_dequantize_linear(OnnxNode& node) {
  import_quantization(
      node,
      [&](const Constant& constant, const Levels& l, std::size_t axis) {
        if (constant.is_float()) node.fail("input 0 is not of an integer type");
        return dequantized(constant, l.scale, l.zero_point, axis);
      },
      [](const Levels& l) {
        return Dequantize{l.scale, l.zero_point};
      });
}

const std::map<std::string, void (*)(OnnxNode&), std::less<>>& importers() {
  static const std::map<std::string, void (*)(OnnxNode&), std::less<>> known{
      {"Add", import_add},
      {"AveragePool", import_average_pool},
      {"BatchNormalization", import_batch_normalization},
      {"Cast", import_cast},
      {"Clip", import_clip},
      {"Concat", import_concat},
      {"Constant", import_constant},
      {"Conv", import_conv},
      {"DequantizeLinear", import_dequantize_linear},
      {"Div", import_div},
      {"Dropout", import_dropout},
      {"Flatten", import_flatten},
      {"Gemm", import_gemm},
      {"GlobalAveragePool", import_global_average_pool},
      {"Identity", pass_through},
      {"LRN", import_lrn},
      {"LeakyRelu", import_leaky_relu},
      {"MatMul", import_matmul},
      {"MaxPool", import_max_pool},
      {"Mul", import_mul},
      {"Pad", import_pad},
      {"QuantizeLinear", import_quantize_linear},
      {"Relu", import_relu},
      {"Reshape", import_reshape},
      {"Sigmoid", import_sigmoid},
      {"Softmax", import_softmax},
      {"Squeeze", import_squeeze},
      {"Sub", import_sub},
      {"Transpose", import_transpose},
      {"Unsqueeze", import_unsqueeze},
  };
  return known;
}

}  // namespace

void import_operator(OnnxGraph& graph, const onnx::NodeProto& proto) {
  OnnxNode node(graph, proto);
  const auto found = importers().find(proto.op_type());
  const bool standard = proto.domain().empty() || proto.domain() == "ai.onnx";
  if (found == importers().end() || !standard) {
    std::vector<std::string> names;
    for (const auto& [name, import] : importers()) names.push_back(name);
    node.fail("operator {}{}{} is not supported; supported are {}", proto.domain(), standard ? "" : ".",
              proto.op_type(), fmt::join(names, ", "));
  }
  found->second(node);
  node.check_attributes();
}

}  // namespace sparsim
