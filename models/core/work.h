#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/core/bit_mask.h"
#include "models/core/shape.h"

namespace sparsim {

/// What a layer computes, as far as its cost is concerned.
enum class LayerKind {
  convolution,
  dense,  // fully connected
  max_pool,
  average_pool,  // a global pool is one whose window is the whole map
  add,           // element-wise sum of its inputs
  concat,        // along channels
  activation,    // any function of one value: ReLU, Clip, LeakyReLU, Sigmoid, quantise
  softmax,
  normalization,  // LRN
  scale,          // a factor and an offset per channel that no convolution could take in
  reshape         // moves values without computing: flatten, transpose, pad
};

/// What an activation computes, where that matters to somebody.
enum class Function { other, relu, sigmoid };

/// "max_pool" and so on: the spelling of trace files, network files and reports.
std::string_view to_string(LayerKind kind);
/// Throws InputError that lists the known kinds.
LayerKind layer_kind(std::string_view name);
std::string_view to_string(Function function);
/// Throws InputError that lists the known functions.
Function activation_function(std::string_view name);

/// Filters that see the same input channels: SPARCNet's pair of a filter mask and an input-channel mask. A grouped
/// convolution has one a group; a layer with connectivity pruned away (FCP) has as many as it has patterns.
struct Connection {
  BitMask filters;   // [output.channels]
  BitMask channels;  // [input.channels]
};

/// Weights pruned in blocks (BCR, block column-row): the matrix of a weighted layer, a row a filter, a column an input
/// of its dot product in the order [kernel_h][kernel_w][channels_per_group], is cut into blocks, the last of a row or
/// column of them perhaps smaller; of each block whole rows and whole columns were removed. Layer::weight_nonzero says
/// which.
struct BlockPruning {
  std::int64_t rows = 0, columns = 0;  // of a block
  /// What is kept was moved together: in each row of blocks the columns that its blocks kept stand side by side, in
  /// their order, those removed behind them.
  bool reordered = false;

  friend bool operator==(const BlockPruning& a, const BlockPruning& b) {
    return a.rows == b.rows && a.columns == b.columns && a.reordered == b.reordered;
  }
};

/// One layer of a network, the same for every image.
struct Layer {
  static constexpr std::size_t kNetworkInput = std::numeric_limits<std::size_t>::max();

  std::string name;
  LayerKind kind = LayerKind::convolution;
  std::vector<std::size_t> inputs;  // positions in LayerGraph::layers, or kNetworkInput
  WindowShape shape;
  Function function = Function::other;  // of an activation
  /// A convolution on active pixels (SparsePixels): an output only where its own input pixel is not zero, its bias only
  /// where the sum is not zero.
  bool active_sites = false;
  bool dynamically_pruned = false;      // DFP: the input maps of each image are ranked, and some dropped, at run time
  BitMask weight_nonzero;               // [filter][kernel_h][kernel_w][channels_per_group]; empty where not known
  BitMask kept_filters;                 // [output.channels], SFP; empty where all are kept
  std::vector<Connection> connections;  // disjoint in filters; empty where every group is connected in full
  std::optional<BlockPruning> blocks;   // where weights were pruned in blocks; weight_nonzero is not empty then

  bool weighted() const { return kind == LayerKind::convolution || kind == LayerKind::dense; }
  std::int64_t macs() const { return weighted() ? shape.macs() : 0; }
};

/// A network in an order in which it can be computed: a layer's inputs stand before it.
struct LayerGraph {
  std::string name;
  MapShape input;
  int value_bits = 0;  // 8 or 16: zeros are those of quantised values; 0: of float values
  std::vector<Layer> layers;

  std::int64_t macs() const;
};

/// What a weighted layer computes with.
struct Parameters {
  std::vector<float> weights;  // [filter][kernel_h][kernel_w][channels_per_group]
  std::vector<float> bias;     // [filter]; empty: none
};

/// A network and what each of its images asks of every weighted layer: what a trace holds and a model reads.
/// Reads are by need, so that a model pays for no more than it looks at.
class Workload {
 public:
  virtual ~Workload() = default;

  virtual const LayerGraph& graph() const = 0;
  virtual std::size_t images() const = 0;
  /// The images that a design for this workload may be chosen by: other ones than its own where some were set apart.
  virtual const Workload& sample() const { return *this; }
  /// The non-zero values of a weighted layer's input: [height][width][channels] bits.
  virtual BitMask nonzero(std::size_t image, std::size_t layer) const = 0;
  /// The input channels of a weighted layer that pruning left for this image: [channels] bits.
  virtual BitMask kept_channels(std::size_t image, std::size_t layer) const = 0;
  /// The network's input, [height][width][channels]; empty where it is not kept.
  virtual std::vector<float> pixels(std::size_t /*image*/) const { return {}; }
  /// Of a weighted layer; empty where they are not kept.
  virtual Parameters parameters(std::size_t /*layer*/) const { return {}; }
};

}  // namespace sparsim
