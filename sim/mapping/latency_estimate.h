#pragma once

#include <vector>

#include "models/stream/pipeline.h"

namespace sparsim {

/// What a pipeline does not say of a weighted node, or of one that slides windows.
struct NodePace {
  WindowShape window;
  std::int64_t words = 1;  // of results, an image
  Cycles latency = 0;      // beside the node's own
};

/// How long one image takes through a pipeline, from the time each node needs for it: a fluid estimate. A node begins
/// with its first word, spreads its work evenly over its input, gives its first word after the share of it that its
/// line buffers and its first pixel need, and its last one as soon as it has worked off all, one window behind its
/// input at the earliest. Left out: stalls, and the memory.
class LatencyEstimate {
 public:
  /// `paces` by node; of those that need one.
  LatencyEstimate(const Pipeline& pipeline, const LayerGraph& graph, const std::vector<NodePace>& paces);

  /// `node_cycles` an image, by node. First word in to last word out.
  double cycles(const std::vector<double>& node_cycles) const;

 private:
  struct Node {
    std::vector<std::size_t> producers;
    double fill = 0;  // share of its work before its first word
    double tail = 0;  // share of its work behind its last input
    double latency = 0;
  };
  std::vector<Node> nodes_;
};

}  // namespace sparsim
