#pragma once

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "models/core/error.h"
#include "models/core/work.h"
#include "sim/config/board.h"
#include "sim/config/key_places.h"
#include "sim/config/schema.h"
#include "sim/nearest.h"

namespace sparsim {

// What the files of pipelined architectures have in common.

constexpr std::int64_t kDeepestFifo = std::int64_t{1} << 24;

/// Where the factors of a network's layers come from.
enum class FoldingSource { automatic, nodes, json };

struct FoldingKey {
  FoldingSource source = FoldingSource::nodes;
  std::string json;  // the path of its file
};

/// `folding` of the file at this path.
FoldingKey read_folding(Section& root, const std::string& file);

/// A factor of a node. That there is one is a problem where they come from elsewhere.
std::int64_t read_factor(Section& node, const std::string& key, const FoldingKey& folding, std::int64_t otherwise);

/// `depths` of the section `fifos`: words, by name of the edge.
std::map<std::string, std::int64_t> read_depths(Section& fifos, KeyPlaces& places);

/// Takes the nodes out that the network has no layer for, a problem each.
template <class Node>
std::vector<std::string> take_unknown_layers(std::map<std::string, Node>& nodes, const LayerGraph& graph) {
  std::vector<std::string> layers, found;
  for (const Layer& layer : graph.layers) layers.push_back(layer.name);
  for (auto node = nodes.begin(); node != nodes.end();) {
    if (std::find(layers.begin(), layers.end(), node->first) != layers.end()) {
      ++node;
      continue;
    }
    found.push_back(fmt::format("nodes.{}: network {} has no such layer{}", node->first, graph.name,
                                did_you_mean(node->first, layers)));
    node = nodes.erase(node);
  }
  return found;
}

/// All that is wrong with a configuration for this network, but not by itself, which its reader told already; each with
/// its place.
template <class Config>
std::vector<std::string> network_problems(Config config, const LayerGraph& graph, const KeyPlaces& places) {
  std::vector<std::string> found = take_unknown_layers(config.nodes, graph);
  const std::vector<std::string> of_file = problems(config);
  for (const std::string& problem : problems(config, graph))
    if (std::find(of_file.begin(), of_file.end(), problem) == of_file.end()) found.push_back(problem);
  for (std::string& problem : found) problem = places.located(problem);
  return found;
}

/// Throws InputError with all of the above.
template <class Config>
void check_for_network(const Config& config, const LayerGraph& graph, const KeyPlaces& places) {
  const std::vector<std::string> found = network_problems(config, graph, places);
  if (!found.empty()) throw InputError(fmt::format("{}", fmt::join(found, "\n")));
}

}  // namespace sparsim
