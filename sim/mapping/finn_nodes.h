#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "models/core/work.h"
#include "models/stream/pipeline.h"

namespace sparsim {

// How FINN (github Xilinx/finn) numbers the nodes of a network: by their type, in the order of the network.

enum class FinnType {
  matrix_unit,
  vector_unit,
  window,
  padding,
  max_pool,
  pool,
  thresholding,
  add,
  concat,
  split,
  converter,
  label
};

/// By the names of all releases: "MVAU_hls", "MVAU_rtl", "MatrixVectorActivation", "StreamingFCLayer_Batch", ... count
/// as one type.
std::optional<FinnType> finn_type(std::string_view name);
/// "MVAU_hls": as releases from 0.10 on.
std::string_view to_string(FinnType type);
std::vector<std::string> finn_type_names();

/// The N-th of its type.
using FinnNodeId = std::pair<FinnType, std::size_t>;
/// From "MVAU_hls_12".
std::optional<FinnNodeId> finn_node_id(const std::string& name);
std::string to_string(const FinnNodeId& id);

/// A node of FINN, and the one of a pipeline that stands for it. A pool with windows that overlap is two to FINN.
struct FinnNode {
  FinnNodeId id;
  std::size_t node = 0;
  bool first = true, last = true;  // of those that one stands for: it has its inputs, its outputs
};

std::vector<FinnNode> finn_nodes(const Pipeline& pipeline, const LayerGraph& graph);

}  // namespace sparsim
