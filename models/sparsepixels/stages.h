#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/core/work.h"
#include "models/sparsepixels/config.h"

namespace sparsim {

enum class PixelOperator { reduce, convolution, relu, average_pool, flatten, dense, sigmoid, softmax };
std::string_view to_string(PixelOperator op);

/// One operator of the dataflow.
struct PixelStage {
  static constexpr std::size_t kNoLayer = Layer::kNetworkInput;

  PixelOperator op = PixelOperator::reduce;
  std::string name;              // the layer's; "reduce" for what no layer asks for
  std::size_t layer = kNoLayer;  // position in LayerGraph::layers
  MapShape input, output;        // of the maps that its lists stand for; behind flatten maps are one pixel
  std::int64_t kernel = 1;       // convolution: side of the window; average_pool: side and stride
  std::int64_t reuse = 1;

  /// Products that have multipliers of their own, n_max^2 C_in C_out of a convolution, before reuse.
  std::int64_t products(std::int64_t n_max) const;
};

/// DSPs of the multiplier by which an average pool divides a sum of values of so many bits; 0 where that is a shift.
std::int64_t division_dsps(const PixelStage& pool, int value_bits);

/// The dataflow for a network that `problems(config, graph)` is empty for.
std::vector<PixelStage> pixel_stages(const SparsePixelsConfig& config, const LayerGraph& graph);

}  // namespace sparsim
