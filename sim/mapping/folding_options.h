#pragma once

#include <functional>
#include <optional>
#include <vector>

#include "models/cost/device.h"
#include "models/fpgaconvnet/conv_design.h"

namespace sparsim {

/// One way to fold a weighted layer, and what comes of it.
struct FoldingOption {
  Folding folding;
  double cycles = 0;  // an image
  Resources need;
};

/// The ways to fold a layer built as `design` says, but for its factors: coarse_in, coarse_out and coarse_group that
/// divide; every `fine` of a crossbar, and of a dense engine those that save a cycle. Those that are worse than another
/// in no respect: cycles and each resource. The fastest first, then by factors. What cannot be told the `need` of is
/// left out.
std::vector<FoldingOption> folding_options(const ConvDesign& design,
                                           const std::function<double(const ConvDesign&)>& cycles,
                                           const std::function<std::optional<Resources>(const ConvDesign&)>& need);

}  // namespace sparsim
