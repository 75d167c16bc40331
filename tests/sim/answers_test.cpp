#include "sim/answers.h"

#include <gtest/gtest.h>

#include "models/core/error.h"
#include "sim/output_file.h"
#include "sim/sweep/child.h"

namespace sparsim {
namespace {

template <class Call>
std::string error_of(Call&& call) {
  try {
    call();
  } catch (const InputError& error) {
    return error.what();
  }
  return "no error";
}

TEST(ClassOf, IsTheHighestScore) {
  EXPECT_EQ(class_of({0.1, 0.7, 0.2}), 1);
  EXPECT_EQ(class_of({-3, -2, -1}), 2);
  EXPECT_EQ(class_of({0.4, 0.6}), 1);
}

TEST(ClassOf, IsTheFirstOfEquals) {
  EXPECT_EQ(class_of({0.2, 0.4, 0.4}), 1);
  EXPECT_EQ(class_of({0, 0, 0}), 0);
}

// A probability of the second class; at a half the first is as likely, and the first of equals.
TEST(ClassOf, OfOneScoreIsWhetherItIsAboveAHalf) {
  EXPECT_EQ(class_of({0.51}), 1);
  EXPECT_EQ(class_of({0.5}), 0);
  EXPECT_EQ(class_of({0.0}), 0);
  EXPECT_EQ(class_of({1.0}), 1);
}

// Class 1 scored 0.9 and 0.4, class 0 scored 0.6, 0.3 and 0.1: of six pairs only (0.4, 0.6) is the wrong way round. As
// scores of class 0 they are turned about, and so are the pairs.
TEST(AreaUnderRoc, CountsPairs) {
  EXPECT_EQ(area_under_roc({{0.9}, {0.6}, {0.4}, {0.3}, {0.1}}, {1, 0, 1, 0, 0}), 5.0 / 6);
}

TEST(AreaUnderRoc, RunsFromAllWrongToAllRight) {
  EXPECT_EQ(area_under_roc({{0.1}, {0.2}, {0.8}}, {0, 0, 1}), 1);
  EXPECT_EQ(area_under_roc({{0.1}, {0.2}, {0.8}}, {1, 1, 0}), 0);
}

// (0.5, 0.5) is a tie, (0.5, 0.2) is right: 1.5 of 2.
TEST(AreaUnderRoc, CountsTiesByHalf) {
  EXPECT_EQ(area_under_roc({{0.5}, {0.5}, {0.2}}, {1, 0, 0}), 0.75);
  EXPECT_EQ(area_under_roc({{0.5}, {0.5}, {0.5}}, {1, 0, 0}), 0.5);
}

// An image a class but for two of class 1. Class 0: 0.5 against 0.6, 0.1, 0.2: two of three. Class 1: 0.3 and 0.8
// against 0.4 and 0.3: 0.3 loses one and ties one, 0.8 wins both: 2.5 of 4. Class 2: 0.5 against 0.1, 0.1, 0.1: all.
TEST(AreaUnderRoc, IsTheMeanOverClasses) {
  const Answers answers{{0.5, 0.4, 0.1}, {0.6, 0.3, 0.1}, {0.1, 0.8, 0.1}, {0.2, 0.3, 0.5}};
  EXPECT_DOUBLE_EQ(*area_under_roc(answers, {0, 1, 1, 2}), (2.0 / 3 + 2.5 / 4 + 1) / 3);
}

// Class 2 is of no image: nothing is known of it, and the mean is over the two others, which have one pair each.
TEST(AreaUnderRoc, LeavesOutClassesThatNoImageIsOf) {
  EXPECT_EQ(area_under_roc({{0.5, 0.4, 0.1}, {0.6, 0.3, 0.1}}, {1, 0}), 1);
  EXPECT_EQ(area_under_roc({{0.5, 0.4, 0.1}, {0.6, 0.5, 0.1}}, {1, 0}), 0.5) << "1 of class 0, 0 of class 1";
}

TEST(AreaUnderRoc, IsNothingWhereThereIsOneClass) {
  EXPECT_EQ(area_under_roc({{0.9}, {0.8}}, {1, 1}), std::nullopt);
  EXPECT_EQ(area_under_roc({{0.9, 0.1}, {0.8, 0.2}}, {0, 0}), std::nullopt);
  EXPECT_EQ(area_under_roc({}, {}), std::nullopt);
}

TEST(AreaUnderRoc, TakesAClassAnImage) { EXPECT_THROW(area_under_roc({{0.9}, {0.8}}, {1}), ModelError); }

// Classes of the reference: 1, 1, 0. The second image falls below a half: two of three. Of the pairs (0.75, 0.125) and
// (0.5, 0.125) both are right. Errors 0.125, 0.25, 0.
TEST(Compare, OfAnOddNumberOfImagesTakesTheMiddleError) {
  const AnswerComparison c = compare({{0.75}, {0.5}, {0.125}}, {{0.875}, {0.75}, {0.125}});
  EXPECT_EQ(c.images, 3u);
  EXPECT_EQ(c.same_class, 2u);
  EXPECT_EQ(c.auc, 1);
  EXPECT_EQ(c.median_error, 0.125);
  EXPECT_EQ(c.largest_error, 0.25);
}

// Errors 0.5, 0, 0.25, 1: the two in the middle are 0.25 and 0.5.
TEST(Compare, OfAnEvenNumberOfImagesTakesTheMeanOfTheMiddleTwo) {
  EXPECT_EQ(compare({{0.5}, {0}, {0.25}, {0}}, {{1}, {0}, {0}, {1}}).median_error, 0.375);
}

// The farthest score of each image: 0.25 below, and 0.5 above.
TEST(Compare, TakesTheScoreThatIsFarthestOff) {
  const AnswerComparison c = compare({{0.5, 0.25, 0.25}, {0, 1, 0}}, {{0.5, 0.5, 0.125}, {0.25, 0.5, 0.25}});
  EXPECT_EQ(c.median_error, 0.375);
  EXPECT_EQ(c.largest_error, 0.5);
  EXPECT_EQ(c.same_class, 2u) << "0, the first of equals, and 1";
}

TEST(Compare, HasNoAreaWhereTheReferenceHasOneClass) {
  const AnswerComparison c = compare({{0.75}, {0.25}}, {{0.75}, {0.75}});
  EXPECT_EQ(c.auc, 0);
  EXPECT_EQ(c.same_class, 1u);
}

TEST(Compare, OfNothingIsNothing) {
  const AnswerComparison c = compare({}, {});
  EXPECT_EQ(c.images, 0u);
  EXPECT_EQ(c.median_error, 0);
}

TEST(Compare, RefusesAReferenceWithOtherScores) {
  EXPECT_EQ(error_of([] {
              compare({{0.5}, {0.5}}, {{0.5}, {0.25, 0.75}});
            }),
            "the reference has 2 scores an image, the network 1");
  EXPECT_THROW(compare({{0.5}}, {}), ModelError);
}

/// A file of answers with this text.
class AnswerFile : public testing::Test {
 protected:
  Answers read(const std::string& text) {
    write_file(path_, text);
    return read_answers(path_);
  }
  // Of the error, what stands behind the file's name.
  std::string problem(const std::string& text) {
    const std::string message = error_of([&] { read(text); });
    return message.compare(0, path_.size(), path_) == 0 ? message.substr(path_.size()) : message;
  }

