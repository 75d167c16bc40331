#include "sim/workload/images.h"

#include <algorithm>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <map>

#include "models/core/error.h"
#include "sim/output_file.h"
#include "sim/workload/images_file.h"

namespace sparsim {
namespace {

namespace fs = std::filesystem;

std::string lower_extension(const std::string& path) {
  std::string extension = fs::path(path).extension().string();
  std::transform(extension.begin(), extension.end(), extension.begin(),
                 [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  return extension;
}

std::vector<std::string> pictures_of(const std::string& directory) {
  std::vector<std::string> found;
  std::error_code error;
  for (const fs::directory_entry& entry : fs::directory_iterator(directory, error)) {
    const std::string extension = lower_extension(entry.path().string());
    if (std::find(kPictureExtensions.begin(), kPictureExtensions.end(), extension) != kPictureExtensions.end())
      found.push_back(entry.path().string());
  }
  if (error) input_error("{}: {}", directory, error.message());
  if (found.empty())
    input_error("{}: no pictures in this directory; looked for {}", directory, fmt::join(kPictureExtensions, ", "));
  std::sort(found.begin(), found.end());
  return found;
}

std::vector<std::string> files_of(const std::string& path) {
  std::error_code unreadable;  // is found when the file is opened
  return fs::is_directory(path, unreadable) ? pictures_of(path) : std::vector<std::string>{path};
}

std::optional<std::int32_t> class_number(std::string_view text) {
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.front()))) text.remove_prefix(1);
  while (!text.empty() && std::isspace(static_cast<unsigned char>(text.back()))) text.remove_suffix(1);
  std::int32_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || number < 0) return std::nullopt;
  return number;
}

/// Of a text file: in order where its lines are classes, by name where they are `name,class`.
struct TextLabels {
  std::vector<std::int32_t> in_order;
  std::map<std::string, std::int32_t> by_name;
};

TextLabels read_text_labels(const std::string& path) {
  std::ifstream file(path);
  TextLabels labels;
  std::string line;
  for (std::size_t number = 1; std::getline(file, line); ++number) {
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    const std::size_t comma = line.rfind(',');
    const auto label = class_number(comma == std::string::npos ? line : line.substr(comma + 1));
    if (!label) input_error("{}:{}: '{}' is neither a class (0, 1, ...) nor `image name,class`", path, number, line);
    if (comma == std::string::npos)
      labels.in_order.push_back(*label);
    else if (!labels.by_name.emplace(line.substr(0, comma), *label).second)
      input_error("{}:{}: a second class for '{}'", path, number, line.substr(0, comma));
    if (!labels.in_order.empty() && !labels.by_name.empty())
      input_error("{}:{}: lines `class` and lines `image name,class` in one file", path, number);
  }
  return labels;
}

}  // namespace

const char* const kImageFormats =
    "PNG, JPEG, PPM and PGM pictures, CIFAR-10 .bin, IDX, .npy (float32, uint8), ONNX TensorProto .pb, "
    "event lists .csv";

ArrayShape ArrayShape::of(const std::string& path, const std::vector<std::int64_t>& axes, ChannelAxis channels) {
  if (axes.empty() || axes.size() > 4) input_error("{}: an array with {} axes; 1 to 4 are read", path, axes.size());
  const std::string text = fmt::format("{}", fmt::join(axes, "x"));
  ArrayShape shape;
  shape.channels_last = channels == ChannelAxis::last;
  std::vector<std::int64_t> image(axes);
  if (axes.size() == 4) {
    if (axes[0] < 1) input_error("{}: no images in an array of {}", path, text);
    shape.images = static_cast<std::size_t>(axes[0]);
    image.erase(image.begin());
  }
  std::int64_t values = 1;
  for (const std::int64_t axis : image) {
    if (axis < 1 || axis > kMostPixels / values)
      input_error("{}: an image of {} values; 1 to {} are read", path, text, kMostPixels);
    values *= axis;
  }
  if (image.size() == 1) {
    shape.channels = image[0];
  } else if (image.size() == 2) {
    shape.height = image[0], shape.width = image[1];
  } else {
    const std::size_t space = shape.channels_last ? 0 : 1;
    shape.channels = image[shape.channels_last ? 2 : 0];
    shape.height = image[space], shape.width = image[space + 1];
  }
  return shape;
}

std::string base_name(const std::string& path) { return fs::path(path).filename().string(); }

std::string image_name(const std::string& path, std::size_t i, std::size_t size) {
  return size == 1 ? base_name(path) : fmt::format("{}[{}]", base_name(path), i);
}

std::string first_bytes(const std::string& path, std::size_t bytes) {
  std::ifstream file(path, std::ios::binary);
  if (!file) input_error("{}: cannot be read: {}", path, std::strerror(errno));
  std::string start(bytes, '\0');
  file.read(start.data(), static_cast<std::streamsize>(bytes));
  start.resize(static_cast<std::size_t>(file.gcount()));
  return start;
}

std::unique_ptr<ImageFile> open_image_file(const std::string& path, ChannelAxis channels,
                                           const std::optional<MapShape>& network) {
  const std::string extension = lower_extension(path), start = first_bytes(path, 8);
  if (start.empty()) input_error("{}: an empty file", path);
  if (extension == ".bin") return open_cifar(path);
  if (extension == ".csv") return open_events(path, network);
  if (extension == ".pb") return open_tensor_proto(path, channels);
  if (is_picture(start)) return open_picture(path);
  if (is_idx(start)) return open_idx(path, channels);
  if (is_npy(start)) return open_npy(path, channels);
  input_error("{}: none of the formats that are read: {}", path, kImageFormats);
}

Images::Images(const std::vector<std::string>& paths, const std::string& labels_file, ChannelAxis channels,
               const std::optional<MapShape>& network)
    : labels_file_(labels_file) {
  for (const std::string& path : paths)
    for (const std::string& file : files_of(path)) {
      files_.push_back(open_image_file(file, channels, network));
      first_.push_back(size_);
      size_ += files_.back()->size();
    }
  if (labels_file.empty()) return;

  if (is_idx(first_bytes(labels_file, 4))) {
    labels_ = read_idx_labels(labels_file);
  } else {
    TextLabels labels = read_text_labels(labels_file);
    labels_ = std::move(labels.in_order);
    label_by_name_ = std::move(labels.by_name);
  }
  if (label_by_name_.empty() && labels_.size() != size_)
    input_error("{}: {} labels for {} images", labels_file, labels_.size(), size_);
}

Image Images::get(std::size_t i) const {
  SPARSIM_CHECK(i < size_, "image {} of {}", i, size_);
  const auto file = static_cast<std::size_t>(std::upper_bound(first_.begin(), first_.end(), i) - first_.begin()) - 1;
  Image image = files_[file]->get(i - first_[file]);
  if (!labels_.empty()) image.label = labels_[i];
  if (!label_by_name_.empty()) {
    const auto found = label_by_name_.find(image.name);
    if (found == label_by_name_.end()) input_error("{}: no class for '{}'", labels_file_, image.name);
    image.label = found->second;
  }
  return image;
}

Images::Images(Images&&) noexcept = default;
Images::~Images() = default;

}  // namespace sparsim
