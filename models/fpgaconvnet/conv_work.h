#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <utility>
#include <vector>

#include "models/core/work.h"
#include "models/fpgaconvnet/conv_design.h"
#include "models/fpgaconvnet/conv_windows.h"

namespace sparsim {

/// What an image asks of a weighted node, the mean over images, if nothing but its own engines, a window a cycle for
/// each stream and a word a cycle on each side held it up. All in cycles.
struct StreamWork {
  std::vector<double> cycles;  // by stream
  double words = 0;            // slots of the padded map, or words that leave, whatever their values
  double ideal = 0;            // operands that count, spread evenly over all multipliers, none of them ever idle
  double zero_windows = 0;     // share of windows without a non-zero value

  /// A lower bound for the node: FIFOs so deep that streams never wait for each other.
  double node() const { return std::max(slowest(), words); }
  double slowest() const;
  double mean() const;
  /// slowest / mean.
  double imbalance() const;
};

/// The windows of a weighted layer, counted by how many of their values are not zero: once for all foldings. Images are
/// read when something sparse is asked for, one at a time.
class WindowHistogram {
 public:
  /// Of the first `images` images. `workload` must outlive it.
  WindowHistogram(const Workload& workload, std::size_t layer, std::size_t images);

  /// `design` is without problems() and of this layer's shape.
  StreamWork work(const ConvDesign& design, const ChannelOrder& order);
  /// An upper bound for what the streams take: all of them in lock-step, so that each window lasts as long as that of
  /// the slowest stream. Cycles an image.
  double lock_step(const ConvDesign& design, const ChannelOrder& order);
  /// By input channel: the share of the operands of its windows that are not zero; padding counts as zero.
  std::vector<double> channel_density();

 private:
  /// counts[row * (most + 1) + n]: windows of `row` (a channel, or the clusters of a group) with n non-zeros.
  struct Counts {
    std::int64_t most = 0;
    std::vector<std::uint64_t> windows;
  };
  using RowOfWindows = std::function<void(const std::uint8_t* counts)>;

  const Counts& channel_counts();
  const Counts& cluster_counts(const ConvDesign& design, const ChannelOrder& order);
  /// The counts of WindowCounter for each row of output pixels of each image, windows by channel, or by cluster.
  void for_each_row(const ConvDesign& design, const ChannelOrder& order, const RowOfWindows& take) const;

  const Workload& workload_;
  const std::size_t layer_, images_;
  const WindowShape& shape_;
  const std::int64_t padded_pixels_;
  Counts channels_;  // empty until asked for
  std::map<std::pair<std::int64_t, ChannelOrder>, Counts> clusters_;
};

}  // namespace sparsim
