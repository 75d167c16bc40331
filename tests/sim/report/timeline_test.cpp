#include "sim/report/timeline.h"

#include <gtest/gtest.h>

#include <map>
#include <nlohmann/json.hpp>

namespace sparsim {
namespace {

using Json = nlohmann::json;

TEST(Timeline, HasATrackAPartInMicroseconds) {
  const Json file = Json::parse(chrome_trace({{"PEs", "conv1", 100, 300}, {"DMA", "conv1", 0, 100}}, 100));
  const Json& events = file["traceEvents"];
  ASSERT_EQ(events.size(), 4u);  // two names, two bars
  EXPECT_EQ(events[0]["args"]["name"], "PEs");
  EXPECT_EQ(events[1]["ts"], 1.0);  // cycle 100 at 100 MHz
  EXPECT_EQ(events[1]["dur"], 2.0);
  EXPECT_EQ(events[1]["tid"], events[0]["tid"]);
  EXPECT_NE(events[3]["tid"], events[1]["tid"]);
  EXPECT_FALSE(file["otherData"].contains("thinned"));
}

TEST(Timeline, ThinsByAStatedRule) {
  std::vector<Span> spans;
  for (Cycles i = 0; i < 100; ++i) spans.push_back({i % 2 == 0 ? "a" : "b", "x", 1000 * i, 1000 * i + i + 1});
  const Json file = Json::parse(chrome_trace(spans, 100, 10));
  EXPECT_EQ(file["otherData"]["spans"], 100);
  EXPECT_EQ(file["otherData"]["spans_kept"], 10);
  EXPECT_TRUE(file["otherData"].contains("thinned"));
  std::map<int, int> kept;
  for (const Json& event : file["traceEvents"])
    if (event["ph"] == "X") {
      ++kept[event["tid"].get<int>()];
      EXPECT_GE(event["args"]["cycles"], 91);  // the five longest of each track: spans 90 to 99
    }
  EXPECT_EQ(kept.size(), 2u);
  for (const auto& [track, count] : kept) EXPECT_EQ(count, 5) << track;
}

}  // namespace
}  // namespace sparsim
