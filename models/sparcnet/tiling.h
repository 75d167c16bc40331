#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "models/sparcnet/config.h"
#include "models/sparcnet/masks.h"

namespace sparsim {

/// One step of the PE grid: as many filters as there are PEs at most, over a band of output rows, for a chunk of input
/// channels. The order of steps is filters, then rows, then channels, so that partial sums stay in the ofmap scratchpad
/// from the first chunk to the last.
struct TileStep {
  const MaskedConnection* connection = nullptr;
  std::int64_t first_filter = 0, filters = 0;    // positions in connection->filters
  std::int64_t first_row = 0, rows = 0;          // of the output
  std::int64_t first_channel = 0, channels = 0;  // positions in connection->channels
  bool load_ifmap = true, load_weights = true;   // false: the step before left them in the scratchpad
  bool first_chunk = true, last_chunk = true;
};

/// What a step moves, in words.
struct TileExtent {
  std::int64_t input_first_row = 0, input_rows = 0;  // padding not counted
  std::int64_t ifmap_words = 0, weight_words = 0, output_words = 0;
};
TileExtent extent(const WindowShape& shape, const TileStep& step);

/// Cycles in which the PEs consume a step: kernel x channels (a window's operands, `macs_per_pe` channels at a time)
/// for each output pixel, of which at least `accumulate_latency` interleave.
std::int64_t compute_cycles(const WindowShape& shape, const PeGridConfig& grid, const TileStep& step);

/// Chooses the band and the chunk that fit the scratchpads and cost least by an estimate: compute, plus transfers that
/// nothing hides; where transfers are hidden but longer than compute, those. Throws InputError that names the
/// scratchpad, its need and its size where not even one row of one channel fits.
/// `connections` must outlive the steps.
std::vector<TileStep> tile(const std::string& layer, const WindowShape& shape,
                           const std::vector<MaskedConnection>& connections, const SparcnetConfig& config);

}  // namespace sparsim
