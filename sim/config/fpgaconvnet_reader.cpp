#include <fmt/format.h>

#include <iterator>
#include <memory>

#include "models/fpgaconvnet/channel_order.h"
#include "models/fpgaconvnet/config.h"
#include "models/fpgaconvnet/fpgaconvnet.h"
#include "models/fpgaconvnet/layer_facts.h"
#include "models/fpgaconvnet/resource_bill.h"
#include "sim/config/architecture_readers.h"
#include "sim/config/bus_sections.h"
#include "sim/config/fpgaconvnet_steps.h"
#include "sim/config/pipeline_sections.h"
#include "sim/mapping/fold.h"
#include "sim/mapping/fold_json.h"

namespace sparsim {
namespace {

constexpr std::size_t kDealImages = 8;  // whose densities decide which channels share a stream

/// An accelerator file as read.
struct FpgaConvNetFile {
  FpgaConvNetConfig config;
  FoldingKey folding;
  KeyPlaces places;
};

DotEngine read_engine(Section& s) {
  return static_cast<DotEngine>(s.choice("engine", {std::begin(kDotEngineNames), std::end(kDotEngineNames)}));
}

NodeConfig read_node(Section s, const FoldingKey& folding) {
  NodeConfig c;
  const auto factor = [&](const char* key) { return read_factor(s, key, folding, 1); };
  c.folding = {factor("coarse_in"), factor("coarse_out"), factor("coarse_group"), factor("fine")};
  if (s.has("coarse")) c.coarse = factor("coarse");
  if (s.has("engine")) c.engine = read_engine(s);
  if (s.has("skip_zero_windows")) c.skip_zero_windows = s.boolean("skip_zero_windows");
  if (s.has("window_depth")) c.window_depth = s.integer("window_depth", {1, kDeepestFifo});
  if (s.has("result_depth")) c.result_depth = s.integer("result_depth", {1, kDeepestFifo});
  c.weights_streamed = s.choice("weights", {"chip", "stream"}, 0) == 1;
  return c;
}

void read_fifos(Section s, FpgaConvNetFile& file) {
  FpgaConvNetConfig& c = file.config;
  c.fifo_depth = s.integer("depth", {1, kDeepestFifo});
  c.window_depth = s.integer("window_depth", {1, kDeepestFifo});
  c.result_depth = s.integer("result_depth", {1, kDeepestFifo});
  c.branch_fifos = s.boolean("branches", true);
  c.burst_fifos = s.boolean("bursts", true);
  c.fifo_depths = read_depths(s, file.places);
}

void read_nodes(Section& root, FpgaConvNetFile& file) {
  auto nodes = root.optional_section("nodes");
  if (!nodes) return;
  for (auto& [layer, node] : nodes->sections()) {
    file.config.nodes[layer] = read_node(node, file.folding);
    file.places.add(*nodes, layer);
    file.places.add_all(node);
  }
}

/// As it is before its folding is known: which FIFOs there are, and which crossbars, depends on the factors.
FpgaConvNetConfig unfolded(const FpgaConvNetFile& file) {
  FpgaConvNetConfig config = file.config;
  if (file.folding.source == FoldingSource::nodes) return config;
  config.fifo_depths.clear();
  config.built_crossbars = false;
  return config;
}

Design design(const FpgaConvNetFile& file, const BoardFile& board, const Workload& workload) {
  const LayerGraph& graph = workload.graph();
  FpgaConvNetConfig config = file.config;
  Design result;
  if (file.folding.source == FoldingSource::automatic) {
    check_for_network(unfolded(file), graph, file.places);
    FoldResult folded = fold(config, workload.sample(), board);
    config = std::move(folded.config);
    config.fifo_depths = file.config.fifo_depths;
    result.notes.push_back(fmt::format("folded for this trace and {}: {:.0f} cycles an image by estimate; {}",
                                       board.board.name, folded.interval_cycles, folded.limit));
  } else if (file.folding.source == FoldingSource::json) {
    load_folding_json(file.folding.json, graph, config);
  }
  check_for_network(config, graph, file.places);
  const FpgaConvNetPlan planned = plan(config, graph);
  result.resource_bill = resource_bill(planned, graph, config.format, board.device.technology);
  if (file.folding.source != FoldingSource::nodes) result.chosen = folding_keys(config, planned);
  for (const PipelineEdge& edge : planned.pipeline.edges)
    result.fifos.push_back({edge.name, edge.shape.streams * 8 * word_bytes(config.format),
                            static_cast<std::int64_t>(edge.depth), edge.shape.words()});
  const std::vector<ChannelOrder> orders = channel_orders(planned, workload.sample(), config.deal, kDealImages);
  result.facts = [planned, orders, &workload](std::size_t images) {
    return layer_facts(planned, orders, workload, images);
  };
  result.steps = [planned](const std::vector<CauseShare>& critical_path) {
    return design_steps(planned, critical_path);
  };
  result.elaborate = [config, planned, orders, &workload](const RunOptions& options) {
    refuse_reduction("fpgaconvnet", options);
    return std::make_unique<FpgaConvNet>("fpgaconvnet", config, planned, orders, workload, options);
  };
  return result;
}

}  // namespace

void read_fpgaconvnet(Section& root, Accelerator& accelerator) {
  FpgaConvNetFile file{{}, {}, KeyPlaces(accelerator.file)};
  FpgaConvNetConfig& c = file.config;
  static_cast<StreamShellConfig&>(c) = read_shell(root, accelerator.board);
  c.format = root.choice("format", {"int16", "int8"}) == 0 ? WordFormat::int16 : WordFormat::int8;
  c.engine = read_engine(root);
  c.skip_zero_windows = root.boolean("skip_zero_windows", false);
  c.built_crossbars = root.choice("crossbars", {"any", "built"}, 0) == 1;
  c.deal = static_cast<ChannelDeal>(root.choice("deal", {"naive", "snake"}, 0));
  read_fifos(root.section("fifos"), file);
  file.folding = read_folding(root, accelerator.file);
  read_nodes(root, file);
  for (const std::string& problem : problems(c)) root.problem("", problem);

  accelerator.clock_mhz = c.clock_mhz;
  accelerator.format = c.format;
  accelerator.network_has_resources = true;
  accelerator.fpgaconvnet = std::make_shared<const FpgaConvNetConfig>(c);
  accelerator.network_problems = [file](const LayerGraph& graph) {
    return network_problems(unfolded(file), graph, file.places);
  };
  accelerator.design = [file = std::move(file), board = accelerator.board](const Workload& workload) {
    return design(file, board, workload);
  };
}

}  // namespace sparsim
