#include "sim/mapping/finn_nodes.h"

#include <fmt/format.h>

#include <array>
#include <iterator>
#include <map>

namespace sparsim {
namespace {

struct TypeNames {
  std::string_view written;
  std::array<std::string_view, 3> stems;  // of all releases: "_hls", "_rtl" or "_Batch" may follow
};

// By FinnType.
constexpr TypeNames kTypes[] = {
    {"MVAU_hls", {"MVAU", "MatrixVectorActivation", "StreamingFCLayer"}},
    {"VVAU_hls", {"VVAU", "VectorVectorActivation", "Vector_Vector_Activate"}},
    {"ConvolutionInputGenerator_rtl", {"ConvolutionInputGenerator"}},
    {"FMPadding_rtl", {"FMPadding"}},
    {"StreamingMaxPool_hls", {"StreamingMaxPool"}},
    {"Pool_hls", {"Pool", "GlobalAccPool"}},
    {"Thresholding_rtl", {"Thresholding"}},
    {"AddStreams_hls", {"AddStreams"}},
    {"StreamingConcat_hls", {"StreamingConcat"}},
    {"DuplicateStreams_hls", {"DuplicateStreams"}},
    {"StreamingDataWidthConverter_hls", {"StreamingDataWidthConverter"}},
    {"LabelSelect_hls", {"LabelSelect"}},
};

// FINN pools without overlap as pixels come; before any other pool it slides a window.
bool slides_before(const Layer& pool) {
  const WindowShape& s = pool.shape;
  return pool.kind != LayerKind::max_pool || s.kernel_h != s.stride_h || s.kernel_w != s.stride_w ||
         s.pad_top + s.pad_left + s.pad_bottom + s.pad_right > 0;
}

std::vector<FinnType> types_of(const PipelineNode& node, const LayerGraph& graph) {
  switch (node.kind) {
    case NodeKind::weighted:
      return {graph.layers[node.layer].shape.groups > 1 ? FinnType::vector_unit : FinnType::matrix_unit};
    case NodeKind::window:
      return {FinnType::window};
    case NodeKind::padding:
      return {FinnType::padding};
    case NodeKind::pool:
      if (slides_before(graph.layers[node.layer])) return {FinnType::window, FinnType::pool};
      return {FinnType::max_pool};
    case NodeKind::elementwise:
      return {FinnType::thresholding};
    case NodeKind::add:
      return {FinnType::add};
    case NodeKind::concat:
      return {FinnType::concat};
    case NodeKind::split:
      return {FinnType::split};
    case NodeKind::squeeze:
      return {FinnType::converter};
    case NodeKind::label:
      return {FinnType::label};
    case NodeKind::source:
    case NodeKind::sink:
      break;
  }
  return {};
}

}  // namespace

std::optional<FinnType> finn_type(std::string_view name) {
  for (const std::string_view suffix : {"_hls", "_rtl", "_Batch"})
    if (name.size() > suffix.size() && name.substr(name.size() - suffix.size()) == suffix) {
      name.remove_suffix(suffix.size());
      break;
    }
  for (std::size_t t = 0; t < std::size(kTypes); ++t)
    for (const std::string_view stem : kTypes[t].stems)
      if (!stem.empty() && name == stem) return static_cast<FinnType>(t);
  return std::nullopt;
}

std::string_view to_string(FinnType type) { return kTypes[static_cast<std::size_t>(type)].written; }

std::vector<std::string> finn_type_names() {
  std::vector<std::string> names;
  for (const TypeNames& type : kTypes) names.emplace_back(type.written);
  return names;
}

std::optional<FinnNodeId> finn_node_id(const std::string& name) {
  constexpr std::size_t kMostDigits = 6;
  const std::size_t bar = name.rfind('_');
  if (bar == std::string::npos) return std::nullopt;
  const std::string number = name.substr(bar + 1);
  if (number.empty() || number.size() > kMostDigits || number.find_first_not_of("0123456789") != std::string::npos)
    return std::nullopt;
  const std::optional<FinnType> type = finn_type(std::string_view(name).substr(0, bar));
  if (!type) return std::nullopt;
  return FinnNodeId{*type, static_cast<std::size_t>(std::stoul(number))};
}

std::string to_string(const FinnNodeId& id) { return fmt::format("{}_{}", to_string(id.first), id.second); }

std::vector<FinnNode> finn_nodes(const Pipeline& pipeline, const LayerGraph& graph) {
  std::vector<FinnNode> found;
  std::map<FinnType, std::size_t> count;
  for (std::size_t n = 0; n < pipeline.nodes.size(); ++n) {
    const std::vector<FinnType> types = types_of(pipeline.nodes[n], graph);
    for (std::size_t t = 0; t < types.size(); ++t)
      found.push_back({{types[t], count[types[t]]++}, n, t == 0, t + 1 == types.size()});
  }
  return found;
}

}  // namespace sparsim
