#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

#include "models/core/work.h"

namespace sparsim {

// Far above any real network, far below what overflows 64 bits or exhausts memory.
inline constexpr std::size_t kMaxLayers = 1 << 14;
inline constexpr std::int64_t kMaxWindowExtent = 1 << 20;            // of kernels, strides, dilations and pads
inline constexpr std::int64_t kMaxElements = std::int64_t{1} << 31;  // of a feature map, of a layer's weights
inline constexpr std::int64_t kMaxLayerMacs = std::int64_t{1} << 46;

/// What is wrong with a feature map's extents, in words; empty where nothing is.
std::string shape_problem(const MapShape& shape);

/// What is wrong with the layer at `position`, in words; empty where nothing is. Looked at are its shape and what it
/// says of the layers before it, which hold the rules themselves:
/// - each input stands before the layer; add and concat have several, all other kinds one;
/// - a window operator (convolution, pools) sees the map that its input puts out, and its output follows from the
///   geometry, a pool's rounded down or up; a dense layer sees all values of its input as channels of one pixel;
/// - a convolution on active sites gives each output an input pixel of its own: stride 1, an odd kernel, and pads of
///   half of it;
/// - add joins equal maps; concat joins the channels of maps of one size, and its input shape is the joined map;
/// - activation, normalization, scale and softmax change no extents; what reshape makes of its input is free.
std::string layer_problem(const LayerGraph& graph, std::size_t position);

/// The same of its blocks, where it has any, once its shape and the size of its masks are known to be right:
/// - only a layer with a weight matrix is pruned in blocks, and one block at the least fits into it;
/// - weight_nonzero is there, and of each block it leaves out nothing but whole rows and whole columns.
std::string blocks_problem(const Layer& layer);

}  // namespace sparsim
