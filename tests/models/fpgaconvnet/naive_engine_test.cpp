// The dense engine of the cycle-by-cycle build has the pins of the RTL in every cycle. (The sparse one is the step
// model, which tests/models/crossbar holds against the RTL.)
#include <gtest/gtest.h>

#include <memory>
#include <ostream>

#include "models/core/random.h"
#include "models/crossbar/rtl_engines.h"
#include "tests/support/naive_conv.h"

namespace sparsim {
namespace {

struct Case {
  CrossbarShape shape;
  std::uint32_t filters = 1;
  double window_valid = 1, result_ready = 1;  // chances
};
void PrintTo(const Case& c, std::ostream* os) { *os << to_string(c.shape) << ", " << c.filters << " filters"; }

class NaiveDenseEngine : public testing::TestWithParam<Case> {};

TEST_P(NaiveDenseEngine, HasThePinsOfTheRtl) {
  const Case& c = GetParam();
  constexpr std::uint64_t kSeed = 3;
  SCOPED_TRACE(testing::Message() << "seed " << kSeed);
  Random random(kSeed, 0);
  const std::unique_ptr<VectorDot> rtl = rtl_dense_dot(c.shape);
  rtl->reset(c.filters);
  naive::DenseEngine engine(c.shape.inputs, c.shape.lanes, c.filters);
  DotInputs pins;
  pins.window.assign(static_cast<std::size_t>(c.shape.inputs), 1);
  pins.weight.assign(static_cast<std::size_t>(c.shape.inputs), 1);
  int windows = 0, results = 0;
  for (int cycle = 0; cycle < 3000; ++cycle) {
    pins.window_valid = random.chance(c.window_valid);
    pins.last = random.chance(0.4);
    pins.result_ready = random.chance(c.result_ready);
    const DotOutputs& expected = rtl->evaluate(pins);
    const naive::DotPins seen = engine.evaluate(pins.window_valid, {pins.window, pins.last}, pins.result_ready);
    ASSERT_EQ(seen.window_ready, expected.window_ready) << "cycle " << cycle;
    ASSERT_EQ(seen.result_valid, expected.result_valid) << "cycle " << cycle;
    windows += pins.window_valid && seen.window_ready;
    results += seen.result_valid && pins.result_ready;
    rtl->clock();
    engine.clock();
  }
  EXPECT_GT(windows, 20);
  EXPECT_GT(results, 20);
}

INSTANTIATE_TEST_SUITE_P(Shapes, NaiveDenseEngine,
                         testing::Values(Case{{9, 3, false}}, Case{{9, 3, false}, 5}, Case{{9, 9, false}, 1, 0.7, 0.3},
                                         Case{{9, 4, false}, 3, 0.2, 1}, Case{{9, 1, false}, 2, 1, 0.1},
                                         Case{{25, 5, false}, 4, 0.5, 0.5}));

}  // namespace
}  // namespace sparsim
