#include "sim/mapping/finn_folding_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <utility>

#include "models/core/error.h"
#include "sim/config/key_places.h"
#include "sim/mapping/finn_nodes.h"
#include "sim/nearest.h"
#include "sim/output_file.h"

namespace sparsim {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLargestFile = 64u << 20;
constexpr std::int64_t kMostFactor = 1 << 20, kDeepestFifo = 1 << 24;

bool is_unit(FinnType type) { return type == FinnType::matrix_unit || type == FinnType::vector_unit; }

// The attribute that says how many values a word has; of units there are two.
const char* width_attribute(FinnType type) {
  switch (type) {
    case FinnType::window:
    case FinnType::padding:
    case FinnType::concat:
      return "SIMD";
    case FinnType::matrix_unit:
    case FinnType::vector_unit:
    case FinnType::converter:
      return "";
    default:
      return "PE";
  }
}

// Whether it is its own, and not that of the node before or behind.
bool has_own_width(FinnType type) {
  switch (type) {
    case FinnType::window:
    case FinnType::padding:
    case FinnType::split:
    case FinnType::converter:
    case FinnType::label:
      return false;
    default:
      return true;
  }
}

// As WeightMemory, from `automatic` on.
constexpr std::string_view kRamStyles[] = {"auto", "distributed", "block", "ultra"};
constexpr std::string_view kMemoryModes[] = {"internal_decoupled", "internal_embedded", "external",
                                             "decoupled",          "embedded",          "const"};
constexpr std::string_view kExternal = "external";
// What sparsim has no form of.
constexpr std::string_view kNotModelled[] = {"parallel_window", "pumpedCompute", "pumpedMemory",
                                             "runtime_writeable_weights"};

bool is_fifo_depth(const std::string& attribute) {
  return attribute == "inFIFODepth" || attribute == "inFIFODepths" || attribute == "outFIFODepth" ||
         attribute == "outFIFODepths";
}

template <std::size_t N>
bool is_one_of(const std::string_view (&names)[N], const std::string& name) {
  return std::find(std::begin(names), std::end(names), name) != std::end(names);
}

std::vector<std::string> attributes_of(FinnType type) {
  std::vector<std::string> names;
  if (is_unit(type)) names = {"PE", "SIMD", "ram_style", "resType", "mem_mode"};
  if (*width_attribute(type) != '\0') names.emplace_back(width_attribute(type));
  if (type == FinnType::window || type == FinnType::thresholding) names.emplace_back("ram_style");
  for (const char* name : {"inFIFODepths", "outFIFODepths", "inFIFODepth", "outFIFODepth"}) names.emplace_back(name);
  for (const std::string_view name : kNotModelled) names.emplace_back(name);
  return names;
}

bool has_attribute(FinnType type, const std::string& attribute) {
  const std::vector<std::string> names = attributes_of(type);
  return std::find(names.begin(), names.end(), attribute) != names.end();
}

class FoldingReader {
 public:
  FoldingReader(const std::string& file, const LayerGraph& graph, FinnConfig& config)
      : file_(file), graph_(graph), config_(config), layers_(file) {}

  std::vector<std::string> read(const Json& root) {
    if (!root.is_object()) input_error("{}: must be an object, a key a node", file_);
    for (const auto& [name, value] : root.items()) {
      if (name == "Defaults")
        read_defaults(value);
      else
        read_node(name, value);
    }
    throw_problems();
    // Which layers nodes stand for does not depend on factors; which converters there are, and all FIFOs, does.
    const Pipeline unfolded = plan(config_, graph_).pipeline;
    for (const FinnNode& node : finn_nodes(unfolded, graph_))
      if (has_own_width(node.id.first)) fold_layer(node.id, graph_.layers[unfolded.nodes[node.node].layer].name);
    for (const std::string& problem : problems(config_, graph_)) problems_.push_back(layers_.located(problem));
    throw_problems();
    fold_streams(plan(config_, graph_).pipeline);
    throw_problems();
    return std::move(notes_);
  }

 private:
  struct GivenNode {
    std::string name;  // as the file has it
    Json attributes;
  };
  struct Default {
    std::string attribute;
    Json value;
    std::vector<FinnType> types;  // empty: all
  };

  void problem(const std::string& where, const std::string& what) {
    problems_.push_back(fmt::format("{}: {}: {}", file_, where, what));
  }
  void throw_problems() const {
    if (!problems_.empty()) throw InputError(fmt::format("{}", fmt::join(problems_, "\n")));
  }

