#include "sim/workload/operation.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>

#include "models/core/error.h"

namespace sparsim {
namespace {

using testing::ElementsAreArray;
using testing::HasSubstr;

/// A node that reads the network's input of 2x4x2 and puts out the same, if not said otherwise.
Network one_node(Operator op, const MapShape& output = {2, 4, 2}) {
  Network network;
  network.input = {2, 4, 2};
  network.nodes.push_back({"node", "node", {Network::kInput}, output, std::move(op)});
  network.output = 0;
  return network;
}

struct Case {
  const char* name;
  Network network;
  std::vector<float> numbers;
};
void PrintTo(const Case& tested, std::ostream* os) { *os << tested.name; }

Pool average_pool(bool count_padding) {
  WindowShape shape;
  shape.input = {2, 4, 2};
  shape.output = {1, 2, 2};
  shape.kernel_h = shape.kernel_w = shape.stride_h = shape.stride_w = 2;
  return {LayerKind::average_pool, shape, count_padding};
}

/// As traces/README.md lists them; one number for all channels stands there for each of the two.
const Case kCases[] = {
    {"average_pool", one_node(average_pool(true), {1, 2, 2}), {1}},
    {"clip", one_node(Clip{0, 6}), {0, 6}},
    {"leaky_relu", one_node(LeakyRelu{0.25f}), {0.25f}},
    {"quantize", one_node(Quantize{{0.5f}, {3, 4}, -128, 127}), {-128, 127, 0.5f, 0.5f, 3, 4}},
    {"dequantize", one_node(Dequantize{{0.5f, 0.25f}, {3}}), {0.5f, 0.25f, 3, 3}},
    {"scale", one_node(Scale{{2}, {1, -1}}), {2, 2, 1, -1}},
    {"softmax", one_node(Softmax{false, true, true}), {0, 1, 1}},
    {"local_response_norm", one_node(LocalResponseNorm{5, 0.5f, 0.75f, 2}), {5, 0.5f, 0.75f, 2}},
    {"pad", one_node(Pad{Pad::Mode::edge, 9, {1, 0, 0}, {0, 2, 3}}, {3, 6, 5}), {2, 9, 1, 0, 0, 0, 2, 3}},
    {"reshape", one_node(Reshape{kOnnxOrder, kStoredOrder}, {1, 1, 16}), {2, 0, 1, 0, 1, 2}},
};

class OperationCode : public testing::TestWithParam<Case> {
 protected:
  Operation written() const { return operation_of(GetParam().network.nodes[0]).value(); }
  Layer layer() const { return layer_graph(GetParam().network).layers[0]; }
};

TEST_P(OperationCode, IsAsDocumented) {
  EXPECT_EQ(written().name, GetParam().name);
  EXPECT_THAT(written().numbers, ElementsAreArray(GetParam().numbers));
}

// What is read back says the same of itself.
TEST_P(OperationCode, IsReadBack) {
  Network again = GetParam().network;
  again.nodes[0].op = operator_of(layer(), written());
  EXPECT_EQ(again.nodes[0].op.index(), GetParam().network.nodes[0].op.index());
  EXPECT_THAT(operation_of(again.nodes[0]).value().numbers, ElementsAreArray(GetParam().numbers));
}

TEST_P(OperationCode, IsRefusedWithANumberLessOrMore) {
  Operation operation = written();
  operation.numbers.push_back(0);
  EXPECT_THROW(operator_of(layer(), operation), InputError);
  operation.numbers.resize(operation.numbers.size() - 2);
  EXPECT_THROW(operator_of(layer(), operation), InputError);
}

INSTANTIATE_TEST_SUITE_P(All, OperationCode, testing::ValuesIn(kCases),
                         [](const auto& test) { return std::string(test.param.name); });

TEST(Operation, KeepsTheShapeOfAnAveragePool) {
  const Network network = one_node(average_pool(false), {1, 2, 2});
  const Operator op = operator_of(layer_graph(network).layers[0], operation_of(network.nodes[0]));
  EXPECT_EQ(std::get<Pool>(op).shape.kernel_h, 2);
  EXPECT_FALSE(std::get<Pool>(op).count_padding);
}

TEST(Operation, IsNotNeededWhereKindAndFunctionSayItAll) {
  Pool max_pool = average_pool(false);
  max_pool.kind = LayerKind::max_pool;
  for (const Network& network :
       {one_node(Relu{}), one_node(Sigmoid{}), one_node(max_pool, {1, 2, 2}), one_node(Add{}), one_node(Concat{})}) {
    const Layer layer = layer_graph(network).layers[0];
    EXPECT_FALSE(operation_of(network.nodes[0]));
    EXPECT_TRUE(says_what_it_computes(layer, std::nullopt)) << to_string(layer.kind);
    EXPECT_EQ(operator_of(layer, std::nullopt).index(), network.nodes[0].op.index());
  }
  for (const Case& tested : kCases)
    EXPECT_FALSE(says_what_it_computes(layer_graph(tested.network).layers[0], std::nullopt)) << tested.name;
}

struct Wrong {
  const char* name;
  Network network;
  Operation operation;
  const char* problem;
};
void PrintTo(const Wrong& wrong, std::ostream* os) { *os << wrong.name; }

class WrongOperation : public testing::TestWithParam<Wrong> {};

TEST_P(WrongOperation, IsRefused) {
  try {
    operator_of(layer_graph(GetParam().network).layers[0], GetParam().operation);
    FAIL() << "was accepted";
  } catch (const InputError& error) {
    EXPECT_THAT(error.what(), HasSubstr(GetParam().problem));
  }
}

const Wrong kWrong[] = {
    {"Unknown", one_node(Clip{}), {"clamp", {0, 6}}, "unknown operator 'clamp'; known: average_pool, leaky_relu, clip"},
    {"OfAnotherKind", one_node(Softmax{}), {"clip", {0, 6}}, "operator 'clip', but it is softmax"},
    {"OfAnotherFunction", one_node(Relu{}), {"clip", {0, 6}}, "operator 'clip', but it is relu"},
    {"TooFew", one_node(Clip{}), {"clip", {0}}, "has 1 operands; must have more"},
    {"TooMany", one_node(Clip{}), {"clip", {0, 6, 7}}, "has 3 operands; must have 2"},
    {"NotWhole", one_node(Softmax{}), {"softmax", {0, 0.5f, 1}}, "operand 1 is 0.5; must be a whole number, 0..1"},
    {"NoNumber", one_node(Softmax{}), {"softmax", {0, NAN, 1}}, "operand 1 is nan; must be a whole number, 0..1"},
    {"AxisTwice",
     one_node(Reshape{}, {1, 1, 16}),
     {"reshape", {0, 1, 2, 0, 0, 2}},
     "operands 3 to 5 must name each axis once"},
    {"PadsThatDoNotFit", one_node(Pad{}), {"pad", {0, 0, 1, 0, 0, 0, 0, 0}}, "pads that do not make its output"},
    {"ReflectsMoreThanThereIs",
     one_node(Pad{}, {4, 4, 2}),
     {"pad", {1, 0, 2, 0, 0, 0, 0, 0}},
     "more to reflect than its input has"},
    {"OtherValues",
     one_node(Reshape{}, {1, 1, 15}),
     {"reshape", {0, 1, 2, 0, 1, 2}},
     "another number of values than its input"},
    {"NormOfNoChannel", one_node(LocalResponseNorm{}), {"local_response_norm", {0, 1, 1, 1}}, "a size of 0"},
};

INSTANTIATE_TEST_SUITE_P(All, WrongOperation, testing::ValuesIn(kWrong),
                         [](const auto& test) { return std::string(test.param.name); });

}  // namespace
}  // namespace sparsim
