#pragma once

#include <map>
#include <string>
#include <string_view>

#include "models/fpgaconvnet/config.h"

namespace sparsim {

/// Reads the factors of a folding file of fpgaConvNet (github AlexMontgomerie/fpgaconvnet-model, Network message):
/// `partition[].layers[]`, each with `name` and `parameters` {coarse_in, coarse_out, coarse_group, coarse, fine}. Names
/// are those of the graph, compared without regard to what is no letter or digit ("/conv1/Conv" is "conv1_Conv").
/// Layers that the network does not have are problems, apart from those that stand for no layer of their own (split,
/// squeeze, ReLU). Engines, depths and the like stay as `config` has them. `file` stands before every problem; throws
/// InputError with all of them.
void read_folding_json(std::string_view text, const std::string& file, const LayerGraph& graph,
                       FpgaConvNetConfig& config);

/// The same from a file.
void load_folding_json(const std::string& path, const LayerGraph& graph, FpgaConvNetConfig& config);

/// Such a file, in one partition, of the layers that are nodes of their own: with shapes and factors.
std::string folding_json(const FpgaConvNetConfig& config, const LayerGraph& graph);

}  // namespace sparsim
