#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sim/workload/block_pruning.h"
#include "sim/workload/network.h"
#include "sim/workload/trace.h"

namespace sparsim {

/// What salience is measured on: the first of these that a trace has of a layer.
enum class WeightSource { parameters, quantised, drawn };

/// A layer to be pruned.
struct PrunedLayer {
  std::size_t position = 0;  // in LayerGraph::layers
  WeightMatrix matrix;
  std::vector<float> weights;  // [rows][columns]; where drawn, zero where the trace knows them to be
  WeightSource source = WeightSource::drawn;
};

/// Which layers to prune, by name.
struct LayerChoice {
  std::vector<std::string> only;  // empty: all
  std::vector<std::string> skipped;
};

/// The layers of a trace that can be pruned in blocks of rows x columns. Throws InputError, with all problems of blocks
/// at once: blocks larger than a layer's matrix, layers that are not there or have no matrix of their own, nothing left
/// to prune, a trace that was pruned in blocks before. `seed` is of what is drawn.
std::vector<PrunedLayer> layers_to_prune(const Trace& trace, std::int64_t rows, std::int64_t columns,
                                         const LayerChoice& choice, std::uint64_t seed);

/// The layer as it is after pruning: its mask of weights and its blocks.
Layer pruned(const Layer& layer, const PrunedLayer& target, const BlockPruningRule& rule, bool reordered);

/// The same of all layers.
LayerGraph pruned(const LayerGraph& graph, const std::vector<PrunedLayer>& targets, const BlockPruningRule& rule,
                  bool reordered);

/// A network, node for layer, without the weights that the blocks of `graph` do not keep.
Network without_pruned_weights(Network network, const LayerGraph& graph);

/// Called with the number of images that are done; may be empty.
using ImageProgress = std::function<void(std::size_t done)>;

/// The class that a network, node for layer of the trace's, gives each of its images.
std::vector<std::int32_t> classes_of(const Network& network, const Trace& trace, const ImageProgress& progress);

/// Writes `trace` with the layers of `graph`, its own pruned. With `network`, which is pruned, too, what its layers see
/// and answer is that network's, and its classes are returned; without, it stays what the trace has, but for the
/// answers, which are not known then, and nothing is returned.
std::vector<std::int32_t> write_pruned(const std::string& path, const Trace& trace, const LayerGraph& graph,
                                       const TraceInfo& info, const Network* network, const ImageProgress& progress);

}  // namespace sparsim
