#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "models/core/error.h"
#include "sim/output_file.h"
#include "sim/workload/images.h"
#include "tests/sim/workload/scratch_directory.h"

namespace sparsim {
namespace {

using testing::ElementsAre;

constexpr MapShape kShape{2, 3, 1};

class EventsTest : public testing::Test {
 protected:
  Images events(const std::string& lines, const std::optional<MapShape>& shape = kShape) const {
    write_file(file_, lines);
    return Images({file_}, "", ChannelAxis::first, shape);
  }
  /// What is wrong with the lines behind a right header, without the file's name.
  std::string problem(const std::string& lines) const { return problem_of("event,row,col,value\n" + lines); }
  std::string problem_of(const std::string& text, const std::optional<MapShape>& shape = kShape) const {
    try {
      events(text, shape);
    } catch (const InputError& error) {
      const std::string what = error.what();
      EXPECT_EQ(what.rfind(file_ + ":", 0), 0u) << what;
      return what.substr(file_.size() + 1);
    }
    return "no problem";
  }

  const ScratchDirectory scratch_;
  const std::string file_ = scratch_ / "events.csv";
};

TEST_F(EventsTest, PutsPixelsWhereTheyBelong) {
  const Images images = events("event,row,col,value\n0,0,1,0.5\n0,1,2,2\n1,1,0,1e-3\n");
  ASSERT_EQ(images.size(), 2u);
  const Image first = images.get(0);
  EXPECT_EQ(first.name, "events.csv[0]");
  EXPECT_FALSE(first.label);
  EXPECT_THAT(first.values.shape, ElementsAre(1, 2, 3));
  EXPECT_THAT(first.values.values, ElementsAre(0, 0.5f, 0, 0, 0, 2));
  EXPECT_THAT(images.get(1).values.values, ElementsAre(0, 0, 0, 1e-3f, 0, 0));
}

TEST_F(EventsTest, TakesAnEventWithoutPixelsAsAnImage) {
  const Images images = events("event,row,col,value\n3,0,0,1\n1,0,0,2\n");
  ASSERT_EQ(images.size(), 4u);
  for (const std::size_t empty : {0u, 2u})
    EXPECT_THAT(images.get(empty).values.values, ElementsAre(0, 0, 0, 0, 0, 0)) << empty;
  EXPECT_EQ(images.get(1).values.values[0], 2);
  EXPECT_EQ(images.get(3).values.values[0], 1);
}

TEST_F(EventsTest, TakesLinesInAnyOrderAndOfAnyEnd) {
  const Images images = events("event,row,col,value\r\n1,1,1,1\r\n\r\n0,0,0,0\r\n1,0,0,3");
  ASSERT_EQ(images.size(), 2u);
  EXPECT_THAT(images.get(0).values.values, ElementsAre(0, 0, 0, 0, 0, 0));
  EXPECT_THAT(images.get(1).values.values, ElementsAre(3, 0, 0, 0, 1, 0));
}

TEST_F(EventsTest, RefusesOtherHeaders) {
  EXPECT_EQ(problem_of("event,x,y,value\n0,0,0,1\n"),
            "1: 'event,x,y,value': the first line must be event,row,col,value");
  EXPECT_EQ(problem_of("0,0,0,1\n"), "1: '0,0,0,1': the first line must be event,row,col,value");
  EXPECT_EQ(problem_of("event,row,col,value,\n"),
            "1: 'event,row,col,value,': the first line must be event,row,col,value");
  EXPECT_EQ(problem_of(""), " an empty file");
  EXPECT_EQ(problem(""), " no events behind its header");
}

TEST_F(EventsTest, RefusesLinesThatAreNoPixel) {
  EXPECT_EQ(problem("0,0,0,1\n0,0,1\n"), "3: '0,0,1': must be four numbers, event,row,col,value");
  EXPECT_EQ(problem("0,0,0,1,2\n"), "2: '0,0,0,1,2': must be four numbers, event,row,col,value");
  EXPECT_EQ(problem("0,,0,1\n"), "2: row '': must be a whole number in 0..1");
  EXPECT_EQ(problem("0,0,0,\n"), "2: value '': must be a number, 0 or above");
  EXPECT_EQ(problem("0,0,0,one\n"), "2: value 'one': must be a number, 0 or above");
  EXPECT_EQ(problem("0,0,0,1x\n"), "2: value '1x': must be a number, 0 or above");
  EXPECT_EQ(problem("0,0,0,-1\n"), "2: value '-1': must be a number, 0 or above");
  EXPECT_EQ(problem("0,0,0,nan\n"), "2: value 'nan': must be a number, 0 or above");
  EXPECT_EQ(problem("0,0,0,inf\n"), "2: value 'inf': must be a number, 0 or above");
  EXPECT_EQ(problem("0,0,0,1e39\n"), "2: value '1e39': must be a number, 0 or above");  // above float32's 3.4e38
  EXPECT_EQ(problem("0,0.5,0,1\n"), "2: row '0.5': must be a whole number in 0..1");
  EXPECT_EQ(problem("0, 0,0,1\n"), "2: row ' 0': must be a whole number in 0..1");
}

TEST_F(EventsTest, RefusesPlacesOutsideTheMap) {
  EXPECT_EQ(problem("0,1,2,1\n"), "no problem");
  EXPECT_EQ(problem("0,2,0,1\n"), "2: row '2': must be a whole number in 0..1");
  EXPECT_EQ(problem("0,0,3,1\n"), "2: col '3': must be a whole number in 0..2");
  EXPECT_EQ(problem("0,-1,0,1\n"), "2: row '-1': must be a whole number in 0..1");
  EXPECT_EQ(problem("0,99999999999999999999,0,1\n"), "2: row '99999999999999999999': must be a whole number in 0..1");
}

TEST_F(EventsTest, RefusesEventNumbersThatAreNoCount) {
  EXPECT_EQ(problem("-1,0,0,1\n"), "2: event '-1': must be a whole number in 0..999999");
  EXPECT_EQ(problem("1000000,0,0,1\n"), "2: event '1000000': must be a whole number in 0..999999");
  EXPECT_EQ(events("event,row,col,value\n999999,0,0,1\n").size(), 1'000'000u);
}

TEST_F(EventsTest, RefusesTwoValuesOfAPixel) {
  EXPECT_EQ(problem("0,1,2,1\n1,0,0,1\n0,1,2,1\n"),
            "4: row 1, col 2 of event 0 stands in line 2, too; a pixel has one value");
}

TEST_F(EventsTest, NeedsToKnowTheMap) {
  const std::string one = "event,row,col,value\n0,0,0,1\n";
  EXPECT_EQ(problem_of(one, std::nullopt), " lists of events do not say how large their images are: the network must");
  EXPECT_EQ(problem_of(one, MapShape{2, 3, 3}),
            " events are images of one channel, but the network takes 2x3x3 (height x width x channels)");
  EXPECT_EQ(problem_of(one, MapShape{1 << 14, (1 << 12) + 1, 1}),  // 2^26 are allowed
            " images of 16384x4097 pixels; up to 67108864 are read");
}

}  // namespace
}  // namespace sparsim
