#pragma once

#include <vector>

#include "sim/workload/inference.h"
#include "sim/workload/network.h"

namespace sparsim {

/// The operators that need no library: plain loops over NHWC maps. `out` never overlaps an input.
using Maps = std::vector<MapView>;

void compute(const Quantize& op, const Maps& in, const MapView& out);
void compute(const Dequantize& op, const Maps& in, const MapView& out);
void compute(const Scale& op, const Maps& in, const MapView& out);
void compute(const Softmax& op, const Maps& in, const MapView& out);
void compute(const LocalResponseNorm& op, const Maps& in, const MapView& out);
void compute(const Pad& op, const Maps& in, const MapView& out);
void compute(const Reshape& op, const Maps& in, const MapView& out);
void compute(const Add& op, const Maps& in, const MapView& out);
void compute(const Concat& op, const Maps& in, const MapView& out);

/// What a convolution on active sites makes of its sums, in place: zero where the input pixel is zero in all channels;
/// elsewhere the bias on top, where the sum is not zero.
void keep_active_sites(const MapView& in, const std::vector<float>& bias, const MapView& sums);

}  // namespace sparsim
