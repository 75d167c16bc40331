#include "sim/workload/network_yaml.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <filesystem>
#include <map>
#include <optional>

#include "models/core/error.h"
#include "sim/nearest.h"
#include "sim/workload/connectivity.h"
#include "sim/workload/graph_rules.h"

namespace sparsim {
namespace {

constexpr Range<double> kShare{0, 1};
constexpr Range<double> kCorrelation{0, 0.95};  // at 1 a feature map would be all or nothing

/// What a layer may be called in `op`.
struct Operator {
  const char* name;
  LayerKind kind;
  bool relu = false;    // an activation layer follows
  bool global = false;  // the window is the whole map
  Function function = Function::other;
};
constexpr std::array<Operator, 17> kOperators{{
    {"conv", LayerKind::convolution},
    {"conv_relu", LayerKind::convolution, true},
    {"dense", LayerKind::dense},
    {"dense_relu", LayerKind::dense, true},
    {"add", LayerKind::add},
    {"add_relu", LayerKind::add, true},
    {"concat", LayerKind::concat},
    {"max_pool", LayerKind::max_pool},
    {"average_pool", LayerKind::average_pool},
    {"global_average_pool", LayerKind::average_pool, false, true},
    {"relu", LayerKind::activation, false, false, Function::relu},
    {"sigmoid", LayerKind::activation, false, false, Function::sigmoid},
    {"activation", LayerKind::activation},
    {"flatten", LayerKind::reshape},
    {"softmax", LayerKind::softmax},
    {"normalization", LayerKind::normalization},
    {"scale", LayerKind::scale},
}};

/// Reads layer after layer; each may name those before it.
class Reader {
 public:
  explicit Reader(YamlFile file) : file_(std::move(file)) {}

  NetworkDescription read() {
    Section root = file_.root();
    LayerGraph& graph = network_.graph;
    graph.name = root.text("name");
    if (root.has("sources")) root.texts("sources");  // texts that the densities quote by YAML aliases
    graph.value_bits = static_cast<int>(8 * root.choice("bits", {"float", "8", "16"}, 0));
    const auto input = root.integers("input", {1, kMaxElements});
    if (input.size() == 3)
      graph.input = {input[0], input[1], input[2]};
    else
      root.problem("input", fmt::format("has {} extents; must be [height, width, channels]", input.size()));
    if (const std::string problem = shape_problem(graph.input); !problem.empty()) root.problem("input", problem);
    network_.correlation = root.number("correlation", kCorrelation);
    if (root.has("parameters"))
      network_.parameter_directory =
          (std::filesystem::path(file_.name()).parent_path() / root.text("parameters")).lexically_normal().string();
    if (root.has("density")) default_density_ = root.number("density", kShare);
    for (Section& section : root.list("layers")) {
      if (graph.layers.size() >= kMaxLayers - 1) {
        section.problem("", fmt::format("more than {} layers", kMaxLayers));
        break;
      }
      read_layer(section);
    }
    file_.finish();
    for (auto last = branched_.rbegin(); last != branched_.rend(); ++last)  // from behind: positions move
      branch(network_, last->first, last->second);
    network_.provenance = file_.provenance();
    return std::move(network_);
  }

 private:
  void read_layer(Section& section);
  void read_inputs(Section& section, Layer& layer);
  void read_window(Section& section, Layer& layer, const Operator& op);
  void read_densities(Section& section, LayerDensity& density);
  void read_parameters(Section& section, const std::string& layer);
  void read_branches(Section& section, const Layer& layer);
  void read_connectivity(Section& section, Layer& layer);
  const MapShape& output_of(std::size_t source) const {
    return source == Layer::kNetworkInput ? network_.graph.input : network_.graph.layers[source].shape.output;
  }

