#include "sim/workload/trace.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cmath>
#include <cstdio>
#include <cstring>
#include <filesystem>
#include <memory>

#include "sim/workload/graph_rules.h"
#include "sim/workload/trace_graph.h"

namespace sparsim {
namespace {

using hdf5::Element;
using hdf5::Handle;
using hdf5::Object;

constexpr hsize_t kMaxImages = 1 << 24;
constexpr std::array<const char*, 11> kLayerDatasets{
    "weight_nonzero", "kept_filters", "connection_filters", "connection_channels", "weights",   "nonzero",
    "kept_channels",  "values",       "value_scale",        "float_weights",       "float_bias"};

// Signature and superblock version. From version 2 on HDF5 keeps checksums of its own data, so that it finds damage
// instead of following it.
constexpr std::array<unsigned char, 8> kSignature{0x89, 'H', 'D', 'F', '\r', '\n', 0x1a, '\n'};
constexpr std::size_t kHeadBytes = kSignature.size() + 1;

void check_finite(const Object& dataset, const std::vector<float>& values) {
  if (!std::all_of(values.begin(), values.end(), [](float value) { return std::isfinite(value); }))
    dataset.fail("holds a value that is not finite");
}

void check_head(const unsigned char* bytes, std::size_t size, const std::string& name) {
  if (size < kHeadBytes || !std::equal(kSignature.begin(), kSignature.end(), bytes))
    input_error("{}: is no HDF5 file; a trace is one", name);
  if (bytes[kSignature.size()] < 2)
    input_error("{}: is an HDF5 file without checksums; write it with libver='v110' or later", name);
}

Handle open_in_memory(const void* bytes, std::size_t size) {
  const Handle access(H5Pcreate(H5P_FILE_ACCESS));
  constexpr std::size_t kGrowth = 1 << 16;  // never used: nothing is written
  H5Pset_fapl_core(access, kGrowth, false);
  // HDF5 takes the bytes as if to change them, and copies them.
  H5Pset_file_image(access, const_cast<void*>(bytes), size);
  return Handle(H5Fopen("trace", H5F_ACC_RDONLY, access));
}

}  // namespace

struct Trace::File {
  Object root;
  TraceInfo info;
  LayerGraph graph;
  hsize_t images = 0;

  Object group_of(std::size_t position) const {
    return hdf5::open_group(hdf5::open_group(root, "layers"), layer_group(position));
  }
  // The group of a layer that has weights, which is why images have datasets there.
  Object layer(std::size_t position) const {
    SPARSIM_CHECK(position < graph.layers.size() && graph.layers[position].weighted(), "{}: no weighted layer {}",
                  root.where, position);
    return group_of(position);
  }

  // The extents of a dataset with such a map an image.
  hdf5::Extents rows_of(const MapShape& map) const {
    hdf5::Extents extents = map_extents(map);
    extents.insert(extents.begin(), images);
    return extents;
  }

