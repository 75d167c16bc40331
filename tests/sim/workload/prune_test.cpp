#include "sim/workload/prune.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "models/core/error.h"
#include "tests/sim/workload/network_trace.h"
#include "tests/sim/workload/onnx_builder.h"
#include "tests/sim/workload/trace_example.h"

namespace sparsim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

template <class Function>
std::string error_of(Function function) {
  try {
    function();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

/// 1x1 maps: dense 2 -> 2, ReLU, dense 2 -> 2. Matrices in rows: 3 1 / 1 2 and 1 0 / 0 2.
Network two_dense() {
  OnnxBuilder model({1, 2});
  model.weights("a", {2, 2}, {3, 1, 1, 2}).weights("b", {2, 2}, {1, 0, 0, 2});  // of MatMul: [input][output]
  model.node("MatMul", {"x", "a"}, "h").node("Relu", {"h"}, "r").node("MatMul", {"r", "b"});
  return model.import();
}

class PrunedTrace : public testing::Test {
 protected:
  std::string path(const std::string& name) const { return scratch_ / name; }
  Trace written(const Network& network, const std::vector<std::vector<float>>& images) const {
    write_network(path("t.h5"), network, images);
    return Trace::open(path("t.h5"));
  }
  const ScratchDirectory scratch_;
};

// Of the first matrix a block of 1 x 2 a row: of 3 1 the column of 3 stays, of 1 2 that of 2. Input (1, 4): unpruned
// 3 + 4 = 7 and 1 + 8 = 9, then 7 and 18: class 1. Pruned 3 and 8, then 3 and 16: class 1. Input (4, 0): 12 and 4, then
// 12 and 8, class 0; pruned 12 and 0, then 12 and 0: class 0, and the second layer sees a zero where it saw none.
TEST_F(PrunedTrace, HoldsWhatThePrunedNetworkSeesAndAnswers) {
  const Trace trace = written(two_dense(), {{1, 4}, {4, 0}});
  const auto targets = layers_to_prune(trace, 1, 2, {{"op_h"}, {}}, 1);
  ASSERT_EQ(targets.size(), 1u);
  EXPECT_THAT(targets[0].weights, ElementsAre(3, 1, 1, 2));
  EXPECT_EQ(targets[0].source, WeightSource::parameters);
  const LayerGraph graph = pruned(trace.graph(), targets, {1, 2, 0.5, true}, true);
  const Network network = without_pruned_weights(network_of(trace), graph);
  EXPECT_THAT(network.nodes[0].weighted()->weights, ElementsAre(3, 0, 0, 2));
  EXPECT_THAT(network.nodes[2].weighted()->weights, ElementsAre(1, 0, 0, 2));  // not chosen, as it was

  TraceInfo info;
  info.reductions = "bcr:1x2:0.5";
  EXPECT_THAT(write_pruned(path("p.h5"), trace, graph, info, &network, {}), ElementsAre(1, 0));
  const Trace after = Trace::open(path("p.h5"));
  EXPECT_EQ(after.info().reductions, "bcr:1x2:0.5");
  EXPECT_EQ(after.graph().layers[0].blocks, (BlockPruning{1, 2, true}));
  EXPECT_EQ(after.graph().layers[0].weight_nonzero, mask_of(4, {0, 3}));
  EXPECT_FALSE(after.graph().layers[2].blocks);
  EXPECT_THAT(after.parameters(0).weights, ElementsAre(3, 0, 0, 2));
  EXPECT_EQ(trace.nonzero(1, 2), mask_of(2, {0, 1}));
  EXPECT_EQ(after.nonzero(1, 2), mask_of(2, {0}));
  EXPECT_EQ(after.pixels(1), trace.pixels(1));
  EXPECT_EQ(after.top1(0), 1);
  EXPECT_EQ(after.top1(1), 0);
  EXPECT_EQ(after.label(1), 0);
}

TEST_F(PrunedTrace, HoldsThePrunedNetwork) {
  const Trace trace = written(two_dense(), {{1, 4}, {4, 0}, {-1, 3}});
  const LayerGraph graph = pruned(trace.graph(), layers_to_prune(trace, 2, 1, {}, 1), {2, 1, 0.5, false}, false);
  const Network network = without_pruned_weights(network_of(trace), graph);
  const auto classes = write_pruned(path("p.h5"), trace, graph, {}, &network, {});
  const Trace after = Trace::open(path("p.h5"));
  EXPECT_EQ(missing_for_inference(after), "");
  EXPECT_EQ(classes_of(network_of(after), after, {}), classes);
}

TEST_F(PrunedTrace, WithoutTheNetworkKeepsInputsAndForgetsAnswers) {
  write_example(path("t.h5"));  // 8 bits; quantised weights of the dense layer, all -3
  const Trace trace = Trace::open(path("t.h5"));
  const auto targets = layers_to_prune(trace, 2, 40, {}, 1);
  ASSERT_EQ(targets.size(), 1u);  // the convolution is connected in part
  EXPECT_EQ(targets[0].source, WeightSource::quantised);
  EXPECT_EQ(targets[0].weights, std::vector<float>(80, -3));
  const LayerGraph graph = pruned(trace.graph(), targets, {2, 40, 0.5, false}, false);
  EXPECT_THAT(write_pruned(path("p.h5"), trace, graph, trace.info(), nullptr, {}), testing::IsEmpty());
  const Trace after = Trace::open(path("p.h5"));
  EXPECT_EQ(after.images(), 2u);
  for (const std::size_t image : {0u, 1u}) {
    for (const std::size_t layer : {0u, 2u}) {
      EXPECT_EQ(after.nonzero(image, layer), trace.nonzero(image, layer));
      EXPECT_EQ(after.kept_channels(image, layer), trace.kept_channels(image, layer));
    }
    EXPECT_EQ(after.values(image, 0)->values, trace.values(image, 0)->values);
    EXPECT_FALSE(after.top1(image));
    EXPECT_EQ(after.label(image), trace.label(image));
  }
  // Of equal weights the first row goes.
  const std::vector<std::int16_t> weights = after.weights(2)->values;
  EXPECT_EQ(std::count(weights.begin(), weights.begin() + 40, 0), 40);
  EXPECT_EQ(std::count(weights.begin() + 40, weights.end(), -3), 40);
}

TEST_F(PrunedTrace, OfMasksDrawsWeightsWhereTheyAreNotZero) {
  LayerGraph graph = example_graph();
  graph.layers[2].weight_nonzero = BitMask(80, true);
  graph.layers[2].weight_nonzero.set(7, false);
  TraceWriter writer(path("t.h5"), graph, example_info());
  writer.add(example_image(0));
  writer.commit();
  const Trace trace = Trace::open(path("t.h5"));
  const auto targets = layers_to_prune(trace, 1, 1, {}, 5);
  ASSERT_EQ(targets.size(), 1u);
  EXPECT_EQ(targets[0].source, WeightSource::drawn);
  std::vector<float> expected = drawn_weights({2, 40}, 5, 2);
  expected[7] = 0;
  EXPECT_EQ(targets[0].weights, expected);
}

TEST_F(PrunedTrace, IsNotPrunedAgain) {
  write_blocks_example(path("t.h5"));
  const Trace trace = Trace::open(path("t.h5"));
  EXPECT_EQ(error_of([&] { layers_to_prune(trace, 1, 1, {}, 1); }),
            "layer 'fc' was pruned in blocks of 1x16 already; prune the trace that it was");
}

TEST_F(PrunedTrace, NeedsBlocksThatFit) {
  const Trace trace = written(two_dense(), {{1, 4}});
  EXPECT_EQ(error_of([&] { layers_to_prune(trace, 3, 2, {}, 1); }),
            "blocks of 3x2 are larger than the weight matrix of layer 'op_h', 2x2\n"
            "blocks of 3x2 are larger than the weight matrix of layer 'op_y', 2x2");
  EXPECT_EQ(error_of([&] {
              layers_to_prune(trace, 1, 3, {{}, {"op_h"}}, 1);
            }),
            "blocks of 1x3 are larger than the weight matrix of layer 'op_y', 2x2");
  EXPECT_EQ(layers_to_prune(trace, 2, 2, {}, 1).size(), 2u);
}

TEST_F(PrunedTrace, NeedsLayersThatAreThere) {
  const Trace trace = written(two_dense(), {{1, 4}});
  EXPECT_EQ(error_of([&] {
              layers_to_prune(trace, 1, 1, {{"op_z"}, {}}, 1);
            }),
            "no layer 'op_z' that can be pruned in blocks; did you mean 'op_h'?; there are op_h, op_y");
  EXPECT_THAT(error_of([&] { layers_to_prune(trace, 1, 1, {{}, {"op_r"}}, 1); }), HasSubstr("no layer 'op_r'"));
  EXPECT_EQ(error_of([&] {
              layers_to_prune(trace, 1, 1, {{"op_h"}, {"op_h"}}, 1);
            }),
            "nothing to prune: no layer with a weight matrix of its own is left");
}

TEST_F(PrunedTrace, NeedsAWeightedLayer) {
  OnnxBuilder model({1, 2, 4, 4});
  model.node("Relu", {"x"});
  const Trace trace = written(model.import(), {std::vector<float>(32, 1)});
  EXPECT_EQ(error_of([&] { layers_to_prune(trace, 1, 1, {}, 1); }),
            "nothing to prune: there is no convolution and no dense layer");
}

// A depthwise convolution has no matrix.
TEST_F(PrunedTrace, LeavesGroupsAlone) {
  OnnxBuilder model({1, 2, 4, 4});
  model.weights("depthwise", {2, 1, 3, 3}).weights("pointwise", {2, 2, 1, 1});
  model.node("Conv", {"x", "depthwise"}, "d").with("group", std::int64_t{2}).node("Conv", {"d", "pointwise"});
  const Trace trace = written(model.import(), {std::vector<float>(32, 1)});
  const auto targets = layers_to_prune(trace, 2, 2, {}, 1);
  ASSERT_EQ(targets.size(), 1u);
  EXPECT_EQ(targets[0].position, 1u);
}

}  // namespace
}  // namespace sparsim
