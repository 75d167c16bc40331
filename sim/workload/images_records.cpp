// Files of equal records behind a header: CIFAR, IDX, NumPy.
#include <cstring>
#include <filesystem>
#include <fstream>
#include <optional>

#include "models/core/error.h"
#include "sim/workload/images_file.h"

namespace sparsim {
namespace {

enum class ValueType : std::uint64_t { uint8 = 1, float32 = 4 };  // bytes a value

struct RecordLayout {
  std::uint64_t header_bytes = 0;
  std::uint64_t label_bytes = 0;  // 0 or 1 ahead of each image
  ValueType type = ValueType::uint8;
  ArrayShape shape;

  std::uint64_t record_bytes() const {
    return label_bytes + static_cast<std::uint64_t>(shape.elements()) * static_cast<std::uint64_t>(type);
  }
};

std::uint64_t file_bytes(const std::string& path) {
  std::error_code error;
  const std::uint64_t bytes = std::filesystem::file_size(path, error);
  if (error) input_error("{}: {}", path, error.message());
  return bytes;
}

std::string read_bytes(const std::string& path, std::uint64_t offset, std::uint64_t bytes) {
  std::ifstream file(path, std::ios::binary);
  std::string buffer(bytes, '\0');
  file.seekg(static_cast<std::streamoff>(offset));
  file.read(buffer.data(), static_cast<std::streamsize>(bytes));
  if (!file) input_error("{}: cannot read {} bytes from byte {}", path, bytes, offset);
  return buffer;
}

class RecordFile : public ImageFile {
 public:
  RecordFile(std::string path, const RecordLayout& layout, std::vector<std::int32_t> labels = {})
      : path_(std::move(path)), layout_(layout), labels_(std::move(labels)) {
    const std::uint64_t bytes = file_bytes(path_), record = layout.record_bytes();
    if (bytes < layout.header_bytes || (bytes - layout.header_bytes) % record != 0 ||
        (bytes - layout.header_bytes) / record != layout.shape.images)
      input_error("{}: {} bytes, but its header and {} images of {} bytes make {} + {} * {}: truncated or no such file",
                  path_, bytes, layout.shape.images, record, layout.header_bytes, layout.shape.images, record);
    if (!labels_.empty() && labels_.size() != layout.shape.images)
      input_error("{}: {} images, but {} labels beside them", path_, layout.shape.images, labels_.size());
  }

  std::size_t size() const override { return layout_.shape.images; }

  Image get(std::size_t i) const override {
    const std::string record =
        read_bytes(path_, layout_.header_bytes + i * layout_.record_bytes(), layout_.record_bytes());
    const ArrayShape& shape = layout_.shape;
    Image image{image_name(path_, i, size()), std::nullopt, {{shape.channels, shape.height, shape.width}, {}}};
    if (layout_.label_bytes != 0) image.label = static_cast<std::uint8_t>(record[0]);
    if (!labels_.empty()) image.label = labels_[i];
    const char* const source = record.data() + layout_.label_bytes;
    if (layout_.type == ValueType::uint8) {
      image.values.values = channels_first(reinterpret_cast<const std::uint8_t*>(source), shape);
    } else {
      std::vector<float> values(static_cast<std::size_t>(shape.elements()));
      std::memcpy(values.data(), source, values.size() * sizeof(float));
      image.values.values = channels_first(values.data(), shape);
    }
    return image;
  }