  YamlFile file_;
  NetworkDescription network_;
  std::map<std::string, std::size_t> positions_;  // of the layer whose output a name means
  std::optional<double> default_density_;
  std::vector<std::pair<std::size_t, Branches>> branched_;
};

void Reader::read_layer(Section& section) {
  std::vector<std::string> names;
  for (const Operator& op : kOperators) names.emplace_back(op.name);
  Layer layer;
  LayerDensity density;
  layer.name = section.text("name");
  if (positions_.count(layer.name) != 0) section.problem("name", fmt::format("'{}' is taken", layer.name));
  const Operator& op = kOperators[section.choice("op", names)];
  layer.kind = op.kind;
  layer.function = op.function;
  read_inputs(section, layer);
  read_window(section, layer, op);
  if (layer.weighted()) {
    read_densities(section, density);
    read_connectivity(section, layer);
    read_parameters(section, layer.name);
  }
  if (layer.kind == LayerKind::convolution) {
    layer.active_sites = section.choice("sites", {"all", "active"}, 0) == 1;
    read_branches(section, layer);
  }

  const std::string name = layer.name;
  network_.graph.layers.push_back(layer);
  network_.densities.push_back(density);
  const std::size_t position = network_.graph.layers.size() - 1;
  const std::string problem = layer_problem(network_.graph, position);
  if (!problem.empty()) section.problem("", fmt::format("'{}' has {}", name, problem));
  positions_[name] = position;
  if (!op.relu || !problem.empty()) return;
  Layer relu;
  relu.name = name + "/relu";
  relu.kind = LayerKind::activation;
  relu.function = Function::relu;
  relu.inputs = {position};
  relu.shape.input = relu.shape.output = layer.shape.output;
  network_.graph.layers.push_back(relu);
  network_.densities.emplace_back();
  positions_[name] = position + 1;
}

void Reader::read_inputs(Section& section, Layer& layer) {
  if (section.has("inputs")) {
    for (const std::string& name : section.texts("inputs")) {
      const auto found = positions_.find(name);
      if (found != positions_.end()) {
        layer.inputs.push_back(found->second);
      } else if (name == "input") {
        layer.inputs.push_back(Layer::kNetworkInput);
      } else {
        std::vector<std::string> known{"input"};
        for (const auto& [other, position] : positions_) known.push_back(other);
        section.problem("inputs", fmt::format("'{}' is no layer before this one{}", name, did_you_mean(name, known)));
      }
    }
    if (!layer.inputs.empty()) return;
  }
  const std::size_t before = network_.graph.layers.size();
  layer.inputs = {before == 0 ? Layer::kNetworkInput : before - 1};
}

// `count` numbers, or one that stands for all of them.
std::vector<std::int64_t> one_or(std::size_t count, Section& section, const std::string& key, Range<std::int64_t> range,
                                 std::optional<std::int64_t> otherwise = {}) {
  if (!section.is_list(key)) return std::vector<std::int64_t>(count, section.integer(key, range, otherwise));
  std::vector<std::int64_t> numbers = section.integers(key, range);
  if (numbers.size() != count) {
    section.problem(key, fmt::format("{} numbers: must be one, or a list of {}", numbers.size(), count));
    numbers.assign(count, range.low);
  }
  return numbers;
}

void Reader::read_window(Section& section, Layer& layer, const Operator& op) {
  WindowShape& shape = layer.shape;
  const MapShape& source = output_of(layer.inputs.front());
  const Range<std::int64_t> window{1, kMaxWindowExtent};
  shape.input = shape.output = source;
  if (layer.kind == LayerKind::concat) {
    shape.output.channels = 0;
    for (const std::size_t input : layer.inputs) shape.output.channels += output_of(input).channels;
    shape.input = shape.output;
  } else if (layer.kind == LayerKind::dense) {
    shape = WindowShape::dense(source.elements(), section.integer("filters", window));
  } else if (layer.kind == LayerKind::reshape) {
    shape.output = {1, 1, source.elements()};
  } else if (op.global) {
    shape.kernel_h = source.height;
    shape.kernel_w = source.width;
    shape.output.height = shape.output.width = 1;
  } else if (layer.kind == LayerKind::convolution || layer.kind == LayerKind::max_pool ||
             layer.kind == LayerKind::average_pool) {
    if (layer.kind == LayerKind::convolution) {
      shape.output.channels = section.integer("filters", window);
      shape.groups = section.integer("groups", window, 1);
    }
    const bool round_up = layer.kind != LayerKind::convolution && section.boolean("round_up", false);
    const std::vector<std::int64_t> kernel = one_or(2, section, "kernel", window);
    const std::vector<std::int64_t> stride = one_or(2, section, "stride", window, 1);
    const std::vector<std::int64_t> dilation = one_or(2, section, "dilation", window, 1);
    const std::vector<std::int64_t> pads = one_or(4, section, "pad", {0, kMaxWindowExtent}, 0);
    shape.kernel_h = kernel[0], shape.kernel_w = kernel[1];
    shape.stride_h = stride[0], shape.stride_w = stride[1];
    shape.dilation_h = dilation[0], shape.dilation_w = dilation[1];
    shape.pad_top = pads[0], shape.pad_left = pads[1], shape.pad_bottom = pads[2], shape.pad_right = pads[3];
    const std::int64_t height = output_extent(source.height, shape.pad_top + shape.pad_bottom, shape.kernel_h,
                                              shape.stride_h, shape.dilation_h, round_up, shape.pad_top);
    const std::int64_t width = output_extent(source.width, shape.pad_left + shape.pad_right, shape.kernel_w,
                                             shape.stride_w, shape.dilation_w, round_up, shape.pad_left);
    shape.output.height = std::max<std::int64_t>(height, 1);  // the rules refuse a kernel too large
    shape.output.width = std::max<std::int64_t>(width, 1);
  }
}

void Reader::read_densities(Section& section, LayerDensity& density) {
  density.input =
      default_density_ ? section.number("density", kShare, default_density_) : section.number("density", kShare);
  density.weights = section.number("weight_density", kShare, 1.0);
  density.kept_filters = section.number("kept_filters", kShare, 1.0);
}

void Reader::read_parameters(Section& section, const std::string& layer) {
  if (section.has("bias") && !section.has("weights")) section.problem("bias", "only beside weights");
  if (!section.has("weights")) return;
  network_.parameter_files[layer] = {section.text("weights"), section.has("bias") ? section.text("bias") : ""};
}

void Reader::read_branches(Section& section, const Layer& layer) {
  std::optional<Section> wanted = section.optional_section("branches");
  if (!wanted) return;
  const Branches branches{wanted->integer("count", {1, kMaxWindowExtent}),
                          wanted->integer("channels", {1, kMaxWindowExtent})};
  if (layer.shape.groups != 1 || !layer.connections.empty())
    section.problem("branches", "only without groups and connectivity");
  else if (layer.active_sites || network_.parameter_files.count(layer.name) != 0)
    section.problem("branches", "only of a convolution on all sites whose weights are not known");
  else if (layer.shape.output.channels % branches.count != 0)
    wanted->problem("count", fmt::format("{}: must divide {} filters", branches.count, layer.shape.output.channels));
  else
    branched_.emplace_back(network_.graph.layers.size(), branches);
}

void Reader::read_connectivity(Section& section, Layer& layer) {
  if (!section.has("connectivity")) return;
  BitMask seen(static_cast<std::size_t>(layer.shape.output.channels));
  for (Section& pattern : section.list("connectivity")) {
    // [first, last] of each.
    const auto bits = [&](const char* key, std::int64_t size) {
      const auto ends = pattern.integers(key, {0, size - 1});
      BitMask mask(static_cast<std::size_t>(size));
      if (ends.size() != 2 || ends[0] > ends[1]) {
        pattern.problem(key, "must be [first, last]");
        return mask;
      }
      for (std::int64_t i = ends[0]; i <= ends[1]; ++i) mask.set(static_cast<std::size_t>(i));
      return mask;
    };
    Connection connection{bits("filters", layer.shape.output.channels), bits("channels", layer.shape.input.channels)};
    BitMask both = seen;
    if ((both &= connection.filters).count() != 0) pattern.problem("filters", "some are in a pattern before this one");
    for (std::size_t i = 0; i < seen.size(); ++i)
      if (connection.filters.test(i)) seen.set(i);
    layer.connections.push_back(std::move(connection));
  }
}

}  // namespace

NetworkDescription load_network(const std::string& path, const std::vector<Override>& overrides) {
  YamlFile file = YamlFile::load(path);
  for (const Override& change : overrides) file.set(change);
  return Reader(std::move(file)).read();
}

NetworkDescription parse_network(std::string_view text, const std::string& name) {
  return Reader(YamlFile::parse(text, name)).read();
}

}  // namespace sparsim
