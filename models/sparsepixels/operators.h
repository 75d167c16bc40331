#pragma once

#include <cstdint>
#include <vector>

#include "models/core/shape.h"
#include "models/sparsepixels/fixed_point.h"
#include "models/sparsepixels/pixel_list.h"

namespace sparsim {

/// What SparsePixels' operators compute, value by value in fixed point (hftsoi/sparse-pixels, arXiv 2512.06208).
/// Values are raw, in the format that the comment names. Convolutions and dense layers hand on their exact sums, as the
/// published accumulators are wide enough for; ReLU and pool round and saturate.

/// Pixels of an image, raw, [height][width][channels], with a channel above `threshold` (raw).
std::int64_t active_pixels(const std::vector<std::int64_t>& image, std::int64_t channels, std::int64_t threshold);

/// The first `n_max` of them in raster order.
PixelList reduce_input(const std::vector<std::int64_t>& image, const MapShape& shape, std::int64_t n_max,
                       std::int64_t threshold);

/// What a convolution or a dense layer computes with.
struct PixelParameters {
  std::vector<std::int64_t> weights;  // raw, [filter][row][column][channel]; of a dense layer [output][input]
  std::vector<std::int64_t> bias;     // raw, [filter], with as many fraction bits as the products
};

/// A format that holds every sum of `terms` products and a bias.
FixedFormat sum_format(const FixedFormat& input, const FixedFormat& parameters, std::int64_t terms);

/// A convolution at the sites of `input` with a `kernel` x `kernel` window, "same" padding, stride 1. The bias is added
/// only where the sum is not zero.
PixelList convolve(const PixelParameters& layer, std::int64_t kernel, const PixelList& input);

/// A dense layer.
std::vector<std::int64_t> multiply(const PixelParameters& layer, const std::vector<std::int64_t>& input);

/// max(0, x), from one format to another, which is unsigned.
void relu(std::vector<std::int64_t>& values, const FixedFormat& input, const FixedFormat& output);

/// The mean over `size` x `size` pixels, those outside the list counted as zeros: pixels that fall together are added
/// up in the first slot among them, the others are emptied. Positions become those of the pooled map.
PixelList average_pool(const PixelList& pixels, std::int64_t size, const FixedFormat& input, const FixedFormat& output);

/// The map as [height][width][channels], zeros where the list has no pixel.
std::vector<std::int64_t> flatten(const PixelList& input, const MapShape& shape);

// In double precision: the tables that designs look them up in are left out, as they are in the published reference.
std::vector<double> sigmoid(const std::vector<std::int64_t>& values, const FixedFormat& format);
std::vector<double> softmax(const std::vector<std::int64_t>& values, const FixedFormat& format);

}  // namespace sparsim
