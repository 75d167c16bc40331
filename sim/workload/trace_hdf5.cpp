#include "sim/workload/trace_hdf5.h"

#include <fmt/format.h>

#include <algorithm>

namespace sparsim::hdf5 {
namespace {

constexpr unsigned kCompression = 6;           // of 9: the level at which more time buys next to nothing
constexpr hsize_t kLargestInflation = 1032;    // zlib's limit; a dataset that claims more than this was never written
constexpr hsize_t kSmallChunkBytes = 1 << 20;  // a chunk may be larger than its dataset up to here
constexpr hsize_t kChunkRows = 256;            // of rows that hold a single value
constexpr std::size_t kLongestText = 1 << 16;
constexpr unsigned kCompactLimit = 64;  // links and attributes up to here stay in the object's own header

std::string& reason() {
  static std::string text;
  return text;
}

herr_t keep_innermost(unsigned depth, const H5E_error2_t* error, void*) {
  if (depth != 0) return 0;
  std::string text = error->desc == nullptr ? "" : error->desc;
  std::replace(text.begin(), text.end(), '\n', ' ');
  reason() = text.substr(0, 200);
  return 0;
}

herr_t keep_reason(hid_t stack, void*) { return H5Ewalk2(stack, H5E_WALK_UPWARD, &keep_innermost, nullptr); }

Handle owned(const Object& object, hid_t id, const char* what) { return Handle(object.checked(id, what)); }

Handle text_type(std::size_t size) {
  Handle type(H5Tcopy(H5T_C_S1));
  H5Tset_size(type, std::max<std::size_t>(size, 1));
  H5Tset_strpad(type, H5T_STR_NULLPAD);
  H5Tset_cset(type, H5T_CSET_UTF8);
  return type;
}

Handle file_type(Element element) {
  switch (element) {
    case Element::bits8:
      return Handle(H5Tcopy(H5T_STD_U8LE));
    case Element::int8:
      return Handle(H5Tcopy(H5T_STD_I8LE));
    case Element::int16:
      return Handle(H5Tcopy(H5T_STD_I16LE));
    case Element::int32:
      return Handle(H5Tcopy(H5T_STD_I32LE));
    case Element::float32:
      return Handle(H5Tcopy(H5T_IEEE_F32LE));
    case Element::text:
      return text_type(kLongestImageName);
  }
  throw ModelError("an element without a type");
}

std::string spelled(Element element) {
  switch (element) {
    case Element::bits8:
      return "8-bit unsigned integers";
    case Element::int8:
      return "8-bit integers";
    case Element::int16:
      return "16-bit integers";
    case Element::int32:
      return "32-bit integers";
    case Element::float32:
      return "32-bit floats";
    case Element::text:
      return fmt::format("strings of {} bytes", kLongestImageName);
  }
  throw ModelError("an element without a name");
}

bool same_kind(hid_t type, hid_t due) {
  const H5T_class_t kind = H5Tget_class(type);
  if (kind != H5Tget_class(due) || H5Tget_size(type) != H5Tget_size(due)) return false;
  if (kind == H5T_INTEGER) return H5Tget_sign(type) == H5Tget_sign(due);
  return kind == H5T_FLOAT || H5Tis_variable_str(type) == 0;
}

std::string spelled(const Extents& extents) { return fmt::format("[{}]", fmt::join(extents, ", ")); }

Extents extents_of(const Object& dataset) {
  const Handle space = owned(dataset, H5Dget_space(dataset.id), "its extents cannot be read");
  const int rank = H5Sget_simple_extent_ndims(space);
  if (rank < 0) dataset.fail("has no extents");
  Extents extents(static_cast<std::size_t>(rank));
  dataset.checked(H5Sget_simple_extent_dims(space, extents.data(), nullptr), "its extents cannot be read");
  return extents;
}

hsize_t product(const Extents& extents) {
  hsize_t result = 1;
  for (const hsize_t extent : extents) {
    if (extent != 0 && result > (hsize_t{1} << 48) / extent) return hsize_t{1} << 48;
    result *= extent;
  }
  return result;
}

// A dataset may hide its values in other files, behind filters that are loaded at run time, or nowhere at all.
void check_storage(const Object& dataset, const Extents& extents, hsize_t element_bytes) {
  const Handle properties = owned(dataset, H5Dget_create_plist(dataset.id), "its properties cannot be read");
  const H5D_layout_t layout = H5Pget_layout(properties);
  if ((layout != H5D_CHUNKED && layout != H5D_CONTIGUOUS && layout != H5D_COMPACT) ||
      H5Pget_external_count(properties) != 0)
    dataset.fail("its values lie in another file; they must be in this one");
  const int filters = H5Pget_nfilters(properties);
  int deflates = 0;
  for (int i = 0; i < filters; ++i) {
    unsigned flags = 0, config = 0;
    std::size_t options = 0;
    const auto index = static_cast<unsigned>(i);
    const auto filter = H5Pget_filter2(properties, index, &flags, &options, nullptr, 0, nullptr, &config);
    if (filter != H5Z_FILTER_DEFLATE && filter != H5Z_FILTER_SHUFFLE && filter != H5Z_FILTER_FLETCHER32)
      dataset.fail(fmt::format("HDF5 filter {}; gzip, shuffle and fletcher32 are allowed", filter));
    if (filter == H5Z_FILTER_DEFLATE && ++deflates > 1) dataset.fail("compressed twice; once is allowed");
  }
  const hsize_t bytes = product(extents) * element_bytes;
  if (layout == H5D_CHUNKED) {
    Extents chunk(extents.size());
    dataset.checked(H5Pget_chunk(properties, static_cast<int>(chunk.size()), chunk.data()),
                    "its chunks cannot be read");
    if (product(chunk) * element_bytes > std::max(bytes, kSmallChunkBytes))
      dataset.fail(fmt::format("chunks of {} for extents of {}; a chunk may not exceed its dataset", spelled(chunk),
                               spelled(extents)));
    hsize_t chunks = 0, due = 1;
    const Handle space = owned(dataset, H5Dget_space(dataset.id), "its extents cannot be read");
    for (std::size_t i = 0; i < extents.size(); ++i) due *= (extents[i] + chunk[i] - 1) / chunk[i];
    dataset.checked(H5Dget_num_chunks(dataset.id, space, &chunks), "its chunks cannot be read");
    if (chunks != due) dataset.fail(fmt::format("{} chunks of {} are in the file", chunks, due));
  }
  hsize_t file_bytes = 0;
  const Handle file = owned(dataset, H5Iget_file_id(dataset.id), "its file cannot be asked");
  dataset.checked(H5Fget_filesize(file, &file_bytes), "its file cannot be asked");
  const hsize_t stored = std::min<hsize_t>(H5Dget_storage_size(dataset.id), file_bytes);
  if (bytes > (deflates == 0 ? stored : stored * kLargestInflation))
    dataset.fail(fmt::format("extents of {} need {} bytes, but {} are in the file", spelled(extents), bytes, stored));
}

// The attribute, its type and the number of its values.
struct Attribute {
  Object object;
  Handle type;
  std::size_t count = 0;
};

Attribute open_attribute(const Object& object, const std::string& name) {
  if (!has_attribute(object, name)) object.fail(fmt::format("attribute '{}' is missing", name));
  Attribute attribute;
  attribute.object.where = object.path_of(name);
  attribute.object.id = owned(attribute.object, H5Aopen(object.id, name.c_str(), H5P_DEFAULT), "cannot be opened");
  attribute.type = owned(attribute.object, H5Aget_type(attribute.object.id), "its type cannot be read");
  const Handle space = owned(attribute.object, H5Aget_space(attribute.object.id), "its extents cannot be read");
  attribute.count =
      static_cast<std::size_t>(attribute.object.checked(H5Sget_simple_extent_npoints(space), "has no extents"));
  return attribute;
}

void write_attribute(const Object& object, const std::string& name, hid_t space, hid_t type, hid_t memory_type,
                     const void* value) {
  const Handle attribute = owned(object, H5Acreate2(object.id, name.c_str(), type, space, H5P_DEFAULT, H5P_DEFAULT),
                                 "an attribute is refused");
  object.checked(H5Awrite(attribute, memory_type, value), "an attribute is refused");
}

// Opens a child that is in this very file: a soft or external link could lead anywhere.
Object open_child(const Object& parent, const std::string& name, H5O_type_t kind, const std::string& called) {
  Object child;
  child.where = parent.path_of(name);
  H5L_info_t link;
  H5O_info_t info;
  if (!has_child(parent, name)) child.fail(called + " is missing");
  child.checked(H5Lget_info(parent.id, name.c_str(), &link, H5P_DEFAULT), "its link cannot be read");
  if (link.type != H5L_TYPE_HARD) child.fail(fmt::format("is a link to elsewhere; a {} is needed", called));
  child.id = owned(child, H5Oopen(parent.id, name.c_str(), H5P_DEFAULT), "cannot be opened");
  child.checked(H5Oget_info2(child.id, &info, H5O_INFO_BASIC), "cannot be opened");
  if (info.type != kind) child.fail(fmt::format("is no {}", called));
  return child;
}

Handle dataset_properties(const Extents& chunk) {
  Handle properties(H5Pcreate(H5P_DATASET_CREATE));
  H5Pset_obj_track_times(properties, false);  // same input, same bytes
  H5Pset_chunk(properties, static_cast<int>(chunk.size()), chunk.data());
  H5Pset_deflate(properties, kCompression);
  H5Pset_fletcher32(properties);
  return properties;
}

Object create_dataset(const Object& parent, const std::string& name, Element element, hid_t space,
                      const Extents& chunk) {
  Object dataset;
  dataset.where = parent.path_of(name);
  dataset.id = owned(dataset,
                     H5Dcreate2(parent.id, name.c_str(), file_type(element), space, H5P_DEFAULT,
                                dataset_properties(chunk), H5P_DEFAULT),
                     "cannot be created");
  return dataset;
}

// One row of a dataset in the file, and as much in memory.
struct RowSpaces {
  Handle file, memory;
};

RowSpaces row_spaces(const Object& dataset, hsize_t row) {
  Extents extents = extents_of(dataset);
  SPARSIM_CHECK(row < extents.at(0), "{}: row {} of {}", dataset.where, row, extents[0]);
  Extents start(extents.size(), 0);
  start[0] = row;
  extents[0] = 1;
  RowSpaces spaces;
  spaces.file = owned(dataset, H5Dget_space(dataset.id), "its extents cannot be read");
  spaces.memory = Handle(H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr));
  dataset.checked(H5Sselect_hyperslab(spaces.file, H5S_SELECT_SET, start.data(), nullptr, extents.data(), nullptr),
                  "a row cannot be chosen");
  return spaces;
}

}  // namespace

