#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/core/shape.h"
#include "sim/workload/images.h"

namespace sparsim {

/// What becomes of an image on its way into a network, in this order.
struct Preprocessing {
  /// as_is: the channels of the file. The others make three, or one, of a coloured or grey image; grey is
  /// 0.299 R + 0.587 G + 0.114 B.
  enum class Channels { as_is, rgb, bgr, gray };
  static constexpr std::int64_t kNone = 0;      // of resize and crop: leave the image alone
  static constexpr std::int64_t kNetwork = -1;  // of resize and crop: the network's own height and width

  Channels channels = Channels::as_is;
  /// The short side becomes this many pixels, the long one in proportion (rounded down): bilinear about pixel centres,
  /// over a triangle as wide as the source pixels of one result pixel where the image shrinks.
  std::int64_t resize = kNone;
  std::int64_t crop = kNone;       // the square of this side in the middle; half a pixel goes up and left
  std::vector<float> mean, scale;  // (pixel - mean) * scale: none, one, or one a channel in the network's order
};

/// "imagenet-torch" and so on. Throws InputError that lists the known names.
Preprocessing preprocessing_preset(const std::string& name);
/// A line a preset, for --help.
std::string preprocessing_help();
/// "rgb", "bgr", "gray", "as-is". Throws InputError that lists them.
Preprocessing::Channels preprocessing_channels(const std::string& name);

/// The tensor [1][channels][height][width] that a network of this input shape takes. Throws InputError that names the
/// image and both shapes where they differ.
Tensor preprocess(const Preprocessing& preprocessing, const Image& image, const MapShape& network);

/// One plane, [height][width], resized as Preprocessing::resize says. Extents are at least 1.
std::vector<float> resize_plane(const float* source, std::int64_t height, std::int64_t width, std::int64_t new_height,
                                std::int64_t new_width);

}  // namespace sparsim
