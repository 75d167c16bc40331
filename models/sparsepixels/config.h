#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/core/work.h"
#include "models/sparsepixels/fixed_point.h"

namespace sparsim {

/// How the products of an output pixel are added up.
enum class SumShape {
  chain,  // one after the other: adders that saturate may not be reordered
  tree    // adders that wrap may: a balanced tree of three-input adders
};

/// Whether an image may enter before the one before it has left.
enum class PixelImages { streamed, one_at_a_time };

/// Which pixels of its list a convolution computes.
enum class PixelSites {
  nonzero,  // those with a value that is not zero: the published designs
  kept      // those that the reduction kept, whatever became of them: the networks as they were trained
};

/// A SparsePixels design (hftsoi/sparse-pixels, arXiv 2512.06208): a dataflow of operators on a list of at most n_max
/// active pixels, or its dense baseline: the same network on a stream of all pixels.
struct SparsePixelsConfig {
  static constexpr std::int64_t kMostSlots = 4096;  // a convolution has n_max^2 multipliers

  double clock_mhz = 200;
  bool dense = false;      // the baseline
  std::int64_t n_max = 8;  // slots of a pixel list
  double threshold = 0;    // a pixel is active where one of its channels is above
  PixelSites sites = PixelSites::nonzero;
  FixedFormat input{8, 1, false}, weights{8, 3, true}, activations{8, 2, false};
  std::optional<FixedFormat> pools;  // what average pools hand on; activations where left out

  std::int64_t levels_per_cycle = 3;              // of comparators, adders, or merges, one behind the other in a cycle
  std::optional<std::int64_t> multiplier_cycles;  // of convolutions and pools; by its width where left out
  SumShape sums = SumShape::chain;
  bool early_exit = false;  // the input reduction ends where no active pixel is left
  std::int64_t flatten_unroll = 4;
  std::map<std::string, std::int64_t> reuse;  // by layer: how often a multiplier is used for an image; 1 otherwise
  std::int64_t hand_off_cycles = 1;           // between one operator's last cycle and the next one's first
  std::int64_t restart_cycles = 1;            // between an operator's last cycle and its first of the next image
  PixelImages images = PixelImages::streamed;

  std::int64_t reuse_of(const std::string& layer) const;
};

/// Tree levels that fit a period of the clock, one at the least: published designs have three in 5 ns (derived), and
/// faster or slower clocks are taken to have as many more or less (assumed).
std::int64_t levels_in_a_cycle(double clock_mhz);

/// What is wrong with the configuration alone.
std::vector<std::string> problems(const SparsePixelsConfig& config);
/// What keeps it from this network.
std::vector<std::string> problems(const SparsePixelsConfig& config, const LayerGraph& graph);

}  // namespace sparsim
