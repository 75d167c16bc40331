#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "models/finn/config.h"

namespace sparsim {

/// Reads a folding file of FINN (github Xilinx/finn, step_apply_folding_config): "Defaults", attribute -> [value,
/// [types of nodes, or "all"]], and an object a node, TYPE_N, the N-th of its type in the order of the network:
///
///     {"Defaults": {}, "MVAU_hls_0": {"PE": 16, "SIMD": 3, "ram_style": "auto"}, "AddStreams_hls_0": {"PE": 4}}
///
/// Types go by the names of all releases of FINN (MVAU_hls, MatrixVectorActivation, StreamingFCLayer_Batch, ...), and
/// all names of a type count as one. Attributes: PE, SIMD, ram_style, resType, mem_mode, inFIFODepths, outFIFODepths
/// (and their singular). A FIFO becomes as deep as the deeper of its two sides says. What a file does not name stays as
/// `config`, which has no problems() for the graph, says. Returns what of the file is not followed, in words. `file`
/// stands before every problem; throws InputError with all of them.
std::vector<std::string> read_finn_folding(std::string_view text, const std::string& file, const LayerGraph& graph,
                                           FinnConfig& config);

/// The same from a file.
std::vector<std::string> load_finn_folding(const std::string& path, const LayerGraph& graph, FinnConfig& config);

/// Such a file of all nodes, with the names of FINN's releases from 0.10 on.
std::string finn_folding_json(const FinnPlan& plan, const LayerGraph& graph);

}  // namespace sparsim
