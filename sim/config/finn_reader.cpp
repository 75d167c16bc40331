#include <fmt/format.h>

#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "models/finn/config.h"
#include "models/finn/finn.h"
#include "models/finn/resource_bill.h"
#include "models/finn/unit_facts.h"
#include "sim/config/architecture_readers.h"
#include "sim/config/bus_sections.h"
#include "sim/config/pipeline_sections.h"
#include "sim/mapping/finn_fold.h"
#include "sim/mapping/finn_folding_json.h"

namespace sparsim {
namespace {

/// An accelerator file as read.
struct FinnFile {
  FinnConfig config;
  FoldingKey folding;
  KeyPlaces places;
};

int read_bits(Section& s, const char* key, int most, std::optional<int> otherwise = {}) {
  return static_cast<int>(s.integer(key, {1, most}, otherwise));
}

Multipliers read_multipliers(Section& s, const char* key) {
  return static_cast<Multipliers>(s.choice(key, {std::begin(kMultiplierNames), std::end(kMultiplierNames)}, 0));
}

WeightMemory read_weights(Section& s, const char* key) {
  return static_cast<WeightMemory>(s.choice(key, {std::begin(kWeightMemoryNames), std::end(kWeightMemoryNames)}, 0));
}

FinnNodeConfig read_node(Section s, const FoldingKey& folding) {
  FinnNodeConfig c;
  if (s.has("pe")) c.pe = read_factor(s, "pe", folding, 1);
  if (s.has("simd")) c.simd = read_factor(s, "simd", folding, 1);
  if (s.has("weight_bits")) c.weight_bits = read_bits(s, "weight_bits", MatrixUnit::kMostBits);
  if (s.has("input_bits")) c.input_bits = read_bits(s, "input_bits", MatrixUnit::kMostBits);
  if (s.has("output_bits")) c.output_bits = read_bits(s, "output_bits", MatrixUnit::kMostResultBits);
  if (s.has("multipliers")) c.multipliers = read_multipliers(s, "multipliers");
  if (s.has("weights")) c.weights = read_weights(s, "weights");
  return c;
}

void read_nodes(Section& root, FinnFile& file) {
  auto nodes = root.optional_section("nodes");
  if (!nodes) return;
  for (auto& [layer, node] : nodes->sections()) {
    file.config.nodes[layer] = read_node(node, file.folding);
    file.places.add(*nodes, layer);
    file.places.add_all(node);
  }
}

void read_bits(Section s, FinnConfig& c) {
  c.weight_bits = read_bits(s, "weights", MatrixUnit::kMostBits);
  c.activation_bits = read_bits(s, "activations", MatrixUnit::kMostBits);
  c.image_bits = read_bits(s, "image", MatrixUnit::kMostBits, c.image_bits);
  c.result_bits = read_bits(s, "result", MatrixUnit::kMostResultBits, c.result_bits);
}

void read_fifos(Section s, FinnFile& file) {
  FinnConfig& c = file.config;
  c.fifo_depth = s.integer("depth", {1, kDeepestFifo});
  c.branch_fifos = s.boolean("branches", true);
  c.vector_fifos = s.boolean("vectors", true);
  c.fifo_depths = read_depths(s, file.places);
}

/// As it is before its folding is known: which FIFOs there are depends on the factors.
FinnConfig unfolded(const FinnFile& file) {
  FinnConfig config = file.config;
  if (file.folding.source != FoldingSource::nodes) config.fifo_depths.clear();
  return config;
}

/// The factors of all layers, as `folding: nodes` in an accelerator file says them.
nlohmann::ordered_json folding_keys(const FinnPlan& plan, const LayerGraph& graph) {
  nlohmann::ordered_json keys{{"folding", "nodes"}};
  const Pipeline& p = plan.pipeline;
  for (std::size_t n = 0; n < p.nodes.size(); ++n) {
    const PipelineNode& node = p.nodes[n];
    if (node.layer == PipelineNode::kNoLayer || node.kind == NodeKind::padding || node.kind == NodeKind::window)
      continue;
    nlohmann::ordered_json& factors = keys["nodes"][graph.layers[node.layer].name];
    factors["pe"] = p.output(node).streams;
    if (node.kind == NodeKind::weighted) factors["simd"] = plan.units[n].simd;
  }
  return keys;
}

/// The configuration with its factors; what is said of them goes to `notes`.
FinnConfig folded(const FinnFile& file, const BoardFile& board, const Workload& workload,
                  std::vector<std::string>& notes) {
  FinnConfig config = unfolded(file);
  if (file.folding.source != FoldingSource::nodes) check_for_network(config, workload.graph(), file.places);
  if (file.folding.source == FoldingSource::automatic) {
    FinnFoldResult result = fold_finn(config, workload.graph(), board);
    config = std::move(result.config);
    notes.push_back(fmt::format("folded for this network and {}: {:.0f} cycles an image by estimate; {}",
                                board.board.name, result.interval_cycles, result.limit));
  } else if (file.folding.source == FoldingSource::json) {
    notes = load_finn_folding(file.folding.json, workload.graph(), config);
  }
  for (const auto& [name, depth] : file.config.fifo_depths) config.fifo_depths[name] = depth;
  check_for_network(config, workload.graph(), file.places);
  return config;
}

Design design(const FinnFile& file, const BoardFile& board, const Workload& workload) {
  const LayerGraph& graph = workload.graph();
  Design result;
  const FinnConfig config = folded(file, board, workload, result.notes);
  const FinnPlan planned = plan(config, graph);
  result.resource_bill = resource_bill(planned, graph, board.device);
  if (file.folding.source != FoldingSource::nodes) result.chosen = folding_keys(planned, graph);
  for (std::size_t e = 0; e < planned.pipeline.edges.size(); ++e) {
    const PipelineEdge& edge = planned.pipeline.edges[e];
    result.fifos.push_back({edge.name, edge.shape.streams * planned.value_bits[e],
                            static_cast<std::int64_t>(edge.depth), edge.shape.words()});
  }
  result.facts = [planned, &graph](std::size_t) { return unit_facts(planned, graph); };
  result.elaborate = [config, planned, &workload](const RunOptions& options) {
    refuse_crossbar("finn", options);
    refuse_reduction("finn", options);
    return std::make_unique<Finn>("finn", config, planned, workload, options);
  };
  return result;
}

}  // namespace

void read_finn(Section& root, Accelerator& accelerator) {
  FinnFile file{{}, {}, KeyPlaces(accelerator.file)};
  FinnConfig& c = file.config;
  static_cast<StreamShellConfig&>(c) = read_shell(root, accelerator.board);
  read_bits(root.section("bits"), c);
  c.multipliers = read_multipliers(root, "multipliers");
  c.weights = read_weights(root, "weights");
  c.wide_windows = root.boolean("wide_windows", false);
  c.label_select = root.boolean("label_select", false);
  read_fifos(root.section("fifos"), file);
  file.folding = read_folding(root, accelerator.file);
  read_nodes(root, file);
  for (const std::string& problem : problems(c)) root.problem("", problem);

  accelerator.clock_mhz = c.clock_mhz;
  accelerator.format = WordFormat::int8;  // the shortest that energy coefficients know
  accelerator.word = fmt::format("W{}A{}", c.weight_bits, c.activation_bits);
  accelerator.network_has_resources = true;
  accelerator.finn = std::make_shared<const FinnConfig>(c);
  accelerator.network_problems = [file](const LayerGraph& graph) {
    return network_problems(unfolded(file), graph, file.places);
  };
  accelerator.design = [file = std::move(file), board = accelerator.board](const Workload& workload) {
    return design(file, board, workload);
  };
}

}  // namespace sparsim
