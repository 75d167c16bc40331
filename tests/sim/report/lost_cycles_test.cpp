#include "sim/report/lost_cycles.h"

#include <gmock/gmock.h>

namespace sparsim {
namespace {

using Json = nlohmann::json;

Json conv() {
  return {{"name", "conv"},
          {"built", "crossbar 2x1x1, 3 of 9"},
          {"facts", {{"ideal_cycles", 600}, {"for_zeros_cycles", 50}, {"mean_stream_cycles", 700}}},
          {"parts",
           {{{"part", "weighted"}, {"cycles", {{"busy", 1460}, {"waiting_input", 200}, {"waiting_output", 40}}}}}}};
}

// Two images. Of 1000 cycles between them 600 are ideal; 50 go to windows of zeros; 700 - 600 - 50 are multipliers
// that idle; 1460 / 2 - 700 is what the slowest stream has more to do; 200 / 2 and 40 / 2 are stalls; 1000 - 730 -
// 100 - 20 is left.
TEST(LostCycles, AddUpToTheInterval) {
  const Json pool{{"name", "pool"}, {"facts", {{"word_cycles", 4}}}, {"parts", Json::array()}};
  const std::string text =
      lost_cycles_table({{"images", 2}, {"cycles", 3000}, {"interval_cycles", 1000}, {"layers", {conv(), pool}}});
  EXPECT_EQ(
      text.substr(0, text.find("cycles an image")),
      "node  built                   ideal  zero windows  idle multipliers  imbalance  wait in  wait out  rest\n"
      "----  ----------------------  -----  ------------  ----------------  ---------  -------  --------  ----\n"
      "conv  crossbar 2x1x1, 3 of 9    600            50                50         30      100        20   150\n");
}

TEST(LostCycles, WithoutAnIntervalAreThoseOfTheRun) {
  const std::string text =
      lost_cycles_table({{"images", 2}, {"cycles", 3000}, {"interval_cycles", nullptr}, {"layers", {conv()}}});
  EXPECT_THAT(text, testing::HasSubstr("adds up to the interval, 1500. "));
  EXPECT_THAT(text, testing::HasSubstr(" 650\n"));  // 1500 - 730 - 100 - 20
}

}  // namespace
}  // namespace sparsim
