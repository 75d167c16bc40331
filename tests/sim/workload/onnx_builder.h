#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <string>
#include <vector>

#include "sim/workload/network.h"
#include "sim/workload/onnx_import.h"

namespace sparsim {

/// Builds small ONNX models, right and wrong ones. The input is "x", the output "y" unless set otherwise.
class OnnxBuilder {
 public:
  explicit OnnxBuilder(std::vector<std::int64_t> input = {1, 2, 4, 4}, std::int64_t opset = 13) {
    model_.add_opset_import()->set_version(opset);
    auto& type = *graph().add_input()->mutable_type()->mutable_tensor_type();
    graph().mutable_input(0)->set_name("x");
    type.set_elem_type(onnx::TensorProto::FLOAT);
    type.mutable_shape();
    for (const std::int64_t extent : input) type.mutable_shape()->add_dim()->set_dim_value(extent);
    graph().add_output()->set_name("y");
  }

  onnx::ModelProto& model() { return model_; }
  onnx::GraphProto& graph() { return *model_.mutable_graph(); }

  /// A float initializer; all `value`, unless it is given in full.
  OnnxBuilder& weights(const std::string& name, const std::vector<std::int64_t>& shape, float value = 1.0f) {
    std::int64_t elements = 1;
    for (const std::int64_t extent : shape) elements *= extent;
    return weights(name, shape, std::vector<float>(static_cast<std::size_t>(elements), value));
  }
  OnnxBuilder& weights(const std::string& name, const std::vector<std::int64_t>& shape,
                       const std::vector<float>& values) {
    onnx::TensorProto& tensor = add_tensor(name, shape, onnx::TensorProto::FLOAT);
    for (const float value : values) tensor.add_float_data(value);
    return *this;
  }
  OnnxBuilder& integers(const std::string& name, const std::vector<std::int64_t>& values) {
    onnx::TensorProto& tensor = add_tensor(name, {static_cast<std::int64_t>(values.size())}, onnx::TensorProto::INT64);
    for (const std::int64_t value : values) tensor.add_int64_data(value);
    return *this;
  }

  /// A node that is named "op_" and its output.
  OnnxBuilder& node(const std::string& op, const std::vector<std::string>& inputs, const std::string& output = "y") {
    onnx::NodeProto& node = *graph().add_node();
    node.set_name("op_" + output);
    node.set_op_type(op);
    for (const std::string& input : inputs) node.add_input(input);
    node.add_output(output);
    return *this;
  }
  /// Attributes of the last node.
  OnnxBuilder& with(const std::string& name, const std::vector<std::int64_t>& values) {
    onnx::AttributeProto& attribute = add_attribute(name, onnx::AttributeProto::INTS);
    for (const std::int64_t value : values) attribute.add_ints(value);
    return *this;
  }
  OnnxBuilder& with(const std::string& name, std::int64_t value) {
    add_attribute(name, onnx::AttributeProto::INT).set_i(value);
    return *this;
  }
  OnnxBuilder& with_text(const std::string& name, const std::string& value) {
    add_attribute(name, onnx::AttributeProto::STRING).set_s(value);
    return *this;
  }

  std::string bytes() const { return model_.SerializeAsString(); }
  Network import() const { return import_onnx_bytes(bytes(), "model.onnx"); }

 private:
  onnx::TensorProto& add_tensor(const std::string& name, const std::vector<std::int64_t>& shape, int type) {
    onnx::TensorProto& tensor = *graph().add_initializer();
    tensor.set_name(name);
    tensor.set_data_type(type);
    for (const std::int64_t extent : shape) tensor.add_dims(extent);
    return tensor;
  }
  onnx::AttributeProto& add_attribute(const std::string& name, onnx::AttributeProto::AttributeType type) {
    onnx::AttributeProto& attribute = *graph().mutable_node(graph().node_size() - 1)->add_attribute();
    attribute.set_name(name);
    attribute.set_type(type);
    return attribute;
  }

  onnx::ModelProto model_;
};

}  // namespace sparsim
