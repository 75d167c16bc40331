#include "models/fpgaconvnet/channel_order.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/support/plain_workload.h"

namespace sparsim {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

// A network layer by layer; weighted layers with their folding and the densities of their input channels.
class Orders : public testing::Test {
 protected:
  std::size_t add(Layer layer, std::vector<std::size_t> inputs, Folding folding = {},
                  std::vector<double> density = {}) {
    layer.inputs = std::move(inputs);
    graph.layers.push_back(std::move(layer));
    foldings.push_back(folding);
    densities.push_back(std::move(density));
    return graph.layers.size() - 1;
  }
  static Layer other(LayerKind kind, std::int64_t channels) {
    Layer layer = conv("other", 4, channels, channels, 1);
    layer.kind = kind;
    return layer;
  }
  /// A convolution that writes a map of so many channels, from the image.
  std::size_t producer(std::int64_t channels) { return add(conv("p", 4, 3, channels, 1), {Layer::kNetworkInput}); }
  std::size_t reader(std::size_t from, std::int64_t channels, Folding folding, std::vector<double> density) {
    return add(conv("r", 4, channels, 2, 3, 1, 1), {from}, folding, std::move(density));
  }
  std::vector<ChannelOrder> orders() const { return snake_orders(graph, foldings, densities); }

