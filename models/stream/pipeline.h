#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "models/core/cycles.h"
#include "models/core/work.h"
#include "models/stream/slots.h"

namespace sparsim {

/// What a node of a pipeline is.
enum class NodeKind {
  source,       // the image, from the memory
  sink,         // the result, to the memory
  weighted,     // a convolution or dense layer: its architecture says how
  pool,         // max or average
  add,          // element-wise
  concat,       // along channels
  elementwise,  // scale, activation
  split,        // one stream to several readers
  squeeze,      // where the widths of neighbours differ
  padding,      // zeros around a map, where a node of its own adds them
  window,       // a sliding window, where it is a node of its own
  label         // the position of the largest value
};

std::string_view to_string(NodeKind kind);

struct PipelineNode {
  static constexpr std::size_t kNoLayer = std::numeric_limits<std::size_t>::max();

  std::string name;  // of its layer, or made of its neighbours' names; unique
  NodeKind kind = NodeKind::weighted;
  std::size_t layer = kNoLayer;           // position in LayerGraph::layers
  std::vector<std::size_t> fused_layers;  // element-wise ones that follow at once, and what moves no value
  std::vector<std::size_t> inputs;        // edges, in the order of Layer::inputs; only joins have several
  std::vector<std::size_t> outputs;       // edges; only a split has several
  Cycles latency = 1;                     // from a slot, or a result, to its word in the FIFO behind
};

/// A FIFO between two nodes.
struct PipelineEdge {
  std::string name;              // "producer_to_consumer"
  std::size_t from = 0, to = 0;  // nodes
  StreamShape shape;
  std::size_t depth = 2;  // words
};

/// A network as a pipeline of nodes, each with all its neighbours: a description, without SystemC. Nodes stand behind
/// those that feed them; the source is the first, the sink the last.
struct Pipeline {
  std::vector<PipelineNode> nodes;
  std::vector<PipelineEdge> edges;
  std::vector<std::size_t> host_layers;  // behind the sink, on the host: softmax

  const StreamShape& input(const PipelineNode& node, std::size_t i = 0) const { return edges[node.inputs[i]].shape; }
  const StreamShape& output(const PipelineNode& node, std::size_t i = 0) const { return edges[node.outputs[i]].shape; }
};

/// How many values a layer's node takes and gives in a cycle.
struct LayerStreams {
  std::int64_t in = 1, out = 1;  // equal where the layer is not weighted
  /// Of a weighted layer, where what pads and slides its windows are nodes of their own, before it: values of a word of
  /// windows. 0: they are not.
  std::int64_t windows = 0;
};

/// What layers say of their streams; where they say nothing their neighbours decide.
using StatedStreams = std::vector<std::optional<LayerStreams>>;  // by layer; of weighted ones always

/// All streams of a graph, and the source's. A layer that says nothing takes as many as the widest of its producers
/// gives, or the most below that which divide its channels. The source gives as many values at a time as the widest of
/// its readers takes, if they divide the channels of the image.
struct GraphStreams {
  std::vector<LayerStreams> layers;
  std::int64_t source = 1;
};
GraphStreams graph_streams(const LayerGraph& graph, const StatedStreams& stated);
/// What the streams of a layer that is not weighted have to divide.
std::int64_t divided_channels(const LayerGraph& graph, const Layer& layer);

/// One sentence for each problem where a graph, whose layers stand behind their inputs, is not one that streams can
/// carry: an operator, more than one result, ... It names layer and operator. Empty where all is well.
std::vector<std::string> pipeline_problems(const LayerGraph& graph);

/// By layer: whether it has a node of its own. Others move no value, are fused into their producer's node, or are the
/// host's. The graph is one without pipeline_problems(), here and below.
std::vector<bool> layers_with_node(const LayerGraph& graph);

/// The pipeline of a graph. Streams divide the channels on their side, of a concat those of each input; those of layers
/// without a node are not looked at. Element-wise layers whose producer is a node that feeds
/// nobody else are fused into it, a cycle of latency each. A flatten only changes the shape in which a map is seen: the
/// dense layer behind it takes the words in their order. A softmax at the end is the host's. A split stands where a map
/// has several readers, a squeeze where widths differ. With `label`, a node
/// before the sink hands on the position of the largest result alone. Edges have depth 2.
Pipeline lower(const LayerGraph& graph, const GraphStreams& streams, bool label = false);

/// The slots of a node that is neither weighted, nor source, sink or window.
SlotSchedule slots(const Pipeline& pipeline, const PipelineNode& node, const LayerGraph& graph);

/// Gives branches that part at a split and meet again (add, concat) room for what the others need first: so that no
/// run, however long, ends in a deadlock, whatever the widths and times of the nodes. It is found by a run in which a
/// node works only when its output is asked for (widen_branches.cpp). On each branch, up to the next split or join, the
/// edge on which the fewest values wait is made deeper.
void widen_branches(Pipeline& pipeline, const LayerGraph& graph);

}  // namespace sparsim
