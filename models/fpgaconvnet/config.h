#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "models/core/word_format.h"
#include "models/core/work.h"
#include "models/fpgaconvnet/conv_design.h"
#include "models/memory/stream_shell.h"
#include "models/stream/pipeline.h"

namespace sparsim {

/// What a configuration says of one layer; what it leaves out is the accelerator's.
struct NodeConfig {
  Folding folding;          // of a weighted layer
  std::int64_t coarse = 0;  // of any other: streams in and out; 0: plan() chooses
  std::optional<DotEngine> engine;
  std::optional<bool> skip_zero_windows;
  std::optional<std::int64_t> window_depth, result_depth;
  bool weights_streamed = false;
};

/// Which channels share a stream: in their order, or dealt by density, the densest to each stream in turn, then back
/// (snake), so that streams have about the same work. Filters of the producers are reordered for it, which costs
/// nothing.
enum class ChannelDeal { naive, snake };

/// An fpgaConvNet accelerator, dense or sparse (PASS, arXiv 2307.07821), and what stands around it.
struct FpgaConvNetConfig : StreamShellConfig {
  WordFormat format = WordFormat::int16;
  DotEngine engine = DotEngine::dense;
  bool skip_zero_windows = false;
  bool built_crossbars = false;  // only those whose RTL was built, so that every run can be held against it
  ChannelDeal deal = ChannelDeal::naive;
  std::int64_t fifo_depth = 2;  // words, of every FIFO between nodes that is not named
  std::int64_t window_depth = 4, result_depth = 16;
  bool branch_fifos = true;                         // widen_branches() on top
  bool burst_fifos = true;                          // room for what comes in bursts, on top
  std::map<std::string, std::int64_t> fifo_depths;  // by name of the edge
  std::map<std::string, NodeConfig> nodes;          // by name of the layer
};

/// What is wrong with it whatever the network, each as `section.key = value: what is allowed`.
std::vector<std::string> problems(const FpgaConvNetConfig& config);
/// The same, and what is wrong with it for this network: operators that streams cannot carry, layers and FIFOs that it
/// names and the network does not have, factors that do not divide.
std::vector<std::string> problems(const FpgaConvNetConfig& config, const LayerGraph& graph);

/// How a weighted layer is built. Where a window has more operands than a crossbar takes, a layer that does not name
/// its engine has dense ones.
ConvDesign conv_design(const FpgaConvNetConfig& config, const Layer& layer);

/// A network on an accelerator: the pipeline, and how its weighted nodes are built.
struct FpgaConvNetPlan {
  Pipeline pipeline;
  std::vector<ConvDesign> designs;  // by node; of weighted ones
  std::vector<std::string> notes;   // what was chosen where the configuration leaves it open
};

/// Throws ModelError where problems(config, graph) has any.
FpgaConvNetPlan plan(const FpgaConvNetConfig& config, const LayerGraph& graph);

}  // namespace sparsim
