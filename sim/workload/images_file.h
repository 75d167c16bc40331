#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sim/workload/images.h"

namespace sparsim {

/// A file with one or more images. Opening checks what tells the format, the number of images and their shape;
/// decoding waits for get(). Both throw an InputError that names the file.
class ImageFile {
 public:
  virtual ~ImageFile() = default;
  virtual std::size_t size() const = 0;
  virtual Image get(std::size_t i) const = 0;
};

/// Chooses the format by the file's extension where that owns one (.bin, .csv, .pb), otherwise by its first bytes.
/// `network` as in Images.
std::unique_ptr<ImageFile> open_image_file(const std::string& path, ChannelAxis channels,
                                           const std::optional<MapShape>& network);

/// PNG, JPEG, PGM and PPM: one picture a file. The extensions are those that a directory is searched for.
extern const std::vector<std::string> kPictureExtensions;
bool is_picture(const std::string& first_bytes);
std::unique_ptr<ImageFile> open_picture(const std::string& path);

/// The CIFAR-10 binary layout: a label byte and 3072 bytes of planar RGB, 32x32, an image.
std::unique_ptr<ImageFile> open_cifar(const std::string& path);

/// IDX (MNIST): unsigned bytes, [image][row][column] or four axes.
bool is_idx(const std::string& first_bytes);
std::unique_ptr<ImageFile> open_idx(const std::string& path, ChannelAxis channels);
/// The classes of an IDX file with one axis.
std::vector<std::int32_t> read_idx_labels(const std::string& path);

/// NumPy arrays, float32 or uint8: [row][column], three axes of one image, or four of many.
bool is_npy(const std::string& first_bytes);
std::unique_ptr<ImageFile> open_npy(const std::string& path, ChannelAxis channels);

/// A serialized ONNX TensorProto, axes as in .npy; one axis is a vector.
std::unique_ptr<ImageFile> open_tensor_proto(const std::string& path, ChannelAxis channels);

/// Events: a line `event,row,col,value` for each pixel that is not zero, behind a first line of these words; the rest
/// of a map of `shape`, which has one channel, is zero. Events are numbered from 0, in any order; one without a line is
/// an image of zeros, as long as a later one has a line.
std::unique_ptr<ImageFile> open_events(const std::string& path, const std::optional<MapShape>& shape);

/// How the axes of an array make images.
struct ArrayShape {
  std::size_t images = 1;
  std::int64_t channels = 1, height = 1, width = 1;
  bool channels_last = false;

  std::int64_t elements() const { return channels * height * width; }
  /// Four axes: images and the three of one; three: one image; two: rows and columns of one channel; one: channels.
  /// Throws InputError for other numbers, an empty axis, or an image above kMostPixels values.
  static ArrayShape of(const std::string& path, const std::vector<std::int64_t>& axes, ChannelAxis channels);
};

/// The values of one image as [channel][row][column].
template <class Value>
std::vector<float> channels_first(const Value* source, const ArrayShape& shape) {
  std::vector<float> values(static_cast<std::size_t>(shape.elements()));
  const std::int64_t pixels = shape.height * shape.width;
  for (std::int64_t c = 0; c < shape.channels; ++c)
    for (std::int64_t p = 0; p < pixels; ++p)
      values[static_cast<std::size_t>(c * pixels + p)] =
          static_cast<float>(source[shape.channels_last ? p * shape.channels + c : c * pixels + p]);
  return values;
}

/// The name of a path's last part, and that of image `i` in a file that holds `size`.
std::string base_name(const std::string& path);
std::string image_name(const std::string& path, std::size_t i, std::size_t size);
/// Up to `bytes` from the beginning.
std::string first_bytes(const std::string& path, std::size_t bytes);

}  // namespace sparsim
