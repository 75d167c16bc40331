#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "models/core/cycles.h"
#include "models/core/work.h"
#include "models/fpgaconvnet/conv_design.h"
#include "models/fpgaconvnet/rtl_conv_node.h"

namespace sparsim {

/// A convolution with its values: what the RTL computes, and as a workload what the models see of it.
class ValueLayer final : public Workload {
 public:
  /// Drawn: a value is not zero with probability `density`.
  ValueLayer(const WindowShape& shape, std::size_t images, double density, std::uint64_t seed);
  /// Of traces/shapes.h5, its first images.
  ValueLayer(const std::string& layer, std::size_t images);

  const WindowShape& shape() const { return graph_.layers[0].shape; }
  std::int16_t value(std::size_t image, std::int64_t y, std::int64_t x, std::int64_t channel) const;
  std::int16_t weight(std::int64_t filter, std::int64_t y, std::int64_t x, std::int64_t channel) const;
  /// The convolution by its definition, without groups: [image][y][x][filter].
  std::vector<std::int64_t> convolution() const;

  const LayerGraph& graph() const override { return graph_; }
  std::size_t images() const override { return values_.size(); }
  BitMask nonzero(std::size_t image, std::size_t) const override { return nonzero_[image]; }
  BitMask kept_channels(std::size_t image, std::size_t layer) const override;

 private:
  void find_nonzeros();

  LayerGraph graph_;
  std::vector<std::vector<std::int16_t>> values_;  // [image][height][width][channels]
  std::vector<BitMask> nonzero_;                   // of these
  std::vector<std::int16_t> weights_;              // [filter][kernel_h][kernel_w][channels]
};

/// A source in front of a node, with a registered FIFO between, and a sink behind the node's own. Word i is written
/// `source[i]` cycles after the one before, or later where there is no room; sum i is read likewise.
struct NodeSurroundings {
  std::size_t depth_in = 2;
  std::vector<Cycles> source, sink;
};

/// When words are written into the FIFO in front and sums are read from the one behind.
struct NodeDates {
  std::vector<Cycles> written, read;
};

struct RtlNodeRun {
  NodeDates dates;
  std::vector<std::int64_t> sums;  // [word][engine]
};

/// Words and weights of a layer as the pins of its node take them.
struct NodePins {
  std::vector<std::vector<std::int16_t>> words;                // of all images, [stream][cluster] each
  std::vector<std::vector<std::vector<std::int16_t>>> memory;  // of the weights: [stream][row], [engine][operand] each

  NodePins(const ConvDesign& design, const ValueLayer& layer);
};

/// All that is in `pins` through the Verilated RTL of its node, one image after the other; a sum for each gap of the
/// sink.
RtlNodeRun run_rtl_node(RtlConvNode& rtl, const ConvDesign& design, const NodePins& pins,
                        const NodeSurroundings& around);

}  // namespace sparsim
