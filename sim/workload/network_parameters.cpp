#include "sim/workload/network_parameters.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <filesystem>

#include "models/core/error.h"
#include "sim/output_file.h"

namespace sparsim {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 30;
constexpr std::string_view kSeparators = ", \t\r\n";

std::vector<float> read_numbers(const std::string& path, std::int64_t count) {
  const std::string text = read_file(path, kMostBytes);
  std::vector<float> numbers;
  for (std::size_t at = text.find_first_not_of(kSeparators); at != std::string::npos;) {
    const std::size_t end = std::min(text.find_first_of(kSeparators, at), text.size());
    const auto [next, error] = std::from_chars(text.data() + at, text.data() + end, numbers.emplace_back());
    if (error != std::errc() || next != text.data() + end || !std::isfinite(numbers.back()))
      input_error("{}: number {}, '{}', is none", path, numbers.size(),
                  text.substr(at, std::min<std::size_t>(end - at, 40)));
    at = text.find_first_not_of(kSeparators, end);
  }
  if (static_cast<std::int64_t>(numbers.size()) != count)
    input_error("{}: {} numbers; must be {}", path, numbers.size(), count);
  return numbers;
}

/// From [...][filter] to [filter][...].
std::vector<float> filter_first(const std::vector<float>& weights, std::int64_t filters) {
  const auto count = static_cast<std::size_t>(filters), each = weights.size() / count;
  std::vector<float> result(weights.size());
  for (std::size_t i = 0; i < each; ++i)
    for (std::size_t filter = 0; filter < count; ++filter) result[filter * each + i] = weights[i * count + filter];
  return result;
}

class Builder {
 public:
  Builder(const NetworkDescription& description, const std::string& directory)
      : description_(description), directory_(directory) {}

  Network build() const {
    const LayerGraph& graph = description_.graph;
    Network network;
    network.name = graph.name;
    network.input = graph.input;
    for (const Layer& layer : graph.layers)
      network.nodes.push_back({layer.name, layer.name, layer.inputs, layer.shape.output, operator_of(layer)});
    network.output = network.nodes.size() - 1;
    const MapShape& output = network.nodes.back().shape;
    network.output_shape = {1, output.channels};
    if (output.pixels() != 1) network.output_shape.insert(network.output_shape.end(), {output.height, output.width});
    return network;
  }

 private:
  Operator operator_of(const Layer& layer) const {
    switch (layer.kind) {
      case LayerKind::convolution:
      case LayerKind::dense:
        return weighted(layer);
      case LayerKind::max_pool:
      case LayerKind::average_pool:
        return Pool{layer.kind, layer.shape};
      case LayerKind::add:
        return Add{};
      case LayerKind::concat:
        return Concat{};
      case LayerKind::softmax:
        return Softmax{};
      case LayerKind::reshape:
        return Reshape{kStoredOrder, kStoredOrder};
      case LayerKind::activation:
        if (layer.function == Function::relu) return Relu{};
        if (layer.function == Function::sigmoid) return Sigmoid{};
        break;
      case LayerKind::normalization:
      case LayerKind::scale:
        break;
    }
    input_error("{}: layer '{}' ({}) does not say what it computes; of such layers, relu, sigmoid and softmax do",
                description_.graph.name, layer.name, to_string(layer.kind));
  }

  Weighted weighted(const Layer& layer) const {
    if (!layer.connections.empty())
      input_error("{}: layer '{}' has connectivity: files hold the weights of layers that are connected in full",
                  description_.graph.name, layer.name);
    const auto files = description_.parameter_files.find(layer.name);
    if (files == description_.parameter_files.end())
      input_error("{}: layer '{}' names no file of weights", description_.graph.name, layer.name);
    const std::int64_t filters = layer.shape.output.channels;
    Weighted op{layer.kind, layer.shape, {}, {}, layer.active_sites};
    op.weights = filter_first(read(layer, "weights", files->second.weights, layer.shape.weights()), filters);
    if (!files->second.bias.empty()) op.bias = read(layer, "bias", files->second.bias, filters);
    return op;
  }

  std::vector<float> read(const Layer& layer, const char* what, const std::string& file, std::int64_t count) const {
    try {
      return read_numbers((std::filesystem::path(directory_) / file).lexically_normal().string(), count);
    } catch (const InputError& error) {
      input_error("{} ({} of layer '{}')", error.what(), what, layer.name);
    }
  }

  const NetworkDescription& description_;
  const std::string& directory_;
};

}  // namespace

Network with_parameters(const NetworkDescription& description, const std::string& directory) {
  if (directory.empty() && !description.parameter_files.empty())
    input_error("{}: names no directory of parameters; --weights gives one", description.graph.name);
  return Builder(description, directory).build();
}

}  // namespace sparsim
