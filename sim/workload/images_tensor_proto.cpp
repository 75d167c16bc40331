// ONNX TensorProto, the files of ONNX's own test data.
#include <onnx/onnx_pb.h>

#include <cstring>

#include "models/core/error.h"
#include "sim/output_file.h"
#include "sim/workload/images_file.h"

namespace sparsim {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 30;

std::vector<float> values_of(const std::string& path, const onnx::TensorProto& tensor) {
  const std::string& raw = tensor.raw_data();
  std::vector<float> values;
  if (tensor.data_type() == onnx::TensorProto::FLOAT) {
    if (tensor.has_raw_data()) {
      values.resize(raw.size() / sizeof(float));
      std::memcpy(values.data(), raw.data(), values.size() * sizeof(float));
    } else {
      values.assign(tensor.float_data().begin(), tensor.float_data().end());
    }
  } else if (tensor.data_type() == onnx::TensorProto::UINT8) {
    if (tensor.has_raw_data())
      for (const char byte : raw) values.push_back(static_cast<std::uint8_t>(byte));
    else
      for (const std::int32_t value : tensor.int32_data()) values.push_back(static_cast<std::uint8_t>(value));
  } else {
    input_error("{}: values of type {}; float and uint8 are read", path,
                onnx::TensorProto::DataType_IsValid(tensor.data_type())
                    ? onnx::TensorProto::DataType_Name(tensor.data_type())
                    : fmt::format("{}", tensor.data_type()));
  }
  return values;
}

class TensorFile : public ImageFile {
 public:
  TensorFile(std::string path, ChannelAxis channels) : path_(std::move(path)) {
    const std::string bytes = read_file(path_, kMostBytes);
    onnx::TensorProto tensor;
    if (bytes.empty() || !tensor.ParseFromString(bytes)) input_error("{}: not an ONNX TensorProto", path_);
    shape_ = ArrayShape::of(path_, {tensor.dims().begin(), tensor.dims().end()}, channels);
    values_ = values_of(path_, tensor);
    if (values_.size() / static_cast<std::size_t>(shape_.elements()) != shape_.images ||
        values_.size() % static_cast<std::size_t>(shape_.elements()) != 0)
      input_error("{}: {} values for {} images of {}", path_, values_.size(), shape_.images, shape_.elements());
  }

  std::size_t size() const override { return shape_.images; }

  Image get(std::size_t i) const override {
    const auto elements = static_cast<std::size_t>(shape_.elements());
    const float* const source = values_.data() + i * elements;
    return {image_name(path_, i, size()),
            std::nullopt,
            {{shape_.channels, shape_.height, shape_.width}, channels_first(source, shape_)}};
  }

 private:
  std::string path_;
  ArrayShape shape_;
  std::vector<float> values_;  // of the whole file: protobuf cannot read a part
};

}  // namespace

std::unique_ptr<ImageFile> open_tensor_proto(const std::string& path, ChannelAxis channels) {
  return std::make_unique<TensorFile>(path, channels);
}

}  // namespace sparsim
