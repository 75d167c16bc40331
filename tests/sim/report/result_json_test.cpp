#include "sim/report/result_json.h"

#include <gtest/gtest.h>

namespace sparsim {
namespace {

using Json = nlohmann::ordered_json;

TEST(ResultJson, LatencyAndIntervalAreNullWhereThereAreNone) {
  const Json json = result_json(Result{}, Accelerator{});
  EXPECT_TRUE(json["latency_cycles"].is_null());
  EXPECT_TRUE(json["interval_cycles"].is_null());
}

TEST(ResultJson, EveryCounterHasUnitAndMeaning) {
  Result result;
  LayerResult layer;
  layer.parts.push_back({"pe_grid", {}, {}});
  result.layers.push_back(layer);
  const Json json = result_json(result, Accelerator{});
  const Json& part = json["layers"][0]["parts"][0];
  for (const char* group : {"cycles", "activity"})
    for (const auto& [name, value] : part[group].items()) EXPECT_TRUE(json["units"].contains(name)) << name;
}

TEST(ResultJson, SaysThatALimitEndedTheRun) {
  Result result;
  EXPECT_EQ(result_json(result, Accelerator{})["ended"], "done");
  result.reached_limit = true;
  EXPECT_EQ(result_json(result, Accelerator{})["ended"], "limit");
}

}  // namespace
}  // namespace sparsim
