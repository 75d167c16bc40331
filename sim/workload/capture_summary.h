#pragma once

#include <cstddef>
#include <vector>

#include "sim/workload/capture.h"

namespace sparsim {

/// What many captured images have in common. Layers are positions in the LayerGraph.
class CaptureSummary {
 public:
  explicit CaptureSummary(const LayerGraph& graph) : layers_(graph.layers.size()) {}

  void add(const CapturedImage& image);

  std::size_t images() const { return images_; }
  std::size_t labelled() const { return labelled_; }
  /// Labelled images whose class is the best guess, one of the five best, the best before reductions.
  std::size_t top1() const { return top1_; }
  std::size_t top5() const { return top5_; }
  std::size_t unreduced_top1() const { return unreduced_top1_; }
  /// Images, labelled or not, whose best guess the reductions did not change.
  std::size_t agreed() const { return agreed_; }
  /// Of a weighted layer's input, means over the images: share of values that are not zero, of channels that are kept.
  double density(std::size_t layer) const { return layers_[layer].density / static_cast<double>(images_); }
  double kept(std::size_t layer) const { return layers_[layer].kept / static_cast<double>(images_); }

 private:
  struct Sums {
    double density = 0, kept = 0;
  };
  std::vector<Sums> layers_;
  std::size_t images_ = 0, labelled_ = 0, top1_ = 0, top5_ = 0, unreduced_top1_ = 0, agreed_ = 0;
};

}  // namespace sparsim