  void read_defaults(const Json& defaults) {
    if (!defaults.is_object()) return problem("Defaults", "must be an object, attribute -> [value, [types of nodes]]");
    for (const auto& [attribute, entry] : defaults.items()) {
      if (!entry.is_array() || entry.size() != 2 || !entry[1].is_array() || entry[1].empty()) {
        problem("Defaults", fmt::format("{}: must be [value, [types of nodes]]", attribute));
        continue;
      }
      Default read{attribute, entry[0], {}};
      bool all = false;
      for (const Json& type : entry[1]) {
        const std::string name = type.is_string() ? type.get<std::string>() : type.dump();
        const std::optional<FinnType> found = finn_type(name);
        all = all || name == "all";
        if (found && !has_attribute(*found, attribute))
          problem("Defaults", unknown_attribute(attribute, *found));
        else if (found)
          read.types.push_back(*found);
        else if (name != "all")
          problem("Defaults", fmt::format("{}: {}", attribute, unknown_type(name)));
      }
      if (all) read.types.clear();
      defaults_.push_back(std::move(read));
    }
  }

  void read_node(const std::string& name, const Json& value) {
    const std::optional<FinnNodeId> id = finn_node_id(name);
    if (!id) return problem(name, unknown_type(name.substr(0, name.rfind('_'))));
    if (!value.is_object()) return problem(name, "must be an object, attribute -> value");
    for (const auto& attribute : value.items())
      if (!has_attribute(id->first, attribute.key())) problem(name, unknown_attribute(attribute.key(), id->first));
    const auto [node, added] = nodes_.emplace(*id, GivenNode{name, value});
    if (!added) problem(name, fmt::format("{} is the same node: all names of a type count as one", node->second.name));
    if (id->first == FinnType::label) config_.label_select = true;
  }

  static std::string unknown_type(const std::string& name) {
    const std::vector<std::string> known = finn_type_names();
    return fmt::format("no type of node that there is here{}; known: {}, and their names in other releases",
                       did_you_mean(name, known), fmt::join(known, ", "));
  }
  static std::string unknown_attribute(const std::string& attribute, FinnType type) {
    const std::vector<std::string> known = attributes_of(type);
    return fmt::format("unknown attribute '{}'{}; known of {}: {}", attribute, did_you_mean(attribute, known),
                       to_string(type), fmt::join(known, ", "));
  }

  // Of the file, or that it is written by.
  std::string name_of(const FinnNodeId& id) const {
    const auto given = nodes_.find(id);
    return given == nodes_.end() ? to_string(id) : given->second.name;
  }
  // What the file says of a node, defaults included.
  Json attributes(const FinnNodeId& id) const {
    Json all = Json::object();
    for (const Default& d : defaults_)
      if (d.types.empty() ? has_attribute(id.first, d.attribute)
                          : std::find(d.types.begin(), d.types.end(), id.first) != d.types.end())
        all[d.attribute] = d.value;
    if (const auto given = nodes_.find(id); given != nodes_.end()) all.update(given->second.attributes);
    return all;
  }

  std::int64_t integer(const FinnNodeId& id, const std::string& attribute, const Json& value, std::int64_t low,
                       std::int64_t high) {
    if (value.is_number_integer() && value >= low && value <= high) return value.get<std::int64_t>();
    problem(name_of(id), fmt::format("{} = {}: must be an integer, {}..{}", attribute, value.dump(), low, high));
    return low;
  }
  template <std::size_t N>
  std::size_t choice(const FinnNodeId& id, const std::string& attribute, const Json& value,
                     const std::string_view (&names)[N]) {
    const std::string given = value.is_string() ? value.get<std::string>() : "";
    const auto* const found = std::find(std::begin(names), std::end(names), given);
    if (found != std::end(names)) return static_cast<std::size_t>(found - std::begin(names));
    problem(name_of(id), fmt::format("{} = {}: must be one of {}", attribute, value.dump(), fmt::join(names, ", ")));
    return 0;
  }

  // Factors, and what a unit is built of.
  void fold_layer(const FinnNodeId& id, const std::string& layer) {
    const Json all = attributes(id);
    FinnNodeConfig& node = config_.nodes[layer];
    layers_.add("nodes." + layer, file_ + ": " + name_of(id));
    const auto factor = [&](const char* key) {
      return all.contains(key) ? integer(id, key, all[key], 1, kMostFactor) : 0;
    };
    if (!is_unit(id.first)) {
      node.pe = factor(width_attribute(id.first));
      return;
    }
    node.pe = factor("PE");
    node.simd = factor("SIMD");
    if (all.contains("resType"))
      node.multipliers = static_cast<Multipliers>(choice(id, "resType", all["resType"], kMultiplierNames));
    if (all.contains("ram_style"))
      node.weights = static_cast<WeightMemory>(choice(id, "ram_style", all["ram_style"], kRamStyles));
    if (all.contains("mem_mode") && kMemoryModes[choice(id, "mem_mode", all["mem_mode"], kMemoryModes)] == kExternal)
      node.weights = WeightMemory::stream;
  }

