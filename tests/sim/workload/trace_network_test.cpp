#include "sim/workload/trace_network.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "models/core/error.h"
#include "tests/sim/workload/network_trace.h"
#include "tests/sim/workload/onnx_builder.h"
#include "tests/sim/workload/trace_example.h"

namespace sparsim {
namespace {

using testing::HasSubstr;

// Everything that kind and shape do not say: 2x4x4 (NCHW) is padded at its edge, normalised, convolved, clipped at 6,
// pooled with what it is padded by, joined with the pooled leaky map, flattened channel by channel; a dense layer and
// softmax over classes follow.
Network every_sort() {
  OnnxBuilder model({1, 2, 4, 4});
  model.weights("w", {2, 2, 3, 3}, {1, 2,  -1, 0, 3,  1, -2, 1, 1, 0, 1, -1, 2, 2, -3, 1, 0, 1,  //
                                    2, -1, 1,  1, -2, 0, 1,  3, 1, 1, 0, 2,  1, 1, 1,  1, 1, -1});
  model.weights("b", {2}, {0.5f, -0.5f}).weights("low", {}, {0}).weights("high", {}, {6});
  std::vector<float> dense(4 * 3 * 3 * 3);
  for (std::size_t i = 0; i < dense.size(); ++i) dense[i] = static_cast<float>((i * 7) % 11) / 8 - 0.5f;
  model.weights("d", {36, 3}, dense).integers("pads", {0, 0, 1, 0, 0, 0, 0, 1});
  model.weights("edge", {}, {0});
  model.node("Pad", {"x", "pads", "edge"}, "p").with_text("mode", "edge");
  model.node("LRN", {"p"}, "n").with("size", std::int64_t{2});
  model.node("Conv", {"n", "w", "b"}, "c").with("pads", {1, 1, 1, 1});
  model.node("Clip", {"c", "low", "high"}, "k");
  model.node("AveragePool", {"k"}, "a").with("kernel_shape", {3, 3}).with("strides", {2, 2}).with("pads", {1, 1, 1, 1});
  model.with("count_include_pad", std::int64_t{1});
  model.node("LeakyRelu", {"c"}, "l");
  model.node("MaxPool", {"l"}, "m").with("kernel_shape", {3, 3}).with("strides", {2, 2}).with("pads", {1, 1, 1, 1});
  model.node("Concat", {"a", "m"}, "j").with("axis", 1);
  model.node("Flatten", {"j"}, "f").node("MatMul", {"f", "d"}, "s").node("Softmax", {"s"}).with("axis", 1);
  return model.import();
}

std::vector<std::vector<float>> images_of(const MapShape& shape, int count) {
  std::vector<std::vector<float>> images(static_cast<std::size_t>(count));
  for (std::size_t i = 0; i < images.size(); ++i)
    for (std::int64_t v = 0; v < shape.elements(); ++v)
      images[i].push_back(static_cast<float>((v * 5 + static_cast<std::int64_t>(i) * 3) % 7) - 2);
  return images;
}

TEST(NetworkOfTrace, ComputesWhatTheOnnxFileDoes) {
  const ScratchDirectory scratch;
  const Network network = every_sort();
  write_network(scratch / "t.h5", network, images_of(network.input, 3));
  const Trace trace = Trace::open(scratch / "t.h5");
  EXPECT_EQ(missing_for_inference(trace), "");
  Inference original(network), read(network_of(trace));
  for (std::size_t i = 0; i < 3; ++i) {
    const Tensor image = image_of(trace, i), expected = original.run(image);
    // Not the same for all: otherwise nothing would be compared.
    EXPECT_GT(*std::max_element(expected.values.begin(), expected.values.end()), 0.34f);
    EXPECT_EQ(read.run(image).values, expected.values) << i;
  }
}

TEST(NetworkOfTrace, TakesPixelsInTheOrderOfTheTrace) {
  const ScratchDirectory scratch;
  write_float_example(scratch / "t.h5");  // 4x4x3: image 0 has 0.5 at (0, 0, 0) and -2.25 at (3, 3, 2)
  const Tensor image = image_of(Trace::open(scratch / "t.h5"), 0);
  EXPECT_THAT(image.shape, testing::ElementsAre(1, 3, 4, 4));
  std::vector<float> expected(48);
  expected[0] = 0.5f, expected[47] = -2.25f;
  EXPECT_EQ(image.values, expected);
}

class MissingForInference : public testing::Test {
 protected:
  /// Of a trace whose graph was changed before it was written.
  template <class Change>
  std::string missing(Change change, bool pixels = true) {
    LayerGraph graph = float_example_graph();
    graph.layers[0].dynamically_pruned = false;
    graph.layers[0].connections.clear();
    bool parameters = true, operation = false;
    change(graph, parameters, operation);
    TraceWriter writer(scratch_ / "t.h5", graph, example_info());
    writer.add_parameters(0, float_example_parameters());
    if (operation) writer.add_operation(1, {"clip", {0, 6}});
    if (parameters) writer.add_parameters(2, {std::vector<float>(160, -0.75f), {}});
    TraceImage image = float_example_image(0);
    image.inputs.resize(graph.layers.size());
    if (!pixels) image.pixels.clear();
    writer.add(image);
    writer.commit();
    return missing_for_inference(Trace::open(scratch_ / "t.h5"));
  }
  const ScratchDirectory scratch_;
};

TEST_F(MissingForInference, IsNothingWhereAllIsThere) {
  EXPECT_EQ(missing([](LayerGraph&, bool&, bool&) {}), "");
  EXPECT_EQ(missing([](LayerGraph& graph, bool&, bool& operation) {
              graph.layers[1].function = Function::other;
              operation = true;
            }),
            "");
}

TEST_F(MissingForInference, IsNamed) {
  EXPECT_EQ(missing([](LayerGraph&, bool&, bool&) {}, false), "there are no pixels");
  EXPECT_EQ(missing([](LayerGraph&, bool& parameters, bool&) { parameters = false; }),
            "layer 'fc' (dense) has no weights in float32");
  EXPECT_EQ(missing([](LayerGraph& graph, bool&, bool&) { graph.layers[1].function = Function::other; }),
            "layer 'relu' (activation) does not say what it computes");
  EXPECT_EQ(missing([](LayerGraph& graph, bool&, bool&) { graph.layers[0].dynamically_pruned = true; }),
            "layer 'features/conv 1' (convolution) is pruned for each image, the trace does not say by how much");
  EXPECT_EQ(missing([](LayerGraph& graph, bool&, bool&) {
              graph.layers[0].connections = float_example_graph().layers[0].connections;
            }),
            "layer 'features/conv 1' (convolution) is connected in part");
  EXPECT_EQ(missing([](LayerGraph& graph, bool&, bool&) { graph.value_bits = 8; }),
            "its zeros are those of 8 bits, not those of float32");
  EXPECT_EQ(missing([](LayerGraph& graph, bool&, bool&) {
              Layer end;
              end.name = "end";
              end.kind = LayerKind::activation;
              end.function = Function::sigmoid;
              end.inputs = {1};
              end.shape.input = end.shape.output = graph.layers[1].shape.output;
              graph.layers.push_back(end);
            }),
            "layers 'fc' and 'end' may both be its answer");
}

TEST(NetworkOfTrace, NamesTheLayerWhoseOperationIsWrong) {
  const ScratchDirectory scratch;
  LayerGraph graph = float_example_graph();
  graph.layers[1].function = Function::other;
  TraceWriter writer(scratch / "t.h5", graph, example_info());
  writer.add_operation(1, {"clamp", {0, 6}});
  writer.add(float_example_image(0));
  writer.commit();
  try {
    network_of(Trace::open(scratch / "t.h5"));
    FAIL() << "was accepted";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr("layer 'relu': unknown operator 'clamp'"));
  }
}

}  // namespace
}  // namespace sparsim
