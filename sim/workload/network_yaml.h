#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "models/core/work.h"
#include "sim/config/schema.h"

namespace sparsim {

/// What is known of a weighted layer's values where there are none.
struct LayerDensity {
  double input = 1;         // non-zeros among its input values
  double weights = 1;       // non-zeros among its weights
  double kept_filters = 1;  // filters that static pruning (SFP) leaves
};

/// Text files that a weighted layer's parameters are in: names within a directory, sim/workload/network_parameters.h.
struct ParameterFiles {
  std::string weights, bias;  // empty: none
};

/// A network as shapes and densities (configs/networks/*.yaml), and where its parameters are, if there are any.
struct NetworkDescription {
  LayerGraph graph;                     // without masks
  std::vector<LayerDensity> densities;  // by position in graph.layers; ones where a layer has no weights
  double correlation = 0;               // of zeros that lie next to each other: 0 none, below 1
  std::vector<Provenance> provenance;   // where the densities come from
  std::string parameter_directory;      // beside the network file, unless it is absolute; empty where none is named
  std::map<std::string, ParameterFiles> parameter_files;  // by layer
};

/// Throws InputError with all problems at once, `file:line: key: what is wrong, what is allowed`.
NetworkDescription load_network(const std::string& path, const std::vector<Override>& overrides = {});
NetworkDescription parse_network(std::string_view text, const std::string& name);

}  // namespace sparsim
