#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "models/core/cycles.h"
#include "models/core/work.h"
#include "models/fpgaconvnet/conv_design.h"
#include "models/fpgaconvnet/rtl_conv_stream.h"

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
  BitMask nonzero(std::size_t image, std::size_t layer) const override;
  BitMask kept_channels(std::size_t image, std::size_t layer) const override;

 private:
  LayerGraph graph_;
  std::vector<std::vector<std::int16_t>> values_;  // [image][height][width][channels]
  std::vector<std::int16_t> weights_;              // [filter][kernel_h][kernel_w][channels]
};

/// A source in front of a stream and a sink behind it, each with a registered FIFO between. Word i is written
/// `source[i]` cycles after the one before, or later where there is no room; result i is read likewise.
struct StreamSurroundings {
  std::size_t depth_in = 2, depth_out = 2;
  std::vector<Cycles> source, sink;
};

/// When words are written into the FIFO in front and results are read from the one behind.
struct StreamDates {
  std::vector<Cycles> written, read;
};

struct RtlStreamRun {
  StreamDates dates;
  std::vector<std::int64_t> results;  // [word][engine]
};

/// Images 0..images-1 of a layer, one after the other, through the Verilated RTL of stream `stream`. Results of a word
/// are those of one pass: filter pass * engines + engine, summed over the channels of this stream.
RtlStreamRun run_rtl_stream(ConvStream& rtl, const ConvDesign& design, std::int64_t stream, const ValueLayer& layer,
                            std::size_t images, const StreamSurroundings& around);

}  // namespace sparsim
