#pragma once

#include <algorithm>
#include <cstdint>
#include <string>
#include <vector>

#include "models/core/cycles.h"
#include "models/core/work.h"

namespace sparsim {

/// What multiplies: LUTs (few bits), DSP blocks, or whichever a unit's widths make cheaper.
enum class Multipliers { automatic, lut, dsp };
constexpr std::string_view kMultiplierNames[] = {"auto", "lut", "dsp"};
constexpr std::string_view to_string(Multipliers m) { return kMultiplierNames[static_cast<std::size_t>(m)]; }

/// Where a unit's weights lie: on chip, in the cheapest memory or a certain one; or in external memory, from which they
/// are read for every vector again.
enum class WeightMemory { automatic, lut, block, ultra, stream };
constexpr std::string_view kWeightMemoryNames[] = {"auto", "lut", "block", "ultra", "stream"};
constexpr std::string_view to_string(WeightMemory m) { return kWeightMemoryNames[static_cast<std::size_t>(m)]; }

/// A weighted layer as FINN builds it (FINN-R, arXiv 1809.04570; github Xilinx/finn): a matrix-vector unit (MVAU), or
/// of a depthwise convolution a vector-vector unit (VVAU). A matrix-vector unit computes a row of the weight matrix on
/// each of its `pe` processing elements, `simd` columns a cycle: channels of a kernel pixel, or all channels of several
/// pixels, which the sliding window then gives side by side. The vector at hand stays in the unit until all rows are
/// done. A vector-vector unit computes `pe` channels at a time, an input of their window a cycle. Thresholds follow
/// at once.
struct MatrixUnit {
  static constexpr int kMostBits = 8;         // of weights and activations
  static constexpr int kMostResultBits = 32;  // of sums where no thresholds follow

  WindowShape shape;
  std::int64_t pe = 1, simd = 1;
  int weight_bits = 1, input_bits = 1, output_bits = 1;
  Multipliers multipliers = Multipliers::automatic;
  WeightMemory weights = WeightMemory::automatic;

  bool depthwise() const { return shape.groups > 1; }
  /// Of the weight matrix; of a depthwise layer, of one channel's.
  std::int64_t rows() const { return depthwise() ? 1 : shape.output.channels; }
  std::int64_t columns() const { return shape.kernel_h * shape.kernel_w * shape.channels_per_group(); }
  /// Words of input and output a vector; of a vector-vector unit a vector is that of `pe` channels.
  std::int64_t synapse_folds() const { return columns() / simd; }
  std::int64_t neuron_folds() const { return depthwise() ? 1 : rows() / pe; }
  std::int64_t vectors() const { return shape.output.pixels() * (depthwise() ? shape.output.channels / pe : 1); }
  /// Of the weights of a row of every PE: what they take packed, and how often they are read for an image where they
  /// are streamed.
  std::int64_t row_bytes() const { return ceil_div(synapse_folds() * pe * simd * weight_bits, 8); }
  std::int64_t row_reads() const { return neuron_folds() * vectors(); }
  /// Of an image whose weights are all kept: one multiply-accumulate a lane and cycle.
  Cycles cycles() const { return vectors() * synapse_folds() * neuron_folds(); }
  /// Values of a word of the map, of one of its windows, and of one of results.
  std::int64_t in_streams() const { return depthwise() ? pe : std::min(simd, shape.channels_per_group()); }
  std::int64_t window_streams() const { return depthwise() ? pe : simd; }
  std::int64_t out_streams() const { return pe; }
  /// Whether a sliding window stands before it: otherwise pixels are the vectors.
  bool slides() const { return shape.kernel_h * shape.kernel_w > 1 || shape.stride_h * shape.stride_w > 1; }
  bool padded() const { return shape.pad_top + shape.pad_left + shape.pad_bottom + shape.pad_right > 0; }
  /// Registers from the operands of a cycle to the word of results behind the thresholds.
  Cycles latency() const;
  /// Bits that hold any sum of a row: input and weight bits, and the carries of columns() products.
  int accumulator_bits() const;
};

/// One sentence for each factor or width that is out of range or does not divide, `pe = 3: ...`; empty where all is
/// well.
std::vector<std::string> problems(const MatrixUnit& unit);

}  // namespace sparsim
