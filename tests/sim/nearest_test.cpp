#include "sim/nearest.h"

#include <gtest/gtest.h>

namespace sparsim {
namespace {

const std::vector<std::string> kCommands{"capture", "describe", "inspect", "run"};

TEST(Nearest, FindsASlipOfThePen) {
  EXPECT_EQ(nearest("captur", kCommands), "capture");     // a letter left out
  EXPECT_EQ(nearest("caapture", kCommands), "capture");   // one too many
  EXPECT_EQ(nearest("descrive", kCommands), "describe");  // another one
  EXPECT_EQ(nearest("inpsect", kCommands), "inspect");    // two swapped: two edits
}

// A third of the letters, at least two.
TEST(Nearest, DrawsTheLine) {
  EXPECT_EQ(nearest("abcdef", {"abcdxy"}), "abcdxy");
  EXPECT_EQ(nearest("abcdef", {"abcxyz"}), "");
  EXPECT_EQ(nearest("abcdefghi", {"abcdefxyz"}), "abcdefxyz");
  EXPECT_EQ(nearest("abcdefghi", {"abcdewxyz"}), "");
}

TEST(Nearest, FindsNothingWhereEveryLetterDiffers) {
  EXPECT_EQ(nearest("xy", {"ab"}), "");
  EXPECT_EQ(nearest("", {"a", "ab"}), "");
  EXPECT_EQ(nearest("word", {}), "");
}

TEST(Nearest, TakesTheFirstOfEquals) { EXPECT_EQ(nearest("cat", {"bat", "hat"}), "bat"); }

// The cost is quadratic, so what nobody types is not compared.
TEST(Nearest, RefusesOverlongWords) {
  const std::string word(64, 'a');
  EXPECT_EQ(nearest(word, {word + "b"}), word + "b");
  EXPECT_EQ(nearest(word + "a", {word + "b"}), "");
}

TEST(DidYouMean, IsTheTailOfAnError) {
  EXPECT_EQ(did_you_mean("rum", kCommands), "; did you mean 'run'?");
  EXPECT_EQ(did_you_mean("simulate", kCommands), "");
}

}  // namespace
}  // namespace sparsim
