#include "models/sparsepixels/stages.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <string_view>

#include "models/core/error.h"
#include "models/sparsepixels/position.h"

namespace sparsim {
namespace {

constexpr std::string_view kNames[] = {"reduce",  "convolution", "relu",    "average_pool",
                                       "flatten", "dense",       "sigmoid", "softmax"};

// A position is an index of this type in the published designs.
constexpr std::int64_t kMostExtent = std::numeric_limits<std::int16_t>::max();
// The products of a convolution that a design could still have on one device, a hundred times over.
constexpr std::int64_t kMostProducts = 1 << 24;

std::string window_problem(const Layer& layer) {
  const WindowShape& s = layer.shape;
  if (s.kernel_h != s.kernel_w) return fmt::format("a {}x{} kernel: must be square", s.kernel_h, s.kernel_w);
  if (layer.kind == LayerKind::average_pool) {
    if (s.stride_h != s.kernel_h || s.stride_w != s.kernel_w ||
        s.pad_top + s.pad_left + s.pad_bottom + s.pad_right != 0)
      return "overlapping or padded windows: its stride must be its kernel, without padding";
    if (s.input.height % s.kernel_h != 0 || s.input.width % s.kernel_w != 0)
      return fmt::format(
          "a {}x{} map in windows of {}: must divide; rounding down would drop active pixels, rounding up divide by "
          "pixels that are not there",
          s.input.height, s.input.width, s.kernel_h);
    return "";
  }
  const std::int64_t pad = (s.kernel_h - 1) / 2;
  if (s.kernel_h % 2 == 0) return fmt::format("an even kernel of {}: must be odd, centred on its pixel", s.kernel_h);
  if (s.stride_h != 1 || s.stride_w != 1 || s.dilation_h != 1 || s.dilation_w != 1)
    return "a stride or dilation: must be 1, an output pixel for each input pixel";
  if (s.groups != 1) return fmt::format("{} groups: must be 1", s.groups);
  if (s.pad_top != pad || s.pad_left != pad || s.pad_bottom != pad || s.pad_right != pad)
    return fmt::format("other padding than {}, the half of its kernel of {}", pad, s.kernel_h);
  return "";
}

/// The operator of a layer; nothing where lists of pixels cannot carry it.
const PixelOperator* operator_of(const Layer& layer) {
  static constexpr PixelOperator kConvolution = PixelOperator::convolution, kDense = PixelOperator::dense,
                                 kPool = PixelOperator::average_pool, kFlatten = PixelOperator::flatten,
                                 kSoftmax = PixelOperator::softmax, kRelu = PixelOperator::relu,
                                 kSigmoid = PixelOperator::sigmoid;
  switch (layer.kind) {
    case LayerKind::convolution:
      return &kConvolution;
    case LayerKind::dense:
      return &kDense;
    case LayerKind::average_pool:
      return &kPool;
    case LayerKind::reshape:
      return &kFlatten;
    case LayerKind::softmax:
      return &kSoftmax;
    case LayerKind::activation:
      if (layer.function == Function::other) return nullptr;
      return layer.function == Function::relu ? &kRelu : &kSigmoid;
    default:
      return nullptr;
  }
}

MapShape as_vector(const MapShape& map) { return {1, 1, map.elements()}; }

}  // namespace

std::string_view to_string(PixelOperator op) { return kNames[static_cast<std::size_t>(op)]; }

std::int64_t PixelStage::products(std::int64_t n_max) const {
  if (op == PixelOperator::convolution) return n_max * n_max * input.channels * output.channels;
  if (op == PixelOperator::dense) return input.elements() * output.elements();
  return 0;
}

std::int64_t division_dsps(const PixelStage& pool, int value_bits) {
  constexpr std::int64_t kPortBits =
      17;  // unsigned, at the narrow port of a DSP48E2 (UG579); the reciprocal is at the other
  const std::int64_t window = pool.kernel * pool.kernel;
  if ((window & (window - 1)) == 0) return 0;
  return ceil_div(value_bits + index_bits(window), kPortBits);
}

std::vector<std::string> problems(const SparsePixelsConfig& config, const LayerGraph& graph) {
  std::vector<std::string> found;
  const MapShape& map = graph.input;
  if (map.height > kMostExtent || map.width > kMostExtent)
    found.push_back(fmt::format("n_max: {} has images of {}x{}: a position is a number of 16 bits, up to {}",
                                graph.name, map.height, map.width, kMostExtent));
  if (!config.dense && config.n_max > map.pixels())
    found.push_back(fmt::format("n_max = {}: {} has {} pixels, must be 1..{}", config.n_max, graph.name, map.pixels(),
                                map.pixels()));
  for (const auto& [layer, factor] : config.reuse)
    if (std::none_of(graph.layers.begin(), graph.layers.end(),
                     [&name = layer](const Layer& l) { return l.name == name && l.weighted(); }))
      found.push_back(fmt::format("reuse.{}: {} has no convolution or dense layer of that name", layer, graph.name));

  bool flat = false;
  for (std::size_t i = 0; i < graph.layers.size(); ++i) {
    const Layer& layer = graph.layers[i];
    const auto refuse = [&](const std::string& why) {
      found.push_back(fmt::format("{}: layer {}: {}", graph.name, layer.name, why));
    };
    const PixelOperator* const op = operator_of(layer);
    if (op == nullptr) {
      refuse(fmt::format("{}: lists of pixels carry convolution, relu, average_pool, flatten, dense, sigmoid, softmax",
                         to_string(layer.kind)));
      continue;
    }
    const bool last = i + 1 == graph.layers.size();
    if (layer.inputs.size() != 1 || layer.inputs[0] != (i == 0 ? Layer::kNetworkInput : i - 1))
      refuse("a branch: operators must stand in one line");
    if (layer.kind == LayerKind::convolution || layer.kind == LayerKind::average_pool) {
      if (flat) refuse("a map behind flatten or a dense layer");
      if (const std::string problem = window_problem(layer); !problem.empty()) refuse(problem);
    }
    if (*op == PixelOperator::convolution && !config.dense &&
        layer.shape.input.channels * layer.shape.output.channels > kMostProducts / (config.n_max * config.n_max))
      refuse(fmt::format("n_max^2 x {} x {} products: more than {}", layer.shape.input.channels,
                         layer.shape.output.channels, kMostProducts));
    if ((*op == PixelOperator::sigmoid || *op == PixelOperator::softmax) && (!last || !flat))
      refuse(fmt::format("a {} elsewhere than behind the last dense layer", to_string(*op)));
    flat = flat || *op == PixelOperator::flatten || *op == PixelOperator::dense;
    if (const std::int64_t reuse = config.reuse_of(layer.name); layer.weighted()) {
      const std::int64_t most = layer.kind == LayerKind::dense ? layer.shape.input.elements() : config.n_max;
      if (reuse > most)
        found.push_back(fmt::format("reuse.{} = {}: must be 1..{}, the {}", layer.name, reuse, most,
                                    layer.kind == LayerKind::dense ? "inputs" : "slots"));
    }
  }
  return found;
}

std::vector<PixelStage> pixel_stages(const SparsePixelsConfig& config, const LayerGraph& graph) {
  std::vector<PixelStage> stages;
  if (!config.dense)
    stages.push_back({PixelOperator::reduce, "reduce", PixelStage::kNoLayer, graph.input, graph.input});
  bool flat = false;
  for (std::size_t i = 0; i < graph.layers.size(); ++i) {
    const Layer& layer = graph.layers[i];
    PixelStage stage;
    stage.op = *operator_of(layer);
    stage.name = layer.name;
    stage.layer = i;
    stage.input = layer.shape.input;
    stage.output = layer.shape.output;
    stage.kernel = layer.shape.kernel_h;
    stage.reuse = layer.weighted() ? config.reuse_of(layer.name) : 1;
    if (stage.op == PixelOperator::flatten) stage.output = as_vector(stage.input);
    if (stage.op == PixelOperator::dense) {
      stage.input = as_vector(stage.input);
      // A dense layer of a network takes a map as it is; a list has to be scattered first.
      const MapShape before = stages.empty() ? graph.input : stages.back().output;
      if (!flat) stages.push_back({PixelOperator::flatten, "flatten", PixelStage::kNoLayer, before, stage.input});
    }
    flat = flat || stage.op == PixelOperator::flatten || stage.op == PixelOperator::dense;
    stages.push_back(std::move(stage));
  }
  return stages;
}

}  // namespace sparsim
