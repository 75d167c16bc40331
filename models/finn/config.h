#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/core/work.h"
#include "models/finn/matrix_unit.h"
#include "models/memory/stream_shell.h"
#include "models/stream/pipeline.h"

namespace sparsim {

/// What a configuration says of one layer; what it leaves out is the accelerator's.
struct FinnNodeConfig {
  std::int64_t pe = 0, simd = 0;  // 0: of a weighted layer 1; of any other, which has no simd, plan() chooses
  std::optional<int> weight_bits, input_bits, output_bits;
  std::optional<Multipliers> multipliers;
  std::optional<WeightMemory> weights;
};

/// A FINN accelerator: a unit a layer, dataflow from one to the next, weights dense or pruned in blocks.
struct FinnConfig : StreamShellConfig {
  int weight_bits = 1, activation_bits = 1;  // of layers that say nothing
  int image_bits = 8, result_bits = 16;  // of a value of the network's input; of its result, where no thresholds are
  Multipliers multipliers = Multipliers::automatic;
  WeightMemory weights = WeightMemory::automatic;
  bool wide_windows = false;                        // a folding that is searched may have SIMD of several kernel pixels
  bool label_select = false;                        // the class of the largest score leaves, not the scores
  std::int64_t fifo_depth = 2;                      // words, of every FIFO that is not named
  bool branch_fifos = true;                         // widen_branches() on top
  bool vector_fifos = true;                         // before a folded dense layer: a whole vector at the least
  std::map<std::string, std::int64_t> fifo_depths;  // by name of the edge
  std::map<std::string, FinnNodeConfig> nodes;      // by name of the layer
};

/// What is wrong with it whatever the network, each as `section.key = value: what is allowed`.
std::vector<std::string> problems(const FinnConfig& config);
/// The same, and what is wrong with it for this network: operators that streams cannot carry, layers and FIFOs that it
/// names and the network does not have, PE and SIMD that do not divide.
std::vector<std::string> problems(const FinnConfig& config, const LayerGraph& graph);

/// The unit of a weighted layer.
MatrixUnit matrix_unit(const FinnConfig& config, const LayerGraph& graph, std::size_t layer);

/// A network on an accelerator: the pipeline, whose weighted nodes have nodes that pad and slide windows before them,
/// and what its nodes and edges are built of.
struct FinnPlan {
  Pipeline pipeline;
  std::vector<MatrixUnit> units;  // by node; of weighted ones
  std::vector<int> value_bits;    // by edge
  std::vector<std::string> notes;
};

/// Throws ModelError where problems(config, graph) has any.
FinnPlan plan(const FinnConfig& config, const LayerGraph& graph);

}  // namespace sparsim
