#pragma once

#include <cstddef>

#include "models/core/work.h"

namespace sparsim {

/// Some of the images of a workload, as one of its own.
class ImageRange : public Workload {
 public:
  /// `count` images from `first` on, all of which `whole` has; it must outlive this.
  ImageRange(const Workload& whole, std::size_t first, std::size_t count)
      : whole_(whole), first_(first), count_(count) {}

  const LayerGraph& graph() const override { return whole_.graph(); }
  std::size_t images() const override { return count_; }
  BitMask nonzero(std::size_t image, std::size_t layer) const override { return whole_.nonzero(first_ + image, layer); }
  BitMask kept_channels(std::size_t image, std::size_t layer) const override {
    return whole_.kept_channels(first_ + image, layer);
  }
  std::vector<float> pixels(std::size_t image) const override { return whole_.pixels(first_ + image); }
  Parameters parameters(std::size_t layer) const override { return whole_.parameters(layer); }

 private:
  const Workload& whole_;
  const std::size_t first_, count_;
};

/// The images behind the first `skipped` ones, which are its sample: what is chosen for the workload is chosen by
/// images that are not run. Without any skipped, the workload as it is.
class UnseenImages final : public ImageRange {
 public:
  /// `skipped` is less than the images of `whole`, which must outlive this.
  UnseenImages(const Workload& whole, std::size_t skipped)
      : ImageRange(whole, skipped, whole.images() - skipped), whole_(whole), sample_(whole, 0, skipped) {}

  const Workload& sample() const override { return sample_.images() > 0 ? sample_ : whole_.sample(); }

 private:
  const Workload& whole_;
  const ImageRange sample_;
};

}  // namespace sparsim