void start() {
  H5dont_atexit();  // it would complain of what it lost itself in a damaged file; all that is ours is closed by then
  H5Eset_auto2(H5E_DEFAULT, &keep_reason, nullptr);
  H5PLset_loading_state(0);  // a file must not make us load code
}

const std::string& last_reason() { return reason(); }

std::string Object::path_of(const std::string& name) const {
  return where + (where.find(": ") == std::string::npos ? ": " : "/") + name;
}

bool has_child(const Object& parent, const std::string& name) {
  return H5Lexists(parent.id, name.c_str(), H5P_DEFAULT) > 0;
}

bool has_attribute(const Object& object, const std::string& name) { return H5Aexists(object.id, name.c_str()) > 0; }

Object open_group(const Object& parent, const std::string& name) {
  return open_child(parent, name, H5O_TYPE_GROUP, "group");
}

std::string read_text(const Object& object, const std::string& name) {
  const Attribute attribute = open_attribute(object, name);
  const std::size_t size = H5Tget_size(attribute.type);
  if (H5Tget_class(attribute.type) != H5T_STRING || H5Tis_variable_str(attribute.type) != 0 || attribute.count != 1 ||
      size > kLongestText)
    attribute.object.fail(fmt::format("must be one string of fixed length, at most {} bytes", kLongestText));
  std::string text(size, '\0');
  attribute.object.checked(H5Aread(attribute.object.id, attribute.type, text.data()), "cannot be read");
  text.resize(std::min(text.find('\0'), text.size()));
  return text;
}

