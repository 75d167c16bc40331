#pragma once

#include <cstdint>
#include <vector>

#include "models/core/shape.h"
#include "models/sparsepixels/fixed_point.h"
#include "models/sparsepixels/pixel_list.h"

namespace sparsim {

/// What SparsePixels' operators compute, value by value in fixed point (hftsoi/sparse-pixels, arXiv 2512.06208).
/// Weights are given raw, in the format that the comment names; sums are exact before they are quantised.

/// The first `n_max` pixels in raster order with a channel above `threshold` (raw). `image`: raw,
/// [height][width][channels].
PixelList reduce_input(const std::vector<std::int64_t>& image, const MapShape& shape, std::int64_t n_max,
                       std::int64_t threshold);

/// A convolution at the active pixels of `input` ("same" padding, stride 1).
struct PixelConvolution {
  std::int64_t kernel = 1, in_channels = 1, out_channels = 1;
  FixedFormat input, parameters, output;
  std::vector<std::int64_t> weights;  // raw, [filter][row][column][channel]
  std::vector<std::int64_t> bias;     // raw, [filter]
};
/// An output pixel is there only where its own input pixel is, its bias only where the sum is not zero.
PixelList convolve(const PixelConvolution& layer, const PixelList& input);

/// max(0, x), quantised.
void relu(std::vector<std::int64_t>& values, const FixedFormat& input, const FixedFormat& output);

/// The mean over `size` x `size` pixels, those outside the list counted as zeros: pixels that fall together are added
/// up in the first slot among them, the others are emptied. Positions become those of the pooled map.
PixelList average_pool(const PixelList& input, std::int64_t size, const FixedFormat& format);

/// The map as [height][width][channels], zeros where the list has no pixel.
std::vector<std::int64_t> flatten(const PixelList& input, const MapShape& shape);

/// A dense layer.
struct PixelDense {
  FixedFormat input, parameters, output;
  std::vector<std::int64_t> weights;  // raw, [output][input]
  std::vector<std::int64_t> bias;     // raw, [output]
};
std::vector<std::int64_t> multiply(const PixelDense& layer, const std::vector<std::int64_t>& input);

std::vector<double> sigmoid(const std::vector<std::int64_t>& values, const FixedFormat& format);
std::vector<double> softmax(const std::vector<std::int64_t>& values, const FixedFormat& format);

}  // namespace sparsim