 private:
  std::string path_;
  RecordLayout layout_;
  std::vector<std::int32_t> labels_;
};

struct IdxHeader {
  std::uint64_t bytes = 0;
  std::vector<std::int64_t> axes;
};

IdxHeader read_idx_header(const std::string& path) {
  const std::string magic = first_bytes(path, 4);
  if (!is_idx(magic)) input_error("{}: not an IDX file of unsigned bytes with 1 to 4 axes", path);
  const std::uint64_t axes = static_cast<std::uint8_t>(magic[3]);
  IdxHeader header{4 + 4 * axes, {}};
  if (file_bytes(path) < header.bytes) input_error("{}: truncated in its header", path);
  const std::string sizes = read_bytes(path, 4, 4 * axes);
  for (std::uint64_t axis = 0; axis < axes; ++axis) {
    std::int64_t size = 0;
    for (std::uint64_t byte = 0; byte < 4; ++byte) size = size << 8 | static_cast<std::uint8_t>(sizes[4 * axis + byte]);
    header.axes.push_back(size);
  }
  return header;
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  return at == std::string::npos ? text : text.replace(at, from.size(), to);
}

/// "t10k-labels.idx1-ubyte" for "t10k-images.idx3-ubyte", where there is such a file.
std::string sibling_labels(const std::string& path) {
  const std::filesystem::path images(path);
  const std::filesystem::path labels =
      images.parent_path() / replaced(replaced(images.filename().string(), "images", "labels"), "idx3", "idx1");
  std::error_code unreadable;
  return labels != images && std::filesystem::exists(labels, unreadable) ? labels.string() : "";
}

/// What stands behind 'key': in the Python dictionary of a .npy header; empty where the key is missing.
std::string_view npy_field(std::string_view header, const std::string& key) {
  const std::size_t at = header.find("'" + key + "':");
  if (at == std::string_view::npos) return {};
  header.remove_prefix(at + key.size() + 3);
  header.remove_prefix(std::min(header.find_first_not_of(' '), header.size()));
  return header;
}

bool starts_with(std::string_view text, std::string_view prefix) { return text.substr(0, prefix.size()) == prefix; }

/// "(3, 32, 32)", "(3,)" or "()"; nothing where it is none of that.
std::optional<std::vector<std::int64_t>> python_tuple(std::string_view text) {
  if (!starts_with(text, "(")) return std::nullopt;
  std::vector<std::int64_t> numbers;
  bool in_number = false;
  for (const char c : text.substr(1)) {
    if (c >= '0' && c <= '9') {
      if (!in_number) numbers.push_back(0);
      in_number = true;
      if (numbers.back() > (std::int64_t{1} << 50)) return std::nullopt;
      numbers.back() = numbers.back() * 10 + (c - '0');
    } else if (c == ')') {
      return numbers;
    } else if (c == ',' || c == ' ') {
      in_number = false;
    } else {
      return std::nullopt;
    }
  }
  return std::nullopt;
}

}  // namespace

std::unique_ptr<ImageFile> open_cifar(const std::string& path) {
  RecordLayout layout;
  layout.label_bytes = 1;
  layout.shape = {0, 3, 32, 32, false};
  const std::uint64_t bytes = file_bytes(path);
  layout.shape.images = bytes / layout.record_bytes();
  if (bytes == 0 || bytes % layout.record_bytes() != 0)
    input_error("{}: {} bytes, which is no multiple of the {} that an image takes in the CIFAR-10 binary layout", path,
                bytes, layout.record_bytes());
  return std::make_unique<RecordFile>(path, layout);
}

bool is_idx(const std::string& first_bytes) {
  return first_bytes.size() >= 4 && first_bytes[0] == 0 && first_bytes[1] == 0 && first_bytes[2] == 8 &&
         first_bytes[3] >= 1 && first_bytes[3] <= 4;
}

std::unique_ptr<ImageFile> open_idx(const std::string& path, ChannelAxis channels) {
  IdxHeader header = read_idx_header(path);
  if (header.axes.size() < 3)
    input_error("{}: an IDX file with {} axes holds no images; give labels as --labels", path, header.axes.size());
  if (header.axes.size() == 3)  // many images of one channel, where other arrays hold one image of many
    header.axes.insert(channels == ChannelAxis::first ? header.axes.begin() + 1 : header.axes.end(), 1);
  RecordLayout layout;
  layout.header_bytes = header.bytes;
  layout.shape = ArrayShape::of(path, header.axes, channels);
  const std::string labels = sibling_labels(path);
  return std::make_unique<RecordFile>(path, layout,
                                      labels.empty() ? std::vector<std::int32_t>{} : read_idx_labels(labels));
}

std::vector<std::int32_t> read_idx_labels(const std::string& path) {
  const IdxHeader header = read_idx_header(path);
  if (header.axes.size() != 1) input_error("{}: labels have one axis, not {}", path, header.axes.size());
  const std::uint64_t bytes = file_bytes(path);
  if (bytes != header.bytes + static_cast<std::uint64_t>(header.axes[0]))
    input_error("{}: {} bytes, but its header and {} labels make {} + {}", path, bytes, header.axes[0], header.bytes,
                header.axes[0]);
  std::vector<std::int32_t> labels;
  for (const char label : read_bytes(path, header.bytes, static_cast<std::uint64_t>(header.axes[0])))
    labels.push_back(static_cast<std::uint8_t>(label));
  return labels;
}

bool is_npy(const std::string& first_bytes) { return starts_with(first_bytes, "\x93NUMPY"); }

std::unique_ptr<ImageFile> open_npy(const std::string& path, ChannelAxis channels) {
  const std::string start = first_bytes(path, 12);  // magic, version, and a length of 2 or 4 bytes
  if (start.size() < 12) input_error("{}: truncated in its header", path);
  const int version = static_cast<std::uint8_t>(start[6]);
  if (version != 1 && version != 2) input_error("{}: .npy format version {}; 1 and 2 are read", path, version);
  std::uint32_t length = 0;
  std::memcpy(&length, start.data() + 8, version == 1 ? 2 : 4);
  const std::uint64_t fixed = version == 1 ? 10 : 12;
  if (length > 65535 || fixed + length > file_bytes(path)) input_error("{}: truncated in its header", path);
  const std::string header = read_bytes(path, fixed, length);

  RecordLayout layout;
  layout.header_bytes = fixed + length;
  const std::string_view type = npy_field(header, "descr");
  if (starts_with(type, "'<f4'"))
    layout.type = ValueType::float32;
  else if (starts_with(type, "'|u1'"))
    layout.type = ValueType::uint8;
  else
    input_error("{}: values of type {}; float32 ('<f4') and uint8 ('|u1') are read", path,
                type.empty() ? "that is not stated" : type.substr(0, type.find_first_of(",}")));
  if (!starts_with(npy_field(header, "fortran_order"), "False"))
    input_error("{}: not in C order; save numpy.ascontiguousarray(x) instead", path);
  const auto shape = python_tuple(npy_field(header, "shape"));
  if (!shape) input_error("{}: its header states no shape that could be", path);
  if (shape->size() < 2) input_error("{}: an array with {} axes; 2 to 4 are read", path, shape->size());
  layout.shape = ArrayShape::of(path, *shape, channels);
  return std::make_unique<RecordFile>(path, layout);
}

}  // namespace sparsim