std::vector<std::int64_t> read_integers(const Object& object, const std::string& name, std::size_t least,
                                        std::size_t most, IntegerRange range) {
  const Attribute attribute = open_attribute(object, name);
  if (H5Tget_class(attribute.type) != H5T_INTEGER || H5Tget_size(attribute.type) > 8)
    attribute.object.fail("must be integers of at most 64 bits");
  if (attribute.count < least || attribute.count > most)
    attribute.object.fail(fmt::format("has {} values; {} are allowed", attribute.count,
                                      least == most ? std::to_string(least) : fmt::format("{}..{}", least, most)));
  std::vector<std::int64_t> values(attribute.count);
  attribute.object.checked(H5Aread(attribute.object.id, H5T_NATIVE_INT64, values.data()), "cannot be read");
  for (const std::int64_t value : values)
    if (value < range.low || value > range.high)
      attribute.object.fail(fmt::format("{}: must be {}..{}", value, range.low, range.high));
  return values;
}

std::int64_t read_integer(const Object& object, const std::string& name, IntegerRange range) {
  return read_integers(object, name, 1, 1, range).front();
}

std::uint64_t read_unsigned(const Object& object, const std::string& name) {
  const Attribute attribute = open_attribute(object, name);
  if (H5Tget_class(attribute.type) != H5T_INTEGER || H5Tget_size(attribute.type) > 8 || attribute.count != 1)
    attribute.object.fail("must be one integer of at most 64 bits");
  std::uint64_t value = 0;
  attribute.object.checked(H5Aread(attribute.object.id, H5T_NATIVE_UINT64, &value), "cannot be read");
  return value;
}

