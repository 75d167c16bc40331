#include <cmath>
#include <cstring>

#include "sim/output_file.h"
#include "sim/workload/graph_rules.h"
#include "sim/workload/trace.h"
#include "sim/workload/trace_file_driver.h"
#include "sim/workload/trace_graph.h"

namespace sparsim {
namespace {

using hdf5::Element;
using hdf5::Handle;
using hdf5::Object;

void check_mask(const BitMask& mask, std::int64_t bits, const std::string& layer, const char* name) {
  SPARSIM_CHECK(mask.size() == static_cast<std::size_t>(bits), "{}: {} of {} bits, not {}", layer, name, mask.size(),
                bits);
}

void check_graph(const LayerGraph& graph) {
  SPARSIM_CHECK(graph.value_bits == 0 || graph.value_bits == 8 || graph.value_bits == 16, "values of {} bits",
                graph.value_bits);
  SPARSIM_CHECK(!graph.layers.empty() && graph.layers.size() <= kMaxLayers, "{} layers", graph.layers.size());
  for (std::size_t i = 0; i < graph.layers.size(); ++i) {
    const Layer& layer = graph.layers[i];
    const std::string problem = layer_problem(graph, i);
    SPARSIM_CHECK(problem.empty(), "layer '{}' has {}", layer.name, problem);
    if (!layer.weight_nonzero.empty()) check_mask(layer.weight_nonzero, layer.shape.weights(), layer.name, "weights");
    const std::string blocks = blocks_problem(layer);
    SPARSIM_CHECK(blocks.empty(), "layer '{}' has {}", layer.name, blocks);
    if (!layer.kept_filters.empty())
      check_mask(layer.kept_filters, layer.shape.output.channels, layer.name, "kept filters");
    for (const Connection& connection : layer.connections) {
      check_mask(connection.filters, layer.shape.output.channels, layer.name, "connected filters");
      check_mask(connection.channels, layer.shape.input.channels, layer.name, "connected channels");
    }
  }
}

void check_values(const QuantizedTensor& tensor, std::int64_t elements, int bits, const std::string& layer) {
  SPARSIM_CHECK(bits != 0, "{}: quantised values in a trace of float zeros", layer);
  SPARSIM_CHECK(tensor.values.size() == static_cast<std::size_t>(elements), "{}: {} values, not {}", layer,
                tensor.values.size(), elements);
  const int most = (1 << (bits - 1)) - 1;
  for (const std::int16_t value : tensor.values)
    SPARSIM_CHECK(value >= -most - 1 && value <= most, "{}: a value of {} in {} bits", layer, value, bits);
}

void check_numbers(const std::vector<float>& values, std::int64_t elements, const std::string& what) {
  SPARSIM_CHECK(values.size() == static_cast<std::size_t>(elements), "{}: {} values, not {}", what, values.size(),
                elements);
  for (const float value : values) SPARSIM_CHECK(std::isfinite(value), "{}: a value that is not finite", what);
}

void append_mask(const Object& dataset, const BitMask& mask) {
  hdf5::append_row(dataset, H5T_NATIVE_UINT8, mask.to_bytes().data());
}

}  // namespace

struct TraceWriter::File {
  // What a weighted layer gets with each image; `kept_channels`, `values` and `scale` only where it has them.
  struct LayerRows {
    Object nonzero, kept_channels, values, scale;
  };

  OutputFile output;
  hdf5::OutputStore store;
  LayerGraph graph;  // without masks, which are written and done with
  Object root, layers, images, names, labels, top1;
  Object pixels;  // only where images have them
  std::vector<LayerRows> rows;
  std::size_t count = 0;

