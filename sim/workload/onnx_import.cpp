#include "sim/workload/onnx_import.h"

#include <google/protobuf/io/zero_copy_stream_impl.h>
#include <google/protobuf/io/zero_copy_stream_impl_lite.h>
#include <onnx/onnx_pb.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <limits>

#include "models/core/error.h"
#include "sim/workload/fold.h"
#include "sim/workload/onnx_graph.h"
#include "sim/workload/tensor.h"

namespace sparsim {
namespace {

using onnx::GraphProto;
using onnx::ModelProto;
using onnx::NodeProto;
using onnx::TensorProto;

constexpr std::int64_t kOldestOpset = 7, kNewestOpset = 17;

ModelProto parse(google::protobuf::io::ZeroCopyInputStream& stream, const std::string& file) {
  const google::protobuf::LogSilencer quiet;  // the exception says it
  ModelProto model;
  if (!model.ParseFromZeroCopyStream(&stream)) input_error("{}: not an ONNX file, or a damaged one", file);
  if (!model.has_graph()) input_error("{}: not an ONNX file: it holds no graph", file);
  return model;
}

std::int64_t opset(const ModelProto& model, const std::string& file) {
  for (const auto& import : model.opset_import())
    if (import.domain().empty() || import.domain() == "ai.onnx") {
      if (import.version() < kOldestOpset || import.version() > kNewestOpset)
        input_error("{}: operator set {}, supported are {} to {}", file, import.version(), kOldestOpset, kNewestOpset);
      return import.version();
    }
  input_error("{}: the ONNX operator set is not named", file);
}

/// Marks the nodes that the wanted output depends on, checking that each stands behind what it reads.
std::vector<bool> needed_nodes(const GraphProto& graph, const std::string& output, const OnnxGraph& known) {
  std::map<std::string, int> makers;
  for (int n = 0; n < graph.node_size(); ++n)
    for (const std::string& name : graph.node(n).output()) {
      if (name.empty()) continue;
      if (!makers.emplace(name, n).second || known.values.count(name) != 0 || known.is_constant(name))
        input_error("{}: node '{}' ({}): its output '{}' is defined twice", known.file, graph.node(n).name(),
                    graph.node(n).op_type(), name);
    }
  std::vector<bool> needed(static_cast<std::size_t>(graph.node_size()));
  if (const auto maker = makers.find(output); maker != makers.end()) {
    needed[static_cast<std::size_t>(maker->second)] = true;
  } else if (known.values.count(output) == 0) {
    input_error("{}: output '{}' is defined by no node", known.file, output);
  }
  for (int n = graph.node_size(); n-- > 0;) {
    if (!needed[static_cast<std::size_t>(n)]) continue;
    for (const std::string& name : graph.node(n).input()) {
      const auto maker = makers.find(name);
      if (maker == makers.end()) continue;
      if (maker->second >= n)
        input_error("{}: node '{}' ({}): its input '{}' is made by a later node, or in a cycle", known.file,
                    graph.node(n).name(), graph.node(n).op_type(), name);
      needed[static_cast<std::size_t>(maker->second)] = true;
    }
  }
  return needed;
}

/// Whether a file was made for N x height x width x channels: all that happens to its input is a transposition from it.
bool takes_channels_last(const GraphProto& graph, const std::string& input) {
  const auto transposes = [](const NodeProto& node) {
    const std::array<std::int64_t, 4> to_nchw{0, 3, 1, 2};
    return node.op_type() == "Transpose" && node.attribute_size() == 1 &&
           std::equal(node.attribute(0).ints().begin(), node.attribute(0).ints().end(), to_nchw.begin(), to_nchw.end());
  };
  bool used = false;
  for (const NodeProto& node : graph.node())
    for (const std::string& name : node.input())
      if (name == input) {
        if (!transposes(node)) return false;
        used = true;
      }
  return used;
}

/// Extents of the image input; a batch that is left open becomes 1.
std::vector<std::int64_t> input_dims(const onnx::ValueInfoProto& input, const std::string& where) {
  const auto& type = input.type().tensor_type();
  if (!input.type().has_tensor_type() || !type.has_shape()) input_error("{}: it has no shape", where);
  const bool is_number = is_float_type(type.elem_type()) || type.elem_type() == TensorProto::UINT8 ||
                         type.elem_type() == TensorProto::INT8;
  if (!is_number)
    input_error("{}: data type {}, supported are float, double, float16, bfloat16, uint8, int8", where,
                type.elem_type());
  std::vector<std::int64_t> dims;
  for (const auto& dim : type.shape().dim()) {
    const bool open = !dim.has_dim_value();
    if (open && !dims.empty())
      input_error("{}: axis {} ('{}') has no fixed extent; only the batch may be left open", where, dims.size(),
                  dim.dim_param());
    dims.push_back(open ? 1 : dim.dim_value());
  }
  if (dims.size() != 2 && dims.size() != 4)
    input_error("{}: shape {}, wanted are 1 x channels x height x width or 1 x values", where, to_string(dims));
  if (dims[0] != 1) input_error("{}: batch size {}, supported are 1 and a symbolic one", where, dims[0]);
  checked_elements(dims, where);
  return dims;
}

void read_input(OnnxGraph& result, const GraphProto& graph) {
  std::vector<const onnx::ValueInfoProto*> inputs;
  std::vector<std::string> names;
  for (const auto& input : graph.input())
    if (!result.is_constant(input.name())) {
      inputs.push_back(&input);
      names.push_back(input.name());
    }
  if (inputs.size() != 1)
    input_error("{}: {} inputs without an initializer ({}), wanted is one: the image", result.file, inputs.size(),
                fmt::join(names, ", "));
  const auto dims = input_dims(*inputs[0], fmt::format("{}: input '{}'", result.file, names[0]));
  Value image;
  image.axes = canonical_axes(dims);
  if (dims.size() == 2) {
    image.shape.channels = dims[1];
  } else if (takes_channels_last(graph, names[0])) {
    image.axes = {OnnxAxis::batch, OnnxAxis::height, OnnxAxis::width, OnnxAxis::channel};
    image.shape = {dims[1], dims[2], dims[3]};
  } else {
    image.shape = {dims[2], dims[3], dims[1]};
  }
  result.network.input = image.shape;
  result.values.emplace(names[0], image);
}

void read_initializers(OnnxGraph& result, const GraphProto& graph) {
  if (graph.sparse_initializer_size() > 0)
    input_error("{}: sparse initializers are not supported; store them densely", result.file);
  for (const TensorProto& tensor : graph.initializer())
    if (!result.initializers.emplace(tensor.name(), &tensor).second)
      input_error("{}: initializer '{}' is there twice", result.file, tensor.name());
}

Network import_model(const ModelProto& model, const std::string& file) {
  const GraphProto& graph = model.graph();
  OnnxGraph result;
  result.file = file;
  result.opset = opset(model, file);
  result.network.name = std::filesystem::path(file).stem().string();
  read_initializers(result, graph);
  read_input(result, graph);
  if (graph.output_size() == 0) input_error("{}: the graph has no output", file);
  const std::string& output = graph.output(0).name();
  if (graph.output_size() > 1)
    result.network.remarks.push_back(
        fmt::format("{} outputs, of which the first, '{}', counts", graph.output_size(), output));

  const std::vector<bool> needed = needed_nodes(graph, output, result);
  for (int n = 0; n < graph.node_size(); ++n)
    if (needed[static_cast<std::size_t>(n)]) import_operator(result, graph.node(n));

  const auto answer = result.values.find(output);
  if (answer == result.values.end()) input_error("{}: output '{}' does not depend on the image", file, output);
  Network& network = result.network;
  network.output = answer->second.node;
  network.output_shape = answer->second.dims();
  network.output_order = map_order(answer->second.axes);
  fold(network);
  return std::move(network);
}

}  // namespace

Network import_onnx(const std::string& path) {
  std::ifstream stream(path, std::ios::binary);
  if (!stream) input_error("{}: cannot be read: {}", path, std::strerror(errno));
  if (std::filesystem::is_directory(path)) input_error("{}: cannot be read: it is a directory", path);
  google::protobuf::io::IstreamInputStream input(&stream);
  return import_model(parse(input, path), path);
}

Network import_onnx_bytes(std::string_view bytes, const std::string& name) {
  if (bytes.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    input_error("{}: larger than 2 GiB, which ONNX files never are", name);
  google::protobuf::io::ArrayInputStream input(bytes.data(), static_cast<int>(bytes.size()));
  return import_model(parse(input, name), name);
}

}  // namespace sparsim
