#pragma once

#include <cstddef>
#include <cstdint>

#include "sim/workload/network_yaml.h"
#include "sim/workload/trace.h"

namespace sparsim {

/// Draws from `seed` what a description leaves open: masks that a real network with these densities might have. The
/// same seed gives the same bits on every machine: all arithmetic is on integers.
///
/// Activations. A value (y, x, c) is non-zero where its score is among the highest of its map, as many as the density
/// says, so that each image has the stated density to the value. A score adds up three terms of equal variance, of
/// weights 1 - k, k/2 and k/2 in the sum's variance, k being the description's correlation:
/// - noise of the value's own;
/// - the channel's own, the same for all images of a trace: some channels are busy and some all but dead;
/// - noise of the channel averaged over 5 x 5 pixels: zeros come in blobs (neighbours share 80 % of this term).
/// At k = 0.5 and half the values non-zero, 16 % of the variance lies between channels ((2/pi) asin(k/2)); the shared
/// measurements have 4..20 % in SqueezeNet 1.1 and 3..50 % in ResNet-20. Left out: that images differ in density, and
/// that the maps of one layer have to do with those of the next.
/// Layers that read the same map, at the same density, see the same zeros.
///
/// Weights and pruned filters: so many of them as the densities say, each equally likely, independent of each other.
/// A pruned filter leaves a channel of zeros, which pool, activation, add and concat hand on, and which the layers that
/// read it need not keep; the density then holds for the other channels.
class Synthesizer {
 public:
  Synthesizer(NetworkDescription network, std::uint64_t seed);

  /// The network with its masks of weights and kept filters.
  const LayerGraph& graph() const { return network_.graph; }
  TraceImage image(std::size_t number) const;

 private:
  /// The input channels of a layer that pruned filters leave.
  BitMask live_input(const Layer& layer) const;

  NetworkDescription network_;
  std::uint64_t seed_;
  std::vector<BitMask> live_;  // the output channels of each layer that pruned filters leave
};

}  // namespace sparsim
