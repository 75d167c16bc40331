#include "models/core/work.h"

#include <array>
#include <utility>

#include "models/core/error.h"

namespace sparsim {
namespace {

constexpr std::array<std::pair<LayerKind, std::string_view>, 11> kKinds{{
    {LayerKind::convolution, "convolution"},
    {LayerKind::dense, "dense"},
    {LayerKind::max_pool, "max_pool"},
    {LayerKind::average_pool, "average_pool"},
    {LayerKind::add, "add"},
    {LayerKind::concat, "concat"},
    {LayerKind::activation, "activation"},
    {LayerKind::softmax, "softmax"},
    {LayerKind::normalization, "normalization"},
    {LayerKind::scale, "scale"},
    {LayerKind::reshape, "reshape"},
}};

}  // namespace

std::string_view to_string(LayerKind kind) {
  for (const auto& [known, name] : kKinds)
    if (known == kind) return name;
  throw ModelError("a layer kind without a name");
}

LayerKind layer_kind(std::string_view name) {
  std::string known_names;
  for (const auto& [kind, known] : kKinds) {
    if (known == name) return kind;
    known_names += (known_names.empty() ? "" : ", ") + std::string(known);
  }
  input_error("unknown layer kind '{}'; known: {}", name, known_names);
}

std::int64_t LayerGraph::macs() const {
  std::int64_t total = 0;
  for (const Layer& layer : layers) total += layer.macs();
  return total;
}

}  // namespace sparsim