  File(const std::string& path, const LayerGraph& graph_to_write, const TraceInfo& info);
  Object layer(std::size_t position) const { return hdf5::open_group(layers, layer_group(position)); }
  void create_rows(std::size_t position, const LayerInput& first);
  void add(std::size_t position, const LayerInput& input);
  void check_disk() const {
    if (store.error() != 0) input_error("{}: cannot be written: {}", output.path(), std::strerror(store.error()));
  }
};

TraceWriter::File::File(const std::string& path, const LayerGraph& graph_to_write, const TraceInfo& info)
    : output(path), store(output.temporary(), path) {
  check_graph(graph_to_write);
  const Handle create(H5Pcreate(H5P_FILE_CREATE)), access(H5Pcreate(H5P_FILE_ACCESS));
  H5Pset_obj_track_times(create, false);  // same input, same bytes
  // One form, whatever the version of the library; from this one on all of its own data is under checksums.
  H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110);
  store.use_in(access);
  root.where = path;
  root.id = Handle(root.checked(H5Fcreate(output.temporary().c_str(), H5F_ACC_TRUNC, create, access), "is refused"));
  write_info(root, info);
  write_graph(root, graph_to_write);
  layers = hdf5::open_group(root, "layers");
  images = hdf5::create_group(root, "images");
  names = hdf5::create_rows(images, "name", Element::text, {});
  labels = hdf5::create_rows(images, "label", Element::int32, {});
  top1 = hdf5::create_rows(images, "top1", Element::int32, {});
  check_disk();
  graph = graph_to_write;
  for (Layer& described : graph.layers) {
    described.weight_nonzero = {};
    described.connections = {};
  }
  rows.resize(graph.layers.size());
}

void TraceWriter::File::create_rows(std::size_t position, const LayerInput& first) {
  const Layer& described = graph.layers[position];
  const Object group = layer(position);
  LayerRows& row = rows[position];
  row.nonzero = hdf5::create_rows(group, "nonzero", Element::bits8, {mask_bytes(described.shape.input.elements())});
  if (described.dynamically_pruned || !first.kept_channels.empty())
    row.kept_channels =
        hdf5::create_rows(group, "kept_channels", Element::bits8, {mask_bytes(described.shape.input.channels)});
  if (first.values) {
    row.values = hdf5::create_rows(group, "values", value_element(graph), map_extents(described.shape.input));
    row.scale = hdf5::create_rows(group, "value_scale", Element::float32, {});
  }
}

void TraceWriter::File::add(std::size_t position, const LayerInput& input) {
  const Layer& described = graph.layers[position];
  const MapShape& shape = described.shape.input;
  check_mask(input.nonzero, shape.elements(), described.name, "non-zero bits");
  if (count == 0) create_rows(position, input);
  const LayerRows& row = rows[position];
  append_mask(row.nonzero, input.nonzero);

  const bool keeps = row.kept_channels.id >= 0;
  SPARSIM_CHECK(keeps || input.kept_channels.empty(), "{}: kept channels that the first image did not have",
                described.name);
  if (keeps) {
    const BitMask all(static_cast<std::size_t>(shape.channels), true);
    const BitMask& kept = input.kept_channels.empty() ? all : input.kept_channels;
    check_mask(kept, shape.channels, described.name, "kept channels");
    append_mask(row.kept_channels, kept);
  }

  SPARSIM_CHECK(input.values.has_value() == (row.values.id >= 0), "{}: values for some images only", described.name);
  if (input.values) {
    check_values(*input.values, shape.elements(), graph.value_bits, described.name);
    hdf5::append_row(row.values, H5T_NATIVE_INT16, input.values->values.data());
    hdf5::append_row(row.scale, H5T_NATIVE_FLOAT, &input.values->scale);
  }
}

TraceWriter::TraceWriter(const std::string& path, const LayerGraph& graph, const TraceInfo& info) {
  hdf5::start();
  file_ = std::make_unique<File>(path, graph, info);
}
TraceWriter::TraceWriter(TraceWriter&&) noexcept = default;
TraceWriter& TraceWriter::operator=(TraceWriter&&) noexcept = default;
TraceWriter::~TraceWriter() = default;

