#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
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
  squeeze       // where the widths of neighbours differ
};

std::string_view to_string(NodeKind kind);

struct PipelineNode {
  static constexpr std::size_t kNoLayer = std::numeric_limits<std::size_t>::max();

  std::string name;  // of its layer, or made of its neighbours' names; unique
  NodeKind kind = NodeKind::weighted;
  std::size_t layer = kNoLayer;           // position in LayerGraph::layers
  std::vector<std::size_t> fused_layers;  // element-wise ones that follow at once, and what moves no value
  std::vector<std::size_t> inputs;   // edges; a weighted layer's, a pool's, ...: one. In the order of Layer::inputs
  std::vector<std::size_t> outputs;  // edges; only a split has several
  Cycles latency = 1;                // from a slot, or a result, to its word in the FIFO behind
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
  std::int64_t in = 1, out = 1;  // of a pool, an add, ...: equal
};

/// One problem a line where the graph is not one that streams can carry: an operator, more than one result, ... Empty
/// where all is well.
std::vector<std::string> pipeline_problems(const LayerGraph& graph);

/// The pipeline of a graph without pipeline_problems(). `streams` by layer, each dividing the channels on its side;
/// those of fused and host layers are not looked at. Element-wise layers whose producer feeds nobody else are fused
/// into its node, a cycle of latency each. A split stands where a map has several readers, a squeeze where widths
/// differ. Edges have depth 2.
Pipeline lower(const LayerGraph& graph, const std::vector<LayerStreams>& streams, std::int64_t source_streams);

/// The slots of a node that is neither weighted, nor source, nor sink.
SlotSchedule slots(const Pipeline& pipeline, const PipelineNode& node, const LayerGraph& graph);

/// Raises the depths of edges on branches that meet again (add, concat), so that the branch that is ahead by less does
/// not stop the one ahead by more: at least the words that enter it until the other branch's first word comes out,
/// where every node takes a word a cycle. On each branch the edge that holds the fewest words is raised.
void widen_branches(Pipeline& pipeline, const LayerGraph& graph);

}  // namespace sparsim
