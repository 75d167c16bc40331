#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <hdf5.h>

#include <cmath>
#include <fstream>
#include <functional>

#include "models/core/error.h"
#include "sim/output_file.h"
#include "sim/workload/trace.h"
#include "tests/sim/workload/trace_example.h"

// HDF5 loses memory of its own when it gives up on damaged data.
extern "C" const char* __lsan_default_suppressions() { return "leak:libhdf5\n"; }

namespace sparsim {
namespace {

using testing::HasSubstr;

constexpr std::size_t kWhole = 1 << 24;

std::string whole_example(const Example& example) {
  const ScratchDirectory scratch;
  example.write(scratch / "t.h5");
  return read_file(scratch / "t.h5", kWhole);
}

// All that a trace gives, as text.
std::string read_everything(const std::string& bytes) {
  const Trace trace = Trace::from_bytes(bytes.data(), bytes.size(), "t.h5");
  std::string all = trace.info().origin + trace.graph().name;
  const auto add_mask = [&all](const BitMask& mask) {
    const auto packed = mask.to_bytes();
    all.append(packed.begin(), packed.end());
  };
  const auto add_values = [&all](const auto& values) {
    for (const auto value : values) all += std::to_string(value) + " ";
  };
  const auto add_integers = [&](const std::optional<QuantizedTensor>& tensor) {
    if (tensor) add_values(tensor->values);
  };
  for (const Layer& layer : trace.graph().layers) {
    all += layer.name + to_string(layer.shape.output);
    add_mask(layer.weight_nonzero);
    if (layer.blocks) all += std::to_string(layer.blocks->rows) + (layer.blocks->reordered ? "reordered" : "");
  }
  if (const std::optional<Operation> operation = trace.operation(1)) {
    all += operation->name;
    add_values(operation->numbers);
  }
  for (std::size_t i = 0; i < trace.images(); ++i) {
    all += trace.image_name(i) + std::to_string(trace.label(i).value_or(-1));
    for (const std::size_t layer : {0u, 2u}) {
      add_mask(trace.nonzero(i, layer));
      add_mask(trace.kept_channels(i, layer));
    }
    add_integers(trace.values(i, 0));
    add_values(trace.pixels(i));
  }
  add_integers(trace.weights(2));
  for (const std::size_t layer : {0u, 2u}) {
    add_values(trace.parameters(layer).weights);
    add_values(trace.parameters(layer).bias);
  }
  return all;
}

std::string error_of(const std::string& bytes) {
  try {
    read_everything(bytes);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

class DamagedTraces : public testing::TestWithParam<Example> {};
INSTANTIATE_TEST_SUITE_P(Examples, DamagedTraces, testing::Values(kQuantisedExample, kFloatExample, kBlocksExample));

TEST_P(DamagedTraces, AreRefusedAtAnyLength) {
  const std::string whole = whole_example(GetParam());
  for (std::size_t size = 0; size < whole.size(); size += 13)
    EXPECT_THAT(error_of(whole.substr(0, size)), HasSubstr("t.h5: is ")) << size;
}

// A bit that turns over is found, or lies where nothing is kept.
TEST_P(DamagedTraces, NeverGiveAnythingElse) {
  const std::string whole = whole_example(GetParam()), expected = read_everything(whole);
  std::size_t found = 0, tried = 0;
  for (std::size_t byte = 0; byte < whole.size(); byte += 7, ++tried) {
    std::string damaged = whole;
    damaged[byte] = static_cast<char>(damaged[byte] ^ (1 << (byte % 8)));
    try {
      EXPECT_TRUE(read_everything(damaged) == expected) << byte;
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), testing::StartsWith("t.h5: ")) << byte;
      ++found;
    }
  }
  EXPECT_GT(found, tried / 4);  // the rest is room that HDF5 reserves and does not use
}

TEST(DamagedTrace, IsToldFromOtherFiles) {
  EXPECT_EQ(error_of("model: yes, but no HDF5"), "t.h5: is no HDF5 file; a trace is one");
  EXPECT_EQ(error_of(""), "t.h5: is no HDF5 file; a trace is one");
  EXPECT_THROW(Trace::open("/nonexistent.h5"), InputError);
  EXPECT_THROW(Trace::open("/"), InputError);
}

TEST(DamagedTrace, IsToldFromOtherHdf5Files) {
  const ScratchDirectory scratch;
  const auto create = [&](hid_t access) {
    H5Fclose(H5Fcreate((scratch / "t.h5").c_str(), H5F_ACC_TRUNC, H5P_DEFAULT, access));
    return error_of(read_file(scratch / "t.h5", kWhole));
  };
  EXPECT_THAT(create(H5P_DEFAULT), HasSubstr("without checksums"));
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110);
  EXPECT_THAT(create(access), HasSubstr("is HDF5, but no trace"));
  H5Pclose(access);
}

// A sound file whose contents somebody changed, checksums and all.
struct Change {
  const char* name;
  std::function<void(hid_t file)> apply;
  const char* error;
  Example example = kQuantisedExample;
};
void PrintTo(const Change& change, std::ostream* os) { *os << change.name; }

void delete_attribute(hid_t file, const char* object, const char* name) {
  H5Adelete_by_name(file, object, name, H5P_DEFAULT);
}

void add_integers(hid_t file, const char* object, const char* name, const std::vector<std::int64_t>& values) {
  const hid_t id = H5Oopen(file, object, H5P_DEFAULT);
  const hsize_t count = values.size();
  const hid_t space = H5Screate_simple(1, &count, nullptr);
  const hid_t attribute = H5Acreate2(id, name, H5T_STD_I64LE, space, H5P_DEFAULT, H5P_DEFAULT);
  H5Awrite(attribute, H5T_NATIVE_INT64, values.data());
  H5Aclose(attribute), H5Sclose(space), H5Oclose(id);
}

void replace_integers(hid_t file, const char* object, const char* name, const std::vector<std::int64_t>& values) {
  delete_attribute(file, object, name);
  add_integers(file, object, name, values);
}

// In place of a dataset, one of these extents, with no more in the file than it takes to say so.
void replace_dataset(hid_t file, const char* name, hid_t type, const std::vector<hsize_t>& extents,
                     const std::vector<hsize_t>& chunk = {}) {
  H5Ldelete(file, name, H5P_DEFAULT);
  const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
  if (!chunk.empty()) H5Pset_chunk(properties, static_cast<int>(chunk.size()), chunk.data());
  const hid_t space = H5Screate_simple(static_cast<int>(extents.size()), extents.data(), nullptr);
  H5Dclose(H5Dcreate2(file, name, type, space, H5P_DEFAULT, properties, H5P_DEFAULT));
  H5Sclose(space), H5Pclose(properties);
}

void fill(hid_t file, const char* name, const std::vector<float>& values) {
  const hid_t dataset = H5Dopen2(file, name, H5P_DEFAULT);
  H5Dwrite(dataset, H5T_NATIVE_FLOAT, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data());
  H5Dclose(dataset);
}

const Change kChanges[] = {
    {"Version", [](hid_t f) { replace_integers(f, "/", "version", {2}); },
     "t.h5: is a trace of version 2; this program reads version 1"},
    {"NoLayers", [](hid_t f) { H5Ldelete(f, "layers", H5P_DEFAULT); }, "t.h5: layers: group is missing"},
    {"NoImages", [](hid_t f) { H5Ldelete(f, "images", H5P_DEFAULT); }, "t.h5: images: group is missing"},
    {"NoMask", [](hid_t f) { H5Ldelete(f, "layers/0000/nonzero", H5P_DEFAULT); },
     "t.h5: layers/0000/nonzero: dataset is missing"},
    {"NoKeptChannels", [](hid_t f) { H5Ldelete(f, "layers/0000/kept_channels", H5P_DEFAULT); },
     "t.h5: layers/0000/kept_channels: dataset is missing"},
    {"NoScale", [](hid_t f) { H5Ldelete(f, "layers/0000/value_scale", H5P_DEFAULT); },
     "t.h5: layers/0000/value_scale: dataset is missing"},
    {"NoAttribute", [](hid_t f) { delete_attribute(f, "layers/0001", "kernel"); },
     "t.h5: layers/0001: attribute 'kernel' is missing"},
    {"WrongType",
     [](hid_t f) {
       replace_dataset(f, "layers/0000/nonzero", H5T_IEEE_F32LE, {2, 6});
     },
     "t.h5: layers/0000/nonzero: must hold 8-bit unsigned integers"},
    {"WrongRank", [](hid_t f) { replace_dataset(f, "layers/0000/nonzero", H5T_STD_U8LE, {12}); },
     "t.h5: layers/0000/nonzero: has extents [12]; must be [2, 6]"},
    {"WrongSize", [](hid_t f) { replace_dataset(f, "layers/0000/weight_nonzero", H5T_STD_U8LE, {16}); },
     "t.h5: layers/0000/weight_nonzero: has extents [16]; must be [17]"},
    {"NothingStored",
     [](hid_t f) {
       replace_dataset(f, "layers/0000/nonzero", H5T_STD_U8LE, {2, 6}, {1, 6});
     },
     "t.h5: layers/0000/nonzero: 0 chunks of 2 are in the file"},
    {"GroupForDataset",
     [](hid_t f) {
       H5Ldelete(f, "layers/0000/nonzero", H5P_DEFAULT);
       H5Gclose(H5Gcreate2(f, "layers/0000/nonzero", H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
     },
     "t.h5: layers/0000/nonzero: is no dataset"},
    {"LinkToAnotherFile",
     [](hid_t f) {
       H5Ldelete(f, "layers/0000/nonzero", H5P_DEFAULT);
       H5Lcreate_external("/etc/passwd", "/x", f, "layers/0000/nonzero", H5P_DEFAULT, H5P_DEFAULT);
     },
     "t.h5: layers/0000/nonzero: is a link to elsewhere; a dataset is needed"},
    {"ValuesInAnotherFile",
     [](hid_t f) {
       H5Ldelete(f, "images/label", H5P_DEFAULT);
       const hid_t properties = H5Pcreate(H5P_DATASET_CREATE);
       H5Pset_external(properties, "/etc/passwd", 0, 8);
       const hsize_t count = 2;
       const hid_t space = H5Screate_simple(1, &count, nullptr);
       H5Dclose(H5Dcreate2(f, "images/label", H5T_STD_I32LE, space, H5P_DEFAULT, properties, H5P_DEFAULT));
       H5Sclose(space), H5Pclose(properties);
     },
     "t.h5: images/label: its values lie in another file; they must be in this one"},
    {"ManyImages", [](hid_t f) { replace_dataset(f, "images/label", H5T_STD_I32LE, {hsize_t{1} << 40}, {256}); },
     "t.h5: images/label: has extents [1099511627776]; at most 16777216 are allowed"},
    {"NoImage", [](hid_t f) { replace_dataset(f, "images/label", H5T_STD_I32LE, {0}); },
     "t.h5: images: holds no image"},
    {"HugeMap",
     [](hid_t f) {
       replace_integers(f, "layers", "input_shape", {1 << 20, 1 << 20, 3});
     },
     "t.h5: layers: a map of 1048576x1048576x3; at most 2147483648 values are allowed"},
    {"HugeWeights",  // the geometry is right, the mask of 2^30 weights is not there
     [](hid_t f) {
       replace_integers(f, "layers/0002", "output_shape", {1, 1, (1 << 30) / 40});
       const hsize_t bytes = ((1 << 30) / 40 * 40) / 8;
       const hid_t space = H5Screate_simple(1, &bytes, nullptr);
       H5Dclose(
           H5Dcreate2(f, "layers/0002/weight_nonzero", H5T_STD_U8LE, space, H5P_DEFAULT, H5P_DEFAULT, H5P_DEFAULT));
       H5Sclose(space);
     },
     "t.h5: layers/0002/weight_nonzero: extents of [134217725] need 134217725 bytes, but"},
    {"ZeroStride",
     [](hid_t f) {
       replace_integers(f, "layers/0000", "stride", {0, 1});
     },
     "t.h5: layers/0000/stride: 0: must be 1..1048576"},
    {"ThreeStrides",
     [](hid_t f) {
       replace_integers(f, "layers/0000", "stride", {1, 1, 1});
     },
     "t.h5: layers/0000/stride: has 3 values; 2 are allowed"},
    {"Geometry",
     [](hid_t f) {
       replace_integers(f, "layers/0000", "stride", {1, 1});
     },
     "t.h5: layers/0000: layer 'features/conv 1' has an output width of 2, but a width of 4, pads of 1, kernel 3, "
     "stride 1 and dilation 1 give 3"},
    {"ValueBits", [](hid_t f) { replace_integers(f, "layers", "value_bits", {12}); },
     "t.h5: layers: value_bits 12; must be 8, 16 or 0 for float"},
    {"ValuesOfFloats", [](hid_t f) { replace_integers(f, "layers", "value_bits", {0}); },
     "t.h5: layers/0000: has values, which need value_bits 8 or 16"},
    {"MoreLayers", [](hid_t f) { replace_integers(f, "layers", "count", {4}); }, "t.h5: layers/0003: group is missing"},
    {"SharedFilter",
     [](hid_t f) {
       const hid_t dataset = H5Dopen2(f, "layers/0000/connection_filters", H5P_DEFAULT);
       const std::uint8_t both[] = {0b10001, 0b00001};
       H5Dwrite(dataset, H5T_NATIVE_UINT8, H5S_ALL, H5S_ALL, H5P_DEFAULT, both);
       H5Dclose(dataset);
     },
     "t.h5: layers/0000: filter 0 is in two connections; one is allowed"},
    {"PixelsOfAnotherMap",
     [](hid_t f) {
       replace_dataset(f, "images/pixels", H5T_IEEE_F32LE, {2, 4, 3, 4});
     },
     "t.h5: images/pixels: has extents [2, 4, 3, 4]; must be [2, 4, 4, 3]", kFloatExample},
    {"PixelsOfFewerImages",
     [](hid_t f) {
       replace_dataset(f, "images/pixels", H5T_IEEE_F32LE, {1, 4, 4, 3});
     },
     "t.h5: images/pixels: has extents [1, 4, 4, 3]; must be [2, 4, 4, 3]", kFloatExample},
    {"PixelsOfIntegers",
     [](hid_t f) {
       replace_dataset(f, "images/pixels", H5T_STD_I32LE, {2, 4, 4, 3});
     },
     "t.h5: images/pixels: must hold 32-bit floats", kFloatExample},
    {"PixelThatIsNoNumber", [](hid_t f) { fill(f, "images/pixels", std::vector<float>(96, NAN)); },
     "t.h5: images/pixels: holds a value that is not finite", kFloatExample},
    {"WeightsOfAnotherLayer",
     [](hid_t f) {
       replace_dataset(f, "layers/0000/float_weights", H5T_IEEE_F32LE, {2, 1, 1, 80});
     },
     "t.h5: layers/0000/float_weights: has extents [2, 1, 1, 80]; must be [5, 3, 3, 3]", kFloatExample},
    {"InfiniteWeight", [](hid_t f) { fill(f, "layers/0002/float_weights", std::vector<float>(160, INFINITY)); },
     "t.h5: layers/0002/float_weights: holds a value that is not finite", kFloatExample},
    {"InfiniteBias", [](hid_t f) { fill(f, "layers/0000/float_bias", std::vector<float>(5, -INFINITY)); },
     "t.h5: layers/0000/float_bias: holds a value that is not finite", kFloatExample},
    {"LongBias", [](hid_t f) { replace_dataset(f, "layers/0000/float_bias", H5T_IEEE_F32LE, {6}); },
     "t.h5: layers/0000/float_bias: has extents [6]; must be [5]", kFloatExample},
    {"BiasAlone", [](hid_t f) { H5Ldelete(f, "layers/0000/float_weights", H5P_DEFAULT); },
     "t.h5: layers/0000: has float_bias, but no float_weights", kFloatExample},
    {"ActiveSitesTwice", [](hid_t f) { replace_integers(f, "layers/0000", "active_sites", {2}); },
     "t.h5: layers/0000/active_sites: 2: must be 0..1", kFloatExample},
    {"ActiveSitesOfAnActivation", [](hid_t f) { add_integers(f, "layers/0001", "active_sites", {1}); },
     "t.h5: layers/0001: layer 'relu' has active sites; only a convolution has them, not activation", kFloatExample},
    {"UnknownFunction",
     [](hid_t f) {
       const hid_t relu = H5Gopen2(f, "layers/0001", H5P_DEFAULT);
       const hid_t attribute = H5Aopen(relu, "function", H5P_DEFAULT);
       const hid_t type = H5Aget_type(attribute);
       H5Awrite(attribute, type, "silu");
       H5Tclose(type), H5Aclose(attribute), H5Gclose(relu);
     },
     "t.h5: layers/0001: unknown function 'silu'; known: other, relu, sigmoid", kFloatExample},
    {"NoOperands", [](hid_t f) { H5Ldelete(f, "layers/0001/operands", H5P_DEFAULT); },
     "t.h5: layers/0001/operands: dataset is missing", kFloatExample},
    {"OperandsInATable",
     [](hid_t f) {
       replace_dataset(f, "layers/0001/operands", H5T_IEEE_F32LE, {1, 2});
     },
     "t.h5: layers/0001/operands: has 2 axes; must have 1", kFloatExample},
    {"BlocksOfThreeExtents",
     [](hid_t f) {
       replace_integers(f, "layers/0002", "block_shape", {1, 16, 1});
     },
     "t.h5: layers/0002/block_shape: has 3 values; 2 are allowed", kBlocksExample},
    {"BlocksOfNoRow",
     [](hid_t f) {
       replace_integers(f, "layers/0002", "block_shape", {0, 16});
     },
     "t.h5: layers/0002/block_shape: 0: must be 1..2147483648", kBlocksExample},
    {"BlocksLargerThanTheMatrix",
     [](hid_t f) {
       replace_integers(f, "layers/0002", "block_shape", {3, 16});
     },
     "t.h5: layers/0002: layer 'fc' has blocks of 3x16 in a weight matrix of 2x40", kBlocksExample},
    {"BlocksThatLackSingleWeights",  // in both rows of the first, another number of columns
     [](hid_t f) {
       replace_integers(f, "layers/0002", "block_shape", {2, 16});
     },
     "t.h5: layers/0002: layer 'fc' has blocks of 2x16, but that at row 0, column 0 lacks more than whole rows and "
     "columns",
     kBlocksExample},
    {"BlocksWithoutAMask", [](hid_t f) { H5Ldelete(f, "layers/0002/weight_nonzero", H5P_DEFAULT); },
     "t.h5: layers/0002: layer 'fc' has blocks of 1x16, but no weight_nonzero, which says what they keep",
     kBlocksExample},
    {"BlocksReorderedTwice", [](hid_t f) { replace_integers(f, "layers/0002", "blocks_reordered", {2}); },
     "t.h5: layers/0002/blocks_reordered: 2: must be 0..1", kBlocksExample},
    {"NotSaidWhetherReordered", [](hid_t f) { delete_attribute(f, "layers/0002", "blocks_reordered"); },
     "t.h5: layers/0002: attribute 'blocks_reordered' is missing", kBlocksExample},
    {"ReorderedWithoutBlocks", [](hid_t f) { delete_attribute(f, "layers/0002", "block_shape"); },
     "t.h5: layers/0002: has blocks_reordered, but no block_shape", kBlocksExample},
    {"BlocksOfALayerConnectedInPart",
     [](hid_t f) {
       add_integers(f, "layers/0000", "block_shape", {1, 1});
       add_integers(f, "layers/0000", "blocks_reordered", {0});
     },
     "t.h5: layers/0000: layer 'features/conv 1' has blocks of 1x1; only a layer that is connected in full has them",
     kBlocksExample},
};

class ChangedTrace : public testing::TestWithParam<Change> {};

TEST_P(ChangedTrace, IsRefusedWithTheNameOfWhatIsWrong) {
  const ScratchDirectory scratch;
  GetParam().example.write(scratch / "t.h5");
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_libver_bounds(access, H5F_LIBVER_V110, H5F_LIBVER_V110);
  const hid_t file = H5Fopen((scratch / "t.h5").c_str(), H5F_ACC_RDWR, access);
  ASSERT_GE(file, 0);
  GetParam().apply(file);
  ASSERT_GE(H5Fclose(file), 0);
  H5Pclose(access);
  EXPECT_THAT(error_of(read_file(scratch / "t.h5", kWhole)), HasSubstr(GetParam().error));
}

INSTANTIATE_TEST_SUITE_P(All, ChangedTrace, testing::ValuesIn(kChanges),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace sparsim
