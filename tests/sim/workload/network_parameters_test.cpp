#include "sim/workload/network_parameters.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/core/error.h"
#include "sim/output_file.h"
#include "sim/workload/inference.h"
#include "tests/sim/workload/scratch_directory.h"

namespace sparsim {
namespace {

using testing::ElementsAre;
using testing::HasSubstr;

class ParametersTest : public testing::Test {
 protected:
  Network network(const std::string& input, const std::string& layers) const {
    return with_parameters(
        parse_network("name: net\ninput: " + input + "\ncorrelation: 0\ndensity: 1\nlayers:\n" + layers, "n.yaml"),
        scratch_ / "");
  }
  std::string problem(const std::string& layers, const std::string& input = "[4, 4, 2]") const {
    try {
      network(input, layers);
    } catch (const InputError& error) {
      return error.what();
    }
    return "no problem";
  }

  const ScratchDirectory scratch_;
};

// A kernel of 1 x 2, two channels, three filters: in the file the filter is the fastest, in memory the channel.
TEST_F(ParametersTest, PutsWeightsInTheOrderOfMasks) {
  write_file(scratch_ / "w.txt", "111, 211, 311,\n112 212 312\r\n\t121,221 ,321, 122,222,322,\n");
  write_file(scratch_ / "b.txt", "0.5, -1, 2e1");
  const Network net =
      network("[1, 4, 2]", "  - {name: a, op: conv, filters: 3, kernel: [1, 2], weights: w.txt, bias: b.txt}\n");
  const Weighted& op = *net.nodes[0].weighted();
  // Hundreds name the filter, tens the column, ones the channel.
  EXPECT_THAT(op.weights, ElementsAre(111, 112, 121, 122, 211, 212, 221, 222, 311, 312, 321, 322));
  EXPECT_THAT(op.bias, ElementsAre(0.5f, -1, 20));
  EXPECT_FALSE(op.active_sites);
}

// Behind flatten a dense layer reads rows, columns, channels in this order.
TEST_F(ParametersTest, MakesANetworkThatComputes) {
  write_file(scratch_ / "w.txt", "1 10 2 20 3 30 4 40");  // [input][output]
  const Network net = network("[1, 2, 2]",
                              "  - {name: r, op: relu}\n"
                              "  - {name: f, op: flatten}\n"
                              "  - {name: d, op: dense, filters: 2, weights: w.txt}\n"
                              "  - {name: s, op: sigmoid}\n");
  EXPECT_EQ(net.name, "net");
  EXPECT_TRUE(net.nodes[2].weighted()->bias.empty());
  const LayerGraph graph = layer_graph(net);
  EXPECT_EQ(graph.layers[0].function, Function::relu);
  EXPECT_EQ(graph.layers[3].function, Function::sigmoid);
  Inference inference(net, Inference::Keep::every_value);
  // Channels (0.5, 1) and (-1, 0): pixel 0 is (0.5, -1), which becomes (0.5, 0), pixel 1 (1, 0).
  const Tensor output = inference.run({{1, 2, 1, 2}, {0.5f, 1, -1, 0}});
  EXPECT_THAT(output.shape, ElementsAre(1, 2));
  const MapView dense = inference.value(2);
  EXPECT_EQ(dense.values[0], 3.5f);  // 0.5 * 1 + 1 * 3
  EXPECT_EQ(dense.values[1], 35);
}

TEST_F(ParametersTest, ReadsPoolsAndJoins) {
  write_file(scratch_ / "w.txt", "1 1");
  const Network net = network("[2, 2, 2]",
                              "  - {name: a, op: average_pool, kernel: 2, stride: 2}\n"
                              "  - {name: m, op: max_pool, inputs: [input], kernel: 2, stride: 2}\n"
                              "  - {name: s, op: add, inputs: [a, m]}\n"
                              "  - {name: c, op: concat, inputs: [s, a]}\n"
                              "  - {name: p, op: softmax}\n");
  Inference inference(net, Inference::Keep::every_value);
  inference.run({{1, 2, 2, 2}, {0, 4, 0, 0, 1, 1, 1, 5}});
  const MapView joined = inference.value(3);  // means 1, 2; largest 4, 5
  EXPECT_THAT(std::vector<float>(joined.values, joined.values + 4), ElementsAre(5, 7, 1, 2));
}

TEST_F(ParametersTest, NamesFileAndLayerOfWhatIsWrong) {
  const std::string layer = "  - {name: a, op: conv, filters: 2, kernel: 1, weights: w.txt, bias: b.txt}\n";
  const std::string w = scratch_ / "w.txt", b = scratch_ / "b.txt";
  EXPECT_EQ(problem(layer), w + ": cannot be read: No such file or directory (weights of layer 'a')");
  write_file(w, "1, 2, 3");
  EXPECT_EQ(problem(layer), w + ": 3 numbers; must be 4 (weights of layer 'a')");
  write_file(w, "1, 2, 3, 4, 5");
  EXPECT_EQ(problem(layer), w + ": 5 numbers; must be 4 (weights of layer 'a')");
  write_file(w, "1, 2, 3;4");
  EXPECT_EQ(problem(layer), w + ": number 3, '3;4', is none (weights of layer 'a')");
  write_file(w, "1, nan, 3, 4");
  EXPECT_EQ(problem(layer), w + ": number 2, 'nan', is none (weights of layer 'a')");
  write_file(w, "1, 2, 3, 1e60");
  EXPECT_EQ(problem(layer), w + ": number 4, '1e60', is none (weights of layer 'a')");
  write_file(w, "1, 2, 3, 4");
  write_file(b, "");
  EXPECT_EQ(problem(layer), b + ": 0 numbers; must be 2 (bias of layer 'a')");
  write_file(b, "0 0");
  EXPECT_EQ(problem(layer), "no problem");
}

TEST_F(ParametersTest, NamesWhatTheDescriptionLacks) {
  write_file(scratch_ / "w.txt", "1 2 3 4");
  const std::string layer = "  - {name: a, op: conv, filters: 2, kernel: 1, weights: w.txt}\n";
  EXPECT_EQ(problem("  - {name: a, op: conv, filters: 2, kernel: 1}\n"), "net: layer 'a' names no file of weights");
  EXPECT_EQ(problem(layer + "  - {name: b, op: activation}\n"),
            "net: layer 'b' (activation) does not say what it computes; of such layers, relu, sigmoid and softmax do");
  EXPECT_THAT(problem(layer + "  - {name: b, op: normalization}\n"), HasSubstr("layer 'b' (normalization)"));
  EXPECT_THAT(problem(layer + "  - {name: b, op: scale}\n"), HasSubstr("layer 'b' (scale)"));
  EXPECT_THAT(problem("  - {name: a, op: conv, filters: 2, kernel: 1, weights: w.txt,"
                      " connectivity: [{filters: [0, 1], channels: [0, 0]}]}\n"),
              HasSubstr("layer 'a' has connectivity"));
  const NetworkDescription description =
      parse_network("name: net\ninput: [4, 4, 2]\ncorrelation: 0\ndensity: 1\nlayers:\n" + layer, "n.yaml");
  try {
    with_parameters(description, description.parameter_directory);
    ADD_FAILURE() << "was accepted";
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "net: names no directory of parameters; --weights gives one");
  }
}

}  // namespace
}  // namespace sparsim
