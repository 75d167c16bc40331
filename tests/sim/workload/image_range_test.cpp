#include "sim/workload/image_range.h"

#include <gtest/gtest.h>

#include "tests/support/masked_workload.h"

namespace sparsim {
namespace {

/// Four images of one layer of 2x2 values; in image i value i is zero.
MaskedWorkload four_images() {
  LayerGraph graph;
  graph.input = {2, 2, 1};
  graph.layers = {conv("a", 2, 1, 1, 1)};
  MaskedWorkload workload(graph, 4);
  for (std::size_t i = 0; i < 4; ++i) workload.mask(i, 0).set(i, false);
  return workload;
}

bool is_image(const Workload& workload, std::size_t image, std::size_t which) {
  return !workload.nonzero(image, 0).test(which) && workload.nonzero(image, 0).count() == 3;
}

TEST(UnseenImages, StandBehindTheirSample) {
  const MaskedWorkload whole = four_images();
  const UnseenImages unseen(whole, 3);
  EXPECT_EQ(unseen.images(), 1u);
  EXPECT_TRUE(is_image(unseen, 0, 3));
  ASSERT_EQ(unseen.sample().images(), 3u);
  for (std::size_t i = 0; i < 3; ++i) EXPECT_TRUE(is_image(unseen.sample(), i, i));
  EXPECT_EQ(&unseen.sample().graph(), &whole.graph());
}

TEST(UnseenImages, WithoutASampleAreAllOfThem) {
  const MaskedWorkload whole = four_images();
  const UnseenImages unseen(whole, 0);
  EXPECT_EQ(unseen.images(), 4u);
  EXPECT_TRUE(is_image(unseen, 2, 2));
  EXPECT_EQ(&unseen.sample(), &whole);
}

}  // namespace
}  // namespace sparsim
