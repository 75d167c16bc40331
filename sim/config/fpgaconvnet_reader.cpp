#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <memory>

#include "models/core/error.h"
#include "models/fpgaconvnet/channel_order.h"
#include "models/fpgaconvnet/config.h"
#include "models/fpgaconvnet/fpgaconvnet.h"
#include "models/fpgaconvnet/layer_facts.h"
#include "models/fpgaconvnet/resource_bill.h"
#include "sim/config/architecture_readers.h"
#include "sim/config/bus_sections.h"
#include "sim/config/fpgaconvnet_steps.h"
#include "sim/mapping/fold.h"
#include "sim/mapping/fold_json.h"
#include "sim/nearest.h"

namespace sparsim {
namespace {

constexpr std::int64_t kDeepestFifo = std::int64_t{1} << 24;
constexpr std::int64_t kMostStreams = 1 << 20;
constexpr std::size_t kDealImages = 8;  // whose densities decide which channels share a stream

/// Where the factors of a network's layers come from.
enum class FoldingSource { automatic, nodes, json };

/// An accelerator file as read.
struct FpgaConvNetFile {
  std::string path;
  FpgaConvNetConfig config;
  FoldingSource folding = FoldingSource::nodes;
  std::string folding_json;                  // its path
  std::map<std::string, std::string> where;  // of keys that only a network can judge: "file:line"
};

DotEngine read_engine(Section& s) {
  return static_cast<DotEngine>(s.choice("engine", {std::begin(kDotEngineNames), std::end(kDotEngineNames)}));
}

NodeConfig read_node(Section s, FoldingSource folding) {
  NodeConfig c;
  const auto factor = [&](const char* key, std::int64_t otherwise) {
    const std::int64_t value = s.integer(key, {1, kMostStreams}, otherwise);
    if (s.has(key) && folding != FoldingSource::nodes)
      s.problem(key, "`folding` has the factors come from elsewhere; must be left out, or `folding: nodes`");
    return value;
  };
  c.folding = {factor("coarse_in", 1), factor("coarse_out", 1), factor("coarse_group", 1), factor("fine", 1)};
  if (s.has("coarse")) c.coarse = factor("coarse", 1);
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
  if (auto depths = s.optional_section("depths"))
    for (const std::string& edge : depths->keys()) {
      c.fifo_depths[edge] = depths->integer(edge, {1, kDeepestFifo});
      file.where["fifos.depths." + edge] = depths->where(edge);
    }
}

HostIo read_host_io(Section s) {
  HostIo c;
  c.image_cycles = s.number("image_cycles", {0, 1e9});
  c.cycles_per_input = s.number("cycles_per_input", {0, 1e6});
  c.cycles_per_output = s.number("cycles_per_output", {0, 1e6});
  return c;
}

void read_folding(Section& root, FpgaConvNetFile& file) {
  const std::string folding = root.text("folding");
  const std::string_view json = ".json";
  if (folding == "auto") {
    file.folding = FoldingSource::automatic;
  } else if (folding.size() > json.size() && folding.compare(folding.size() - json.size(), json.size(), json) == 0) {
    file.folding = FoldingSource::json;
    file.folding_json = file_beside(root, "folding", file.path);
  } else if (folding != "nodes") {
    root.problem("folding", fmt::format("'{}': must be auto, nodes, or a file of factors, FILE.json", folding));
  }
  auto nodes = root.optional_section("nodes");
  if (!nodes) return;
  for (auto& [layer, node] : nodes->sections()) {
    file.config.nodes[layer] = read_node(node, file.folding);
    const std::string path = "nodes." + layer;
    file.where[path] = nodes->where(layer);
    for (const std::string& key : node.keys()) file.where[path + "." + key] = node.where(key);
  }
}

/// A problem behind the place in the file of the longest key that it begins with.
std::string located(const FpgaConvNetFile& file, const std::string& problem) {
  for (auto place = file.where.rbegin(); place != file.where.rend(); ++place) {
    const std::string& key = place->first;
    if (problem.compare(0, key.size(), key) == 0 && problem.find_first_of(" .:", key.size()) == key.size())
      return place->second + ": " + problem;
  }
  return file.path + ": " + problem;
}

/// As it is before its folding is known: which FIFOs there are, and which crossbars, depends on the factors.
FpgaConvNetConfig unfolded(const FpgaConvNetFile& file) {
  FpgaConvNetConfig config = file.config;
  if (file.folding == FoldingSource::nodes) return config;
  config.fifo_depths.clear();
  config.built_crossbars = false;
  return config;
}

/// All problems of this configuration and network.
std::vector<std::string> network_problems(const FpgaConvNetFile& file, FpgaConvNetConfig config,
                                          const LayerGraph& graph) {
  std::vector<std::string> layers, found;
  for (const Layer& layer : graph.layers) layers.push_back(layer.name);
  for (auto node = config.nodes.begin(); node != config.nodes.end();) {
    if (std::find(layers.begin(), layers.end(), node->first) == layers.end()) {
      found.push_back(located(file, fmt::format("nodes.{}: network {} has no such layer{}", node->first, graph.name,
                                                did_you_mean(node->first, layers))));
      node = config.nodes.erase(node);
    } else {
      ++node;
    }
  }
  const std::vector<std::string> of_file = problems(config);  // the reader's, told already
  for (const std::string& problem : problems(config, graph))
    if (std::find(of_file.begin(), of_file.end(), problem) == of_file.end()) found.push_back(located(file, problem));
  return found;
}

void check(const FpgaConvNetFile& file, const FpgaConvNetConfig& config, const LayerGraph& graph) {
  const std::vector<std::string> found = network_problems(file, config, graph);
  if (!found.empty()) throw InputError(fmt::format("{}", fmt::join(found, "\n")));
}

Design design(const FpgaConvNetFile& file, const BoardFile& board, const Workload& workload) {
  const LayerGraph& graph = workload.graph();
  FpgaConvNetConfig config = file.config;
  Design result;
  if (file.folding == FoldingSource::automatic) {
    check(file, unfolded(file), graph);
    FoldResult folded = fold(config, workload.sample(), board);
    config = std::move(folded.config);
    config.fifo_depths = file.config.fifo_depths;
    result.notes.push_back(fmt::format("folded for this trace and {}: {:.0f} cycles an image by estimate; {}",
                                       board.board.name, folded.interval_cycles, folded.limit));
  } else if (file.folding == FoldingSource::json) {
    load_folding_json(file.folding_json, graph, config);
  }
  check(file, config, graph);
  const FpgaConvNetPlan planned = plan(config, graph);
  result.resource_bill = resource_bill(planned, graph, config.format, board.device.technology);
  if (file.folding != FoldingSource::nodes) result.chosen = folding_keys(config, planned);
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
  FpgaConvNetFile file;
  file.path = accelerator.file;
  FpgaConvNetConfig& c = file.config;
  c.clock_mhz = root.number("clock_mhz", {1, 1000});
  c.format = root.choice("format", {"int16", "int8"}) == 0 ? WordFormat::int16 : WordFormat::int8;
  c.engine = read_engine(root);
  c.skip_zero_windows = root.boolean("skip_zero_windows", false);
  c.built_crossbars = root.choice("crossbars", {"any", "built"}, 0) == 1;
  c.deal = static_cast<ChannelDeal>(root.choice("deal", {"naive", "snake"}, 0));
  c.flow = static_cast<ImageFlow>(root.choice("images", {"streamed", "one_at_a_time"}, 0));
  c.source_interval = root.integer("source_interval", {0, 1'000'000'000}, 0);
  read_fifos(root.section("fifos"), file);
  c.axi = read_axi(root.section("axi"));
  c.dma = read_dma(root.section("dma"));
  Section registers = root.section("registers");
  c.registers = read_registers(registers);
  c.image_registers = registers.integer("per_image", {1, 10'000});
  c.host_io = read_host_io(root.section("host_io"));
  read_folding(root, file);
  c.memory = accelerator.board.memory;
  c.host = accelerator.board.host;
  for (const std::string& problem : problems(c)) root.problem("", problem);

  accelerator.clock_mhz = c.clock_mhz;
  accelerator.format = c.format;
  accelerator.network_has_resources = true;
  accelerator.fpgaconvnet = std::make_shared<const FpgaConvNetConfig>(c);
  accelerator.network_problems = [file](const LayerGraph& graph) {
    return network_problems(file, unfolded(file), graph);
  };
  accelerator.design = [file = std::move(file), board = accelerator.board](const Workload& workload) {
    return design(file, board, workload);
  };
}

}  // namespace sparsim
