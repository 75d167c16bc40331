#include "sim/workload/onnx_graph.h"

#include <algorithm>
#include <cmath>

#include "sim/workload/onnx_import.h"
#include "sim/workload/tensor.h"

namespace sparsim {
namespace {

using onnx::AttributeProto;

std::int64_t& extent_of(MapShape& shape, OnnxAxis axis) {
  switch (axis) {
    case OnnxAxis::channel:
      return shape.channels;
    case OnnxAxis::height:
      return shape.height;
    default:
      return shape.width;
  }
}

MapShape map_shape(const std::vector<std::int64_t>& dims, const OnnxAxes& axes) {
  MapShape shape;
  for (std::size_t d = 0; d < axes.size(); ++d)
    if (axes[d] != OnnxAxis::batch) extent_of(shape, axes[d]) = dims[d];
  return shape;
}

/// Whether reading a map in one order and writing it in the other leaves every value in its place.
bool stays_in_place(const MapShape& shape, AxisOrder read, AxisOrder write) {
  const auto longer = [&](const AxisOrder& order) {
    std::vector<Axis> axes;
    for (const Axis axis : order)
      if (extent(shape, axis) > 1) axes.push_back(axis);
    return axes;
  };
  return longer(read) == longer(write);
}

}  // namespace

std::int64_t extent(const MapShape& shape, OnnxAxis axis) {
  if (axis == OnnxAxis::batch) return 1;
  MapShape copy = shape;
  return extent_of(copy, axis);
}

std::vector<std::int64_t> Value::dims() const {
  std::vector<std::int64_t> dims;
  for (const OnnxAxis axis : axes) dims.push_back(extent(shape, axis));
  return dims;
}

OnnxAxes canonical_axes(const std::vector<std::int64_t>& dims) {
  const bool has_batch = dims.size() > 1 && dims[0] == 1;
  OnnxAxes axes;
  switch (dims.size() - (has_batch ? 1 : 0)) {
    case 1:
      axes = {OnnxAxis::channel};
      break;
    case 2:
      axes = {OnnxAxis::channel, OnnxAxis::width};
      break;
    case 3:
      axes = {OnnxAxis::channel, OnnxAxis::height, OnnxAxis::width};
      break;
    default:
      return {};
  }
  if (has_batch) axes.insert(axes.begin(), OnnxAxis::batch);
  return axes;
}

AxisOrder map_order(const OnnxAxes& axes) {
  std::vector<Axis> order;
  for (const OnnxAxis axis : axes) {
    if (axis == OnnxAxis::channel) order.push_back(Axis::channel);
    if (axis == OnnxAxis::height) order.push_back(Axis::height);
    if (axis == OnnxAxis::width) order.push_back(Axis::width);
  }
  for (const Axis axis : kOnnxOrder)  // absent ones have extent 1 and may stand anywhere
    if (std::find(order.begin(), order.end(), axis) == order.end()) order.push_back(axis);
  return {order[0], order[1], order[2]};
}

std::string OnnxGraph::unique_name(const std::string& wanted) {
  std::string name = wanted;
  for (int i = 2; !names.insert(name).second; ++i) name = fmt::format("{}#{}", wanted, i);
  return name;
}

OnnxNode::OnnxNode(OnnxGraph& graph, const onnx::NodeProto& proto) : graph_(graph), proto_(proto) {
  const std::string& name = !proto.name().empty() ? proto.name() : proto.output_size() > 0 ? proto.output(0) : "";
  where_ = fmt::format("{}: node '{}' ({})", graph.file, name, proto.op_type());
  if (proto.output_size() == 0 || proto.output(0).empty()) fail("it has no output");
}

bool OnnxNode::has_attribute(std::string_view name) const {
  return std::any_of(proto_.attribute().begin(), proto_.attribute().end(),
                     [&](const AttributeProto& a) { return a.name() == name; });
}

const AttributeProto* OnnxNode::attribute(std::string_view name, AttributeProto::AttributeType type) {
  known_attributes_.emplace(name);
  for (const AttributeProto& attribute : proto_.attribute()) {
    if (attribute.name() != name) continue;
    if (attribute.type() != type)
      fail("attribute '{}' must be of type {}", name, AttributeProto::AttributeType_Name(type));
    return &attribute;
  }
  return nullptr;
}

std::int64_t OnnxNode::integer(std::string_view name, std::int64_t otherwise) {
  const AttributeProto* found = attribute(name, AttributeProto::INT);
  return found ? found->i() : otherwise;
}

float OnnxNode::real(std::string_view name, float otherwise) {
  const AttributeProto* found = attribute(name, AttributeProto::FLOAT);
  return found ? found->f() : otherwise;
}

std::string OnnxNode::text(std::string_view name, const std::string& otherwise) {
  const AttributeProto* found = attribute(name, AttributeProto::STRING);
  return found ? found->s() : otherwise;
}

std::vector<std::int64_t> OnnxNode::integers(std::string_view name) {
  const AttributeProto* found = attribute(name, AttributeProto::INTS);
  if (!found) return {};
  return {found->ints().begin(), found->ints().end()};
}

std::vector<float> OnnxNode::reals(std::string_view name) {
  const AttributeProto* found = attribute(name, AttributeProto::FLOATS);
  if (!found) return {};
  return {found->floats().begin(), found->floats().end()};
}

std::optional<Constant> OnnxNode::tensor(std::string_view name) {
  const AttributeProto* found = attribute(name, AttributeProto::TENSOR);
  if (!found) return std::nullopt;
  return decode(found->t(), where_);
}

void OnnxNode::check_attributes() const {
  for (const AttributeProto& attribute : proto_.attribute())
    if (known_attributes_.count(attribute.name()) == 0)
      fail("attribute '{}' is not known here; known are: {}", attribute.name(), fmt::join(known_attributes_, ", "));
}

Value OnnxNode::value(std::size_t i) const {
  if (!has_input(i)) fail("input {} is missing", i);
  const auto found = graph_.values.find(input_name(i));
  if (found != graph_.values.end()) return found->second;
  if (graph_.is_constant(input_name(i)))
    fail("input {} ('{}') is a constant, where values of the image are wanted", i, input_name(i));
  fail("input {} ('{}') is defined by no input, initializer or node", i, input_name(i));
}

Value OnnxNode::canonical(std::size_t i) {
  const Value from = value(i);
  const std::vector<std::int64_t> dims = from.dims();
  const OnnxAxes axes = canonical_axes(dims);
  if (from.axes == axes) return from;
  if (axes.empty()) fail("input {} has shape {}, whose batch is not first", i, to_string(dims));
  const MapShape shape = map_shape(dims, axes);
  const Reshape move{map_order(from.axes), map_order(axes)};
  Value moved = from;
  if (shape != from.shape || !stays_in_place(shape, move.read, move.write))
    moved.node = append(input_name(i) + ".transposed", input_name(i) + ".transposed", move, shape, {from});
  moved.shape = shape;
  moved.axes = axes;
  graph_.values[input_name(i)] = moved;  // all who read it later share the work
  return moved;
}

Value OnnxNode::channels_second(std::size_t i) {
  const Value found = canonical(i);
  if (found.axes.size() < 2 || found.axes[1] != OnnxAxis::channel)
    fail("input {} has shape {}, wanted is 1 x channels x ...", i, to_string(found.dims()));
  return found;
}

Value OnnxNode::map(std::size_t i) {
  if (const Value given = value(i); given.axes.size() != 4)
    fail("input {} has shape {}, wanted are four axes, 1 x channels x height x width", i, to_string(given.dims()));
  return canonical(i);
}

Constant OnnxNode::constant(std::size_t i) const {
  if (!has_input(i)) fail("input {} is missing", i);
  const std::string& name = input_name(i);
  if (const auto computed = graph_.constants.find(name); computed != graph_.constants.end()) return computed->second;
  const auto stored = graph_.initializers.find(name);
  if (stored == graph_.initializers.end()) fail("input {} ('{}') must be a constant that the file holds", i, name);
  return decode(*stored->second, fmt::format("{}: initializer '{}'", graph_.file, name));
}

std::vector<float> OnnxNode::floats(std::size_t i) const {
  Constant found = constant(i);
  auto* values = std::get_if<std::vector<float>>(&found.values);
  if (!values) fail("input {} ('{}') must be of a float type", i, input_name(i));
  if (!std::all_of(values->begin(), values->end(), [](float v) { return std::isfinite(v); }))
    fail("input {} ('{}') holds a value that is not finite", i, input_name(i));
  return std::move(*values);
}

std::vector<std::int64_t> OnnxNode::whole_numbers(std::size_t i) const {
  Constant found = constant(i);
  auto* values = std::get_if<std::vector<std::int64_t>>(&found.values);
  if (!values) fail("input {} ('{}') must be of an integer type", i, input_name(i));
  return std::move(*values);
}

float OnnxNode::scalar(std::size_t i) const {
  const Constant found = constant(i);
  if (found.elements() != 1 || !found.is_float()) fail("input {} ('{}') must be one float", i, input_name(i));
  return std::get<std::vector<float>>(found.values)[0];
}

std::vector<float> OnnxNode::per_channel(std::size_t i, const Value& value) const {
  std::vector<float> values = floats(i);
  const std::vector<std::int64_t> dims = constant(i).shape;
  bool fits = !values.empty() && dims.size() <= value.axes.size();
  for (std::size_t d = 0; fits && d < dims.size(); ++d) {  // aligned at the last axis
    const OnnxAxis axis = value.axes[value.axes.size() - dims.size() + d];
    fits = dims[d] == 1 || (axis == OnnxAxis::channel && dims[d] == value.shape.channels);
  }
  if (!fits)
    fail("input {} ('{}') has shape {} against {}: wanted is one value, or one a channel", i, input_name(i),
         to_string(dims), to_string(value.dims()));
  return values;
}

std::size_t OnnxNode::axis(std::int64_t axis, std::size_t rank) const {
  const auto axes = static_cast<std::int64_t>(rank);
  if (axis < -axes || axis >= axes) fail("axis {} of a tensor of {} axes", axis, rank);
  return static_cast<std::size_t>(axis < 0 ? axis + axes : axis);
}

std::size_t OnnxNode::append(const std::string& name, const std::string& output, Operator op, const MapShape& shape,
                             const std::vector<Value>& from) {
  checked_elements({shape.height, shape.width, shape.channels}, where_ + ": output");
  Node node;
  node.name = graph_.unique_name(name);
  node.output = output;
  for (const Value& value : from) node.inputs.push_back(value.node);
  node.shape = shape;
  node.op = std::move(op);
  graph_.network.nodes.push_back(std::move(node));
  return graph_.network.nodes.size() - 1;
}

Value OnnxNode::emit(Operator op, const MapShape& shape, OnnxAxes axes, const std::vector<Value>& from) {
  const std::string& name = proto_.name().empty() ? output_name() : proto_.name();
  const Value made{append(name, output_name(), std::move(op), shape, from), shape, std::move(axes)};
  set(made);
  return made;
}

Value OnnxNode::emit_before(Operator op, const MapShape& shape, const Value& from) {
  const std::string name = output_name() + ".before";
  return {append(name, name, std::move(op), shape, {from}), shape, from.axes};
}

void OnnxNode::set(const Value& value) { graph_.values.emplace(output_name(), value); }
void OnnxNode::set(Constant constant) { graph_.constants.emplace(output_name(), std::move(constant)); }

void OnnxNode::reshape(const Value& from, const std::vector<std::int64_t>& dims) {
  const OnnxAxes axes = canonical_axes(dims);
  if (axes.empty()) fail("shape {}, supported are up to three axes, and a batch of 1 before them", to_string(dims));
  if (checked_elements(dims, where_) != from.shape.elements())
    fail("shape {} does not hold the values of {}", to_string(dims), to_string(from.dims()));
  const MapShape shape = map_shape(dims, axes);
  const Reshape move{map_order(from.axes), map_order(axes)};
  if (shape == from.shape && stays_in_place(shape, move.read, move.write))
    set(Value{from.node, shape, axes});
  else
    emit(move, shape, axes, {from});
}

}  // namespace sparsim