  void read();
  void check_layer(std::size_t position) const;
  void check_operation(std::size_t position) const;
  BitMask mask(std::size_t image, std::size_t layer, const char* name, std::int64_t bits) const;
  std::optional<std::int32_t> image_class(std::size_t image, const char* name) const;
};

void Trace::File::read() {
  info = read_info(root);
  graph = read_graph(root);
  const Object group = hdf5::open_group(root, "images");
  images = hdf5::extents_of(group, "label", 1, kMaxImages)[0];
  if (images == 0) group.fail("holds no image");
  for (const char* name : {"label", "top1"}) hdf5::open_dataset(group, name, Element::int32, {images});
  hdf5::open_dataset(group, "name", Element::text, {images});
  if (hdf5::has_child(group, "pixels")) hdf5::open_dataset(group, "pixels", Element::float32, rows_of(graph.input));
  for (std::size_t i = 0; i < graph.layers.size(); ++i)
    graph.layers[i].weighted() ? check_layer(i) : check_operation(i);
}

// That the datasets of the images, which are read later, are all there and as they must be.
void Trace::File::check_layer(std::size_t position) const {
  const Layer& described = graph.layers[position];
  const Object group = layer(position);
  hdf5::open_dataset(group, "nonzero", Element::bits8, {images, mask_bytes(described.shape.input.elements())});
  if (described.dynamically_pruned || hdf5::has_child(group, "kept_channels"))
    hdf5::open_dataset(group, "kept_channels", Element::bits8, {images, mask_bytes(described.shape.input.channels)});
  for (const char* name : {"values", "weights"})
    if (graph.value_bits == 0 && hdf5::has_child(group, name))
      group.fail(fmt::format("has {}, which need value_bits 8 or 16", name));
  if (hdf5::has_child(group, "values")) {
    hdf5::open_dataset(group, "values", value_element(graph), rows_of(described.shape.input));
    hdf5::open_dataset(group, "value_scale", Element::float32, {images});
  }
  if (hdf5::has_child(group, "weights"))
    hdf5::read_float(hdf5::open_dataset(group, "weights", value_element(graph), weight_extents(described)), "scale");
  if (hdf5::has_child(group, "float_weights"))
    hdf5::open_dataset(group, "float_weights", Element::float32, weight_extents(described));
  if (hdf5::has_child(group, "float_bias")) {
    if (!hdf5::has_child(group, "float_weights")) group.fail("has float_bias, but no float_weights");
    hdf5::open_dataset(group, "float_bias", Element::float32, bias_extents(described));
  }
}

void Trace::File::check_operation(std::size_t position) const {
  const Object group = group_of(position);
  if (hdf5::has_attribute(group, "operator"))
    hdf5::open_dataset(group, "operands", Element::float32, hdf5::extents_of(group, "operands", 1, kMaxElements));
}

BitMask Trace::File::mask(std::size_t image, std::size_t position, const char* name, std::int64_t bits) const {
  const Object dataset = hdf5::open_dataset(layer(position), name, Element::bits8, {images, mask_bytes(bits)});
  std::vector<std::uint8_t> bytes(mask_bytes(bits));
  hdf5::read_row(dataset, image, H5T_NATIVE_UINT8, bytes.data());
  return BitMask::from_bytes(bytes.data(), static_cast<std::size_t>(bits));
}

std::optional<std::int32_t> Trace::File::image_class(std::size_t image, const char* name) const {
  const Object dataset = hdf5::open_dataset(hdf5::open_group(root, "images"), name, Element::int32, {images});
  std::int32_t value = kUnknownClass;
  hdf5::read_row(dataset, image, H5T_NATIVE_INT32, &value);
  return value >= 0 ? std::optional(value) : std::nullopt;
}

Trace::Trace(std::unique_ptr<File> file) : file_(std::move(file)) {}
Trace::Trace(Trace&&) noexcept = default;
Trace& Trace::operator=(Trace&&) noexcept = default;
Trace::~Trace() = default;

Trace Trace::open(const std::string& path) {
  hdf5::start();
  const std::unique_ptr<std::FILE, int (*)(std::FILE*)> probe(std::fopen(path.c_str(), "rb"), &std::fclose);
  if (!probe) input_error("{}: cannot be read: {}", path, std::strerror(errno));
  if (std::filesystem::is_directory(path)) input_error("{}: cannot be read: it is a directory", path);
  std::array<unsigned char, kHeadBytes> head{};
  check_head(head.data(), std::fread(head.data(), 1, head.size(), probe.get()), path);
  auto file = std::make_unique<File>();
  file->root.where = path;
  file->root.id = Handle(file->root.checked(H5Fopen(path.c_str(), H5F_ACC_RDONLY, H5P_DEFAULT), "is damaged"));
  file->read();
  return Trace(std::move(file));
}

Trace Trace::from_bytes(const void* bytes, std::size_t size, std::string name) {
  hdf5::start();
  check_head(static_cast<const unsigned char*>(bytes), size, name);
  auto file = std::make_unique<File>();
  file->root.where = std::move(name);
  file->root.id = open_in_memory(bytes, size);
  file->root.checked(static_cast<hid_t>(file->root.id), "is damaged");
  file->read();
  return Trace(std::move(file));
}

const LayerGraph& Trace::graph() const { return file_->graph; }
std::size_t Trace::images() const { return file_->images; }
const TraceInfo& Trace::info() const { return file_->info; }

BitMask Trace::nonzero(std::size_t image, std::size_t layer) const {
  return file_->mask(image, layer, "nonzero", graph().layers.at(layer).shape.input.elements());
}

BitMask Trace::kept_channels(std::size_t image, std::size_t layer) const {
  const std::int64_t channels = graph().layers.at(layer).shape.input.channels;
  if (!hdf5::has_child(file_->layer(layer), "kept_channels")) return BitMask(static_cast<std::size_t>(channels), true);
  return file_->mask(image, layer, "kept_channels", channels);
}

std::string Trace::image_name(std::size_t image) const {
  const Object dataset =
      hdf5::open_dataset(hdf5::open_group(file_->root, "images"), "name", Element::text, {file_->images});
  const Handle type(H5Dget_type(dataset.id));
  std::string name(hdf5::kLongestImageName, '\0');
  hdf5::read_row(dataset, image, type, name.data());
  return name.substr(0, name.find('\0'));
}

std::optional<std::int32_t> Trace::label(std::size_t image) const { return file_->image_class(image, "label"); }
std::optional<std::int32_t> Trace::top1(std::size_t image) const { return file_->image_class(image, "top1"); }

std::optional<QuantizedTensor> Trace::values(std::size_t image, std::size_t layer) const {
  const Object group = file_->layer(layer);
  if (!hdf5::has_child(group, "values")) return std::nullopt;
  const MapShape& input = graph().layers[layer].shape.input;
  QuantizedTensor tensor;
  tensor.values.resize(static_cast<std::size_t>(input.elements()));
  hdf5::read_row(hdf5::open_dataset(group, "values", value_element(graph()), file_->rows_of(input)), image,
                 H5T_NATIVE_INT16, tensor.values.data());
  hdf5::read_row(hdf5::open_dataset(group, "value_scale", Element::float32, {file_->images}), image, H5T_NATIVE_FLOAT,
                 &tensor.scale);
  return tensor;
}

std::optional<QuantizedTensor> Trace::weights(std::size_t layer) const {
  const Object group = file_->layer(layer);
  if (!hdf5::has_child(group, "weights")) return std::nullopt;
  const Layer& described = graph().layers[layer];
  const Object dataset = hdf5::open_dataset(group, "weights", value_element(graph()), weight_extents(described));
  QuantizedTensor tensor;
  tensor.values.resize(static_cast<std::size_t>(described.shape.weights()));
  hdf5::read_all(dataset, H5T_NATIVE_INT16, tensor.values.data());
  tensor.scale = hdf5::read_float(dataset, "scale");
  return tensor;
}

std::vector<float> Trace::pixels(std::size_t image) const {
  const Object group = hdf5::open_group(file_->root, "images");
  if (!hdf5::has_child(group, "pixels")) return {};
  const Object dataset = hdf5::open_dataset(group, "pixels", Element::float32, file_->rows_of(graph().input));
  std::vector<float> values(static_cast<std::size_t>(graph().input.elements()));
  hdf5::read_row(dataset, image, H5T_NATIVE_FLOAT, values.data());
  check_finite(dataset, values);
  return values;
}

Parameters Trace::parameters(std::size_t layer) const {
  const Object group = file_->layer(layer);
  const Layer& described = graph().layers[layer];
  const auto read = [&](const char* name, const hdf5::Extents& extents, std::int64_t count) {
    std::vector<float> values;
    if (!hdf5::has_child(group, name)) return values;
    const Object dataset = hdf5::open_dataset(group, name, Element::float32, extents);
    values.resize(static_cast<std::size_t>(count));
    hdf5::read_all(dataset, H5T_NATIVE_FLOAT, values.data());
    check_finite(dataset, values);
    return values;
  };
  return {read("float_weights", weight_extents(described), described.shape.weights()),
          read("float_bias", bias_extents(described), described.shape.output.channels)};
}

std::optional<Operation> Trace::operation(std::size_t layer) const {
  SPARSIM_CHECK(!graph().layers.at(layer).weighted(), "{} has weights", graph().layers[layer].name);
  const Object group = file_->group_of(layer);
  if (!hdf5::has_attribute(group, "operator")) return std::nullopt;
  Operation operation{hdf5::read_text(group, "operator"), {}};
  const hdf5::Extents extents = hdf5::extents_of(group, "operands", 1, kMaxElements);
  operation.numbers.resize(extents[0]);
  const Object dataset = hdf5::open_dataset(group, "operands", Element::float32, extents);
  hdf5::read_all(dataset, H5T_NATIVE_FLOAT, operation.numbers.data());
  return operation;
}

std::uint64_t Trace::stored_bytes(std::size_t layer) const {
  if (!graph().layers.at(layer).weighted()) return 0;
  const Object group = file_->layer(layer);
  std::uint64_t total = 0;
  for (const char* name : kLayerDatasets)
    if (hdf5::has_child(group, name)) total += hdf5::stored_bytes(group, name);
  return total;
}

}  // namespace sparsim
