#include "sim/workload/images.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <onnx/onnx_pb.h>
#include <stb_image_write.h>
#include <unistd.h>

#include <cstring>
#include <filesystem>
#include <fstream>

#include "models/core/error.h"

namespace sparsim {
namespace {

namespace fs = std::filesystem;
using testing::ElementsAre;
using testing::HasSubstr;

/// A directory of its own, gone afterwards.
class ImagesTest : public testing::Test {
 protected:
  ImagesTest() : directory_(fs::path(testing::TempDir()) / ("sparsim_images_" + std::to_string(getpid()))) {
    fs::create_directories(directory_);
  }
  ~ImagesTest() override { fs::remove_all(directory_); }

  std::string path(const std::string& name) const { return (directory_ / name).string(); }
  std::string write(const std::string& name, const std::string& bytes) const {
    std::ofstream(path(name), std::ios::binary) << bytes;
    return path(name);
  }
  static Image only(const std::string& file, ChannelAxis channels = ChannelAxis::first) {
    const Images images({file}, "", channels);
    EXPECT_EQ(images.size(), 1u);
    return images.get(0);
  }
  /// What is wrong with the file, which opening or reading it must say.
  std::string problem(const std::string& file, const std::string& labels = "") const {
    try {
      const Images images({file}, labels);
      for (std::size_t i = 0; i < images.size(); ++i) images.get(i);
    } catch (const InputError& error) {
      EXPECT_THAT(error.what(), HasSubstr(labels.empty() ? file : labels));
      return error.what();
    }
    ADD_FAILURE() << file << " was read";
    return "";
  }

