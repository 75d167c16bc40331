#include "models/stream/pipeline.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <set>

#include "models/core/error.h"

namespace sparsim {
namespace {

constexpr std::size_t kInput = Layer::kNetworkInput;
constexpr std::size_t kMostNeighbours = 31;  // on one side of a node: SlotRun has a bit for each

bool joins(const Layer& layer) { return layer.kind == LayerKind::add || layer.kind == LayerKind::concat; }
bool elementwise(const Layer& layer) { return layer.kind == LayerKind::activation || layer.kind == LayerKind::scale; }
// Of the reshapes that move values, the flatten does not matter to streams: a dense layer takes values in any order.
bool flattens(const Layer& layer) {
  return layer.shape.output.pixels() == 1 && layer.shape.output.elements() == layer.shape.input.elements();
}

const MapShape& map_of(const LayerGraph& graph, std::size_t value) {
  return value == kInput ? graph.input : graph.layers[value].shape.output;
}

// Who reads what. A value is named by the layer that puts it out, or kInput.
struct Readings {
  explicit Readings(const LayerGraph& graph);

  // The value that an input is: reshapes pass theirs on.
  static std::size_t origin(const LayerGraph& graph, std::size_t value) {
    while (value != kInput && graph.layers[value].kind == LayerKind::reshape) value = graph.layers[value].inputs[0];
    return value;
  }
  std::size_t& of(std::size_t value) { return readers[value + 1]; }  // kInput + 1 is 0
  std::size_t of(std::size_t value) const { return readers[value + 1]; }

  std::vector<bool> on_host;         // by layer: a softmax, and what follows it
  std::vector<std::size_t> results;  // layers that nobody reads
  std::vector<std::size_t> readers;  // how many inputs of nodes a value has, the sink's among them
};

Readings::Readings(const LayerGraph& graph) : on_host(graph.layers.size()), readers(graph.layers.size() + 1) {
  std::vector<bool> read(graph.layers.size());
  for (std::size_t i = 0; i < graph.layers.size(); ++i) {
    const Layer& layer = graph.layers[i];
    on_host[i] = layer.kind == LayerKind::softmax;
    for (const std::size_t input : layer.inputs) {
      if (input == kInput) continue;
      read[input] = true;
      if (on_host[input]) on_host[i] = true;
    }
    if (on_host[i] || layer.kind == LayerKind::reshape) continue;
    for (const std::size_t input : layer.inputs) ++of(origin(graph, input));
  }
  for (std::size_t i = 0; i < graph.layers.size(); ++i)
    if (!read[i]) results.push_back(i);
}

// What the sink takes: the network's result, or what the host's first layer reads.
std::size_t last_value(const LayerGraph& graph, const Readings& readings) {
  std::size_t value = readings.results.front();
  while (value != kInput && readings.on_host[value]) value = graph.layers[value].inputs[0];
  return value;
}

bool fused(const LayerGraph& graph, const Readings& readings, const Layer& layer) {
  if (!elementwise(layer)) return false;
  const std::size_t value = Readings::origin(graph, layer.inputs[0]);
  return value != kInput && readings.of(value) == 1;
}

NodeKind node_kind(LayerKind kind) {
  switch (kind) {
    case LayerKind::convolution:
    case LayerKind::dense:
      return NodeKind::weighted;
    case LayerKind::max_pool:
    case LayerKind::average_pool:
      return NodeKind::pool;
    case LayerKind::add:
      return NodeKind::add;
    case LayerKind::concat:
      return NodeKind::concat;
    case LayerKind::activation:
    case LayerKind::scale:
      return NodeKind::elementwise;
    case LayerKind::softmax:
    case LayerKind::normalization:
    case LayerKind::reshape:
      break;
  }
  throw ModelError(fmt::format("streams cannot carry {}", to_string(kind)));
}

class Lowering {
 public:
  Lowering(const LayerGraph& graph, const GraphStreams& streams)
      : graph_(graph),
        streams_(streams.layers),
        source_streams_(streams.source),
        readings_(graph),
        taps_(graph.layers.size() + 1) {
    for (const Layer& layer : graph.layers) names_.insert(layer.name);  // those keep theirs
  }

