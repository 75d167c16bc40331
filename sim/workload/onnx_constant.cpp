#include "sim/workload/onnx_constant.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <functional>
#include <limits>
#include <numeric>

#include "models/core/error.h"
#include "sim/workload/network.h"
#include "sim/workload/onnx_import.h"
#include "sim/workload/tensor.h"

namespace sparsim {
namespace {

using onnx::TensorProto;

float float_of_bits(std::uint32_t bits) {
  float value = 0;
  std::memcpy(&value, &bits, sizeof value);
  return value;
}

float float_of_bfloat16(std::uint16_t bits) { return float_of_bits(std::uint32_t{bits} << 16); }

float float_of_float16(std::uint16_t bits) {
  const int exponent = (bits >> 10) & 0x1f;
  const int mantissa = bits & 0x3ff;
  const float sign = (bits & 0x8000) != 0 ? -1.0f : 1.0f;
  if (exponent == 0x1f)
    return mantissa == 0 ? sign * std::numeric_limits<float>::infinity() : std::numeric_limits<float>::quiet_NaN();
  if (exponent == 0) return sign * std::ldexp(static_cast<float>(mantissa), -24);
  return sign * std::ldexp(static_cast<float>(mantissa + 0x400), exponent - 25);
}

/// Every `Raw` of little-endian raw_data, or of the typed field that ONNX keeps this type in, through `convert`.
template <class Raw, class Out, class Field, class Convert>
std::vector<Out> read_values(const TensorProto& tensor, const Field& field, std::int64_t count,
                             const std::string& where, Convert convert) {
  const auto size = static_cast<std::size_t>(count);
  std::vector<Out> out;
  if (tensor.has_raw_data()) {
    const std::string& raw = tensor.raw_data();
    if (raw.size() != size * sizeof(Raw))
      input_error("{}: shape {} needs {} bytes of raw_data, there are {}", where,
                  to_string({tensor.dims().begin(), tensor.dims().end()}), size * sizeof(Raw), raw.size());
    out.resize(size);
    for (std::size_t i = 0; i < size; ++i) {
      Raw value;
      std::memcpy(&value, raw.data() + i * sizeof(Raw), sizeof(Raw));
      out[i] = convert(value);
    }
  } else {
    if (static_cast<std::size_t>(field.size()) != size)
      input_error("{}: shape {} needs {} values, there are {}", where,
                  to_string({tensor.dims().begin(), tensor.dims().end()}), size, field.size());
    out.reserve(size);
    for (const auto value : field) out.push_back(convert(static_cast<Raw>(value)));
  }
  return out;
}

template <class Raw, class Field>
std::vector<std::int64_t> read_integers(const TensorProto& tensor, const Field& field, std::int64_t count,
                                        const std::string& where) {
  return read_values<Raw, std::int64_t>(tensor, field, count, where,
                                        [](Raw value) { return static_cast<std::int64_t>(value); });
}

std::size_t index(std::int64_t i) { return static_cast<std::size_t>(i); }

/// Calls visit(i, k): value i lies at position k of `axis`.
template <class Visit>
void walk_axis(const Constant& constant, std::size_t axis, Visit visit) {
  const auto& shape = constant.shape;
  std::int64_t inner = 1;
  for (std::size_t d = axis + 1; d < shape.size(); ++d) inner *= shape[d];
  const std::int64_t extent = axis < shape.size() ? shape[axis] : 1;
  for (std::int64_t i = 0; i < constant.elements(); ++i) visit(index(i), index(i / inner % extent));
}

}  // namespace

std::int64_t Constant::elements() const {
  return std::visit([](const auto& v) { return static_cast<std::int64_t>(v.size()); }, values);
}

bool is_float_type(std::int32_t type) {
  return type == TensorProto::FLOAT || type == TensorProto::DOUBLE || type == TensorProto::FLOAT16 ||
         type == TensorProto::BFLOAT16;
}

std::int64_t checked_elements(const std::vector<std::int64_t>& shape, const std::string& where) {
  std::int64_t elements = 1;
  for (const std::int64_t extent : shape) {
    if (extent < 1 || extent > kMaxOnnxElements)
      input_error("{}: extent {} in shape {}, allowed are 1 to {}", where, extent, to_string(shape), kMaxOnnxElements);
    elements *= extent;
    if (elements > kMaxOnnxElements)
      input_error("{}: shape {} has more than {} values", where, to_string(shape), kMaxOnnxElements);
  }
  return elements;
}

Constant decode(const TensorProto& tensor, const std::string& where) {
  if (tensor.data_location() == TensorProto::EXTERNAL)
    input_error("{}: its data is in another file; only data inside the ONNX file is read", where);
  Constant constant;
  constant.type = tensor.data_type();
  constant.shape.assign(tensor.dims().begin(), tensor.dims().end());
  // Extents of zero are legal in constants only: an absent `roi`, the empty shape of a scalar.
  const bool empty = std::find(constant.shape.begin(), constant.shape.end(), 0) != constant.shape.end();
  const std::int64_t count = empty ? 0 : checked_elements(constant.shape, where);
  const auto& words = tensor.int32_data();
  switch (constant.type) {
    case TensorProto::FLOAT:
      constant.values = read_values<float, float>(tensor, tensor.float_data(), count, where, [](float v) { return v; });
      break;
    case TensorProto::DOUBLE:
      constant.values = read_values<double, float>(tensor, tensor.double_data(), count, where, [](double v) {
        const double limit = std::numeric_limits<float>::max();
        return static_cast<float>(std::isfinite(v) ? std::clamp(v, -limit, limit) : v);
      });
      break;
    case TensorProto::FLOAT16:
      constant.values = read_values<std::uint16_t, float>(tensor, words, count, where, float_of_float16);
      break;
    case TensorProto::BFLOAT16:
      constant.values = read_values<std::uint16_t, float>(tensor, words, count, where, float_of_bfloat16);
      break;
    case TensorProto::BOOL:
    case TensorProto::UINT8:
      constant.values = read_integers<std::uint8_t>(tensor, words, count, where);
      break;
    case TensorProto::INT8:
      constant.values = read_integers<std::int8_t>(tensor, words, count, where);
      break;
    case TensorProto::UINT16:
      constant.values = read_integers<std::uint16_t>(tensor, words, count, where);
      break;
    case TensorProto::INT16:
      constant.values = read_integers<std::int16_t>(tensor, words, count, where);
      break;
    case TensorProto::INT32:
      constant.values = read_integers<std::int32_t>(tensor, words, count, where);
      break;
    case TensorProto::INT64:
      constant.values = read_integers<std::int64_t>(tensor, tensor.int64_data(), count, where);
      break;
    case TensorProto::UINT32:
      constant.values = read_integers<std::uint32_t>(tensor, tensor.uint64_data(), count, where);
      break;
    default:
      input_error(
          "{}: data type {} is not supported; read are float, double, float16, bfloat16, bool, int8 to int64, "
          "uint8 to uint32",
          where, constant.type);
  }
  return constant;
}

Constant transposed(const Constant& constant, const std::vector<std::int64_t>& permutation) {
  Constant result = constant;
  const std::size_t rank = permutation.size();
  std::vector<std::int64_t> strides(rank, 1);  // of the source, by its own axes
  for (std::size_t d = rank; d-- > 1;) strides[d - 1] = strides[d] * constant.shape[d];
  for (std::size_t d = 0; d < rank; ++d) result.shape[d] = constant.shape[index(permutation[d])];
  std::visit(
      [&](auto& out) {
        const auto& in = std::get<std::decay_t<decltype(out)>>(constant.values);
        for (std::int64_t i = 0; i < constant.elements(); ++i) {
          std::int64_t rest = i, source = 0;
          for (std::size_t d = rank; d-- > 0; rest /= result.shape[d])
            source += rest % result.shape[d] * strides[index(permutation[d])];
          out[index(i)] = in[index(source)];
        }
      },
      result.values);
  return result;
}

Constant cast(const Constant& constant, std::int32_t type, const std::string& where) {
  Constant result{type, constant.shape, {}};
  if (is_float_type(type)) {
    result.values =
        std::visit([](const auto& from) { return std::vector<float>(from.begin(), from.end()); }, constant.values);
    return result;
  }
  if (constant.is_float())
    input_error("{}: a constant of float type is cast to integers, which is not supported", where);
  result.values = constant.values;
  return result;
}

Constant quantized(const Constant& constant, const std::vector<float>& scale, const std::vector<float>& zero_point,
                   std::size_t axis, std::int32_t type) {
  const float low = type == TensorProto::INT8 ? -128.0f : 0.0f;
  const auto& in = std::get<std::vector<float>>(constant.values);
  std::vector<std::int64_t> out(in.size());
  walk_axis(constant, axis, [&](std::size_t i, std::size_t k) {
    out[i] = static_cast<std::int64_t>(
        quantize(in[i], one_or_each(scale, k), one_or_each(zero_point, k), low, low + 255.0f));
  });
  return {type, constant.shape, std::move(out)};
}

Constant dequantized(const Constant& constant, const std::vector<float>& scale, const std::vector<float>& zero_point,
                     std::size_t axis) {
  const auto& in = std::get<std::vector<std::int64_t>>(constant.values);
  std::vector<float> out(in.size());
  walk_axis(constant, axis, [&](std::size_t i, std::size_t k) {
    // Whole numbers of up to 32 bits: double is exact before the scale.
    const double steps = static_cast<double>(in[i]) - static_cast<double>(one_or_each(zero_point, k));
    out[i] = static_cast<float>(steps) * one_or_each(scale, k);
  });
  return {TensorProto::FLOAT, constant.shape, std::move(out)};
}

}  // namespace sparsim