float read_float(const Object& object, const std::string& name) {
  const Attribute attribute = open_attribute(object, name);
  if (H5Tget_class(attribute.type) != H5T_FLOAT || attribute.count != 1) attribute.object.fail("must be one float");
  float value = 0;
  attribute.object.checked(H5Aread(attribute.object.id, H5T_NATIVE_FLOAT, &value), "cannot be read");
  return value;
}

Object open_dataset(const Object& parent, const std::string& name, Element element, const Extents& extents) {
  Object dataset = open_child(parent, name, H5O_TYPE_DATASET, "dataset");
  const Handle type = owned(dataset, H5Dget_type(dataset.id), "its type cannot be read");
  const Handle due = file_type(element);
  if (!same_kind(type, due)) dataset.fail("must hold " + spelled(element));
  const Extents found = extents_of(dataset);
  if (found != extents) dataset.fail(fmt::format("has extents {}; must be {}", spelled(found), spelled(extents)));
  check_storage(dataset, extents, H5Tget_size(due));
  return dataset;
}

Extents extents_of(const Object& parent, const std::string& name, std::size_t rank, hsize_t most) {
  const Object dataset = open_child(parent, name, H5O_TYPE_DATASET, "dataset");
  Extents extents = extents_of(dataset);
  if (extents.size() != rank) dataset.fail(fmt::format("has {} axes; must have {}", extents.size(), rank));
  for (const hsize_t extent : extents)
    if (extent > most) dataset.fail(fmt::format("has extents {}; at most {} are allowed", spelled(extents), most));
  return extents;
}