  // Depths of FIFOs, and widths that others have chosen.
  void fold_streams(const Pipeline& pipeline) {
    std::map<FinnType, std::size_t> count;
    for (const FinnNode& node : finn_nodes(pipeline, graph_)) {
      ++count[node.id.first];
      const PipelineNode& ours = pipeline.nodes[node.node];
      const Json all = attributes(node.id);
      for (const auto& [attribute, value] : all.items()) {
        if (is_fifo_depth(attribute))
          read_depths(node, attribute, value, pipeline);
        else if (is_one_of(kNotModelled, attribute) && value != 0)
          problem(name_of(node.id),
                  fmt::format("{} = {}: sparsim has no form of it; must be 0", attribute, value.dump()));
        else if (attribute == "ram_style" && !is_unit(node.id.first))
          notes_.push_back(
              fmt::format("{}: {}: ram_style is not followed: the cheapest memory is taken", file_, name_of(node.id)));
        else if (attribute == width_attribute(node.id.first) && !has_own_width(node.id.first))
          check_width(node.id, attribute, value, pipeline.input(ours).streams);
      }
    }
    for (const auto& [id, given] : nodes_)
      if (id.second >= count[id.first])
        problem(given.name, fmt::format("the network {} as folded has {} of its type", graph_.name, count[id.first]));
    for (const auto& [edge, depth] : depths_) config_.fifo_depths[edge] = depth;
  }

  void check_width(const FinnNodeId& id, const std::string& attribute, const Json& value, std::int64_t streams) {
    if (integer(id, attribute, value, 1, kMostFactor) == streams) return;
    problem(name_of(id), fmt::format("{} = {}: must be {}, {}", attribute, value.dump(), streams,
                                     id.first == FinnType::window || id.first == FinnType::padding
                                         ? "as many as the unit behind takes at a time"
                                         : "as many as come at a time"));
  }

  void read_depths(const FinnNode& node, const std::string& attribute, const Json& value, const Pipeline& pipeline) {
    const bool in = attribute[0] == 'i';
    if (in ? !node.first : !node.last) {
      notes_.push_back(fmt::format("{}: {}: {} is not followed: pool and window are one node here", file_,
                                   name_of(node.id), attribute));
      return;
    }
    const PipelineNode& ours = pipeline.nodes[node.node];
    const std::vector<std::size_t>& edges = in ? ours.inputs : ours.outputs;
    if (value.is_array() && value.size() != edges.size())
      return problem(name_of(node.id),
                     fmt::format("{} = {}: must be {} depths", attribute, value.dump(), edges.size()));
    for (std::size_t e = 0; e < edges.size(); ++e) {
      const std::int64_t words = integer(node.id, attribute, value.is_array() ? value[e] : value, 0, kDeepestFifo);
      std::int64_t& depth = depths_[pipeline.edges[edges[e]].name];
      depth = std::max({depth, words, std::int64_t{1}});  // without a FIFO the registers between two nodes are there
    }
  }

  const std::string& file_;
  const LayerGraph& graph_;
  FinnConfig& config_;
  KeyPlaces layers_;  // "nodes.conv1": the node of the file
  std::vector<Default> defaults_;
  std::map<FinnNodeId, GivenNode> nodes_;
  std::map<std::string, std::int64_t> depths_;
  std::vector<std::string> problems_, notes_;
};

void add_unit(Json& node, const MatrixUnit& unit) {
  node["PE"] = unit.pe;
  node["SIMD"] = unit.simd;
  const bool streamed = unit.weights == WeightMemory::stream;
  node["ram_style"] = kRamStyles[streamed ? 0 : static_cast<std::size_t>(unit.weights)];
  node["resType"] = to_string(unit.multipliers);
  node["mem_mode"] = streamed ? kExternal : kMemoryModes[0];
}

Json depths(const Pipeline& pipeline, const std::vector<std::size_t>& edges) {
  Json words = Json::array();
  for (const std::size_t e : edges) words.push_back(pipeline.edges[e].depth);
  return words;
}

}  // namespace

std::vector<std::string> read_finn_folding(std::string_view text, const std::string& file, const LayerGraph& graph,
                                           FinnConfig& config) {
  const Json root = Json::parse(text, nullptr, false);
  if (root.is_discarded()) input_error("{}: is not JSON", file);
  return FoldingReader(file, graph, config).read(root);
}

std::vector<std::string> load_finn_folding(const std::string& path, const LayerGraph& graph, FinnConfig& config) {
  return read_finn_folding(read_file(path, kLargestFile), path, graph, config);
}

std::string finn_folding_json(const FinnPlan& plan, const LayerGraph& graph) {
  Json root{{"Defaults", Json::object()}};
  const Pipeline& pipeline = plan.pipeline;
  for (const FinnNode& node : finn_nodes(pipeline, graph)) {
    const PipelineNode& ours = pipeline.nodes[node.node];
    Json& written = root[to_string(node.id)] = Json::object();
    if (is_unit(node.id.first))
      add_unit(written, plan.units[node.node]);
    else if (*width_attribute(node.id.first) != '\0')
      written[width_attribute(node.id.first)] = pipeline.input(ours).streams;
    if (node.first) written["inFIFODepths"] = depths(pipeline, ours.inputs);
    if (node.last) written["outFIFODepths"] = depths(pipeline, ours.outputs);
  }
  return root.dump(2) + "\n";
}

}  // namespace sparsim