  Pipeline run(bool label);

 private:
  // Where a value comes from: a node that gives it to its next reader.
  struct Tap {
    std::size_t node = 0;
    StreamShape shape;
  };

  void lower_layer(std::size_t layer);
  std::size_t read_windows(std::size_t value, std::size_t layer);
  std::size_t add_node(PipelineNode node);
  std::size_t add_edge(std::size_t from, const std::string& to, const StreamShape& shape);
  std::size_t read(std::size_t value, const StreamShape& shape, const std::string& reader);
  std::string unique(const std::string& wanted);
  Tap& tap(std::size_t value) { return taps_[value + 1]; }

  const LayerGraph& graph_;
  const std::vector<LayerStreams>& streams_;
  const std::int64_t source_streams_;
  Readings readings_;
  Pipeline pipeline_;
  std::vector<Tap> taps_;  // by value, as Readings::readers
  std::set<std::string> names_;
};

Pipeline Lowering::run(bool label) {
  const std::size_t result = last_value(graph_, readings_), result_origin = Readings::origin(graph_, result);
  ++readings_.of(result_origin);
  PipelineNode source;
  source.name = unique("source");
  source.kind = NodeKind::source;
  tap(kInput) = {add_node(std::move(source)), {graph_.input, source_streams_}};
  for (std::size_t i = 0; i < graph_.layers.size(); ++i) lower_layer(i);
  PipelineNode sink;
  sink.name = unique("sink");
  sink.kind = NodeKind::sink;
  StreamShape shape{map_of(graph_, result), tap(result_origin).shape.streams};
  if (label) {
    PipelineNode select;
    select.name = unique("label");
    select.kind = NodeKind::label;
    shape.streams = 1;
    select.inputs.push_back(read(result_origin, shape, select.name));
    shape.map = {1, 1, 1};
    sink.inputs.push_back(add_edge(add_node(std::move(select)), sink.name, shape));
  } else {
    sink.inputs.push_back(read(result_origin, shape, sink.name));
  }
  add_node(std::move(sink));
  return std::move(pipeline_);
}

void Lowering::lower_layer(std::size_t i) {
  const Layer& layer = graph_.layers[i];
  if (readings_.on_host[i]) return pipeline_.host_layers.push_back(i);
  const std::size_t first = Readings::origin(graph_, layer.inputs[0]);
  if (layer.kind == LayerKind::reshape || fused(graph_, readings_, layer)) {
    PipelineNode& producer = pipeline_.nodes[tap(first).node];
    producer.fused_layers.push_back(i);
    if (layer.kind == LayerKind::reshape) return;
    ++producer.latency;
    tap(i) = tap(first);
    return;
  }
  PipelineNode node;
  node.name = layer.name;
  node.kind = node_kind(layer.kind);
  node.layer = i;
  const bool windows = layer.weighted() && streams_[i].windows > 0;
  if (windows) node.inputs.push_back(read_windows(first, i));
  for (const std::size_t input : layer.inputs) {
    if (windows) break;
    const MapShape& map = joins(layer) ? map_of(graph_, input) : layer.shape.input;
    node.inputs.push_back(read(Readings::origin(graph_, input), {map, streams_[i].in}, layer.name));
  }
  tap(i) = {add_node(std::move(node)), {layer.shape.output, streams_[i].out}};
}

// An edge that brings the windows of a weighted layer, each as a pixel of all its values, behind nodes that pad and
// slide where the layer does.
std::size_t Lowering::read_windows(std::size_t value, std::size_t i) {
  const Layer& layer = graph_.layers[i];
  const WindowShape& s = layer.shape;
  const bool pads = s.pad_top + s.pad_left + s.pad_bottom + s.pad_right > 0;
  const bool slides = s.kernel_h * s.kernel_w > 1 || s.stride_h * s.stride_w > 1;
  const std::string window = slides ? unique(layer.name + "_window") : layer.name;
  const std::string padding = pads ? unique(layer.name + "_padding") : window;
  const auto add_to = [&](std::size_t edge, NodeKind kind, const std::string& name, const std::string& reader,
                          const StreamShape& shape) {
    PipelineNode node;
    node.name = name;
    node.kind = kind;
    node.layer = i;
    node.inputs.push_back(edge);
    return add_edge(add_node(std::move(node)), reader, shape);
  };
  std::size_t edge = read(value, {s.input, streams_[i].in}, padding);
  if (pads) edge = add_to(edge, NodeKind::padding, padding, window, {without_padding(s).input, streams_[i].in});
  const MapShape windows{s.output.height, s.output.width, s.kernel_h * s.kernel_w * s.input.channels};
  if (slides) edge = add_to(edge, NodeKind::window, window, layer.name, {windows, streams_[i].windows});
  return edge;
}

std::size_t Lowering::add_node(PipelineNode node) {
  for (const std::size_t edge : node.inputs) pipeline_.edges[edge].to = pipeline_.nodes.size();
  pipeline_.nodes.push_back(std::move(node));
  return pipeline_.nodes.size() - 1;
}

// `to` will be the next node.
std::size_t Lowering::add_edge(std::size_t from, const std::string& to, const StreamShape& shape) {
  PipelineEdge edge;
  edge.name = unique(pipeline_.nodes[from].name + "_to_" + to);
  edge.from = from;
  edge.shape = shape;
  pipeline_.edges.push_back(std::move(edge));
  pipeline_.nodes[from].outputs.push_back(pipeline_.edges.size() - 1);
  return pipeline_.edges.size() - 1;
}

// An edge that brings `value` as its reader wants to see it, behind a split and a squeeze where they are needed.
std::size_t Lowering::read(std::size_t value, const StreamShape& shape, const std::string& reader) {
  Tap& from = tap(value);
  if (readings_.of(value) > 1 && pipeline_.nodes[from.node].kind != NodeKind::split) {
    PipelineNode split;
    split.name = unique(pipeline_.nodes[from.node].name + "_split");
    split.kind = NodeKind::split;
    split.inputs.push_back(add_edge(from.node, split.name, from.shape));
    from.node = add_node(std::move(split));
  }
  if (from.shape.streams == shape.streams) return add_edge(from.node, reader, shape);
  PipelineNode squeeze;
  squeeze.name = unique(pipeline_.nodes[from.node].name + "_squeeze_" + reader);
  squeeze.kind = NodeKind::squeeze;
  squeeze.inputs.push_back(add_edge(from.node, squeeze.name, from.shape));
  return add_edge(add_node(std::move(squeeze)), reader, shape);
}

std::string Lowering::unique(const std::string& wanted) {
  std::string name = wanted;
  for (int n = 2; !names_.insert(name).second; ++n) name = fmt::format("{}_{}", wanted, n);
  return name;
}

}  // namespace

std::string_view to_string(NodeKind kind) {
  constexpr std::array<std::string_view, 12> kNames{"source",      "sink",  "weighted", "pool",    "add",    "concat",
                                                    "elementwise", "split", "squeeze",  "padding", "window", "label"};
  return kNames[static_cast<std::size_t>(kind)];
}

std::vector<std::string> pipeline_problems(const LayerGraph& graph) {
  std::vector<std::string> found;
  const auto problem = [&](const Layer& layer, const std::string& what) {
    found.push_back(fmt::format("layer '{}' ({}): {}", layer.name, to_string(layer.kind), what));
  };
  const Readings readings(graph);
  bool unsupported = false;
  for (std::size_t i = 0; i < graph.layers.size(); ++i) {
    const Layer& layer = graph.layers[i];
    if (layer.kind == LayerKind::normalization) {
      problem(layer, "streams cannot carry it: each value needs its neighbours among the channels");
      unsupported = true;
    } else if (layer.kind == LayerKind::reshape && !readings.on_host[i] && !flattens(layer)) {
      problem(layer, fmt::format("streams cannot carry it: it moves the values of a map of {} to one of {}",
                                 to_string(layer.shape.input), to_string(layer.shape.output)));
      unsupported = true;
    } else if (readings.on_host[i] && layer.kind != LayerKind::softmax && layer.kind != LayerKind::reshape &&
               !elementwise(layer)) {
      problem(layer, "it follows a softmax, which streams cannot carry: the host computes that, so it must be the end");
      unsupported = true;
    }
    if (layer.inputs.size() > (joins(layer) ? kMostNeighbours : 1))
      problem(layer, fmt::format("it has {} inputs; at most {} are allowed", layer.inputs.size(),
                                 joins(layer) ? kMostNeighbours : 1));
    for (const std::size_t input : layer.inputs) {
      const MapShape &map = map_of(graph, input), &output = layer.shape.output;
      if ((layer.kind == LayerKind::add && map != output) ||
          (layer.kind == LayerKind::concat && (map.height != output.height || map.width != output.width)))
        problem(layer, fmt::format("it joins a map of {} into one of {}; streams carry maps of one size",
                                   to_string(map), to_string(output)));
    }
  }
  for (std::size_t i = 0; i < graph.layers.size(); ++i)
    if (readings.of(i) > kMostNeighbours)
      problem(graph.layers[i],
              fmt::format("{} layers read it; at most {} are allowed", readings.of(i), kMostNeighbours));
  if (readings.of(kInput) > kMostNeighbours)
    found.push_back(fmt::format("the network input: {} layers read it; at most {} are allowed", readings.of(kInput),
                                kMostNeighbours));
  if (readings.results.size() > 1) {
    std::vector<std::string> names;
    for (const std::size_t layer : readings.results) names.push_back("'" + graph.layers[layer].name + "'");
    found.push_back(
        fmt::format("the network has {} results, {}; a pipeline has one", names.size(), fmt::join(names, ", ")));
  }
  if (std::all_of(readings.on_host.begin(), readings.on_host.end(), [](bool host) { return host; }))
    found.push_back("the network has no layer that streams could carry");
  if (unsupported)
    found.push_back(
        "streams carry convolution, dense, max_pool, average_pool, add, concat, activation and scale, a flatten, and a "
        "softmax at the end");
  return found;
}

std::vector<bool> layers_with_node(const LayerGraph& graph) {
  const Readings readings(graph);
  std::vector<bool> result(graph.layers.size());
  for (std::size_t i = 0; i < result.size(); ++i) {
    const Layer& layer = graph.layers[i];
    result[i] = !readings.on_host[i] && layer.kind != LayerKind::reshape && !fused(graph, readings, layer);
  }
  return result;
}

Pipeline lower(const LayerGraph& graph, const GraphStreams& streams, bool label) {
  return Lowering(graph, streams).run(label);
}

SlotSchedule slots(const Pipeline& pipeline, const PipelineNode& node, const LayerGraph& graph) {
  switch (node.kind) {
    case NodeKind::pool:
      return window_slots(graph.layers[node.layer].shape, pipeline.input(node).words_per_pixel());
    case NodeKind::concat: {
      std::vector<std::int64_t> words_per_pixel;
      for (std::size_t i = 0; i < node.inputs.size(); ++i)
        words_per_pixel.push_back(pipeline.input(node, i).words_per_pixel());
      return concat_slots(pipeline.input(node).map.pixels(), words_per_pixel);
    }
    case NodeKind::add:
    case NodeKind::elementwise:
      return join_slots(pipeline.input(node).words(), static_cast<int>(node.inputs.size()));
    case NodeKind::split:
      return split_slots(pipeline.input(node).words(), static_cast<int>(node.outputs.size()));
    case NodeKind::squeeze:
      return squeeze_slots(pipeline.input(node), pipeline.output(node).streams);
    case NodeKind::source:
    case NodeKind::sink:
    case NodeKind::padding:
      return padding_slots(graph.layers[node.layer].shape, pipeline.input(node).words_per_pixel());
    case NodeKind::label: {
      const std::int64_t scores = pipeline.input(node).words();
      SlotSchedule schedule{{{scores - 1, 1, 0}, {1, 1, 1}}, 1};
      if (scores == 1) schedule.runs.erase(schedule.runs.begin());
      return schedule;
    }
    case NodeKind::weighted:
    case NodeKind::window:
      break;
  }
  throw ModelError(fmt::format("{}: a {} node has no slots of its own", node.name, to_string(node.kind)));
}

}  // namespace sparsim
