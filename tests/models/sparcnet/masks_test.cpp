#include "models/sparcnet/masks.h"

#include <gtest/gtest.h>

#include "tests/support/plain_workload.h"

namespace sparsim {
namespace {

using Positions = std::vector<std::int64_t>;

BitMask bits(const std::vector<int>& values) {
  BitMask mask(values.size());
  for (std::size_t i = 0; i < values.size(); ++i) mask.set(i, values[i] != 0);
  return mask;
}

TEST(Masks, WithoutAnyEveryFilterSeesEveryChannel) {
  const auto connections = masked_connections(conv("c", 4, 2, 3, 1), BitMask(2, true));
  ASSERT_EQ(connections.size(), 1u);
  EXPECT_EQ(connections[0].filters, (Positions{0, 1, 2}));
  EXPECT_EQ(connections[0].channels, (Positions{0, 1}));
}

TEST(Masks, FilterAndChannelMasksMeet) {
  Layer layer = conv("c", 4, 4, 4, 1);
  layer.kept_filters = bits({1, 0, 1, 1});
  const auto connections = masked_connections(layer, bits({0, 1, 1, 0}));
  ASSERT_EQ(connections.size(), 1u);
  EXPECT_EQ(connections[0].filters, (Positions{0, 2, 3}));
  EXPECT_EQ(connections[0].channels, (Positions{1, 2}));
}

TEST(Masks, AGroupIsAConnection) {
  Layer layer = conv("c", 4, 4, 6, 1);
  layer.shape.groups = 2;
  const auto connections = masked_connections(layer, bits({1, 1, 0, 0}));  // the second group sees nothing
  ASSERT_EQ(connections.size(), 1u);
  EXPECT_EQ(connections[0].filters, (Positions{0, 1, 2}));
  EXPECT_EQ(connections[0].channels, (Positions{0, 1}));
}

TEST(Masks, ConnectivityIsTakenAsItIsGiven) {
  Layer layer = conv("c", 4, 4, 4, 1);
  layer.connections = {{bits({1, 0, 0, 1}), bits({1, 0, 1, 0})}, {bits({0, 1, 1, 0}), bits({0, 1, 0, 1})}};
  const auto connections = masked_connections(layer, bits({1, 1, 0, 1}));
  ASSERT_EQ(connections.size(), 2u);
  EXPECT_EQ(connections[0].filters, (Positions{0, 3}));
  EXPECT_EQ(connections[0].channels, (Positions{0}));
  EXPECT_EQ(connections[1].channels, (Positions{1, 3}));
}

TEST(Runs, JoinsNeighbours) {
  const Positions positions{0, 1, 2, 5, 7, 8};
  const auto found = runs(positions.data(), positions.data() + positions.size());
  ASSERT_EQ(found.size(), 3u);
  EXPECT_EQ(found[0].first, 0);
  EXPECT_EQ(found[0].count, 3);
  EXPECT_EQ(found[1].count, 1);
  EXPECT_EQ(found[2].first, 7);
  EXPECT_EQ(found[2].count, 2);
  EXPECT_TRUE(runs(positions.data(), positions.data()).empty());
}

}  // namespace
}  // namespace sparsim
