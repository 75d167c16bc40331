#include "sim/mapping/fold_json.h"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <nlohmann/json.hpp>
#include <optional>
#include <set>
#include <vector>

#include "models/core/error.h"
#include "models/stream/pipeline.h"
#include "sim/nearest.h"
#include "sim/output_file.h"

namespace sparsim {
namespace {

using Json = nlohmann::ordered_json;

constexpr std::size_t kLargestFile = 64u << 20;
constexpr std::int64_t kMostFactor = 1 << 20;

// What fpgaConvNet calls a layer of ours that may be a node.
const char* type_name(LayerKind kind) {
  switch (kind) {
    case LayerKind::convolution:
      return "CONVOLUTION";
    case LayerKind::dense:
      return "INNER_PRODUCT";
    case LayerKind::max_pool:
      return "POOLING";
    case LayerKind::average_pool:
      return "AVERAGE_POOLING";
    case LayerKind::add:
      return "ELTWISE";
    case LayerKind::concat:
      return "CONCAT";
    case LayerKind::activation:
      return "ACTIVATION";
    case LayerKind::scale:
      return "BATCH_NORM";
    default:
      throw ModelError(fmt::format("{}: no node of a pipeline", to_string(kind)));
  }
}

// Nodes of theirs that are part of another layer here, or of the pipeline and no layer.
bool stands_for_a_layer(const std::string& type) {
  static const std::set<std::string> kLayers{"CONVOLUTION",     "INNER_PRODUCT", "POOLING",
                                             "AVERAGE_POOLING", "ELTWISE",       "CONCAT"};
  return kLayers.count(type) != 0;
}

std::string letters_and_digits(const std::string& name) {
  std::string kept;
  for (const char c : name)
    if (std::isalnum(static_cast<unsigned char>(c)) != 0) kept += c;
  return kept;
}

class FoldingReader {
 public:
  FoldingReader(const std::string& file, const LayerGraph& graph, FpgaConvNetConfig& config)
      : file_(file), graph_(graph), config_(config), has_node_(layers_with_node(graph)), named_(graph.layers.size()) {}

  void read(const Json& root) {
    const Json* partitions = array(root, "partition", file_);
    if (partitions != nullptr && partitions->size() != 1)
      problem(file_, fmt::format("partition: has {} entries, which are configured one after the other; must have 1, as "
                                 "a pipeline holds the whole network",
                                 partitions->size()));
    else if (partitions != nullptr)
      if (const Json* layers = array(partitions->front(), "layers", file_ + ": partition 0"))
        for (const Json& layer : *layers) read_layer(layer);
    if (problems_.empty())
      for (std::size_t i = 0; i < graph_.layers.size(); ++i)
        if (graph_.layers[i].weighted() && !named_[i])
          problem(file_, fmt::format("layer '{}' of the network is not in it", graph_.layers[i].name));
    if (!problems_.empty()) throw InputError(fmt::format("{}", fmt::join(problems_, "\n")));
  }

 private:
  void problem(const std::string& where, const std::string& what) { problems_.push_back(where + ": " + what); }

  const Json* array(const Json& parent, const char* key, const std::string& where) {
    if (parent.is_object() && parent.contains(key) && parent[key].is_array()) return &parent[key];
    problem(where, fmt::format("{}: missing, or no list", key));
    return nullptr;
  }

  void read_layer(const Json& layer) {
    const auto text = [&](const char* key) {
      return layer.is_object() && layer.contains(key) && layer[key].is_string() ? layer[key].get<std::string>() : "";
    };
    const std::string name = text("name"), type = text("type");
    if (name.empty()) return problem(file_, "a layer has no name");
    std::optional<std::size_t> found = find(name);
    if (!found && stands_for_a_layer(type)) found = find(text("onnx_node"));
    if (!found) {
      if (stands_for_a_layer(type) || type.empty()) unknown(name);
      return;
    }
    if (!has_node_[*found]) return;  // fused into its producer's node, or the host's
    const Json parameters = layer.value("parameters", Json::object());
    const auto factor = [&](const char* key) -> std::int64_t {
      if (!parameters.is_object() || !parameters.contains(key)) return 1;
      const Json& value = parameters[key];
      if (value.is_number_integer() && value >= 1 && value <= kMostFactor) return value.get<std::int64_t>();
      problem(file_,
              fmt::format("layer '{}': {} = {}: must be an integer, 1..{}", name, key, value.dump(), kMostFactor));
      return 1;
    };
    const Layer& ours = graph_.layers[*found];
    NodeConfig& node = config_.nodes[ours.name];
    if (ours.weighted())
      node.folding = {factor("coarse_in"), factor("coarse_out"), factor("coarse_group"), factor("fine")};
    else
      node.coarse = factor(parameters.contains("coarse") ? "coarse" : "coarse_in");
    if (named_[*found]) problem(file_, fmt::format("layer '{}' is in it twice", ours.name));
    named_[*found] = true;
  }

