#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/workload/network.h"

namespace sparsim {

/// The largest window, stride, dilation or pad, and the most values of a feature map or of weights, that an import
/// accepts: far above any real network, far below what overflows or exhausts memory.
inline constexpr std::int64_t kMaxOnnxExtent = 1 << 20;
inline constexpr std::int64_t kMaxOnnxElements = std::int64_t{1} << 27;

/// Reads an ONNX file, opset 7 to 17, one image input with batch size 1 or a symbolic one, all weights in the file.
/// Batch normalisation and other per-channel arithmetic is folded into the convolution before it, zero padding into the
/// layer after it; operators that compute nothing disappear. Of several outputs the first counts.
/// Throws InputError that names file, node, operator and what is allowed.
Network import_onnx(const std::string& path);

/// The same from memory; `name` stands for the file in messages.
Network import_onnx_bytes(std::string_view bytes, const std::string& name);

}  // namespace sparsim
