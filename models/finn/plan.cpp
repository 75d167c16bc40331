#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "models/core/error.h"
#include "models/finn/config.h"

namespace sparsim {
namespace {

constexpr std::size_t kInput = Layer::kNetworkInput;

const FinnNodeConfig& node_config(const FinnConfig& config, const Layer& layer) {
  static const FinnNodeConfig kNothingSaid;
  const auto found = config.nodes.find(layer.name);
  return found == config.nodes.end() ? kNothingSaid : found->second;
}

// Bits of what layers put out. What has thresholds behind it has as many bits as its readers' activations; the last
// sums have none.
class ValueBits {
 public:
  ValueBits(const FinnConfig& config, const LayerGraph& graph) : config_(config), graph_(graph) {
    std::vector<bool> read(graph.layers.size());  // by what computes: not only by thresholds and the host
    for (std::size_t i = graph.layers.size(); i-- > 0;) {
      const Layer& layer = graph.layers[i];
      const bool on = layer.kind == LayerKind::softmax ? false : layer.kind == LayerKind::reshape ? read[i] : true;
      for (const std::size_t input : layer.inputs)
        if (input != kInput && on) read[input] = true;
    }
    for (std::size_t i = 0; i < graph.layers.size(); ++i) bits_.push_back(bits_of(i, read[i]));
  }

  int operator[](std::size_t value) const { return value == kInput ? config_.image_bits : bits_[value]; }

 private:
  int bits_of(std::size_t i, bool read) const {
    const Layer& layer = graph_.layers[i];
    const FinnNodeConfig& node = node_config(config_, layer);
    if (node.output_bits) return *node.output_bits;
    if (layer.weighted()) return read ? config_.activation_bits : config_.result_bits;
    int bits = 0;
    for (const std::size_t input : layer.inputs) bits = std::max(bits, (*this)[input]);
    return bits;
  }

