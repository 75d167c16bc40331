#pragma once

#include <map>
#include <utility>

#include "tests/support/plain_workload.h"

namespace sparsim {

/// A workload made by hand: of each image and layer the values that are not zero; all of them where nothing is said.
class MaskedWorkload : public PlainWorkload {
 public:
  using PlainWorkload::PlainWorkload;

  /// [height][width][channels] of a layer's input.
  BitMask& mask(std::size_t image, std::size_t layer) {
    return masks_.try_emplace({image, layer}, PlainWorkload::nonzero(image, layer)).first->second;
  }
  BitMask nonzero(std::size_t image, std::size_t layer) const override {
    const auto found = masks_.find({image, layer});
    return found == masks_.end() ? PlainWorkload::nonzero(image, layer) : found->second;
  }

 private:
  std::map<std::pair<std::size_t, std::size_t>, BitMask> masks_;
};

}  // namespace sparsim