  // The layer of exactly that name, or the only one of its letters and digits.
  std::optional<std::size_t> find(const std::string& name) const {
    std::vector<std::size_t> alike;
    for (std::size_t i = 0; i < graph_.layers.size(); ++i) {
      if (graph_.layers[i].name == name) return i;
      if (letters_and_digits(graph_.layers[i].name) == letters_and_digits(name)) alike.push_back(i);
    }
    return alike.size() == 1 ? std::optional(alike[0]) : std::nullopt;
  }

  void unknown(const std::string& name) {
    std::vector<std::string> known;
    for (std::size_t i = 0; i < graph_.layers.size(); ++i)
      if (has_node_[i]) known.push_back(graph_.layers[i].name);
    problem(file_, fmt::format("layer '{}': the network {} has none of this name{}; known: {}", name, graph_.name,
                               did_you_mean(name, known), fmt::join(known, ", ")));
  }

  const std::string& file_;
  const LayerGraph& graph_;
  FpgaConvNetConfig& config_;
  const std::vector<bool> has_node_;
  std::vector<bool> named_;  // by layer
  std::vector<std::string> problems_;
};

Json layer_json(const Layer& layer, const NodeConfig& node) {
  const WindowShape& s = layer.shape;
  Json p{{"batch_size", 1},
         {"rows_in", s.input.height},
         {"cols_in", s.input.width},
         {"channels_in", s.input.channels},
         {"rows_out", s.output.height},
         {"cols_out", s.output.width},
         {"channels_out", s.output.channels}};
  const bool slides = layer.weighted() || layer.kind == LayerKind::max_pool || layer.kind == LayerKind::average_pool;
  if (layer.weighted()) {
    p["coarse_in"] = node.folding.coarse_in;
    p["coarse_out"] = node.folding.coarse_out;
    p["coarse_group"] = node.folding.coarse_group;
    p["fine"] = node.folding.fine;
    p["groups"] = s.groups;
    p["filters"] = s.output.channels;
  } else {
    p["coarse"] = p["coarse_in"] = p["coarse_out"] = std::max<std::int64_t>(node.coarse, 1);
  }
  if (slides && layer.kind != LayerKind::dense) {
    p["kernel_rows"] = s.kernel_h;
    p["kernel_cols"] = s.kernel_w;
    p["stride_rows"] = s.stride_h;
    p["stride_cols"] = s.stride_w;
    p["pad_top"] = s.pad_top;
    p["pad_right"] = s.pad_right;
    p["pad_bottom"] = s.pad_bottom;
    p["pad_left"] = s.pad_left;
  }
  return {{"name", layer.name}, {"onnx_node", layer.name}, {"type", type_name(layer.kind)}, {"parameters", p}};
}

}  // namespace

void read_folding_json(std::string_view text, const std::string& file, const LayerGraph& graph,
                       FpgaConvNetConfig& config) {
  const Json root = Json::parse(text, nullptr, false);
  if (root.is_discarded()) input_error("{}: is not JSON", file);
  FoldingReader(file, graph, config).read(root);
}

void load_folding_json(const std::string& path, const LayerGraph& graph, FpgaConvNetConfig& config) {
  read_folding_json(read_file(path, kLargestFile), path, graph, config);
}

std::string folding_json(const FpgaConvNetConfig& config, const LayerGraph& graph) {
  const std::vector<bool> has_node = layers_with_node(graph);
  Json layers = Json::array();
  for (std::size_t i = 0; i < graph.layers.size(); ++i) {
    if (!has_node[i]) continue;
    const auto node = config.nodes.find(graph.layers[i].name);
    layers.push_back(layer_json(graph.layers[i], node == config.nodes.end() ? NodeConfig{} : node->second));
  }
  const Json partition{{"id", 0},
                       {"ports", 1},
                       {"batch_size", 1},
                       {"weights_reloading_factor", 1},
                       {"weights_reloading_layer", "None"},
                       {"layers", layers}};
  return Json{{"partition", Json::array({partition})}}.dump(2) + "\n";
}

}  // namespace sparsim
