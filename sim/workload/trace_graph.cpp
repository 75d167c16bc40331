#include "sim/workload/trace_graph.h"

#include "sim/workload/graph_rules.h"

namespace sparsim {
namespace {

using hdf5::Element;
using hdf5::Object;

constexpr std::int64_t kInputInFile = -1;  // stands for Layer::kNetworkInput

std::vector<std::int64_t> extents(const MapShape& shape) { return {shape.height, shape.width, shape.channels}; }

MapShape read_shape(const Object& object, const std::string& name) {
  const auto values = hdf5::read_integers(object, name, 3, 3, {1, kMaxElements});
  return {values[0], values[1], values[2]};
}

// Two values along height and width.
void read_pair(const Object& object, const std::string& name, std::int64_t& height, std::int64_t& width) {
  const auto values = hdf5::read_integers(object, name, 2, 2, {1, kMaxWindowExtent});
  height = values[0];
  width = values[1];
}

void write_mask(const Object& parent, const std::string& name, const BitMask& mask) {
  const auto bytes = mask.to_bytes();
  hdf5::write_dataset(parent, name, Element::bits8, {bytes.size()}, H5T_NATIVE_UINT8, bytes.data());
}

void write_connections(const Object& group, const Layer& layer) {
  std::vector<std::uint8_t> filters, channels;
  for (const Connection& connection : layer.connections) {
    const auto f = connection.filters.to_bytes(), c = connection.channels.to_bytes();
    filters.insert(filters.end(), f.begin(), f.end());
    channels.insert(channels.end(), c.begin(), c.end());
  }
  const hsize_t count = layer.connections.size();
  hdf5::write_dataset(group, "connection_filters", Element::bits8, {count, mask_bytes(layer.shape.output.channels)},
                      H5T_NATIVE_UINT8, filters.data());
  hdf5::write_dataset(group, "connection_channels", Element::bits8, {count, mask_bytes(layer.shape.input.channels)},
                      H5T_NATIVE_UINT8, channels.data());
}

std::vector<BitMask> read_masks(const Object& parent, const std::string& name, hsize_t count, std::int64_t bits) {
  const Object dataset = hdf5::open_dataset(parent, name, Element::bits8, {count, mask_bytes(bits)});
  std::vector<std::uint8_t> bytes(count * mask_bytes(bits));
  hdf5::read_all(dataset, H5T_NATIVE_UINT8, bytes.data());
  std::vector<BitMask> masks;
  for (hsize_t i = 0; i < count; ++i)
    masks.push_back(BitMask::from_bytes(bytes.data() + i * mask_bytes(bits), static_cast<std::size_t>(bits)));
  return masks;
}

std::vector<Connection> read_connections(const Object& group, const WindowShape& shape) {
  const hsize_t count = hdf5::extents_of(group, "connection_filters", 2, kMaxElements)[0];
  if (count > static_cast<hsize_t>(shape.output.channels))
    group.fail(fmt::format("{} connections of {} filters", count, shape.output.channels));
  const auto filters = read_masks(group, "connection_filters", count, shape.output.channels);
  const auto channels = read_masks(group, "connection_channels", count, shape.input.channels);
  std::vector<Connection> connections;
  BitMask seen(static_cast<std::size_t>(shape.output.channels));
  for (std::size_t i = 0; i < count; ++i) {
    for (std::size_t filter = 0; filter < seen.size(); ++filter) {
      if (!filters[i].test(filter)) continue;
      if (seen.test(filter)) group.fail(fmt::format("filter {} is in two connections; one is allowed", filter));
      seen.set(filter);
    }
    connections.push_back({filters[i], channels[i]});
  }
  return connections;
}

void write_layer(const Object& group, const Layer& layer) {
  const WindowShape& shape = layer.shape;
  hdf5::write_text(group, "name", layer.name);
  hdf5::write_text(group, "kind", std::string(to_string(layer.kind)));
  std::vector<std::int64_t> inputs;
  for (const std::size_t input : layer.inputs)
    inputs.push_back(input == Layer::kNetworkInput ? kInputInFile : static_cast<std::int64_t>(input));
  hdf5::write_integers(group, "inputs", inputs);
  hdf5::write_integers(group, "input_shape", extents(shape.input));
  hdf5::write_integers(group, "output_shape", extents(shape.output));
  hdf5::write_integers(group, "kernel", {shape.kernel_h, shape.kernel_w});
  hdf5::write_integers(group, "stride", {shape.stride_h, shape.stride_w});
  hdf5::write_integers(group, "dilation", {shape.dilation_h, shape.dilation_w});
  hdf5::write_integers(group, "pads", {shape.pad_top, shape.pad_left, shape.pad_bottom, shape.pad_right});
  hdf5::write_integers(group, "groups", {shape.groups});
  hdf5::write_integers(group, "dynamically_pruned", {layer.dynamically_pruned ? 1 : 0});
  if (layer.function != Function::other) hdf5::write_text(group, "function", std::string(to_string(layer.function)));
  if (layer.active_sites) hdf5::write_integers(group, "active_sites", {1});
  if (layer.blocks) {
    hdf5::write_integers(group, "block_shape", {layer.blocks->rows, layer.blocks->columns});
    hdf5::write_integers(group, "blocks_reordered", {layer.blocks->reordered ? 1 : 0});
  }
  if (!layer.weight_nonzero.empty()) write_mask(group, "weight_nonzero", layer.weight_nonzero);
  if (!layer.kept_filters.empty()) write_mask(group, "kept_filters", layer.kept_filters);
  if (!layer.connections.empty()) write_connections(group, layer);
}

std::optional<BlockPruning> read_blocks(const Object& group) {
  if (!hdf5::has_attribute(group, "block_shape")) {
    if (hdf5::has_attribute(group, "blocks_reordered")) group.fail("has blocks_reordered, but no block_shape");
    return std::nullopt;
  }
  const auto shape = hdf5::read_integers(group, "block_shape", 2, 2, {1, kMaxElements});
  return BlockPruning{shape[0], shape[1], hdf5::read_integer(group, "blocks_reordered", {0, 1}) == 1};
}

// All but the masks: their sizes mean nothing before the shape is known to be sound.
Layer read_layer(const Object& group) {
  Layer layer;
  WindowShape& shape = layer.shape;
  layer.name = hdf5::read_text(group, "name");
  try {
    layer.kind = layer_kind(hdf5::read_text(group, "kind"));
    if (hdf5::has_attribute(group, "function"))
      layer.function = activation_function(hdf5::read_text(group, "function"));
  } catch (const InputError& error) {
    group.fail(error.what());
  }
  const std::int64_t last = static_cast<std::int64_t>(kMaxLayers) - 1;
  for (const std::int64_t input : hdf5::read_integers(group, "inputs", 1, kMaxLayers, {kInputInFile, last}))
    layer.inputs.push_back(input == kInputInFile ? Layer::kNetworkInput : static_cast<std::size_t>(input));
  shape.input = read_shape(group, "input_shape");
  shape.output = read_shape(group, "output_shape");
  read_pair(group, "kernel", shape.kernel_h, shape.kernel_w);
  read_pair(group, "stride", shape.stride_h, shape.stride_w);
  read_pair(group, "dilation", shape.dilation_h, shape.dilation_w);
  const auto pads = hdf5::read_integers(group, "pads", 4, 4, {0, kMaxWindowExtent});
  shape.pad_top = pads[0], shape.pad_left = pads[1], shape.pad_bottom = pads[2], shape.pad_right = pads[3];
  shape.groups = hdf5::read_integer(group, "groups", {1, kMaxElements});
  layer.dynamically_pruned = hdf5::read_integer(group, "dynamically_pruned", {0, 1}) == 1;
  layer.active_sites =
      hdf5::has_attribute(group, "active_sites") && hdf5::read_integer(group, "active_sites", {0, 1}) == 1;
  layer.blocks = read_blocks(group);
  return layer;
}

void read_layer_masks(const Object& group, Layer& layer) {
  if (hdf5::has_child(group, "weight_nonzero"))
    layer.weight_nonzero = read_mask(group, "weight_nonzero", layer.shape.weights());
  if (hdf5::has_child(group, "kept_filters"))
    layer.kept_filters = read_mask(group, "kept_filters", layer.shape.output.channels);
  if (hdf5::has_child(group, "connection_filters")) layer.connections = read_connections(group, layer.shape);
}

}  // namespace

std::string layer_group(std::size_t layer) { return fmt::format("{:04}", layer); }

hdf5::Extents weight_extents(const Layer& layer) {
  const WindowShape& s = layer.shape;
  return {static_cast<hsize_t>(s.output.channels), static_cast<hsize_t>(s.kernel_h), static_cast<hsize_t>(s.kernel_w),
          static_cast<hsize_t>(s.channels_per_group())};
}

hdf5::Extents bias_extents(const Layer& layer) { return {static_cast<hsize_t>(layer.shape.output.channels)}; }

hdf5::Extents map_extents(const MapShape& map) {
  return {static_cast<hsize_t>(map.height), static_cast<hsize_t>(map.width), static_cast<hsize_t>(map.channels)};
}

Element value_element(const LayerGraph& graph) { return graph.value_bits == 8 ? Element::int8 : Element::int16; }

BitMask read_mask(const Object& parent, const std::string& name, std::int64_t bits) {
  const Object dataset = hdf5::open_dataset(parent, name, Element::bits8, {mask_bytes(bits)});
  std::vector<std::uint8_t> bytes(mask_bytes(bits));
  hdf5::read_all(dataset, H5T_NATIVE_UINT8, bytes.data());
  return BitMask::from_bytes(bytes.data(), static_cast<std::size_t>(bits));
}

void write_info(const Object& root, const TraceInfo& info) {
  hdf5::write_text(root, "format", kTraceFormat);
  hdf5::write_integers(root, "version", {kTraceVersion});
  hdf5::write_text(root, "tool_version", info.tool_version);
  hdf5::write_text(root, "source", info.source);
  hdf5::write_text(root, "source_sha256", info.source_sha256);
  hdf5::write_text(root, "preset", info.preset);
  hdf5::write_text(root, "reductions", info.reductions);
  if (info.seed) hdf5::write_unsigned(root, "seed", *info.seed);
  hdf5::write_text(root, "origin", info.origin);
}

TraceInfo read_info(const Object& root) {
  if (!hdf5::has_attribute(root, "format") || hdf5::read_text(root, "format") != kTraceFormat)
    root.fail(fmt::format("is HDF5, but no trace: its attribute 'format' must be '{}'", kTraceFormat));
  const std::int64_t version = hdf5::read_integer(root, "version", {});
  if (version != kTraceVersion)
    root.fail(fmt::format("is a trace of version {}; this program reads version {}", version, kTraceVersion));
  TraceInfo info;
  info.tool_version = hdf5::read_text(root, "tool_version");
  info.source = hdf5::read_text(root, "source");
  info.source_sha256 = hdf5::read_text(root, "source_sha256");
  info.preset = hdf5::read_text(root, "preset");
  info.reductions = hdf5::read_text(root, "reductions");
  if (hdf5::has_attribute(root, "seed")) info.seed = hdf5::read_unsigned(root, "seed");
  info.origin = hdf5::read_text(root, "origin");
  return info;
}

void write_graph(const Object& root, const LayerGraph& graph) {
  const Object layers = hdf5::create_group(root, "layers");
  hdf5::write_text(layers, "network", graph.name);
  hdf5::write_integers(layers, "input_shape", extents(graph.input));
  hdf5::write_integers(layers, "value_bits", {graph.value_bits});
  hdf5::write_integers(layers, "count", {static_cast<std::int64_t>(graph.layers.size())});
  for (std::size_t i = 0; i < graph.layers.size(); ++i)
    write_layer(hdf5::create_group(layers, layer_group(i)), graph.layers[i]);
}

LayerGraph read_graph(const Object& root) {
  const Object layers = hdf5::open_group(root, "layers");
  LayerGraph graph;
  graph.name = hdf5::read_text(layers, "network");
  graph.input = read_shape(layers, "input_shape");
  if (const std::string problem = shape_problem(graph.input); !problem.empty()) layers.fail(problem);
  graph.value_bits = static_cast<int>(hdf5::read_integer(layers, "value_bits", {0, 16}));
  if (graph.value_bits != 0 && graph.value_bits != 8 && graph.value_bits != 16)
    layers.fail(fmt::format("value_bits {}; must be 8, 16 or 0 for float", graph.value_bits));
  const auto count =
      static_cast<std::size_t>(hdf5::read_integer(layers, "count", {1, static_cast<std::int64_t>(kMaxLayers)}));
  for (std::size_t i = 0; i < count; ++i) {
    const Object group = hdf5::open_group(layers, layer_group(i));
    graph.layers.push_back(read_layer(group));
    Layer& layer = graph.layers.back();
    if (const std::string problem = layer_problem(graph, i); !problem.empty())
      group.fail(fmt::format("layer '{}' has {}", layer.name, problem));
    if (layer.weighted()) read_layer_masks(group, layer);
    if (const std::string problem = blocks_problem(layer); !problem.empty())
      group.fail(fmt::format("layer '{}' has {}", layer.name, problem));
  }
  return graph;
}

}  // namespace sparsim