std::uint64_t stored_bytes(const Object& parent, const std::string& name) {
  return H5Dget_storage_size(open_child(parent, name, H5O_TYPE_DATASET, "dataset").id);
}

void read_all(const Object& dataset, hid_t memory_type, void* into) {
  dataset.checked(H5Dread(dataset.id, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, into), "cannot be read");
}

void read_row(const Object& dataset, hsize_t row, hid_t memory_type, void* into) {
  const RowSpaces spaces = row_spaces(dataset, row);
  dataset.checked(H5Dread(dataset.id, memory_type, spaces.memory, spaces.file, H5P_DEFAULT, into), "cannot be read");
}

Object create_group(const Object& parent, const std::string& name) {
  const Handle properties(H5Pcreate(H5P_GROUP_CREATE));
  H5Pset_obj_track_times(properties, false);  // same input, same bytes
  H5Pset_link_phase_change(properties, kCompactLimit, kCompactLimit / 2);
  H5Pset_attr_phase_change(properties, kCompactLimit, kCompactLimit / 2);
  Object group;
  group.where = parent.path_of(name);
  group.id =
      owned(group, H5Gcreate2(parent.id, name.c_str(), H5P_DEFAULT, properties, H5P_DEFAULT), "cannot be created");
  return group;
}

void write_text(const Object& object, const std::string& name, const std::string& text) {
  SPARSIM_CHECK(text.size() <= kLongestText, "{} of {} bytes", object.path_of(name), text.size());
  const Handle type = text_type(text.size()), space(H5Screate(H5S_SCALAR));
  write_attribute(object, name, space, type, type, text.c_str());
}

void write_integers(const Object& object, const std::string& name, const std::vector<std::int64_t>& values) {
  const hsize_t count = values.size();
  const Handle space(H5Screate_simple(1, &count, nullptr));
  write_attribute(object, name, space, H5T_STD_I64LE, H5T_NATIVE_INT64, values.data());
}

void write_unsigned(const Object& object, const std::string& name, std::uint64_t value) {
  const Handle space(H5Screate(H5S_SCALAR));
  write_attribute(object, name, space, H5T_STD_U64LE, H5T_NATIVE_UINT64, &value);
}

void write_float(const Object& object, const std::string& name, float value) {
  const Handle space(H5Screate(H5S_SCALAR));
  write_attribute(object, name, space, H5T_IEEE_F32LE, H5T_NATIVE_FLOAT, &value);
}

Object write_dataset(const Object& parent, const std::string& name, Element element, const Extents& extents,
                     hid_t memory_type, const void* values) {
  const Handle space(H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr));
  Object dataset = create_dataset(parent, name, element, space, extents);
  dataset.checked(H5Dwrite(dataset.id, memory_type, H5S_ALL, H5S_ALL, H5P_DEFAULT, values), "cannot be written");
  return dataset;
}

Object create_rows(const Object& parent, const std::string& name, Element element, const Extents& row) {
  Extents extents{0}, most{H5S_UNLIMITED}, chunk{product(row) == 1 ? kChunkRows : 1};
  for (Extents* all : {&extents, &most, &chunk}) all->insert(all->end(), row.begin(), row.end());
  const Handle space(H5Screate_simple(static_cast<int>(extents.size()), extents.data(), most.data()));
  return create_dataset(parent, name, element, space, chunk);
}

void append_row(const Object& dataset, hid_t memory_type, const void* values) {
  Extents extents = extents_of(dataset);
  const hsize_t row = extents.at(0)++;
  dataset.checked(H5Dset_extent(dataset.id, extents.data()), "cannot grow");
  const RowSpaces spaces = row_spaces(dataset, row);
  dataset.checked(H5Dwrite(dataset.id, memory_type, spaces.memory, spaces.file, H5P_DEFAULT, values),
                  "cannot be written");
}

}  // namespace sparsim::hdf5
