#include "sim/workload/graph_rules.h"

#include <fmt/format.h>

#include <initializer_list>

#include "sim/workload/weight_blocks.h"

namespace sparsim {
namespace {

// Whether the product of positive factors stays within `most`.
bool within(std::int64_t most, std::initializer_list<std::int64_t> factors) {
  for (const std::int64_t factor : factors) {
    if (factor > most) return false;
    most /= factor;
  }
  return true;
}

const MapShape& output_of(const LayerGraph& graph, std::size_t source) {
  return source == Layer::kNetworkInput ? graph.input : graph.layers[source].shape.output;
}

std::string inputs_problem(const LayerGraph& graph, std::size_t position) {
  const Layer& layer = graph.layers[position];
  const bool joins = layer.kind == LayerKind::add || layer.kind == LayerKind::concat;
  if (layer.inputs.empty() || (!joins && layer.inputs.size() != 1))
    return fmt::format("{} inputs; {} has {}", layer.inputs.size(), to_string(layer.kind),
                       joins ? "one or more" : "exactly one");
  for (const std::size_t input : layer.inputs)
    if (input != Layer::kNetworkInput && input >= position)
      return fmt::format("input {} does not stand before it; inputs must be layers 0..{} or the network's input", input,
                         static_cast<std::int64_t>(position) - 1);
  return {};
}

std::string size_problem(const Layer& layer) {
  const WindowShape& s = layer.shape;
  for (const MapShape* shape : {&s.input, &s.output})
    if (const std::string problem = shape_problem(*shape); !problem.empty()) return problem;
  for (const std::int64_t extent : {s.kernel_h, s.kernel_w, s.stride_h, s.stride_w, s.dilation_h, s.dilation_w})
    if (extent < 1 || extent > kMaxWindowExtent)
      return fmt::format("a kernel, stride or dilation of {}; must be 1..{}", extent, kMaxWindowExtent);
  for (const std::int64_t pad : {s.pad_top, s.pad_left, s.pad_bottom, s.pad_right})
    if (pad < 0 || pad > kMaxWindowExtent) return fmt::format("a pad of {}; must be 0..{}", pad, kMaxWindowExtent);
  if (s.groups < 1 || s.input.channels % s.groups != 0 || s.output.channels % s.groups != 0)
    return fmt::format("{} groups; must divide {} input channels and {} filters", s.groups, s.input.channels,
                       s.output.channels);
  if (s.groups != 1 && layer.kind != LayerKind::convolution)
    return fmt::format("{} groups; only a convolution has groups", s.groups);
  if (!layer.weighted()) return {};
  if (!within(kMaxElements, {s.output.channels, s.kernel_h, s.kernel_w, s.channels_per_group()}))
    return fmt::format("more than {} weights", kMaxElements);
  if (!within(kMaxLayerMacs, {s.weights(), s.output.pixels()}))
    return fmt::format("more than {} multiply-accumulates", kMaxLayerMacs);
  return {};
}

// The output extent of one axis; a pool may round down or up.
std::string extent_problem(const char* axis, std::int64_t in, std::int64_t out, std::int64_t pad_before,
                           std::int64_t pad_after, std::int64_t kernel, std::int64_t stride, std::int64_t dilation,
                           bool may_round_up) {
  const std::int64_t pads = pad_before + pad_after;
  const std::int64_t down = output_extent(in, pads, kernel, stride, dilation, false, pad_before);
  const std::int64_t up = output_extent(in, pads, kernel, stride, dilation, may_round_up, pad_before);
  if (down < 1)
    return fmt::format("a kernel of {} with dilation {} is larger than the padded input's {} of {}", kernel, dilation,
                       axis, in + pads);
  if (out == down || out == up) return {};
  return fmt::format("an output {} of {}, but a {} of {}, pads of {}, kernel {}, stride {} and dilation {} give {}",
                     axis, out, axis, in, pads, kernel, stride, dilation, down);
}

// Whether output i stands for input i along one axis.
bool centred(std::int64_t kernel, std::int64_t stride, std::int64_t dilation, std::int64_t pad_before,
             std::int64_t pad_after) {
  return stride == 1 && kernel % 2 == 1 && pad_before == dilation * (kernel / 2) && pad_after == pad_before;
}

std::string sites_problem(const Layer& layer) {
  if (!layer.active_sites) return {};
  const WindowShape& s = layer.shape;
  if (layer.kind != LayerKind::convolution)
    return fmt::format("active sites; only a convolution has them, not {}", to_string(layer.kind));
  if (centred(s.kernel_h, s.stride_h, s.dilation_h, s.pad_top, s.pad_bottom) &&
      centred(s.kernel_w, s.stride_w, s.dilation_w, s.pad_left, s.pad_right))
    return {};
  return fmt::format(
      "active sites, and a kernel of {}x{}, a stride of {}x{}, pads of {}, {}, {}, {}; the kernel must be "
      "odd, the stride 1 and the pads half of the kernel",
      s.kernel_h, s.kernel_w, s.stride_h, s.stride_w, s.pad_top, s.pad_left, s.pad_bottom, s.pad_right);
}

std::string window_problem(const Layer& layer, const MapShape& source) {
  const WindowShape& s = layer.shape;
  if (s.input != source)
    return fmt::format("an input of {}, but what it reads puts out {}", to_string(s.input), to_string(source));
  const bool pool = layer.kind != LayerKind::convolution;
  if (pool && s.output.channels != s.input.channels)
    return fmt::format("{} channels out of {}; a pool keeps them", s.output.channels, s.input.channels);
  const std::string height = extent_problem("height", s.input.height, s.output.height, s.pad_top, s.pad_bottom,
                                            s.kernel_h, s.stride_h, s.dilation_h, pool);
  return !height.empty() ? height
                         : extent_problem("width", s.input.width, s.output.width, s.pad_left, s.pad_right, s.kernel_w,
                                          s.stride_w, s.dilation_w, pool);
}

std::string join_problem(const LayerGraph& graph, const Layer& layer) {
  const MapShape& output = layer.shape.output;
  const bool add = layer.kind == LayerKind::add;
  std::int64_t channels = 0;
  for (const std::size_t input : layer.inputs) {
    const MapShape& source = output_of(graph, input);
    channels += source.channels;
    if (source.height != output.height || source.width != output.width || (add && source != output))
      return fmt::format("an output of {}, but it joins a map of {}", to_string(output), to_string(source));
  }
  if (!add && channels != output.channels)
    return fmt::format("{} channels, but those it joins add up to {}", output.channels, channels);
  if (layer.shape.input != output)
    return fmt::format("an input of {}; must be the joined map, {}", to_string(layer.shape.input), to_string(output));
  return {};
}

std::string kind_problem(const LayerGraph& graph, const Layer& layer) {
  const WindowShape& s = layer.shape;
  const MapShape& source = output_of(graph, layer.inputs.front());
  switch (layer.kind) {
    case LayerKind::convolution:
    case LayerKind::max_pool:
    case LayerKind::average_pool:
      return window_problem(layer, source);
    case LayerKind::dense:
      if (s.kernel_h != 1 || s.kernel_w != 1 || s.input.pixels() != 1 || s.output.pixels() != 1)
        return "a dense layer has a window, an input and an output of one pixel";
      if (s.input.channels != source.elements())
        return fmt::format("{} inputs, but what it reads puts out {}", s.input.channels, to_string(source));
      return {};
    case LayerKind::add:
    case LayerKind::concat:
      return join_problem(graph, layer);
    case LayerKind::activation:
    case LayerKind::softmax:
    case LayerKind::normalization:
    case LayerKind::scale:
      if (s.output != s.input)
        return fmt::format("an output of {}; must be {}", to_string(s.output), to_string(s.input));
      [[fallthrough]];
    case LayerKind::reshape:
      if (s.input != source)
        return fmt::format("an input of {}, but what it reads puts out {}", to_string(s.input), to_string(source));
      return {};
  }
  return "a kind that is not known";
}

}  // namespace

std::string shape_problem(const MapShape& shape) {
  for (const std::int64_t extent : {shape.height, shape.width, shape.channels})
    if (extent < 1) return fmt::format("a map of {}; extents start at 1", to_string(shape));
  if (!within(kMaxElements, {shape.height, shape.width, shape.channels}))
    return fmt::format("a map of {}; at most {} values are allowed", to_string(shape), kMaxElements);
  return {};
}

std::string blocks_problem(const Layer& layer) {
  if (!layer.blocks) return {};
  const std::string blocks = fmt::format("blocks of {}x{}", layer.blocks->rows, layer.blocks->columns);
  if (!has_weight_matrix(layer)) return blocks + "; only a layer that is connected in full has them";
  const WeightMatrix matrix(layer.shape);
  if (layer.blocks->rows > matrix.rows || layer.blocks->columns > matrix.columns)
    return fmt::format("{} in a weight matrix of {}x{}", blocks, matrix.rows, matrix.columns);
  if (layer.weight_nonzero.empty()) return blocks + ", but no weight_nonzero, which says what they keep";
  for (const WeightBlock& block : cut_into_blocks(matrix, layer.blocks->rows, layer.blocks->columns))
    if (!keeps_rows_by_columns(layer.weight_nonzero, matrix, block))
      return fmt::format("{}, but that at row {}, column {} lacks more than whole rows and columns", blocks, block.row,
                         block.column);
  return {};
}

std::string layer_problem(const LayerGraph& graph, std::size_t position) {
  const Layer& layer = graph.layers[position];
  if (std::string problem = inputs_problem(graph, position); !problem.empty()) return problem;
  if (std::string problem = size_problem(layer); !problem.empty()) return problem;
  if (std::string problem = sites_problem(layer); !problem.empty()) return problem;
  return kind_problem(graph, layer);
}

}  // namespace sparsim
