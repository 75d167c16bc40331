// Every way in which an ONNX file can be wrong is an InputError that names file and node.
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <limits>
#include <random>

#include "models/core/error.h"
#include "tests/sim/workload/onnx_builder.h"

namespace sparsim {
namespace {

using testing::AllOf;
using testing::HasSubstr;
using testing::StartsWith;

std::string import_error(const std::string& bytes) {
  try {
    import_onnx_bytes(bytes, "model.onnx");
  } catch (const InputError& error) {
    return error.what();
  }
  return "it was imported";
}
std::string import_error(const OnnxBuilder& model) { return import_error(model.bytes()); }

OnnxBuilder convolution() {
  OnnxBuilder model;
  model.weights("w", {3, 2, 2, 2}).node("Conv", {"x", "w"});
  return model;
}

TEST(OnnxErrors, FilesThatAreNone) {
  EXPECT_THAT(import_error(""), AllOf(StartsWith("model.onnx: "), HasSubstr("holds no graph")));
  EXPECT_EQ(import_error("accelerator: sparcnet\n"), "model.onnx: not an ONNX file, or a damaged one");
  const std::string whole = convolution().bytes();
  EXPECT_EQ(import_error(whole.substr(0, whole.size() / 2)), "model.onnx: not an ONNX file, or a damaged one");
  EXPECT_THROW(import_onnx("/nowhere/model.onnx"), InputError);
  EXPECT_THROW(import_onnx("/"), InputError);
}

TEST(OnnxErrors, OperatorSets) {
  for (const std::int64_t opset : {6, 18})
    EXPECT_THAT(import_error(OnnxBuilder({1, 2, 4, 4}, opset).node("Relu", {"x"})),
                HasSubstr(fmt::format("operator set {}, supported are 7 to 17", opset)));
  EXPECT_NO_THROW(OnnxBuilder({1, 2, 4, 4}, 7).node("Relu", {"x"}).import());
  EXPECT_NO_THROW(OnnxBuilder({1, 2, 4, 4}, 17).node("Relu", {"x"}).import());
  OnnxBuilder unnamed;
  unnamed.model().clear_opset_import();
  EXPECT_THAT(import_error(unnamed.node("Relu", {"x"})), HasSubstr("operator set is not named"));
}

TEST(OnnxErrors, UnsupportedOperatorsNameThemselvesAndWhatIsSupported) {
  EXPECT_THAT(import_error(OnnxBuilder().node("LSTM", {"x"})),
              AllOf(StartsWith("model.onnx: node 'op_y' (LSTM): operator LSTM is not supported; supported are Add, "),
                    HasSubstr("Conv, "), HasSubstr("Unsqueeze")));
  OnnxBuilder foreign = OnnxBuilder().node("Conv", {"x"});
  foreign.graph().mutable_node(0)->set_domain("com.example");
  EXPECT_THAT(import_error(foreign), HasSubstr("operator com.example.Conv is not supported"));
}

TEST(OnnxErrors, AttributesThatNobodyReads) {
  EXPECT_THAT(import_error(convolution().with("stride", {2, 2})),
              AllOf(HasSubstr("op_y"), HasSubstr("'stride' is not known here"), HasSubstr("strides")));
  EXPECT_THAT(import_error(convolution().with("group", std::vector<std::int64_t>{1})),
              HasSubstr("'group' must be of type INT"));
}

TEST(OnnxErrors, InputsOfTheGraph) {
  EXPECT_THAT(import_error(OnnxBuilder({2, 2, 4, 4}).node("Relu", {"x"})), HasSubstr("batch size 2"));
  EXPECT_THAT(import_error(OnnxBuilder({1, 4, 4}).node("Relu", {"x"})), HasSubstr("shape 1x4x4, wanted are"));
  EXPECT_THAT(import_error(OnnxBuilder({1, -4, 4, 4}).node("Relu", {"x"})), HasSubstr("extent -4"));
  EXPECT_THAT(import_error(OnnxBuilder({1, 0, 4, 4}).node("Relu", {"x"})), HasSubstr("extent 0"));
  constexpr auto kHuge = std::numeric_limits<std::int64_t>::max();
  EXPECT_THAT(import_error(OnnxBuilder({1, kHuge, kHuge, kHuge}).node("Relu", {"x"})), HasSubstr("allowed are 1 to"));
  EXPECT_THAT(import_error(OnnxBuilder({1, 3, 30000, 30000}).node("Relu", {"x"})), HasSubstr("more than 134217728"));

  OnnxBuilder open = OnnxBuilder().node("Relu", {"x"});
  auto& shape = *open.graph().mutable_input(0)->mutable_type()->mutable_tensor_type()->mutable_shape();
  shape.mutable_dim(0)->set_dim_param("N");
  EXPECT_NO_THROW(open.import());
  shape.mutable_dim(2)->set_dim_param("H");
  EXPECT_THAT(import_error(open), HasSubstr("axis 2 ('H') has no fixed extent"));

  OnnxBuilder two = OnnxBuilder().node("Relu", {"x"});
  *two.graph().add_input() = two.graph().input(0);
  two.graph().mutable_input(1)->set_name("second");
  EXPECT_THAT(import_error(two), HasSubstr("2 inputs without an initializer (x, second)"));
}

TEST(OnnxErrors, GraphsThatDoNotHangTogether) {
  EXPECT_THAT(import_error(OnnxBuilder().node("Add", {"x", "ghost"})),
              HasSubstr("input 1 ('ghost') is defined by no input, initializer or node"));
  EXPECT_THAT(import_error(OnnxBuilder().node("Conv", {"x", "ghost"})),
              HasSubstr("node 'op_y' (Conv): input 1 ('ghost') must be a constant"));
  EXPECT_THAT(import_error(OnnxBuilder().node("Relu", {"a"}).node("Relu", {"x"}, "a")),
              HasSubstr("made by a later node"));
  EXPECT_THAT(import_error(OnnxBuilder().node("Add", {"x", "y"})), HasSubstr("in a cycle"));
  EXPECT_THAT(import_error(OnnxBuilder().node("Relu", {"x"}).node("Relu", {"x"})), HasSubstr("'y' is defined twice"));
  EXPECT_THAT(import_error(OnnxBuilder().node("Relu", {"x"}, "z")), HasSubstr("output 'y' is defined by no node"));
  EXPECT_THAT(import_error(OnnxBuilder().node("Relu", {})), HasSubstr("input 0 is missing"));
  EXPECT_THAT(import_error(OnnxBuilder().weights("w", {1}).node("Identity", {"w"})),
              HasSubstr("does not depend on the image"));
  OnnxBuilder no_output = convolution();
  no_output.graph().clear_output();
  EXPECT_THAT(import_error(no_output), HasSubstr("no output"));
}

TEST(OnnxErrors, ConstantsThatAreNotWhole) {
  OnnxBuilder model = convolution();
  onnx::TensorProto& weights = *model.graph().mutable_initializer(0);
  const onnx::TensorProto whole = weights;
  weights.mutable_float_data()->RemoveLast();
  EXPECT_THAT(import_error(model), HasSubstr("initializer 'w': shape 3x2x2x2 needs 24 values, there are 23"));
  weights.clear_float_data();
  weights.set_raw_data("abc");
  EXPECT_THAT(import_error(model), HasSubstr("needs 96 bytes of raw_data, there are 3"));
  weights = whole;
  weights.set_data_location(onnx::TensorProto::EXTERNAL);
  EXPECT_THAT(import_error(model), HasSubstr("'w': its data is in another file"));
  weights = whole;
  weights.set_data_type(onnx::TensorProto::STRING);
  EXPECT_THAT(import_error(model), HasSubstr("data type 8 is not supported"));
  weights = whole;
  weights.set_dims(0, std::int64_t{1} << 62);
  EXPECT_THAT(import_error(model), HasSubstr("allowed are 1 to"));
  weights = whole;
  weights.set_float_data(0, std::numeric_limits<float>::quiet_NaN());
  EXPECT_THAT(import_error(model), HasSubstr("not finite"));
  weights = whole;
  *model.graph().add_initializer() = whole;
  EXPECT_THAT(import_error(model), HasSubstr("'w' is there twice"));
}

TEST(OnnxErrors, ConvolutionsThatDoNotFit) {
  EXPECT_THAT(import_error(OnnxBuilder().weights("w", {3, 2, 2}).node("Conv", {"x", "w"})), HasSubstr("shape 3x2x2"));
  EXPECT_THAT(import_error(OnnxBuilder().weights("w", {3, 1, 2, 2}).node("Conv", {"x", "w"})),
              HasSubstr("want 1 input channels, the input has 2"));
  EXPECT_THAT(import_error(OnnxBuilder().weights("w", {3, 2, 5, 1}).node("Conv", {"x", "w"})),
              HasSubstr("does not fit into 4"));
  EXPECT_THAT(import_error(OnnxBuilder({1, 2}).weights("w", {3, 2, 1, 1}).node("Conv", {"x", "w"})),
              HasSubstr("wanted are four axes"));
  EXPECT_THAT(import_error(convolution().with("group", 2)), HasSubstr("does not divide 3 filters"));
  EXPECT_THAT(import_error(convolution().with("group", 0)), HasSubstr("group is 0"));
  EXPECT_THAT(import_error(convolution().with("strides", {0, 1})), HasSubstr("strides holds 0"));
  EXPECT_THAT(import_error(convolution().with("strides", {1, 1, 1})), HasSubstr("strides has 3 numbers"));
  EXPECT_THAT(import_error(convolution().with("pads", {0, 0, 0, -1})), HasSubstr("pads holds -1"));
  EXPECT_THAT(import_error(convolution().with("pads", {0, 0, 0, std::numeric_limits<std::int64_t>::max()})),
              HasSubstr("pads holds"));
  EXPECT_THAT(import_error(convolution().with("pads", {1 << 20, 1 << 20, 1 << 20, 1 << 20})),
              HasSubstr("more than 134217728"));
  EXPECT_THAT(import_error(convolution().with_text("auto_pad", "SAME")), HasSubstr("auto_pad 'SAME'"));
  EXPECT_THAT(import_error(convolution().with("kernel_shape", {3, 3})), HasSubstr("kernel_shape 3x3 differs"));
  OnnxBuilder biased;
  biased.weights("w", {3, 2, 2, 2}).weights("b", {2}).node("Conv", {"x", "w", "b"});
  EXPECT_THAT(import_error(biased), HasSubstr("2 biases for 3 filters"));
}

TEST(OnnxErrors, OperatorsThatDoNotFit) {
  EXPECT_THAT(import_error(OnnxBuilder().node("MaxPool", {"x"})), HasSubstr("kernel_shape is missing"));
  EXPECT_THAT(
      import_error(OnnxBuilder().node("MaxPool", {"x"}).with("kernel_shape", {2, 2}).with("pads", {2, 0, 0, 0})),
      HasSubstr("pads must be smaller"));
  EXPECT_THAT(import_error(OnnxBuilder().weights("k", {4}).node("Add", {"x", "k"})),
              HasSubstr("one value, or one a channel"));
  EXPECT_THAT(import_error(OnnxBuilder().weights("k", {2, 1, 1}, 0.0f).node("Div", {"x", "k"})),
              HasSubstr("divisor is zero"));
  EXPECT_THAT(import_error(OnnxBuilder().weights("k", {1}).node("Div", {"k", "x"})),
              HasSubstr("divisor must be a constant"));
  EXPECT_THAT(import_error(OnnxBuilder().node("GlobalAveragePool", {"x"}, "g").node("Add", {"x", "g"})),
              HasSubstr("shapes 1x2x4x4 and 1x2x1x1 differ"));
  EXPECT_THAT(import_error(OnnxBuilder().node("Mul", {"x", "x"})), HasSubstr("must be a constant"));
  EXPECT_THAT(import_error(OnnxBuilder().node("Concat", {"x", "x"}).with("axis", 2)),
              HasSubstr("not that of the channels"));
  EXPECT_THAT(import_error(OnnxBuilder().node("Concat", {"x", "x"}).with("axis", 4)), HasSubstr("axis 4"));
  EXPECT_THAT(import_error(OnnxBuilder().integers("s", {1, 33}).node("Reshape", {"x", "s"})),
              HasSubstr("does not hold the values"));
  EXPECT_THAT(import_error(OnnxBuilder().integers("s", {1, -1, 3}).node("Reshape", {"x", "s"})),
              HasSubstr("does not hold the values"));
  EXPECT_THAT(import_error(OnnxBuilder().integers("s", {-1, -1}).node("Reshape", {"x", "s"})),
              HasSubstr("model.onnx: node 'op_y' (Reshape)"));
  EXPECT_THAT(import_error(OnnxBuilder().integers("s", {1, 2, 2, 2, 4}).node("Reshape", {"x", "s"})),
              HasSubstr("supported are up to three axes"));
  EXPECT_THAT(import_error(OnnxBuilder().node("Transpose", {"x"}).with("perm", {0, 1, 1, 3})),
              HasSubstr("does not permute"));
  EXPECT_THAT(import_error(OnnxBuilder().integers("p", {0, 0, -1, 0, 0, 0, 0, 0}).node("Pad", {"x", "p"})),
              HasSubstr("pads hold -1"));
  EXPECT_THAT(import_error(OnnxBuilder().node("LRN", {"x"})), HasSubstr("size is 0"));
  EXPECT_THAT(import_error(OnnxBuilder().weights("w", {3, 4}).node("MatMul", {"x", "w"})),
              HasSubstr("wanted is 1 x values"));
  EXPECT_THAT(import_error(OnnxBuilder({1, 5}).weights("w", {3, 4}).node("MatMul", {"x", "w"})),
              HasSubstr("weights for 3 inputs, there are 5"));
  EXPECT_THAT(import_error(OnnxBuilder().weights("s", {1}, 0.0f).node("QuantizeLinear", {"x", "s"})),
              HasSubstr("scale 0 is not positive"));
}

// Damaged bytes give a network or an InputError, nothing else; the sanitizers watch.
TEST(OnnxErrors, DamagedBytes) {
  const std::filesystem::path folder = SPARSIM_SOURCE_DIR "/tests/sim/workload/operator_cases";
  std::minstd_rand random(1);
  for (const char* name : {"fold_chain", "flatten_dense", "weights_per_filter", "reshape_of_weights", "pad_reflect"}) {
    std::ifstream stream(folder / (std::string(name) + ".onnx"), std::ios::binary);
    const std::string whole{std::istreambuf_iterator<char>(stream), {}};
    ASSERT_NO_THROW(import_onnx_bytes(whole, name));
    for (int round = 0; round < 300; ++round) {
      std::string damaged = whole;
      for (int change = 0; change < 3; ++change) damaged[random() % damaged.size()] = static_cast<char>(random());
      if (round % 3 == 0) damaged.resize(random() % damaged.size());
      try {
        layer_graph(import_onnx_bytes(damaged, name));
      } catch (const InputError& error) {
        EXPECT_THAT(error.what(), StartsWith(name));
      }
    }
  }
}

}  // namespace
}  // namespace sparsim
