#include <algorithm>
#include <functional>
#include <numeric>

#include "sim/workload/onnx_graph.h"
#include "sim/workload/onnx_import.h"
#include "sim/workload/tensor.h"

namespace sparsim {
namespace {

/// The input's values under another shape, which `reshape` finds from the old one.
template <class Shape>
void import_reshaping(OnnxNode& node, Shape shape) {
  if (node.is_constant(0)) {
    Constant constant = node.constant(0);
    const std::vector<std::int64_t> dims = shape(constant.shape);
    if (checked_elements(dims, node.where()) != constant.elements())
      node.fail("shape {} does not hold the values of {}", to_string(dims), to_string(constant.shape));
    constant.shape = dims;
    return node.set(std::move(constant));
  }
  const Value input = node.value(0);
  node.reshape(input, shape(input.dims()));
}

/// `axes`: an attribute before opset 13, an input since; empty where it is absent.
std::vector<std::int64_t> axes_argument(OnnxNode& node) {
  if (node.opset() < 13) return node.integers("axes");
  return node.has_input(1) ? node.whole_numbers(1) : std::vector<std::int64_t>{};
}

}  // namespace

void import_flatten(OnnxNode& node) {
  const std::int64_t given = node.integer("axis", 1);
  import_reshaping(node, [&](const std::vector<std::int64_t>& from) {
    // Unlike elsewhere the axis may be the number of axes.
    const std::size_t split =
        given == static_cast<std::int64_t>(from.size()) ? from.size() : node.axis(given, from.size());
    std::vector<std::int64_t> dims{1, 1};
    for (std::size_t d = 0; d < from.size(); ++d) dims[d < split ? 0 : 1] *= from[d];
    return dims;
  });
}

void import_reshape(OnnxNode& node) {
  const std::vector<std::int64_t> wanted = node.whole_numbers(1);
  const bool allow_zero = node.integer("allowzero", 0) != 0;
  import_reshaping(node, [&](const std::vector<std::int64_t>& from) {
    std::vector<std::int64_t> dims = wanted;
    std::int64_t known = 1;
    for (std::size_t d = 0; d < dims.size(); ++d) {
      if (dims[d] == 0 && !allow_zero) {
        if (d >= from.size()) node.fail("shape {} copies axis {} of {}", to_string(wanted), d, to_string(from));
        dims[d] = from[d];
      }
      if (dims[d] != -1) known = checked_elements({known, dims[d]}, node.where());
    }
    const auto open = std::find(dims.begin(), dims.end(), -1);
    if (open != dims.end()) *open = checked_elements(from, node.where()) / known;  // a rest is found by the caller
    return dims;
  });
}

void import_squeeze(OnnxNode& node) {
  const std::vector<std::int64_t> axes = axes_argument(node);
  import_reshaping(node, [&](const std::vector<std::int64_t>& from) {
    std::vector<bool> drop(from.size());
    for (std::size_t d = 0; d < from.size(); ++d) drop[d] = axes.empty() && from[d] == 1;
    for (const std::int64_t axis : axes) {
      const std::size_t d = node.axis(axis, from.size());
      if (from[d] != 1) node.fail("axis {} of {} is not 1", axis, to_string(from));
      drop[d] = true;
    }
    std::vector<std::int64_t> dims;
    for (std::size_t d = 0; d < from.size(); ++d)
      if (!drop[d]) dims.push_back(from[d]);
    return dims;
  });
}

void import_unsqueeze(OnnxNode& node) {
  const std::vector<std::int64_t> axes = axes_argument(node);
  import_reshaping(node, [&](const std::vector<std::int64_t>& from) {
    std::vector<bool> added(from.size() + axes.size());
    for (const std::int64_t axis : axes) {
      const std::size_t d = node.axis(axis, added.size());
      if (added[d]) node.fail("axis {} is added twice", axis);
      added[d] = true;
    }
    std::vector<std::int64_t> dims;
    auto next = from.begin();
    for (const bool is_new : added) dims.push_back(is_new ? 1 : *next++);
    return dims;
  });
}

void import_transpose(OnnxNode& node) {
  const bool is_constant = node.is_constant(0);
  const std::size_t rank = is_constant ? node.constant(0).shape.size() : node.value(0).axes.size();
  std::vector<std::int64_t> permutation = node.integers("perm");
  if (permutation.empty())
    for (std::size_t d = rank; d-- > 0;) permutation.push_back(static_cast<std::int64_t>(d));
  std::vector<std::int64_t> sorted = permutation, counted(rank);
  std::sort(sorted.begin(), sorted.end());
  std::iota(counted.begin(), counted.end(), 0);
  if (sorted != counted) node.fail("perm [{}] does not permute {} axes", fmt::join(permutation, ", "), rank);
  if (is_constant) return node.set(transposed(node.constant(0), permutation));
  Value moved = node.value(0);
  const OnnxAxes axes = moved.axes;
  for (std::size_t d = 0; d < rank; ++d) moved.axes[d] = axes[static_cast<std::size_t>(permutation[d])];
  node.set(moved);
}

void import_pad(OnnxNode& node) {
  const bool by_input = node.opset() >= 11;
  const Value input = node.value(0);
  const std::size_t rank = input.axes.size();
  const auto pads = by_input ? node.whole_numbers(1) : node.integers("pads");
  if (pads.size() != 2 * rank) node.fail("pads has {} numbers, wanted are {}", pads.size(), 2 * rank);
  for (const std::int64_t pad : pads)
    if (pad < 0 || pad > kMaxOnnxExtent) node.fail("pads hold {}, allowed are 0 to {}", pad, kMaxOnnxExtent);

  Pad op;
  const std::string mode = node.text("mode", "constant");
  if (mode == "reflect")
    op.mode = Pad::Mode::reflect;
  else if (mode == "edge")
    op.mode = Pad::Mode::edge;
  else if (mode != "constant")
    node.fail("mode '{}', allowed are constant, reflect, edge", mode);
  if (!by_input)
    op.value = node.real("value", 0);
  else if (node.has_input(2))
    op.value = node.scalar(2);

  MapShape shape = input.shape;
  const auto pad_axis = [&](OnnxAxis axis, std::int64_t before, std::int64_t after) {
    const std::int64_t extent_before = extent(input.shape, axis);
    if (op.mode == Pad::Mode::reflect && std::max(before, after) >= extent_before)
      node.fail("{} values cannot be reflected in an axis of {}", std::max(before, after), extent_before);
    switch (axis) {
      case OnnxAxis::batch:
        if (before + after != 0) node.fail("the batch axis cannot be padded");
        break;
      case OnnxAxis::height:
        op.before.height = before, op.after.height = after, shape.height += before + after;
        break;
      case OnnxAxis::width:
        op.before.width = before, op.after.width = after, shape.width += before + after;
        break;
      case OnnxAxis::channel:
        op.before.channels = before, op.after.channels = after, shape.channels += before + after;
        break;
    }
  };
  for (std::size_t d = 0; d < rank; ++d) pad_axis(input.axes[d], pads[d], pads[rank + d]);
  node.emit(op, shape, input.axes, {input});
}

}  // namespace sparsim
