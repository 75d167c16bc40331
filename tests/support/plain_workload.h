#pragma once

#include <utility>
#include <vector>

#include "models/core/error.h"
#include "models/core/work.h"

namespace sparsim {

/// A workload made by hand: every value non-zero, and of each layer the channels that the test says.
class PlainWorkload : public Workload {
 public:
  explicit PlainWorkload(LayerGraph graph, std::size_t images = 1) : graph_(std::move(graph)), images_(images) {
    for (const Layer& layer : graph_.layers)
      kept_.emplace_back(static_cast<std::size_t>(layer.shape.input.channels), true);
  }

  BitMask& kept(std::size_t layer) { return kept_[layer]; }

  const LayerGraph& graph() const override { return graph_; }
  std::size_t images() const override { return images_; }
  BitMask nonzero(std::size_t, std::size_t layer) const override {
    return BitMask(static_cast<std::size_t>(graph_.layers[layer].shape.input.elements()), true);
  }
  BitMask kept_channels(std::size_t, std::size_t layer) const override { return kept_[layer]; }

 private:
  LayerGraph graph_;
  std::size_t images_;
  std::vector<BitMask> kept_;
};

/// A square convolution with the same padding on all sides.
inline Layer conv(const char* name, std::int64_t size, std::int64_t channels, std::int64_t filters, std::int64_t kernel,
                  std::int64_t stride = 1, std::int64_t pad = 0) {
  Layer layer;
  layer.name = name;
  WindowShape& s = layer.shape;
  s.input = {size, size, channels};
  s.kernel_h = s.kernel_w = kernel;
  s.stride_h = s.stride_w = stride;
  s.pad_top = s.pad_left = s.pad_bottom = s.pad_right = pad;
  const std::int64_t out = output_extent(size, 2 * pad, kernel, stride, 1, false, pad);
  s.output = {out, out, filters};
  layer.inputs = {Layer::kNetworkInput};
  return layer;
}

}  // namespace sparsim
