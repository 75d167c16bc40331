#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <vector>

#include "models/stream/pipeline.h"

namespace sparsim {

/// A layer without weights that is a node: it takes `slots` cycles an image with one stream, 1/n of them with n.
struct StreamedLayer {
  std::size_t layer = 0;
  double slots = 0;
  std::vector<std::int64_t> streams;  // ascending

  double cycles(std::int64_t n) const { return slots / static_cast<double>(n); }
  /// The fewest that keep up; all that can be where none do.
  std::int64_t narrowest(double interval) const;
};

/// Of a pipeline whose layers without weights all have one stream.
std::vector<StreamedLayer> streamed_layers(const Pipeline& pipeline, const LayerGraph& graph);

/// Cycles an image by node: `own` of those that slots() does not know, `memory` at the least to move an image and its
/// result.
std::vector<double> node_cycles(const Pipeline& pipeline, const LayerGraph& graph,
                                const std::function<double(std::size_t node)>& own, double memory);

/// Cycles an image that some layer can take and all can keep up with, ascending. `options` by weighted layer, the
/// fastest first.
std::vector<double> fold_intervals(const std::vector<std::vector<double>>& options,
                                   const std::vector<StreamedLayer>& streamed, double memory);

}  // namespace sparsim
