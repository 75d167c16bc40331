#include "models/sparsepixels/pixel_list.h"

#include <gtest/gtest.h>

namespace sparsim {
namespace {

TEST(PixelList, ASlotHoldsAPixelWhereOneOfItsChannelsIsNotZero) {
  const PixelList list{2, {{0, 0}, {3, 4}, {0, 1}}, {0, -1, 0, 0, 5, 0}};
  EXPECT_EQ(list.slots(), 3u);
  EXPECT_TRUE(list.active(0));
  EXPECT_FALSE(list.active(1));  // whatever its position
  EXPECT_TRUE(list.active(2));
  EXPECT_EQ(list.active_count(), 2u);
}

TEST(PixelList, MayHaveNoSlots) { EXPECT_EQ(PixelList{}.active_count(), 0u); }

}  // namespace
}  // namespace sparsim
