#pragma once

#include <map>
#include <utility>
#include <vector>

#include "models/core/work.h"

namespace sparsim {

/// A workload made by hand that keeps images and parameters.
class ValueWorkload : public Workload {
 public:
  explicit ValueWorkload(const MapShape& input) { graph_.input = input; }

  void add_image(std::vector<float> pixels) { images_.push_back(std::move(pixels)); }
  void set_parameters(std::size_t layer, Parameters parameters) { parameters_[layer] = std::move(parameters); }
  /// From here on images are known by their masks alone.
  void hide_pixels() { hidden_ = true; }

  const LayerGraph& graph() const override { return graph_; }
  std::size_t images() const override { return images_.size(); }
  /// Of the image itself, whatever the layer.
  BitMask nonzero(std::size_t image, std::size_t /*layer*/) const override {
    BitMask mask(images_[image].size());
    for (std::size_t i = 0; i < mask.size(); ++i) mask.set(i, images_[image][i] != 0);
    return mask;
  }
  BitMask kept_channels(std::size_t, std::size_t) const override { return {}; }
  std::vector<float> pixels(std::size_t image) const override {
    return hidden_ ? std::vector<float>{} : images_[image];
  }
  Parameters parameters(std::size_t layer) const override {
    const auto found = parameters_.find(layer);
    return found == parameters_.end() ? Parameters{} : found->second;
  }

 private:
  LayerGraph graph_;
  std::vector<std::vector<float>> images_;
  std::map<std::size_t, Parameters> parameters_;
  bool hidden_ = false;
};

}  // namespace sparsim
