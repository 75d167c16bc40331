#include "sim/workload/network_yaml.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <stdexcept>

#include "models/core/error.h"

namespace sparsim {
namespace {

using testing::AllOf;
using testing::HasSubstr;

NetworkDescription shipped(const std::string& name) {
  return load_network(SPARSIM_SOURCE_DIR "/configs/networks/" + name + ".yaml");
}

std::int64_t macs(const LayerGraph& graph, LayerKind kind) {
  std::int64_t total = 0;
  for (const Layer& layer : graph.layers)
    if (layer.kind == kind) total += layer.macs();
  return total;
}

const Layer& layer(const LayerGraph& graph, const std::string& name) {
  for (const Layer& candidate : graph.layers)
    if (candidate.name == name) return candidate;
  throw std::out_of_range(name);
}

struct Published {
  const char* network;
  std::int64_t convolutions, dense;
};
void PrintTo(const Published& row, std::ostream* os) { *os << row.network; }

// Sze, Chen, Yang, Emer: Efficient Processing of Deep Neural Networks, Proc. IEEE 2017, table 2, states 666 M + 58.6 M
// for AlexNet, 15.3 G + 124 M for VGG-16, 3.86 G + 2 M for ResNet-50.
const Published kPublished[] = {
    // 55^2*96*363 + 27^2*256*2400 + 13^2*(384*2304 + 384*3456 + 256*3456): SPARCNet's 2.15 GOP.
    // 9216*4096 + 4096*4096 + 4096*1000.
    {"alexnet", 1'076'634'144, 58'621'952},
    {"alexnet-grouped", 665'784'864, 58'621'952},  // conv2, conv4 and conv5 halved
    // 32^2*64*27 + 16^2*128*576 + 8^2*256*(1152 + 2304) + 4^2*512*(2304 + 4608) + 2*2^2*512*4608; 512*512 + 512*10.
    {"vgg-a-cifar10", 152'764'416, 18'915'328},  // 512*4096 + 4096*4096 + 4096*10
    {"vgg-d-cifar10", 313'196'544, 18'915'328},  // 3.13e8: Li et al., Pruning Filters for Efficient ConvNets, table 1
    {"vgg-16", 15'346'630'656, 123'633'664},     // 25088*4096 + 4096*4096 + 4096*1000
    // 111^2*96*147 + eight fire modules + 13^2*1000*512; fire(p, in, s, e) = p^2*s*(in + 10*e), summed over
    // (55, 96, 16, 64) (55, 128, 16, 64) (55, 128, 32, 128) (27, 256, 32, 128) (27, 256, 48, 192) (27, 384, 48, 192)
    // (27, 384, 64, 256) (13, 512, 64, 256).
    {"squeezenet-1.0", 832'667'936, 0},
    {"squeezenet-1.1", 349'151'936, 0},  // "2.4x less computation than SqueezeNet 1.0": 2.385
    // 112^2*64*147 + 4*56^2*9*64^2 + 3*28^2*128^2*(4.5 + 3*9 + 0.5). 1.8e9: He et al., table 1.
    {"resnet-18", 1'813'561'344, 512'000},
    // 112^2*64*147 + 56^2*212992 + 28^2*128^2*(23 + 3*17) + 14^2*256^2*(23 + 5*17) + 7^2*512^2*(23 + 2*17): a block of
    // f
    // filters has f^2*(4 + 9 + 4) MACs a pixel, the first of a stage f^2*(2 + 9 + 4 + 8). 3.8e9: He et al., table 1.
    {"resnet-50", 3'855'925'248, 2'048'000},
    {"mobilenet-v1", 567'716'352, 1'024'000},  // 569 million: Howard et al., table 4
    // 32^2*16*27 + 2*32^2*16*144 + 16^2*32*(144 + 16 + 288) + 8^2*64*(288 + 32 + 576); 64*10. 12.5 M: MLPerf Tiny.
    {"resnet-8-cifar10", 12'500'992, 640},
    {"resnet-8", 12'500'992, 640},
    // 25*5*64*(10*4 + 4*9 + 4*64); 64*12. 2.7 M: MLPerf Tiny.
    {"ds-cnn", 2'656'000, 768},
    // MobileNetV1's layers at a quarter of its channels, 96 x 96 pixels: 48^2*(8*27 + 8*9 + 8*16) + 24^2*(16*9 + 16*32
    // + 32*9 + 32*32) + 12^2*(32*9 + 32*64 + 64*9 + 64*64) + 6^2*(64*9 + 64*128 + 5*(128*9 + 128*128))
    // + 3^2*(128*9 + 128*256 + 256*9 + 256*256); 256*2. 7.5 M: MLPerf Tiny.
    {"mobilenet-v1-0.25-vww", 7'489'152, 512},
    {"conv-3x3", 29'704'192, 0},  // 28^2*64*(16 + 576)
    // AlexNet's, but for conv2: 27^2*(96*96 + 256*25*48). 20 % less; SPARCNet states 21 %.
    {"sparse-alexnet", 859'403'808, 58'621'952},
    // 32^2*64*(27 + 576) + 16^2*128*576 + 16^2*(128*128 + 128*9*32) + 8^2*(128*128 + 256*9*32)
    // + 2*8^2*(256*256 + 256*9*64) + 4^2*(256*64 + 512*9*16) + (2*4^2 + 3*2^2)*(512*128 + 512*9*32). 63 % less;
    // SPARCNet
    // states 60 %.
    {"sparse-vgg-d-cifar10", 115'867'648, 5'120},
    // Counted on all pixels, as if dense: 63^2*49*(1 + 3); 9^2*3*16 + 16.
    {"sparsepixels-microboone", 777'924, 3'904},
    {"sparsepixels-jet", 1'524'096, 4'020},  // 56^2*81*(3 + 3); 14^2*20 + 20*5
    // One window over 10 x 10 pixels, which experiments change: 10^2*9; the last 10^2*9*2 + 10^2*9*2.
    {"sparsepixels-cascade-convolution", 900, 0},
    {"sparsepixels-cascade-relu", 900, 0},
    {"sparsepixels-cascade-pool", 900, 0},
    {"sparsepixels-cascade-flatten", 900, 0},
    {"sparsepixels-cascade-two-convolutions", 3'600, 0},
    // 30^2*64*27 + 28^2*64*576 + 12^2*128*576 + 10^2*128*1152 + 3^2*256*1152 + 256*2304; 512*(256 + 512 + 10).
    {"cnv-w1a1", 59'063'040, 398'336},
    {"tfc-w1a1", 0, 59'008},                    // 64*(784 + 64 + 64 + 10)
    {"kws-mlp-w3a3", 0, 259'584},               // 256*(490 + 256 + 256 + 12)
    {"sparsepixels-two-pools", 21'168, 3'456},  // 28^2*9*2 + 14^2*9*2*2; 7^2*2*32 + 32*10
};

class PublishedMacs : public testing::TestWithParam<Published> {};

TEST_P(PublishedMacs, AreThoseOfTheShippedNetwork) {
  const LayerGraph graph = shipped(GetParam().network).graph;
  EXPECT_EQ(macs(graph, LayerKind::convolution), GetParam().convolutions);
  EXPECT_EQ(macs(graph, LayerKind::dense), GetParam().dense);
}

INSTANTIATE_TEST_SUITE_P(Each, PublishedMacs, testing::ValuesIn(kPublished));

TEST(ShippedNetworks, AreAllHeldByATest) {
  std::size_t files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(SPARSIM_SOURCE_DIR "/configs/networks"))
    files += entry.path().extension() == ".yaml" ? 1 : 0;
  EXPECT_EQ(files, std::size(kPublished));
}

TEST(ShippedNetworks, HaveAReasonForEveryDensity) {
  const NetworkDescription alexnet = shipped("alexnet");
  ASSERT_EQ(alexnet.provenance.size(), 8u);  // five convolutions, three dense layers
  EXPECT_EQ(alexnet.provenance[0].key, "layers[0].density");
  EXPECT_EQ(alexnet.provenance[0].basis, Basis::published);
  EXPECT_THAT(alexnet.provenance[0].source, HasSubstr("Sparseloop"));
}

NetworkDescription parse(const std::string& layers, const std::string& head = "correlation: 0.25\ndensity: 0.5\n") {
  return parse_network("name: test\ninput: [8, 8, 4]\n" + head + "layers:\n" + layers, "n.yaml");
}

std::string error_of(const std::string& layers, const std::string& head = "correlation: 0.25\ndensity: 0.5\n") {
  try {
    parse(layers, head);
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(NetworkYaml, FollowsTheShapes) {
  const NetworkDescription network = parse(R"(
  - {name: a, op: conv_relu, filters: 6, kernel: 3, stride: 2, pad: 1, groups: 2, weight_density: 0.25}
  - {name: b, op: max_pool, kernel: 3, stride: 2, round_up: true}
  - {name: c, op: conv, inputs: [a], filters: 6, kernel: 1, density: 0.75, kept_filters: 0.5}
  - {name: d, op: add_relu, inputs: [a, c]}
  - {name: e, op: concat, inputs: [d, a, c]}
  - {name: f, op: global_average_pool}
  - {name: g, op: dense, filters: 10}
)");
  const LayerGraph& graph = network.graph;
  EXPECT_EQ(graph.name, "test");
  EXPECT_EQ(network.correlation, 0.25);
  ASSERT_EQ(graph.layers.size(), 9u);  // seven and two activations
  EXPECT_EQ(graph.layers[0].inputs, std::vector<std::size_t>{Layer::kNetworkInput});
  EXPECT_EQ(to_string(layer(graph, "a").shape.output), "4x4x6");  // (8+2-3)/2+1
  EXPECT_EQ(layer(graph, "a").shape.weights(), 6 * 9 * 2);
  EXPECT_EQ(graph.layers[1].name, "a/relu");
  EXPECT_EQ(to_string(layer(graph, "b").shape.output), "2x2x6");     // ceil((4-3)/2)+1
  EXPECT_EQ(layer(graph, "c").inputs, std::vector<std::size_t>{1});  // a, as its activation leaves it
  EXPECT_EQ(layer(graph, "d").inputs, (std::vector<std::size_t>{1, 3}));
  EXPECT_EQ(to_string(layer(graph, "e").shape.output), "4x4x18");
  EXPECT_EQ(to_string(layer(graph, "f").shape.output), "1x1x18");
  EXPECT_EQ(layer(graph, "g").macs(), 180);
  EXPECT_EQ(network.densities[0].input, 0.5);
  EXPECT_EQ(network.densities[0].weights, 0.25);
  EXPECT_EQ(network.densities[3].input, 0.75);
  EXPECT_EQ(network.densities[3].kept_filters, 0.5);
}

TEST(NetworkYaml, ReadsConnectivity) {
  const NetworkDescription network = parse(R"(
  - name: a
    op: conv
    filters: 6
    kernel: 3
    connectivity: [{filters: [0, 3], channels: [0, 1]}, {filters: [4, 5], channels: [1, 3]}]
)");
  const auto& connections = network.graph.layers[0].connections;
  ASSERT_EQ(connections.size(), 2u);
  EXPECT_EQ(connections[0].filters.count(), 4u);
  EXPECT_EQ(connections[1].filters.count(), 2u);
  EXPECT_TRUE(connections[1].channels.test(3));
  EXPECT_FALSE(connections[1].channels.test(0));
}

TEST(NetworkYaml, ReadsANetworkOfActiveSites) {
  const NetworkDescription network = parse(R"(
  - {name: conv, op: conv, sites: active, filters: 2, kernel: [5, 3], pad: [2, 1, 2, 1]}
  - {name: relu, op: relu}
  - {name: all, op: conv_relu, sites: all, filters: 3, kernel: 1}
  - {name: flatten, op: flatten}
  - {name: dense, op: dense, filters: 2}
  - {name: sigmoid, op: sigmoid}
  - {name: any, op: activation}
)");
  const LayerGraph& graph = network.graph;
  EXPECT_TRUE(layer(graph, "conv").active_sites);
  EXPECT_FALSE(layer(graph, "all").active_sites);
  EXPECT_EQ(layer(graph, "relu").kind, LayerKind::activation);
  EXPECT_EQ(layer(graph, "relu").function, Function::relu);
  EXPECT_EQ(layer(graph, "all/relu").function, Function::relu);
  EXPECT_EQ(layer(graph, "flatten").kind, LayerKind::reshape);
  EXPECT_EQ(to_string(layer(graph, "flatten").shape.input), "8x8x3");
  EXPECT_EQ(to_string(layer(graph, "flatten").shape.output), "1x1x192");
  EXPECT_EQ(layer(graph, "dense").macs(), 192 * 2);
  EXPECT_EQ(layer(graph, "sigmoid").function, Function::sigmoid);
  EXPECT_EQ(layer(graph, "any").function, Function::other);
}

TEST(NetworkYaml, RefusesActiveSitesWithoutAnInputOfTheirOwn) {
  const std::string what = "the kernel must be odd, the stride 1 and the pads half of the kernel";
  const auto with = [](const std::string& keys) {
    return error_of("  - {name: a, op: conv, sites: active, filters: 1, " + keys + "}\n");
  };
  EXPECT_EQ(with("kernel: 3, dilation: 2, pad: 2"), "no error");
  EXPECT_THAT(with("kernel: 4, pad: 2"),
              AllOf(HasSubstr("n.yaml:6: layers[0]: 'a' has active sites"), HasSubstr(what)));
  EXPECT_THAT(with("kernel: 3, pad: 1, stride: 2"), HasSubstr(what));
  EXPECT_THAT(with("kernel: 3"), HasSubstr(what));
  EXPECT_THAT(with("kernel: 3, pad: [1, 1, 1, 2]"), HasSubstr(what));
  EXPECT_THAT(error_of("  - {name: a, op: max_pool, sites: active, kernel: 2}\n"), HasSubstr("sites: unknown key"));
  EXPECT_THAT(error_of("  - {name: a, op: conv, sites: some, filters: 1, kernel: 1}\n"),
              HasSubstr("'some': must be one of all, active"));
}

TEST(NetworkYaml, SaysWhereParametersAre) {
  const NetworkDescription network = parse_network(
      "name: test\ninput: [8, 8, 4]\nparameters: ../weights/a\ncorrelation: 0\ndensity: 0.5\nlayers:\n"
      "  - {name: a, op: conv, filters: 6, kernel: 3, weights: w1.txt, bias: b1.txt}\n"
      "  - {name: b, op: dense, filters: 6, weights: w2.txt}\n"
      "  - {name: c, op: dense, filters: 6}\n",
      "networks/n.yaml");
  EXPECT_EQ(network.parameter_directory, "weights/a");  // networks/../weights/a
  ASSERT_EQ(network.parameter_files.size(), 2u);
  EXPECT_EQ(network.parameter_files.at("a").weights, "w1.txt");
  EXPECT_EQ(network.parameter_files.at("a").bias, "b1.txt");
  EXPECT_EQ(network.parameter_files.at("b").bias, "");
  EXPECT_EQ(parse("  - {name: a, op: softmax}\n", "parameters: /w\ncorrelation: 0\n").parameter_directory, "/w");
}

TEST(NetworkYaml, ChecksParameters) {
  EXPECT_THAT(error_of("  - {name: a, op: conv, filters: 6, kernel: 1, bias: b.txt}\n"),
              HasSubstr("n.yaml:6: layers[0].bias: only beside weights"));
  EXPECT_THAT(error_of("  - {name: a, op: relu, weights: w.txt}\n"), HasSubstr("layers[0].weights: unknown key"));
  EXPECT_THAT(error_of("  - {name: a, op: conv, filters: 6, kernel: 1, weights: w.txt,"
                       " branches: {count: 2, channels: 2}}\n"),
              HasSubstr("layers[0].branches: only of a convolution on all sites whose weights are not known"));
}

TEST(NetworkYaml, ReportsAllThatIsWrongAtOnce) {
  const std::string error = error_of(R"(
  - {name: a, op: convv, filters: 6, kernel: 3}
  - {name: b, op: conv, filter: 6, kernel: 3, density: 1.5}
)");
  EXPECT_THAT(error, HasSubstr("n.yaml:7: layers[0].op: 'convv': must be one of conv, "));
  EXPECT_THAT(error, HasSubstr("did you mean 'conv'?"));
  EXPECT_THAT(error, HasSubstr("n.yaml:8: layers[1].filter: unknown key; did you mean 'filters'?"));
  EXPECT_THAT(error, HasSubstr("n.yaml:8: layers[1].filters: missing"));
  EXPECT_THAT(error, HasSubstr("n.yaml:8: layers[1].density: 1.5: must be 0..1"));
}

TEST(NetworkYaml, ChecksTheGeometry) {
  EXPECT_THAT(error_of("  - {name: a, op: conv, filters: 6, kernel: 9}\n"),
              HasSubstr("n.yaml:6: layers[0]: 'a' has a kernel of 9 with dilation 1 is larger than"));
  EXPECT_THAT(error_of("  - {name: a, op: conv, filters: 6, kernel: 1, groups: 4}\n"),
              HasSubstr("4 groups; must divide 4 input channels and 6 filters"));
  EXPECT_THAT(error_of("  - {name: a, op: conv, filters: 6, kernel: 1}\n  - {name: b, op: add, inputs: [a, input]}\n"),
              HasSubstr("joins a map of 8x8x4"));
}

// Of 8x8: kernel 3x1 with stride 2x1, padded by 1 above, 2 to the left, 0 below and 3 to the right.
TEST(NetworkYaml, TakesWindowsOfTwoAxes) {
  const LayerGraph graph = parse(R"(
  - {name: a, op: conv, filters: 6, kernel: [3, 1], stride: [2, 1], pad: [1, 2, 0, 3]}
  - {name: b, op: conv, filters: 6, kernel: [1, 3], dilation: [1, 2]}
  - {name: c, op: max_pool, kernel: [2, 2], stride: 2, pad: 1}
)")
                               .graph;
  const WindowShape& a = layer(graph, "a").shape;
  EXPECT_EQ(a.kernel_h, 3);
  EXPECT_EQ(a.kernel_w, 1);
  EXPECT_EQ(a.stride_h, 2);
  EXPECT_EQ(a.stride_w, 1);
  EXPECT_EQ(a.pad_top, 1);
  EXPECT_EQ(a.pad_left, 2);
  EXPECT_EQ(a.pad_bottom, 0);
  EXPECT_EQ(a.pad_right, 3);
  EXPECT_EQ(to_string(a.output), "4x13x6");                       // (8+1-3)/2+1, 8+5
  EXPECT_EQ(to_string(layer(graph, "b").shape.output), "4x9x6");  // 13-4
  const WindowShape& c = layer(graph, "c").shape;                 // one number stands for all
  EXPECT_EQ(c.pad_top + c.pad_left + c.pad_bottom + c.pad_right, 4);
  EXPECT_EQ(to_string(c.output), "3x5x6");  // (4+2-2)/2+1, (9+2-2)/2+1
}

TEST(NetworkYaml, ChecksListsOfWindows) {
  EXPECT_THAT(error_of("  - {name: a, op: conv, filters: 6, kernel: [3, 3, 3], stride: [], pad: [1, 1]}\n"),
              AllOf(HasSubstr("n.yaml:6: layers[0].kernel: 3 numbers: must be one, or a list of 2"),
                    HasSubstr("n.yaml:6: layers[0].stride: 0 numbers: must be one, or a list of 2"),
                    HasSubstr("n.yaml:6: layers[0].pad: 2 numbers: must be one, or a list of 4")));
  EXPECT_THAT(error_of("  - {name: a, op: conv, filters: 6, kernel: [3, 0]}\n"),
              HasSubstr("layers[0].kernel: 0: each entry must be 1.."));
  EXPECT_THAT(error_of("  - {name: a, op: conv, filters: 6, kernel: {h: 3}}\n"), HasSubstr("layers[0].kernel: "));
}

TEST(NetworkYaml, ChecksNames) {
  EXPECT_THAT(error_of("  - {name: pool1, op: max_pool, kernel: 2}\n"
                       "  - {name: b, op: add, inputs: [pool1, pol1]}\n"),
              HasSubstr("'pol1' is no layer before this one; did you mean 'pool1'?"));
  EXPECT_THAT(error_of("  - {name: a, op: softmax}\n  - {name: a, op: softmax}\n"), HasSubstr("'a' is taken"));
}

TEST(NetworkYaml, ChecksConnectivity) {
  const auto with = [](const std::string& patterns) {
    return error_of("  - {name: a, op: conv, filters: 6, kernel: 1, connectivity: [" + patterns + "]}\n");
  };
  EXPECT_EQ(with("{filters: [0, 5], channels: [0, 3]}"), "no error");
  EXPECT_THAT(with("{filters: [0, 6], channels: [0, 3]}"), HasSubstr("6: each entry must be 0..5"));
  EXPECT_THAT(with("{filters: [3, 2], channels: [0, 3]}"), HasSubstr("must be [first, last]"));
  EXPECT_THAT(with("{filters: [0, 2], channels: [0, 3]}, {filters: [2, 5], channels: [0, 3]}"),
              HasSubstr("some are in a pattern before this one"));
}

TEST(NetworkYaml, WantsADensityOfEveryWeightedLayer) {
  EXPECT_THAT(error_of("  - {name: a, op: conv, filters: 6, kernel: 1}\n", "correlation: 0\n"),
              HasSubstr("layers[0].density: missing"));
  EXPECT_THAT(error_of("  - {name: a, op: softmax}\n", "correlation: 1\n"),
              HasSubstr("correlation: 1: must be 0..0.95"));
}

}  // namespace
}  // namespace sparsim
