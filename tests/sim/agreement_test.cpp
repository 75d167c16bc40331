#include "sim/agreement.h"

#include <gtest/gtest.h>

#include <cmath>
#include <ostream>

namespace sparsim {
namespace {

struct Share {
  std::size_t hits, all;
  double low, high;
};
void PrintTo(const Share& share, std::ostream* os) { *os << share.hits << " of " << share.all; }

class ShareInterval : public testing::TestWithParam<Share> {};

TEST_P(ShareInterval, IsAsPublished) {
  const Interval interval = share_interval(GetParam().hits, GetParam().all);
  EXPECT_NEAR(interval.low, GetParam().low, 0.00005);
  EXPECT_NEAR(interval.high, GetParam().high, 0.00005);
}

// R. G. Newcombe, Statistics in Medicine 17:857-872, 1998, table I, method 3.
INSTANTIATE_TEST_SUITE_P(Newcombe, ShareInterval,
                         testing::Values(Share{81, 263, 0.2553, 0.3662}, Share{15, 148, 0.0624, 0.1605},
                                         Share{0, 20, 0, 0.1611}, Share{1, 29, 0.0061, 0.1718}));

// At no hits the upper end is z^2 / (n + z^2): 3.8415 / 23.8415.
TEST(ShareInterval, IsExactAtTheEnds) {
  const double z2 = 1.959963984540054 * 1.959963984540054;
  EXPECT_EQ(share_interval(0, 20).low, 0);
  EXPECT_DOUBLE_EQ(share_interval(0, 20).high, z2 / (20 + z2));
  EXPECT_EQ(share_interval(20, 20).high, 1);
  EXPECT_DOUBLE_EQ(share_interval(20, 20).low, 20 / (20 + z2));
}

// Newcombe, Statistics in Medicine 17:2635-2650, 1998: 36, 12, 2, 0 in both, one, the other, neither; method 10.
TEST(ChangeInterval, IsAsPublished) {
  const PairedCounts counts{36, 2, 12, 0};
  EXPECT_DOUBLE_EQ(counts.change(), 0.2);
  EXPECT_NEAR(change_interval(counts).low, 0.0569, 0.00005);
  EXPECT_NEAR(change_interval(counts).high, 0.3404, 0.00005);
}

// Altman, Machin, Bryant, Gardner, Statistics with Confidence, 2000, table 6.2: 14, 5, 0, 22; 0.122, 0.011 to 0.226.
// Its answers are correlated, the case of the continuity correction.
TEST(ChangeInterval, IsAsPublishedForCorrelatedAnswers) {
  const PairedCounts counts{14, 0, 5, 22};
  EXPECT_NEAR(counts.change(), 0.122, 0.0005);
  EXPECT_NEAR(change_interval(counts).low, 0.011, 0.0005);
  EXPECT_NEAR(change_interval(counts).high, 0.226, 0.0005);
}

TEST(ChangeInterval, TurnsRoundWithTheAnswers) {
  const Interval there = change_interval({14, 0, 5, 22}), back = change_interval({14, 5, 0, 22});
  EXPECT_DOUBLE_EQ(back.low, -there.high);
  EXPECT_DOUBLE_EQ(back.high, -there.low);
}

// All right twice: nothing is known of a correlation, each share reaches down to n / (n + z^2), the change as far as
// that both ways.
TEST(ChangeInterval, OfNoDifferenceIsNotEmpty) {
  const double z2 = 1.959963984540054 * 1.959963984540054;
  const Interval interval = change_interval({20, 0, 0, 0});
  EXPECT_DOUBLE_EQ(interval.high, z2 / (20 + z2));
  EXPECT_DOUBLE_EQ(interval.low, -z2 / (20 + z2));
}

TEST(Agreement, CountsInPairs) {
  Agreement agreement;
  agreement.add(3, 3, 3);             // right twice
  agreement.add(3, 4, 3);             // lost
  agreement.add(5, 5, 3);             // wrong twice, and the same
  agreement.add(5, 3, 3);             // won
  agreement.add(5, 4, 3);             // wrong twice
  agreement.add(7, 7, std::nullopt);  // no label
  EXPECT_EQ(agreement.images, 6u);
  EXPECT_EQ(agreement.same, 3u);
  EXPECT_EQ(agreement.labelled.both, 1u);
  EXPECT_EQ(agreement.labelled.lost, 1u);
  EXPECT_EQ(agreement.labelled.won, 1u);
  EXPECT_EQ(agreement.labelled.neither, 2u);
}

// 20 of 20: the share of at least 20 / (20 + 3.8415) = 0.839; the change within 16.1 points.
TEST(Agreement, SaysItInWords) {
  Agreement agreement;
  for (int i = 0; i < 20; ++i) agreement.add(1, 1, std::nullopt);
  EXPECT_EQ(to_string(agreement), "same top-1 for 20 of 20 images (100.0 %, 95 % interval 83.9..100.0)");
  Agreement labelled;
  for (int i = 0; i < 20; ++i) labelled.add(1, 1, 1);
  EXPECT_EQ(to_string(labelled),
            "same top-1 for 20 of 20 images (100.0 %, 95 % interval 83.9..100.0); labelled: 20 of 20 right before, 20 "
            "after, 0 lost, 0 won: +0.0 points (95 % interval -16.1..+16.1)");
}

}  // namespace
}  // namespace sparsim
