#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "models/core/error.h"
#include "models/fpgaconvnet/config.h"

namespace sparsim {
namespace {

const NodeConfig& node_config(const FpgaConvNetConfig& config, const Layer& layer) {
  static const NodeConfig kNothingSaid;
  const auto found = config.nodes.find(layer.name);
  return found == config.nodes.end() ? kNothingSaid : found->second;
}

// No crossbar takes its windows, and it did not ask for one.
bool falls_back_to_dense(const FpgaConvNetConfig& config, const Layer& layer) {
  return !node_config(config, layer).engine && config.engine != DotEngine::dense &&
         layer.shape.kernel_h * layer.shape.kernel_w > CrossbarShape::kMostInputs;
}

Pipeline pipeline_of(const FpgaConvNetConfig& config, const LayerGraph& graph) {
  StatedStreams stated;
  for (const Layer& layer : graph.layers) {
    const std::int64_t coarse = node_config(config, layer).coarse;
    stated.emplace_back();
    if (layer.weighted()) {
      const ConvDesign design = conv_design(config, layer);
      stated.back() = LayerStreams{design.in_streams(), design.out_streams()};
    } else if (coarse != 0) {
      stated.back() = LayerStreams{coarse, coarse};
    }
  }
  return lower(graph, graph_streams(graph, stated));
}

// What is wrong with what the configuration says of a layer that is not weighted.
std::vector<std::string> other_problems(const NodeConfig& node, const LayerGraph& graph, const Layer& layer,
                                        bool has_node) {
  std::vector<std::string> found;
  if (!(node.folding == Folding{}) || node.engine || node.skip_zero_windows || node.window_depth || node.result_depth ||
      node.weights_streamed)
    found.push_back(fmt::format(
        ": it is of kind {}; only convolution and dense have coarse_in, coarse_out, coarse_group, fine, engine, "
        "skip_zero_windows, window_depth, result_depth and weights; all others have coarse",
        to_string(layer.kind)));
  if (node.coarse == 0) return found;
  const std::int64_t channels = divided_channels(graph, layer);
  if (!has_node)
    found.push_back(fmt::format(".coarse = {}: this {} has no node of its own; it has the streams of its producer",
                                node.coarse, to_string(layer.kind)));
  else if (node.coarse < 0 || channels % node.coarse != 0)
    found.push_back(fmt::format(".coarse = {}: must divide the {} channels{}", node.coarse, channels,
                                layer.kind == LayerKind::concat ? " that all its inputs have in common" : ""));
  return found;
}

std::vector<std::string> weighted_problems(const FpgaConvNetConfig& config, const NodeConfig& node,
                                           const Layer& layer) {
  std::vector<std::string> found;
  if (node.coarse != 0)
    found.push_back(fmt::format(".coarse = {}: a {} has coarse_in, coarse_out and coarse_group", node.coarse,
                                to_string(layer.kind)));
  ConvDesign design = conv_design(config, layer);
  if (design.engine == DotEngine::dense && node.skip_zero_windows.value_or(false))
    found.push_back(".skip_zero_windows = true: the engine is dense; must be round_robin or crossbar");
  design.window_depth = design.result_depth = 1;  // problems(config) speaks of them
  for (const std::string& problem : problems(design)) found.push_back("." + problem);
  return found;
}

// Weighted nodes do not work at the even pace of their mean: an engine gives the results of a pixel one after the other
// once its last window is in, and where there is a stride, it works on the rows that complete windows and not on the
// others. So that neighbours keep their pace: room for a pixel's results behind the one, and before the other for the
// part of a row that comes in while it works on it.
void give_bursts_room(FpgaConvNetPlan& plan, const LayerGraph& graph) {
  Pipeline& p = plan.pipeline;
  for (std::size_t n = 0; n < p.nodes.size(); ++n) {
    const PipelineNode& node = p.nodes[n];
    if (node.kind == NodeKind::weighted)
      p.edges[node.outputs[0]].depth += static_cast<std::size_t>(plan.designs[n].groups() * plan.designs[n].filters());
    if (node.kind != NodeKind::weighted && node.kind != NodeKind::pool) continue;
    const WindowShape& s = graph.layers[node.layer].shape;
    if (s.output.height < 2) continue;
    const StreamShape& in = p.input(node);
    const std::int64_t row = in.map.width * in.words_per_pixel();
    p.edges[node.inputs[0]].depth += static_cast<std::size_t>(row - row / s.stride_h);
  }
}

}  // namespace

ConvDesign conv_design(const FpgaConvNetConfig& config, const Layer& layer) {
  const NodeConfig& node = node_config(config, layer);
  ConvDesign design;
  design.shape = layer.shape;
  design.folding = node.folding;
  design.engine = falls_back_to_dense(config, layer) ? DotEngine::dense : node.engine.value_or(config.engine);
  design.skip_zero_window =
      design.engine != DotEngine::dense && node.skip_zero_windows.value_or(config.skip_zero_windows);
  design.built_only = config.built_crossbars;
  design.weights_streamed = node.weights_streamed;
  design.window_depth = node.window_depth.value_or(config.window_depth);
  design.result_depth = node.result_depth.value_or(config.result_depth);
  return design;
}

std::vector<std::string> problems(const FpgaConvNetConfig& config, const LayerGraph& graph) {
  std::vector<std::string> found = problems(config);
  const std::vector<std::string> not_carried = pipeline_problems(graph);
  found.insert(found.end(), not_carried.begin(), not_carried.end());
  const std::vector<bool> has_node = layers_with_node(graph);
  std::size_t known = 0;
  for (std::size_t i = 0; i < graph.layers.size(); ++i) {
    const Layer& layer = graph.layers[i];
    const NodeConfig& node = node_config(config, layer);
    known += config.nodes.count(layer.name);
    for (const std::string& problem :
         layer.weighted() ? weighted_problems(config, node, layer) : other_problems(node, graph, layer, has_node[i]))
      found.push_back("nodes." + layer.name + problem);
  }
  const auto is_layer = [&](const std::string& name) {
    return std::any_of(graph.layers.begin(), graph.layers.end(), [&](const Layer& l) { return l.name == name; });
  };
  if (known < config.nodes.size())
    for (const auto& [name, node] : config.nodes)
      if (!is_layer(name)) found.push_back(fmt::format("nodes.{}: network {} has no such layer", name, graph.name));
  if (!not_carried.empty() || config.fifo_depths.empty()) return found;

  const Pipeline pipeline = pipeline_of(config, graph);
  for (const auto& named : config.fifo_depths) {
    const auto has_name = [&](const PipelineEdge& edge) { return edge.name == named.first; };
    if (std::none_of(pipeline.edges.begin(), pipeline.edges.end(), has_name))
      found.push_back(
          fmt::format("fifos.depths.{}: the pipeline has no such FIFO; they are named PRODUCER_to_CONSUMER, "
                      "and between the two may stand a PRODUCER_split, where a map has several readers, "
                      "and an X_squeeze_Y, where widths differ",
                      named.first));
  }
  return found;
}

FpgaConvNetPlan plan(const FpgaConvNetConfig& config, const LayerGraph& graph) {
  const std::vector<std::string> found = problems(config, graph);
  SPARSIM_CHECK(found.empty(), "a plan without problems: {}", fmt::join(found, "; "));
  FpgaConvNetPlan plan;
  plan.pipeline = pipeline_of(config, graph);
  for (PipelineEdge& edge : plan.pipeline.edges) edge.depth = static_cast<std::size_t>(config.fifo_depth);
  if (config.branch_fifos) widen_branches(plan.pipeline, graph);
  plan.designs.resize(plan.pipeline.nodes.size());
  for (std::size_t n = 0; n < plan.designs.size(); ++n) {
    const PipelineNode& node = plan.pipeline.nodes[n];
    if (node.kind != NodeKind::weighted) continue;
    const Layer& layer = graph.layers[node.layer];
    plan.designs[n] = conv_design(config, layer);
    if (falls_back_to_dense(config, layer))
      plan.notes.push_back(fmt::format("{}: dense engines, its windows have {} operands and a {} engine takes up to {}",
                                       layer.name, plan.designs[n].kernel(), to_string(config.engine),
                                       CrossbarShape::kMostInputs));
  }
  if (config.burst_fifos) give_bursts_room(plan, graph);
  for (PipelineEdge& edge : plan.pipeline.edges)
    if (const auto named = config.fifo_depths.find(edge.name); named != config.fifo_depths.end())
      edge.depth = static_cast<std::size_t>(named->second);
  return plan;
}

}  // namespace sparsim
