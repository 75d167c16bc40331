#include "sim/config/pipeline_sections.h"

namespace sparsim {
namespace {

constexpr std::int64_t kMostStreams = 1 << 20;

}  // namespace

FoldingKey read_folding(Section& root, const std::string& file) {
  const std::string folding = root.text("folding");
  const std::string_view json = ".json";
  if (folding == "auto") return {FoldingSource::automatic, ""};
  if (folding.size() > json.size() && folding.compare(folding.size() - json.size(), json.size(), json) == 0)
    return {FoldingSource::json, file_beside(root, "folding", file)};
  if (folding != "nodes")
    root.problem("folding", fmt::format("'{}': must be auto, nodes, or a file of factors, FILE.json", folding));
  return {};
}

std::int64_t read_factor(Section& node, const std::string& key, const FoldingKey& folding, std::int64_t otherwise) {
  const std::int64_t value = node.integer(key, {1, kMostStreams}, otherwise);
  if (node.has(key) && folding.source != FoldingSource::nodes)
    node.problem(key, "`folding` has the factors come from elsewhere; must be left out, or `folding: nodes`");
  return value;
}

std::map<std::string, std::int64_t> read_depths(Section& fifos, KeyPlaces& places) {
  std::map<std::string, std::int64_t> words;
  if (auto depths = fifos.optional_section("depths"))
    for (const std::string& edge : depths->keys()) {
      words[edge] = depths->integer(edge, {1, kDeepestFifo});
      places.add(*depths, edge);
    }
  return words;
}

}  // namespace sparsim
