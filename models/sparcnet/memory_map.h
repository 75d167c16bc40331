#pragma once

#include <cstdint>
#include <vector>

#include "models/core/work.h"

namespace sparsim {

struct LayerAddresses {
  std::uint64_t ifmap = 0, weights = 0, ofmap = 0;
};

/// Who computes a layer.
enum class Placement {
  grid,
  fused,  // into the convolution before it, at no cost of its own
  host
};

/// Convolutions go to the grid; an activation or a scale is fused where it is the only reader of a convolution (or of
/// what is fused into one); the rest is the host's.
std::vector<Placement> placements(const LayerGraph& graph);

/// Where weights and feature maps lie in external memory. Weights have their place for good; a feature map has one from
/// the layer that computes it to the last one that reads it, the lowest that is free then.
class MemoryMap {
 public:
  MemoryMap(const LayerGraph& graph, const std::vector<Placement>& placement, std::int64_t word_bytes);

  const LayerAddresses& layer(std::size_t i) const { return layers_[i]; }
  std::int64_t weight_bytes() const { return weight_bytes_; }
  /// The most that is in use at any time.
  std::int64_t bytes() const { return bytes_; }

 private:
  std::vector<LayerAddresses> layers_;
  std::int64_t weight_bytes_ = 0, bytes_ = 0;
};

}  // namespace sparsim
