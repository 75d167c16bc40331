#include <algorithm>
#include <utility>

#include "sim/workload/onnx_graph.h"
#include "sim/workload/onnx_import.h"
#include "sim/workload/tensor.h"

namespace sparsim {
namespace {

/// An attribute of `count` numbers in [low, kMaxOnnxExtent]; `otherwise` for all where it is absent.
std::vector<std::int64_t> numbers(OnnxNode& node, const char* name, std::size_t count, std::int64_t low,
                                  std::int64_t otherwise) {
  std::vector<std::int64_t> values = node.integers(name);
  if (values.empty()) values.assign(count, otherwise);
  if (values.size() != count) node.fail("{} has {} numbers, wanted are {}", name, values.size(), count);
  for (const std::int64_t value : values)
    if (value < low || value > kMaxOnnxExtent)
      node.fail("{} holds {}, allowed are {} to {}", name, value, low, kMaxOnnxExtent);
  return values;
}

struct Span {
  std::int64_t before = 0, after = 0, output = 0;
};

/// Padding and output extent along one axis; `declared` padding counts unless auto_pad says otherwise.
Span span(OnnxNode& node, const std::string& auto_pad, Span declared, std::int64_t in, std::int64_t kernel,
          std::int64_t stride, std::int64_t dilation, bool round_up) {
  Span result = declared;
  if (auto_pad == "SAME_UPPER" || auto_pad == "SAME_LOWER") {
    const std::int64_t reach = dilation * (kernel - 1) + 1;
    const std::int64_t pads = std::max<std::int64_t>((ceil_div(in, stride) - 1) * stride + reach - in, 0);
    result.before = auto_pad == "SAME_UPPER" ? pads / 2 : pads - pads / 2;
    result.after = pads - result.before;
  } else if (auto_pad == "VALID") {
    result.before = result.after = 0;
  } else if (auto_pad != "NOTSET") {
    node.fail("auto_pad '{}', allowed are NOTSET, SAME_UPPER, SAME_LOWER, VALID", auto_pad);
  }
  result.output = output_extent(in, result.before + result.after, kernel, stride, dilation, round_up, result.before);
  if (result.output < 1) node.fail("a window of {} (dilation {}) does not fit into {} values", kernel, dilation, in);
  return result;
}

/// The window attributes that convolution and pooling share. `output.channels` is left to the caller.
WindowShape window_shape(OnnxNode& node, const MapShape& input, std::int64_t kernel_h, std::int64_t kernel_w,
                         bool round_up, bool dilates) {
  const auto strides = numbers(node, "strides", 2, 1, 1);
  const auto dilations = dilates ? numbers(node, "dilations", 2, 1, 1) : std::vector<std::int64_t>{1, 1};
  const auto pads = numbers(node, "pads", 4, 0, 0);  // top, left, bottom, right
  const std::string auto_pad = node.text("auto_pad", "NOTSET");

  const Span rows =
      span(node, auto_pad, {pads[0], pads[2]}, input.height, kernel_h, strides[0], dilations[0], round_up);
  const Span cols = span(node, auto_pad, {pads[1], pads[3]}, input.width, kernel_w, strides[1], dilations[1], round_up);
  WindowShape shape;
  shape.input = input;
  shape.output = {rows.output, cols.output, input.channels};
  shape.kernel_h = kernel_h;
  shape.kernel_w = kernel_w;
  shape.stride_h = strides[0];
  shape.stride_w = strides[1];
  shape.dilation_h = dilations[0];
  shape.dilation_w = dilations[1];
  shape.pad_top = rows.before;
  shape.pad_bottom = rows.after;
  shape.pad_left = cols.before;
  shape.pad_right = cols.after;
  return shape;
}

/// ONNX keeps [filter][channel][row][column].
std::vector<float> channels_last(const std::vector<float>& weights, std::int64_t filters, std::int64_t channels,
                                 std::int64_t pixels) {
  std::vector<float> out(weights.size());
  std::size_t i = 0;
  for (std::int64_t f = 0; f < filters; ++f)
    for (std::int64_t c = 0; c < channels; ++c)
      for (std::int64_t p = 0; p < pixels; ++p)
        out[static_cast<std::size_t>((f * pixels + p) * channels + c)] = weights[i++];
  return out;
}

Pool pool(OnnxNode& node, const Value& input, LayerKind kind) {
  if (!node.has_attribute("kernel_shape")) node.fail("attribute kernel_shape is missing");
  const auto kernel = numbers(node, "kernel_shape", 2, 1, 1);
  const bool round_up = node.integer("ceil_mode", 0) != 0;
  Pool op;
  op.kind = kind;
  op.shape = window_shape(node, input.shape, kernel[0], kernel[1], round_up, kind == LayerKind::max_pool);
  const WindowShape& s = op.shape;
  const std::int64_t reach_h = s.dilation_h * (s.kernel_h - 1) + 1;
  const std::int64_t reach_w = s.dilation_w * (s.kernel_w - 1) + 1;
  if (std::max(s.pad_top, s.pad_bottom) >= reach_h || std::max(s.pad_left, s.pad_right) >= reach_w)
    node.fail("pads must be smaller than the window, or a window would see padding alone");
  return op;
}

}  // namespace

void import_conv(OnnxNode& node) {
  const Value input = node.map(0);
  const std::vector<std::int64_t> dims = node.constant(1).shape;
  if (dims.size() != 4)
    node.fail("weights have shape {}, wanted are filters x channels x height x width", to_string(dims));
  const std::int64_t filters = dims[0];
  const std::int64_t groups = node.integer("group", 1);
  if (groups < 1 || groups > filters || filters % groups != 0)
    node.fail("group is {}, which does not divide {} filters", groups, filters);
  if (groups * dims[1] != input.shape.channels)
    node.fail("weights of shape {} in {} groups want {} input channels, the input has {}", to_string(dims), groups,
              groups * dims[1], input.shape.channels);
  const auto kernel = node.integers("kernel_shape");
  if (!kernel.empty() && kernel != std::vector<std::int64_t>{dims[2], dims[3]})
    node.fail("kernel_shape {} differs from weights of shape {}", to_string(kernel), to_string(dims));

  Weighted op;
  op.shape = window_shape(node, input.shape, dims[2], dims[3], /*round_up=*/false, /*dilates=*/true);
  op.shape.output.channels = filters;
  op.shape.groups = groups;
  op.weights = channels_last(node.floats(1), filters, dims[1], dims[2] * dims[3]);
  if (node.has_input(2)) op.bias = node.floats(2);
  if (!op.bias.empty() && static_cast<std::int64_t>(op.bias.size()) != filters)
    node.fail("{} biases for {} filters", op.bias.size(), filters);
  const MapShape output = op.shape.output;
  node.emit(std::move(op), output, input.axes, {input});
}

void import_max_pool(OnnxNode& node) {
  const Value input = node.map(0);
  node.integer("storage_order", 0);  // speaks of the second output, the indices, which nobody can use here
  const Pool op = pool(node, input, LayerKind::max_pool);
  node.emit(op, op.shape.output, input.axes, {input});
}

void import_average_pool(OnnxNode& node) {
  Value input = node.map(0);
  Pool op = pool(node, input, LayerKind::average_pool);
  op.count_padding = node.integer("count_include_pad", 0) != 0;
  WindowShape& s = op.shape;
  const bool padded = s.pad_top + s.pad_left + s.pad_bottom + s.pad_right > 0;
  const bool reaches_out = overhangs(s);
  if (op.count_padding && reaches_out && padded) {
    // Declared padding is divided by, what ceil_mode lets the last window reach beyond it is not: pad for real.
    Pad pad;
    pad.before = {s.pad_top, s.pad_left, 0};
    pad.after = {s.pad_bottom, s.pad_right, 0};
    s.input.height += s.pad_top + s.pad_bottom;
    s.input.width += s.pad_left + s.pad_right;
    s.pad_top = s.pad_left = s.pad_bottom = s.pad_right = 0;
    input = node.emit_before(pad, s.input, input);
  }
  if (reaches_out) op.count_padding = false;
  node.emit(op, s.output, input.axes, {input});
}

void import_global_average_pool(OnnxNode& node) {
  const Value input = node.map(0);
  Pool op;
  op.kind = LayerKind::average_pool;
  op.shape.input = input.shape;
  op.shape.output = {1, 1, input.shape.channels};
  op.shape.kernel_h = input.shape.height;
  op.shape.kernel_w = input.shape.width;
  node.emit(op, op.shape.output, input.axes, {input});
}

}  // namespace sparsim
