#pragma once

#include <onnx/onnx_pb.h>

#include <cstdint>
#include <string>
#include <variant>
#include <vector>

namespace sparsim {

/// A tensor that the ONNX file holds, or that follows from such ones alone. All float types become float32, all integer
/// types and bool int64.
struct Constant {
  std::int32_t type = onnx::TensorProto::FLOAT;  // of the file
  std::vector<std::int64_t> shape;
  std::variant<std::vector<float>, std::vector<std::int64_t>> values;

  bool is_float() const { return values.index() == 0; }
  std::int64_t elements() const;
};

/// Whether an ONNX type is one of float, double, float16, bfloat16.
bool is_float_type(std::int32_t type);

/// The number of values of a shape. Throws InputError that begins with `where` for a negative or huge extent or
/// product.
std::int64_t checked_elements(const std::vector<std::int64_t>& shape, const std::string& where);

/// Decodes raw or typed data. Throws InputError that begins with `where` for external data, an unsupported type, or
/// data that does not fill the shape.
Constant decode(const onnx::TensorProto& tensor, const std::string& where);

/// What ONNX operators do to constants. `where` begins the message of an InputError.
Constant transposed(const Constant& constant, const std::vector<std::int64_t>& permutation);
Constant cast(const Constant& constant, std::int32_t type, const std::string& where);
/// QuantizeLinear and DequantizeLinear; `scale` and `zero_point` have one value, or one an index of `axis`.
Constant quantized(const Constant& constant, const std::vector<float>& scale, const std::vector<float>& zero_point,
                   std::size_t axis, std::int32_t type);
Constant dequantized(const Constant& constant, const std::vector<float>& scale, const std::vector<float>& zero_point,
                     std::size_t axis);

}  // namespace sparsim
