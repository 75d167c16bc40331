#pragma once

#include <fmt/format.h>
#include <onnx/onnx_pb.h>

#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/core/error.h"
#include "sim/workload/network.h"
#include "sim/workload/onnx_constant.h"

namespace sparsim {

/// What an axis of an ONNX tensor is of a feature map. Transposing relabels axes; values move only where an operator
/// needs them in another order.
enum class OnnxAxis : std::uint8_t { batch, channel, height, width };
using OnnxAxes = std::vector<OnnxAxis>;

/// An ONNX value that depends on the image.
struct Value {
  std::size_t node = Network::kInput;  // that computes it
  MapShape shape;
  OnnxAxes axes;  // of the ONNX tensor, each at most once; axes of the map that are not among them have extent 1

  std::vector<std::int64_t> dims() const;
};

/// What the axes of an untransposed tensor mean: N x C, N x C x W, N x C x H x W where the first extent is 1, else C,
/// C x W, C x H x W. Empty for a tensor that is neither.
OnnxAxes canonical_axes(const std::vector<std::int64_t>& dims);
/// The axes of the map in the order of the ONNX tensor.
AxisOrder map_order(const OnnxAxes& axes);
std::int64_t extent(const MapShape& shape, OnnxAxis axis);

/// The network as far as it has been read.
struct OnnxGraph {
  std::string file;
  std::int64_t opset = 0;
  Network network;
  std::map<std::string, Value> values;
  std::map<std::string, Constant> constants;  // computed ones
  std::map<std::string, const onnx::TensorProto*> initializers;
  std::set<std::string> names;  // of network.nodes

  bool is_constant(const std::string& name) const { return constants.count(name) + initializers.count(name) > 0; }
  /// `wanted`, or that with a number behind it if it is taken.
  std::string unique_name(const std::string& wanted);
};

/// One ONNX node on its way into the network: its attributes and inputs checked as they are read, its output set.
/// Everything here throws InputError naming file, node and operator.
class OnnxNode {
 public:
  OnnxNode(OnnxGraph& graph, const onnx::NodeProto& proto);

  std::int64_t opset() const { return graph_.opset; }
  const std::string& where() const { return where_; }
  template <class... Args>
  [[noreturn]] void fail(fmt::format_string<Args...> format, Args&&... args) const {
    throw InputError(where_ + ": " + fmt::format(format, std::forward<Args>(args)...));
  }

  bool has_attribute(std::string_view name) const;
  std::int64_t integer(std::string_view name, std::int64_t otherwise);
  float real(std::string_view name, float otherwise);
  std::string text(std::string_view name, const std::string& otherwise);
  /// Empty where the attribute is absent.
  std::vector<std::int64_t> integers(std::string_view name);
  std::vector<float> reals(std::string_view name);
  std::optional<Constant> tensor(std::string_view name);
  /// Throws for an attribute that nobody asked for: nothing is read and then ignored.
  void check_attributes() const;

  std::size_t inputs() const { return static_cast<std::size_t>(proto_.input_size()); }
  bool has_input(std::size_t i) const { return i < inputs() && !input_name(i).empty(); }
  bool is_constant(std::size_t i) const { return has_input(i) && graph_.is_constant(input_name(i)); }
  Value value(std::size_t i) const;
  /// The same with its axes in canonical order; a Reshape node moves the values where they are in another.
  Value canonical(std::size_t i);
  /// A canonical value whose second axis is that of the channels.
  Value channels_second(std::size_t i);
  /// A canonical value of four axes.
  Value map(std::size_t i);
  Constant constant(std::size_t i) const;
  std::vector<float> floats(std::size_t i) const;
  std::vector<std::int64_t> whole_numbers(std::size_t i) const;
  float scalar(std::size_t i) const;
  /// A constant that is broadcast against `value`: one float, or one a channel.
  std::vector<float> per_channel(std::size_t i, const Value& value) const;
  /// `axis` of a tensor of so many axes, counted from the end where negative.
  std::size_t axis(std::int64_t axis, std::size_t rank) const;

  /// The node's output is computed by a new operator on the values.
  Value emit(Operator op, const MapShape& shape, OnnxAxes axes, const std::vector<Value>& from);
  /// A further operator in front of that, for what one operator of ours cannot do.
  Value emit_before(Operator op, const MapShape& shape, const Value& from);
  /// The node's output is this.
  void set(const Value& value);
  void set(Constant constant);
  /// The node's output has the values of `from` in the order of their ONNX tensor, under a new shape.
  void reshape(const Value& from, const std::vector<std::int64_t>& dims);

 private:
  const std::string& input_name(std::size_t i) const { return proto_.input(static_cast<int>(i)); }
  const std::string& output_name() const { return proto_.output(0); }
  const onnx::AttributeProto* attribute(std::string_view name, onnx::AttributeProto::AttributeType type);
  std::size_t append(const std::string& name, const std::string& output, Operator op, const MapShape& shape,
                     const std::vector<Value>& from);

  OnnxGraph& graph_;
  const onnx::NodeProto& proto_;
  std::string where_;
  std::set<std::string, std::less<>> known_attributes_;
};

/// Reads one node into the graph. An operator that is not supported is an InputError that lists those that are.
void import_operator(OnnxGraph& graph, const onnx::NodeProto& proto);

/// Convolution and pooling, which slide windows.
void import_conv(OnnxNode& node);
void import_max_pool(OnnxNode& node);
void import_average_pool(OnnxNode& node);
void import_global_average_pool(OnnxNode& node);
/// Layout: values under another shape, in another order, or with a rim.
void import_flatten(OnnxNode& node);
void import_reshape(OnnxNode& node);
void import_squeeze(OnnxNode& node);
void import_unsqueeze(OnnxNode& node);
void import_transpose(OnnxNode& node);
void import_pad(OnnxNode& node);

}  // namespace sparsim
