#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/core/work.h"
#include "models/cost/device.h"
#include "models/sparcnet/config.h"
#include "sim/config/board.h"
#include "sim/mapping/accelerator_text.h"

namespace sparsim {

/// A SPARCNet accelerator that fits its device.
struct SparcnetFit {
  SparcnetConfig config;
  Resources need;                          // what the board reserves is in it
  double estimated_cycles = 0;             // of the weighted layers of an image without pruning at run time
  std::optional<double> simulated_cycles;  // of a whole image, host and memory included
};

/// PE grids of several sizes, each with several scratchpads and every word format: all that fit the device and can tile
/// the network, the best `wanted` by an estimate (what the tiling goes by: computing, and transfers that nothing hides,
/// at the full rate of the bus). Formats are tried for their cost; what they do to accuracy is not judged. All else is
/// as `given`. Throws InputError where nothing fits.
std::vector<SparcnetFit> fit_sparcnet(const SparcnetConfig& given, const LayerGraph& graph, const BoardFile& board,
                                      std::size_t wanted = 4);

/// Simulates an image on each, in child processes, and puts the fastest first. `text` is the accelerator file at `from`
/// that they are variants of. Throws InputError where one of them cannot be run.
std::vector<SparcnetFit> run_best_fits(std::vector<SparcnetFit> fits, std::string_view text, const std::string& from,
                                       const std::string& trace);

/// `pe_grid` and `scratchpads` of an accelerator file.
std::vector<TextBlock> sparcnet_blocks(const SparcnetConfig& config);

}  // namespace sparsim