  const FinnConfig& config_;
  const LayerGraph& graph_;
  std::vector<int> bits_;
};

MatrixUnit unit_of(const FinnConfig& config, const Layer& layer, int input_bits, int output_bits) {
  const FinnNodeConfig& node = node_config(config, layer);
  MatrixUnit unit;
  unit.shape = layer.shape;
  unit.pe = std::max<std::int64_t>(node.pe, 1);
  unit.simd = std::max<std::int64_t>(node.simd, 1);
  unit.weight_bits = node.weight_bits.value_or(config.weight_bits);
  unit.input_bits = node.input_bits.value_or(input_bits);
  unit.output_bits = output_bits;
  unit.multipliers = node.multipliers.value_or(config.multipliers);
  unit.weights = node.weights.value_or(config.weights);
  return unit;
}

std::vector<MatrixUnit> all_units(const FinnConfig& config, const LayerGraph& graph) {
  const ValueBits bits(config, graph);
  std::vector<MatrixUnit> units(graph.layers.size());
  for (std::size_t i = 0; i < units.size(); ++i)
    if (graph.layers[i].weighted())
      units[i] = unit_of(config, graph.layers[i], bits[graph.layers[i].inputs[0]], bits[i]);
  return units;
}

Pipeline pipeline_of(const FinnConfig& config, const LayerGraph& graph) {
  StatedStreams stated;
  for (const Layer& layer : graph.layers) {
    stated.emplace_back();
    const FinnNodeConfig& node = node_config(config, layer);
    if (layer.weighted()) {
      const MatrixUnit unit = unit_of(config, layer, 1, 1);
      stated.back() = LayerStreams{unit.in_streams(), unit.out_streams(), unit.window_streams()};
    } else if (node.pe != 0) {
      stated.back() = LayerStreams{node.pe, node.pe};
    }
  }
  return lower(graph, graph_streams(graph, stated), config.label_select);
}

std::vector<std::string> weighted_problems(const Layer& layer, const MatrixUnit& unit) {
  std::vector<std::string> found = problems(unit);
  for (std::string& problem : found) problem.insert(0, ".");
  if (layer.blocks && unit.depthwise())
    found.push_back(": it is depthwise and pruned in blocks; only a matrix-vector unit skips what blocks leave out");
  if (layer.blocks && unit.weights == WeightMemory::stream)
    found.push_back(".weights = stream: weights pruned in blocks stay on chip; must be auto, lut, block or ultra");
  return found;
}

// What is wrong with what the configuration says of a layer that is not weighted.
std::vector<std::string> other_problems(const FinnNodeConfig& node, const LayerGraph& graph, const Layer& layer,
                                        bool has_node) {
  std::vector<std::string> found;
  if (node.simd != 0 || node.weight_bits || node.input_bits || node.multipliers || node.weights)
    found.push_back(
        fmt::format(": it is of kind {}; only convolution and dense have simd, weight_bits, input_bits, multipliers "
                    "and weights; all "
                    "others have pe and output_bits",
                    to_string(layer.kind)));
  if (node.output_bits && (*node.output_bits < 1 || *node.output_bits > MatrixUnit::kMostResultBits))
    found.push_back(fmt::format(".output_bits = {}: must be 1..{}", *node.output_bits, MatrixUnit::kMostResultBits));
  if (node.pe == 0) return found;
  const std::int64_t channels = divided_channels(graph, layer);
  if (!has_node)
    found.push_back(fmt::format(".pe = {}: this {} has no node of its own; it has the streams of its producer", node.pe,
                                to_string(layer.kind)));
  else if (node.pe < 0 || channels % node.pe != 0)
    found.push_back(fmt::format(".pe = {}: must divide the {} channels{}", node.pe, channels,
                                layer.kind == LayerKind::concat ? " that all its inputs have in common" : ""));
  return found;
}

// By edge. A word keeps its bits from the unit that put it out; what thresholds behind a split or a join change is told
// by the layer that they are.
std::vector<int> edge_bits(const FinnConfig& config, const LayerGraph& graph, const Pipeline& pipeline) {
  const ValueBits bits(config, graph);
  std::vector<int> node_bits(pipeline.nodes.size()), result;
  result.resize(pipeline.edges.size());
  for (std::size_t n = 0; n < pipeline.nodes.size(); ++n) {
    const PipelineNode& node = pipeline.nodes[n];
    const bool computes =
        node.layer != PipelineNode::kNoLayer && node.kind != NodeKind::padding && node.kind != NodeKind::window;
    if (node.kind == NodeKind::source)
      node_bits[n] = config.image_bits;
    else if (computes)
      node_bits[n] = bits[node.fused_layers.empty() ? node.layer : node.fused_layers.back()];
    else if (node.kind == NodeKind::label)
      node_bits[n] = 32;
    else
      node_bits[n] = result[node.inputs[0]];
    for (const std::size_t edge : node.outputs) result[edge] = node_bits[n];
  }
  return result;
}

}  // namespace

MatrixUnit matrix_unit(const FinnConfig& config, const LayerGraph& graph, std::size_t layer) {
  return all_units(config, graph)[layer];
}

std::vector<std::string> problems(const FinnConfig& config, const LayerGraph& graph) {
  std::vector<std::string> found = problems(config);
  const std::vector<std::string> not_carried = pipeline_problems(graph);
  found.insert(found.end(), not_carried.begin(), not_carried.end());
  const std::vector<bool> has_node = layers_with_node(graph);
  const std::vector<MatrixUnit> units = all_units(config, graph);
  bool factors_fit = true;
  for (std::size_t i = 0; i < graph.layers.size(); ++i) {
    const Layer& layer = graph.layers[i];
    for (const std::string& problem : layer.weighted()
                                          ? weighted_problems(layer, units[i])
                                          : other_problems(node_config(config, layer), graph, layer, has_node[i])) {
      found.push_back("nodes." + layer.name + problem);
      factors_fit = false;
    }
  }
  for (const auto& named : config.nodes) {
    const std::string& name = named.first;
    if (std::none_of(graph.layers.begin(), graph.layers.end(), [&](const Layer& l) { return l.name == name; }))
      found.push_back(fmt::format("nodes.{}: network {} has no such layer", name, graph.name));
  }
  if (!not_carried.empty() || !factors_fit || config.fifo_depths.empty()) return found;

  const Pipeline pipeline = pipeline_of(config, graph);
  for (const auto& named : config.fifo_depths) {
    const std::string& name = named.first;
    if (std::none_of(pipeline.edges.begin(), pipeline.edges.end(),
                     [&](const PipelineEdge& e) { return e.name == name; }))
      found.push_back(fmt::format(
          "fifos.depths.{}: the pipeline has no such FIFO; they are named PRODUCER_to_CONSUMER, and before a LAYER may "
          "stand a LAYER_padding and a LAYER_window, behind it a LAYER_split, where a map has several readers, and an "
          "X_squeeze_Y, where widths differ",
          name));
  }
  return found;
}

FinnPlan plan(const FinnConfig& config, const LayerGraph& graph) {
  const std::vector<std::string> found = problems(config, graph);
  SPARSIM_CHECK(found.empty(), "a plan without problems: {}", fmt::join(found, "; "));
  FinnPlan plan;
  Pipeline& p = plan.pipeline;
  p = pipeline_of(config, graph);
  plan.value_bits = edge_bits(config, graph, p);
  plan.units.resize(p.nodes.size());
  const std::vector<MatrixUnit> units = all_units(config, graph);
  for (PipelineEdge& edge : p.edges) edge.depth = static_cast<std::size_t>(config.fifo_depth);
  if (config.branch_fifos) widen_branches(p, graph);
  bool zeros = false;
  for (std::size_t n = 0; n < p.nodes.size(); ++n) {
    PipelineNode& node = p.nodes[n];
    if (node.kind != NodeKind::weighted) continue;
    const Layer& layer = graph.layers[node.layer];
    const MatrixUnit& unit = plan.units[n] = units[node.layer];
    node.latency = unit.latency();  // with its thresholds, which is what fused layers become
    zeros = zeros || (!layer.weight_nonzero.empty() && !layer.blocks && !layer.weight_nonzero.all());
    PipelineEdge& input = p.edges[node.inputs[0]];
    if (config.vector_fifos && layer.kind == LayerKind::dense && unit.neuron_folds() > 1)
      input.depth = std::max(input.depth, static_cast<std::size_t>(unit.synapse_folds()));
  }
  if (zeros) plan.notes.push_back("zero weights that no blocks left out change no cycle here");
  for (PipelineEdge& edge : p.edges)
    if (const auto named = config.fifo_depths.find(edge.name); named != config.fifo_depths.end())
      edge.depth = static_cast<std::size_t>(named->second);
  return plan;
}

}  // namespace sparsim
