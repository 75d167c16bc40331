#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "models/core/bit_mask.h"
#include "sim/workload/inference.h"
#include "sim/workload/network.h"

namespace sparsim {

/// One step of --reduce, KIND:RATIO[@LAYER].
struct Reduction {
  enum class Kind {
    sfp,         // static: filters of each layer, ranked by the sum of their weights' magnitudes
    sfp_global,  // static: filters of all layers together, ranked by the mean of their weights' magnitudes
    dfp          // dynamic: input maps of each convolution for each image, ranked by mean magnitude
  };
  Kind kind = Kind::sfp;
  double ratio = 0;   // 0 <= ratio < 1 of the filters, or maps, that are left by then go; rounded down
  std::string layer;  // empty: every layer that the kind applies to
};

/// "sfp:0.3,dfp:0.2@conv2": steps in the order in which they apply. Throws InputError; among others for a static step
/// behind a dynamic one, which happens later, at run time.
std::vector<Reduction> parse_reductions(const std::string& text);
/// The grammar, for --help.
extern const char* const kReductionsHelp;

/// A network after the static steps, and what the dynamic ones will do. By node of the network; of all equally
/// salient filters or maps, the one with the lower index goes first.
struct ReducedNetwork {
  Network network;                     // removed filters have zero weights and bias
  std::vector<BitMask> kept_filters;   // of weighted nodes that lost some; others empty
  std::vector<BitMask> kept_channels;  // input channels of weighted nodes some of which are always zero; others empty
  std::vector<std::vector<double>> dynamic_ratios;  // of the input maps that are left, one after the other
};

/// Static pruning leaves each layer at least one filter, and does not touch layers whose filters are the network's
/// answers. Dynamic pruning does not touch dense layers, nor those that look at the image itself. Throws InputError for
/// a layer that is not there or must not be pruned.
ReducedNetwork reduce(Network network, const std::vector<Reduction>& reductions);

/// Channels of every node's output that are zero for every image, because filters are: followed through all operators
/// that make zero of zero, through additions where all summands are zero. [channels] bits a node.
std::vector<BitMask> zero_channels(const Network& network);

/// Dynamic pruning of one map: zeroes the least salient of its kept channels (all, if empty) in place; returns those
/// that are left.
BitMask prune_maps(const MapView& map, const BitMask& kept, const std::vector<double>& ratios);

}  // namespace sparsim
