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
constexpr std::array<std::pair<Function, std::string_view>, 3> kFunctions{{
    {Function::other, "other"},
    {Function::relu, "relu"},
    {Function::sigmoid, "sigmoid"},
}};

template <class Value, std::size_t kCount>
std::string_view name_of(const std::array<std::pair<Value, std::string_view>, kCount>& names, Value value) {
  for (const auto& [known, name] : names)
    if (known == value) return name;
  throw ModelError("an enumerator without a name");
}

template <class Value, std::size_t kCount>
Value named(const std::array<std::pair<Value, std::string_view>, kCount>& names, std::string_view name,
            const char* what) {
  std::string known_names;
  for (const auto& [value, known] : names) {
    if (known == name) return value;
    known_names += (known_names.empty() ? "" : ", ") + std::string(known);
  }
  input_error("unknown {} '{}'; known: {}", what, name, known_names);
}

}  // namespace

std::string_view to_string(LayerKind kind) { return name_of(kKinds, kind); }
LayerKind layer_kind(std::string_view name) { return named(kKinds, name, "layer kind"); }
std::string_view to_string(Function function) { return name_of(kFunctions, function); }
Function activation_function(std::string_view name) { return named(kFunctions, name, "function"); }

std::int64_t LayerGraph::macs() const {
  std::int64_t total = 0;
  for (const Layer& layer : layers) total += layer.macs();
  return total;
}

}  // namespace sparsim