void TraceWriter::add_weights(std::size_t layer, const QuantizedTensor& weights) {
  const Layer& described = file_->graph.layers.at(layer);
  SPARSIM_CHECK(described.weighted(), "{} has no weights", described.name);
  check_values(weights, described.shape.weights(), file_->graph.value_bits, described.name);
  const Object dataset = hdf5::write_dataset(file_->layer(layer), "weights", value_element(file_->graph),
                                             weight_extents(described), H5T_NATIVE_INT16, weights.values.data());
  hdf5::write_float(dataset, "scale", weights.scale);
  file_->check_disk();
}

void TraceWriter::add_parameters(std::size_t layer, const Parameters& parameters) {
  const Layer& described = file_->graph.layers.at(layer);
  SPARSIM_CHECK(described.weighted(), "{} has no parameters", described.name);
  check_numbers(parameters.weights, described.shape.weights(), described.name);
  const Object group = file_->layer(layer);
  hdf5::write_dataset(group, "float_weights", Element::float32, weight_extents(described), H5T_NATIVE_FLOAT,
                      parameters.weights.data());
  if (!parameters.bias.empty()) {
    check_numbers(parameters.bias, described.shape.output.channels, described.name);
    hdf5::write_dataset(group, "float_bias", Element::float32, bias_extents(described), H5T_NATIVE_FLOAT,
                        parameters.bias.data());
  }
  file_->check_disk();
}

void TraceWriter::add_operation(std::size_t layer, const Operation& operation) {
  const Layer& described = file_->graph.layers.at(layer);
  SPARSIM_CHECK(!described.weighted() && !operation.numbers.empty(), "{}: {} with {} numbers", described.name,
                operation.name, operation.numbers.size());
  const Object group = file_->layer(layer);
  hdf5::write_text(group, "operator", operation.name);
  hdf5::write_dataset(group, "operands", Element::float32, {operation.numbers.size()}, H5T_NATIVE_FLOAT,
                      operation.numbers.data());
  file_->check_disk();
}

void TraceWriter::add(const TraceImage& image) {
  SPARSIM_CHECK(image.inputs.size() == file_->graph.layers.size(), "inputs of {} layers, not {}", image.inputs.size(),
                file_->graph.layers.size());
  for (std::size_t i = 0; i < image.inputs.size(); ++i)
    if (file_->graph.layers[i].weighted()) file_->add(i, image.inputs[i]);
  std::string name = image.name;
  name.resize(hdf5::kLongestImageName);
  const std::int32_t label = image.label.value_or(kUnknownClass), top1 = image.top1.value_or(kUnknownClass);
  hdf5::append_row(file_->names, Handle(H5Dget_type(file_->names.id)), name.data());
  hdf5::append_row(file_->labels, H5T_NATIVE_INT32, &label);
  hdf5::append_row(file_->top1, H5T_NATIVE_INT32, &top1);
  if (file_->count == 0 && !image.pixels.empty())
    file_->pixels = hdf5::create_rows(file_->images, "pixels", Element::float32, map_extents(file_->graph.input));
  SPARSIM_CHECK(image.pixels.empty() == (file_->pixels.id < 0), "{}: pixels of some images only", image.name);
  if (!image.pixels.empty()) {
    check_numbers(image.pixels, file_->graph.input.elements(), image.name);
    hdf5::append_row(file_->pixels, H5T_NATIVE_FLOAT, image.pixels.data());
  }
  ++file_->count;
  file_->check_disk();
}

void TraceWriter::commit() {
  SPARSIM_CHECK(file_->count > 0, "{}: a trace without images", file_->output.path());
  file_->root.checked(H5Fflush(file_->root.id, H5F_SCOPE_GLOBAL), "cannot be written");
  file_->rows.clear();
  for (Object* object :
       {&file_->pixels, &file_->top1, &file_->labels, &file_->names, &file_->images, &file_->layers, &file_->root})
    object->id.reset();
  file_->store.close();
  file_->check_disk();
  file_->output.commit();
}

}  // namespace sparsim