  fs::path directory_;
};

std::string bytes(std::initializer_list<int> values) { return {values.begin(), values.end()}; }

void append(void* context, void* data, int size) {
  static_cast<std::string*>(context)->append(static_cast<const char*>(data), static_cast<std::size_t>(size));
}

std::string png(int width, int height, int channels, const std::string& pixels) {
  std::string file;
  stbi_write_png_to_func(append, &file, width, height, channels, pixels.data(), width * channels);
  return file;
}

std::string jpeg(int width, int height, const std::string& pixels) {
  std::string file;
  stbi_write_jpg_to_func(append, &file, width, height, 3, pixels.data(), 95);
  return file;
}

std::string npy(const std::string& dictionary, const std::string& values, int version = 1) {
  std::string header = dictionary + "\n";
  std::string file =
      "\x93NUMPY" + bytes({version, 0, static_cast<int>(header.size() % 256), static_cast<int>(header.size() / 256)});
  if (version != 1) file += bytes({0, 0});
  return file + header + values;
}

std::string floats(const std::vector<float>& values) {
  return {reinterpret_cast<const char*>(values.data()), values.size() * sizeof(float)};
}

// --- pictures

TEST_F(ImagesTest, ReadsPlanesOfAPng) {
  const Image image = only(write("two.png", png(2, 1, 3, bytes({10, 20, 30, 40, 50, 60}))));
  EXPECT_EQ(image.name, "two.png");
  EXPECT_FALSE(image.label);
  EXPECT_THAT(image.values.shape, ElementsAre(3, 1, 2));
  EXPECT_THAT(image.values.values, ElementsAre(10, 40, 20, 50, 30, 60));  // red, green, blue
}

TEST_F(ImagesTest, DropsTransparencyAndKeepsGrey) {
  EXPECT_THAT(only(write("rgba.png", png(1, 1, 4, bytes({1, 2, 3, 99})))).values.values, ElementsAre(1, 2, 3));
  EXPECT_THAT(only(write("grey.png", png(2, 1, 1, bytes({7, 8})))).values.shape, ElementsAre(1, 1, 2));
  EXPECT_THAT(only(write("greya.png", png(1, 1, 2, bytes({7, 99})))).values.values, ElementsAre(7));
}

TEST_F(ImagesTest, ReadsAJpeg) {
  std::string red;
  for (int i = 0; i < 64; ++i) red += bytes({200, 0, 0});
  const Image image = only(write("red.jpg", jpeg(8, 8, red)));
  ASSERT_THAT(image.values.shape, ElementsAre(3, 8, 8));
  for (std::size_t i = 0; i < 64; ++i) {  // lossy: a level or two of rounding through YCbCr
    EXPECT_NEAR(image.values.values[i], 200, 3);
    EXPECT_NEAR(image.values.values[64 + i], 0, 3);
  }
}

TEST_F(ImagesTest, ReadsPpmAndPgmWithComments) {
  const Image colour = only(write("c.ppm", "P6\n# drawn\n1 2\n255\n" + bytes({1, 2, 3, 4, 5, 6})));
  EXPECT_THAT(colour.values.shape, ElementsAre(3, 2, 1));
  EXPECT_THAT(colour.values.values, ElementsAre(1, 4, 2, 5, 3, 6));
  EXPECT_THAT(only(write("g.pgm", "P5 2 1 255 " + bytes({8, 9}))).values.values, ElementsAre(8, 9));
}

TEST_F(ImagesTest, TakesTheFormatFromTheContentsNotTheName) {
  EXPECT_THAT(only(write("really_a_png.jpg", png(1, 1, 1, bytes({5})))).values.values, ElementsAre(5));
}

TEST_F(ImagesTest, TakesADirectorySortedByName) {
  write("b.ppm", "P6 1 1 255 " + bytes({2, 2, 2}));
  write("a.PNG", png(1, 1, 1, bytes({1})));
  write("notes.csv", "not a picture");
  const Images images({directory_.string(), path("a.PNG")});
  ASSERT_EQ(images.size(), 3u);
  EXPECT_EQ(images.get(0).name, "a.PNG");
  EXPECT_EQ(images.get(1).name, "b.ppm");
  EXPECT_EQ(images.get(2).name, "a.PNG");
}

TEST_F(ImagesTest, RefusesPicturesThatAreNone) {
  std::string grey;
  for (int i = 0; i < 16 * 16 * 3; ++i) grey += bytes({i * 7 % 256});
  const std::string whole_png = png(16, 16, 3, grey), whole_jpeg = jpeg(16, 16, grey);

  EXPECT_THAT(problem(write("empty.png", "")), HasSubstr("empty"));
  EXPECT_THAT(problem(write("text.png", "hello, world")), HasSubstr("none of the formats"));
  EXPECT_THAT(problem(write("cut.png", whole_png.substr(0, whole_png.size() / 2))), HasSubstr("not a picture"));
  EXPECT_THAT(problem(write("head.png", whole_png.substr(0, 9))), HasSubstr("not a picture"));
  EXPECT_THAT(problem(write("cut.jpg", whole_jpeg.substr(0, whole_jpeg.size() - 20))), HasSubstr("truncated"));
  EXPECT_THAT(problem(write("head.jpg", whole_jpeg.substr(0, 9))), HasSubstr("not a picture"));
  EXPECT_THAT(problem(write("cut.ppm", "P6 2 1 255 " + bytes({1, 2, 3, 4, 5}))), HasSubstr("truncated, 5 of 6"));
  EXPECT_THAT(problem(write("head.ppm", "P6 2")), HasSubstr("picture"));
  EXPECT_THAT(problem(write("comment.ppm", "P6 # no end")), HasSubstr("picture"));
  EXPECT_THAT(problem(write("deep.ppm", "P6 1 1 65535 ......")), HasSubstr("65535"));
  EXPECT_THAT(problem(path("absent.png")), HasSubstr("cannot be read"));
}

TEST_F(ImagesTest, RefusesAHugePictureBeforeDecodingIt) {
  std::string file = png(1, 1, 1, bytes({5}));
  file[16 + 2] = file[20 + 2] = 0x40;  // IHDR: width and height 0x4001 = 16385; 16385^2 > 2^26
  EXPECT_THAT(problem(write("bomb.png", file)), HasSubstr("16385x16385"));
  EXPECT_THAT(problem(write("bomb.ppm", "P6 99999 99999 255 .")), HasSubstr("99999x99999"));
}

TEST_F(ImagesTest, RefusesADirectoryWithoutPictures) {
  write("notes.txt", "nothing");
  EXPECT_THAT(problem(directory_.string()), HasSubstr(".png"));
}

// --- CIFAR

std::string cifar_record(int label, int value) {
  return bytes({label}) + std::string(1024, static_cast<char>(value)) +
         std::string(1024, static_cast<char>(value + 1)) + std::string(1024, static_cast<char>(value + 2));
}

TEST_F(ImagesTest, ReadsCifarWithItsLabels) {
  const Images images({write("batch.bin", cifar_record(3, 100) + cifar_record(9, 253))});
  ASSERT_EQ(images.size(), 2u);
  const Image image = images.get(1);
  EXPECT_EQ(image.name, "batch.bin[1]");
  EXPECT_EQ(image.label, 9);
  EXPECT_THAT(image.values.shape, ElementsAre(3, 32, 32));
  EXPECT_EQ(image.values.values[0], 253);
  EXPECT_EQ(image.values.values[1024], 254);
  EXPECT_EQ(image.values.values[3071], 255);
}

TEST_F(ImagesTest, RefusesCifarOfOtherSizes) {
  EXPECT_THAT(problem(write("cut.bin", cifar_record(1, 1).substr(1))), HasSubstr("3072 bytes"));
  EXPECT_THAT(problem(write("empty.bin", "")), HasSubstr("empty"));
}

// --- IDX

std::string idx(const std::vector<int>& axes, const std::string& values) {
  std::string file = bytes({0, 0, 8, static_cast<int>(axes.size())});
  for (const int axis : axes) file += bytes({0, 0, axis / 256, axis % 256});
  return file + values;
}

TEST_F(ImagesTest, ReadsIdxWithTheLabelsBesideIt) {
  const std::string images = write("t10k-images.idx3-ubyte", idx({2, 1, 2}, bytes({1, 2, 3, 4})));
  EXPECT_FALSE(Images({images}).get(0).label);
  write("t10k-labels.idx1-ubyte", idx({2}, bytes({7, 1})));
  const Image second = Images({images}).get(1);
  EXPECT_THAT(second.values.shape, ElementsAre(1, 1, 2));
  EXPECT_THAT(second.values.values, ElementsAre(3, 4));
  EXPECT_EQ(second.label, 1);
}

TEST_F(ImagesTest, TheLabelsFileWins) {
  const std::string images = write("train-images-idx3-ubyte", idx({2, 1, 1}, bytes({1, 2})));
  write("train-labels-idx1-ubyte", idx({2}, bytes({7, 1})));
  EXPECT_EQ(Images({images}, write("mine", idx({2}, bytes({4, 5})))).get(1).label, 5);
}

TEST_F(ImagesTest, RefusesBrokenIdx) {
  EXPECT_THAT(problem(write("a", idx({2, 1, 2}, bytes({1, 2, 3})))), HasSubstr("truncated"));
  EXPECT_THAT(problem(write("b", idx({2, 1, 2}, bytes({1, 2, 3, 4, 5})))), HasSubstr("21 bytes"));
  EXPECT_THAT(problem(write("c", bytes({0, 0, 8, 3, 0, 0, 0, 1}))), HasSubstr("header"));
  EXPECT_THAT(problem(write("d", idx({1}, bytes({1})))), HasSubstr("--labels"));
  EXPECT_THAT(problem(write("e", idx({0, 1, 1}, ""))), HasSubstr("no images"));
  EXPECT_THAT(problem(write("f", bytes({0, 0, 8, 3}) + std::string(12, '\xff'))), HasSubstr("values"));
  EXPECT_THAT(problem(write("g", bytes({0, 0, 13, 3}) + std::string(16, 1))), HasSubstr("none of the formats"));
}

TEST_F(ImagesTest, RefusesLabelsBesideThatAreTooFew) {
  write("x-labels", idx({1}, bytes({7})));
  EXPECT_THAT(problem(write("x-images", idx({2, 1, 1}, bytes({1, 2})))), HasSubstr("1 labels"));
}

// --- NumPy

TEST_F(ImagesTest, ReadsNpyOfFloatsAndBytes) {
  const std::string six = floats({0.5f, -1, 2, 3, 4, 1e-3f});
  const Image image = only(write("f.npy", npy("{'descr': '<f4', 'fortran_order': False, 'shape': (3, 1, 2), }", six)));
  EXPECT_THAT(image.values.shape, ElementsAre(3, 1, 2));
  EXPECT_THAT(image.values.values, ElementsAre(0.5f, -1, 2, 3, 4, 1e-3f));

  const std::string bytes_file =
      write("u.npy", npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 1, 2), }", bytes({1, 2, 3, 255}), 2));
  EXPECT_THAT(only(bytes_file).values.values, ElementsAre(1, 2, 3, 255));
}

TEST_F(ImagesTest, ReadsNpyWithChannelsLast) {
  const std::string file = write("x.npy", npy("{'descr': '|u1', 'fortran_order': False, 'shape': (2, 1, 2, 3), }",
                                              bytes({1, 2, 3, 4, 5, 6, 11, 12, 13, 14, 15, 16})));
  const Images images({file}, "", ChannelAxis::last);
  ASSERT_EQ(images.size(), 2u);
  EXPECT_EQ(images.get(1).name, "x.npy[1]");
  EXPECT_THAT(images.get(1).values.shape, ElementsAre(3, 1, 2));
  EXPECT_THAT(images.get(1).values.values, ElementsAre(11, 14, 12, 15, 13, 16));
}

TEST_F(ImagesTest, ReadsNpyWithTwoAxesAsOneChannel) {
  const Image image =
      only(write("x.npy", npy("{'descr': '|u1', 'fortran_order': False, 'shape': (1, 3), }", bytes({1, 2, 3}))));
  EXPECT_THAT(image.values.shape, ElementsAre(1, 1, 3));
}

TEST_F(ImagesTest, RefusesBrokenNpy) {
  const auto with = [&](const std::string& dictionary, const std::string& values = "abcd", int version = 1) {
    return problem(write("x.npy", npy(dictionary, values, version)));
  };
  EXPECT_THAT(with("{'descr': '|O', 'fortran_order': False, 'shape': (1, 4), }"), HasSubstr("'|O'"));
  EXPECT_THAT(with("{'descr': '<f8', 'fortran_order': False, 'shape': (1, 4), }"), HasSubstr("'<f8'"));
  EXPECT_THAT(with("{'descr': [('r', '|u1')], 'fortran_order': False, 'shape': (1, 4), }"), HasSubstr("type"));
  EXPECT_THAT(with("{'fortran_order': False, 'shape': (1, 4), }"), HasSubstr("not stated"));
  EXPECT_THAT(with("{'descr': '|u1', 'fortran_order': True, 'shape': (1, 4), }"), HasSubstr("C order"));
  EXPECT_THAT(with("{'descr': '|u1', 'fortran_order': False, }"), HasSubstr("no shape"));
  EXPECT_THAT(with("{'descr': '|u1', 'fortran_order': False, 'shape': (1, 4"), HasSubstr("no shape"));
  EXPECT_THAT(with("{'descr': '|u1', 'fortran_order': False, 'shape': (1, -4), }"), HasSubstr("no shape"));
  EXPECT_THAT(with("{'descr': '|u1', 'fortran_order': False, 'shape': (4,), }"), HasSubstr("1 axes"));
  EXPECT_THAT(with("{'descr': '|u1', 'fortran_order': False, 'shape': (1, 1, 1, 1, 4), }"), HasSubstr("5 axes"));
  EXPECT_THAT(with("{'descr': '|u1', 'fortran_order': False, 'shape': (1, 5), }"), HasSubstr("truncated"));
  EXPECT_THAT(with("{'descr': '|u1', 'fortran_order': False, 'shape': (0, 4), }"), HasSubstr("values"));
  EXPECT_THAT(with("{'descr': '|u1', 'fortran_order': False, 'shape': (4294967296, 4294967296), }"),
              HasSubstr("values"));
  EXPECT_THAT(with("{'descr': '|u1', 'fortran_order': False, 'shape': (99999999999999999999999, 4), }"),
              HasSubstr("no shape"));
  EXPECT_THAT(with("{'descr': '|u1', 'fortran_order': False, 'shape': (1, 4), }", "abcd", 3), HasSubstr("version 3"));
  EXPECT_THAT(problem(write("head.npy", "\x93NUMPY")), HasSubstr("header"));
  EXPECT_THAT(problem(write("cut.npy", "\x93NUMPY" + bytes({1, 0, 200, 0}) + "{'descr'")), HasSubstr("header"));
}

// A count of images so large that its product with their size wraps around to the file's real size.
TEST_F(ImagesTest, RefusesNpyWhoseSizeWrapsAround) {
  const std::string file =
      npy("{'descr': '<f4', 'fortran_order': False, 'shape': (1125899906842624, 1, 64, 64), }", "");
  EXPECT_THAT(problem(write("wrap.npy", file)), HasSubstr("truncated"));  // 2^50 * 64 * 64 * 4 bytes = 2^64
}

// --- ONNX tensors

std::string tensor(const std::vector<std::int64_t>& dims, const std::vector<float>& values) {
  onnx::TensorProto proto;
  proto.set_data_type(onnx::TensorProto::FLOAT);
  for (const std::int64_t dim : dims) proto.add_dims(dim);
  proto.set_raw_data(values.data(), values.size() * sizeof(float));
  return proto.SerializeAsString();
}

TEST_F(ImagesTest, ReadsATensorProto) {
  const Image image = only(write("input_0.pb", tensor({1, 3, 1, 2}, {1, 2, 3, 4, 5, 6})));
  EXPECT_EQ(image.name, "input_0.pb");
  EXPECT_THAT(image.values.shape, ElementsAre(3, 1, 2));
  EXPECT_THAT(image.values.values, ElementsAre(1, 2, 3, 4, 5, 6));
  EXPECT_THAT(only(write("vector.pb", tensor({2}, {8, 9}))).values.shape, ElementsAre(2, 1, 1));
}

TEST_F(ImagesTest, ReadsATensorProtoOfListedValues) {
  onnx::TensorProto proto;
  proto.set_data_type(onnx::TensorProto::UINT8);
  for (const int dim : {2, 1, 1, 1}) proto.add_dims(dim);
  proto.add_int32_data(200);
  proto.add_int32_data(3);
  const Images images({write("two.pb", proto.SerializeAsString())});
  ASSERT_EQ(images.size(), 2u);
  EXPECT_THAT(images.get(0).values.values, ElementsAre(200));
  EXPECT_THAT(images.get(1).values.values, ElementsAre(3));
}

TEST_F(ImagesTest, RefusesBrokenTensorProtos) {
  const std::string whole = tensor({1, 3, 1, 2}, {1, 2, 3, 4, 5, 6});
  EXPECT_THAT(problem(write("cut.pb", whole.substr(0, whole.size() - 3))), HasSubstr("TensorProto"));
  EXPECT_THAT(problem(write("text.pb", "hello, world")), HasSubstr("TensorProto"));
  EXPECT_THAT(problem(write("few.pb", tensor({1, 3, 1, 2}, {1, 2, 3, 4, 5}))), HasSubstr("5 values"));
  EXPECT_THAT(problem(write("scalar.pb", tensor({}, {1}))), HasSubstr("0 axes"));
  EXPECT_THAT(problem(write("negative.pb", tensor({1, -3, 1, 2}, {1}))), HasSubstr("values"));
  onnx::TensorProto strings;
  strings.set_data_type(onnx::TensorProto::STRING);
  strings.add_dims(1);
  EXPECT_THAT(problem(write("strings.pb", strings.SerializeAsString())), HasSubstr("STRING"));
}

// --- labels

TEST_F(ImagesTest, ReadsLabelsInOrderAndByName) {
  const std::string a = write("a.pgm", "P5 1 1 255 x"), b = write("b.pgm", "P5 1 1 255 y");
  EXPECT_EQ(Images({a, b}, write("order.txt", "3\n 17 \n\n")).get(1).label, 17);
  const Images named({a, b}, write("names.csv", "b.pgm,5\nother.png,1\na.pgm, 6\r\n"));
  EXPECT_EQ(named.get(0).label, 6);
  EXPECT_EQ(named.get(1).label, 5);
}

TEST_F(ImagesTest, RefusesBrokenLabels) {
  const std::string a = write("a.pgm", "P5 1 1 255 x");
  EXPECT_THAT(problem(a, write("l1", "1\n2\n")), HasSubstr("2 labels for 1 images"));
  EXPECT_THAT(problem(a, write("l2", "")), HasSubstr("0 labels"));
  EXPECT_THAT(problem(a, write("l3", "cat\n")), HasSubstr("l3:1: 'cat'"));
  EXPECT_THAT(problem(a, write("l4", "-1\n")), HasSubstr("l4:1"));
  EXPECT_THAT(problem(a, write("l5", "99999999999\n")), HasSubstr("l5:1"));
  EXPECT_THAT(problem(a, write("l6", "a.pgm,1\na.pgm,2\n")), HasSubstr("l6:2: a second"));
  EXPECT_THAT(problem(a, write("l7", "a.pgm,1\n2\n")), HasSubstr("l7:2"));
  EXPECT_THAT(problem(a, write("l8", "b.pgm,1\n")), HasSubstr("'a.pgm'"));
  EXPECT_THAT(problem(a, write("l9", idx({2}, bytes({1, 2})))), HasSubstr("2 labels for 1"));
  EXPECT_THAT(problem(a, write("l10", idx({2}, bytes({1})))), HasSubstr("2 labels"));
  EXPECT_THAT(problem(a, path("absent")), HasSubstr("cannot be read"));
}

}  // namespace
}  // namespace sparsim