  const TemporaryDirectory directory_;
  const std::string path_ = directory_.file("answers.txt");
};

TEST_F(AnswerFile, HasALineAnImage) {
  EXPECT_EQ(read("0.5\n1e-3\n-2\n"), (Answers{{0.5}, {0.001}, {-2}}));
  EXPECT_EQ(read("0.5 0.25"), (Answers{{0.5, 0.25}})) << "without the last line break";
}

TEST_F(AnswerFile, SeparatesScoresByBlanksOrCommas) {
  const Answers two{{0.5, 0.25}, {1, 0}};
  EXPECT_EQ(read("0.5 0.25\n1 0\n"), two);
  EXPECT_EQ(read("0.5,0.25\n1,0\n"), two);
  EXPECT_EQ(read("  0.5 ,\t0.25\n1, 0 \n"), two);
  EXPECT_EQ(read("0.5,0.25\r\n1,0\r\n"), two);
}

TEST_F(AnswerFile, PassesOverBlankLines) {
  EXPECT_EQ(read("\n0.5\n\n  \n0.25\n\n"), (Answers{{0.5}, {0.25}}));
  EXPECT_EQ(problem("\n0.5\n\nx\n"), ":4: 'x': must be a number") << "but counts them";
}

TEST_F(AnswerFile, RefusesWhatIsNoNumber) {
  EXPECT_EQ(problem("score\n0.5\n"), ":1: 'score': must be a number");
  EXPECT_EQ(problem("0.5\n0.5x\n"), ":2: '0.5x': must be a number");
  EXPECT_EQ(problem("0.5,0x1\n"), ":1: '0x1': must be a number");
  EXPECT_EQ(problem("0.5;0.25\n"), ":1: '0.5;0.25': must be a number");
}

TEST_F(AnswerFile, RefusesWhatIsNotFinite) {
  for (const char* word : {"nan", "-nan", "inf", "-inf", "1e999"})
    EXPECT_EQ(problem("0.5\n" + std::string(word) + "\n"), ":2: '" + std::string(word) + "': must be a number");
}

TEST_F(AnswerFile, RefusesAMissingScore) {
  EXPECT_EQ(problem("0.5,,0.25\n"), ":1: '': must be a number");
  EXPECT_EQ(problem("0.5, ,0.25\n"), ":1: '': must be a number");
  EXPECT_EQ(problem(",0.5\n"), ":1: '': must be a number");
  EXPECT_EQ(problem("0.5\n0.5,\n"), ":2: '': must be a number");
}

TEST_F(AnswerFile, RefusesLinesOfDifferentLength) {
  EXPECT_EQ(problem("0.5 0.5\n0.25\n"), ":2: 1 scores: must be 2, as in the lines before");
  EXPECT_EQ(problem("0.5\n0.5\n\n0.25,1\n"), ":4: 2 scores: must be 1, as in the lines before");
}

TEST_F(AnswerFile, RefusesToHoldNone) {
  EXPECT_EQ(problem(""), ": has no answers: must have a line of scores an image");
  EXPECT_EQ(problem("\n \n"), ": has no answers: must have a line of scores an image");
}

TEST_F(AnswerFile, MustBeThere) { EXPECT_THROW(read_answers(directory_.file("none.txt")), InputError); }

}  // namespace
}  // namespace sparsim