  LayerGraph graph;
  std::vector<Folding> foldings;
  std::vector<std::vector<double>> densities;
};

TEST_F(Orders, ASnakeGoesToTheLastStreamAndBack) {
  const auto r = reader(producer(6), 6, {2, 1, 1, 1}, {0.1, 0.9, 0.3, 0.5, 0.2, 0.4});
  // By density 1 3 5 2 4 0; two streams: 1 3 | 2 5 | 4 0, so that they have 0.9 + 0.3 + 0.2 and 0.5 + 0.4 + 0.1.
  EXPECT_THAT(orders()[r], ElementsAre(1, 3, 2, 5, 4, 0));
}

TEST_F(Orders, OneStreamAndTheNetworksInputKeepTheirOrder) {
  const auto one = reader(producer(2), 2, {1, 1, 1, 1}, {0.1, 0.9});
  const auto input = reader(Layer::kNetworkInput, 2, {2, 1, 1, 1}, {0.1, 0.9});
  graph.input = {4, 4, 2};
  EXPECT_THAT(orders()[one], IsEmpty());
  EXPECT_THAT(orders()[input], IsEmpty());
}

TEST_F(Orders, TheReaderWithMostStreamsDecidesForAll) {
  const auto map = producer(4);
  const auto narrow = reader(map, 4, {2, 1, 1, 1}, {0.1, 0.2, 0.3, 0.4});
  const auto wide = reader(map, 4, {4, 1, 1, 1}, {0.4, 0.1, 0.3, 0.2});
  EXPECT_THAT(orders()[wide], ElementsAre(0, 2, 3, 1));
  EXPECT_EQ(orders()[narrow], orders()[wide]);
}

TEST_F(Orders, AnAddAndPoolsShareTheOrderOfTheirInputs) {
  const auto a = producer(4), b = producer(4);
  const auto pool = add(other(LayerKind::max_pool, 4), {a});
  const auto sum = add(other(LayerKind::add, 4), {pool, b});
  const auto of_branch = reader(b, 4, {1, 1, 1, 1}, {0.9, 0.1, 0.1, 0.1});
  const auto of_sum = reader(sum, 4, {2, 1, 1, 1}, {0.1, 0.2, 0.3, 0.4});
  EXPECT_THAT(orders()[of_sum], ElementsAre(3, 2, 0, 1));  // 3 2 | back: 1 0
  EXPECT_EQ(orders()[of_branch], orders()[of_sum]);
}

TEST_F(Orders, SectionsOfAConcatStaySections) {
  const auto joined = add(other(LayerKind::concat, 5), {producer(2), producer(3)});
  const auto pool = add(other(LayerKind::max_pool, 5), {joined});
  const auto r = reader(pool, 5, {5, 1, 1, 1}, {0.1, 0.9, 0.2, 0.3, 0.4});
  EXPECT_THAT(orders()[r], ElementsAre(1, 0, 4, 3, 2));
}

TEST_F(Orders, ASectionIsDealtToTheStreamsOfItsPlaceInTheWhole) {
  // The second section begins at stream 1 of 2: its first channel completes the first word, the next word runs back.
  const auto joined = add(other(LayerKind::concat, 4), {producer(1), producer(3)});
  const auto r = reader(joined, 4, {2, 1, 1, 1}, {0.5, 0.1, 0.2, 0.3});
  EXPECT_THAT(orders()[r], ElementsAre(0, 3, 1, 2));
}

TEST_F(Orders, GroupsStayGroupsOnBothSides) {
  Layer grouped = conv("g", 4, 4, 4, 3, 1, 1);
  grouped.shape.groups = 2;
  const auto g = add(grouped, {producer(4)}, {2, 1, 1, 1}, {0.1, 0.2, 0.3, 0.4});
  const auto r = reader(g, 4, {4, 1, 1, 1}, {0.1, 0.2, 0.3, 0.4});
  EXPECT_THAT(orders()[g], ElementsAre(1, 0, 2, 3));  // each group two lanes; the second group runs back
  EXPECT_THAT(orders()[r], ElementsAre(1, 0, 3, 2));
}

TEST_F(Orders, ADepthwiseLayerHandsItsOrderOn) {
  Layer depthwise = conv("d", 4, 4, 4, 3, 1, 1);
  depthwise.shape.groups = 4;
  const auto d = add(depthwise, {producer(4)}, {1, 1, 2, 1}, {0.1, 0.2, 0.3, 0.4});
  const auto r = reader(d, 4, {1, 1, 1, 1}, {0.1, 0.2, 0.3, 0.4});
  EXPECT_THAT(orders()[d], ElementsAre(3, 2, 0, 1));
  EXPECT_EQ(orders()[r], orders()[d]);
}

TEST_F(Orders, FlattenedMapsAndResultsKeepTheirOrder) {
  const auto map = producer(2);
  Layer flatten = other(LayerKind::reshape, 2);
  flatten.shape.output = {1, 1, 32};
  const auto flat = add(flatten, {map});
  const auto r = reader(map, 2, {2, 1, 1, 1}, {0.1, 0.9});
  const auto after = reader(flat, 32, {2, 1, 1, 1}, std::vector<double>(32, 0.5));
  densities[after][1] = 0.9;
  EXPECT_THAT(orders()[r], IsEmpty());
  EXPECT_THAT(orders()[after], IsEmpty());
  const auto last = producer(2);  // nobody reads it: the host does
  const auto relu = add(other(LayerKind::activation, 2), {last});
  (void)relu;
  const auto beside = reader(last, 2, {2, 1, 1, 1}, {0.1, 0.9});
  EXPECT_THAT(orders()[beside], IsEmpty());
}

TEST_F(Orders, TwoConcatsOfOtherSectionsCannotBeAddedInAnyOrderButTheirOwn) {
  const auto a = add(other(LayerKind::concat, 4), {producer(1), producer(3)});
  const auto b = add(other(LayerKind::concat, 4), {producer(2), producer(2)});
  const auto r = reader(add(other(LayerKind::add, 4), {a, b}), 4, {4, 1, 1, 1}, {0.1, 0.2, 0.3, 0.4});
  EXPECT_THAT(orders()[r], IsEmpty());
}

// Whatever the network, an order is a permutation.
TEST_F(Orders, EveryChannelHasAPlace) {
  const auto joined = add(other(LayerKind::concat, 12), {producer(5), producer(7)});
  const auto r = reader(joined, 12, {3, 1, 1, 1}, {.3, .1, .4, .1, .5, .9, .2, .6, .5, .3, .5, .8});
  EXPECT_THAT(orders()[r], testing::UnorderedElementsAre(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11));
}

}  // namespace
}  // namespace sparsim
