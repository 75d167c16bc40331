#include "models/crossbar/dealer.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>

#include "models/core/error.h"
#include "models/crossbar/rtl_dealer.h"

namespace sparsim {
namespace {

constexpr CrossbarShape kEightTwo{8, 2, false};

/// A step model whose first lane serves another input once the window of `requests` is there.
class WrongGrant final : public Arbiter {
 public:
  void reset(std::uint32_t passes) override { arbiter_.reset(passes); }
  const ArbiterOutputs& evaluate(const ArbiterInputs& inputs) override {
    outputs_ = arbiter_.evaluate(inputs);
    if (outputs_.beat_valid && outputs_.grant[0] == 0x10) outputs_.grant[0] = 0x20;
    return outputs_;
  }
  void clock() override { arbiter_.clock(); }

 private:
  ArbiterStep arbiter_{kEightTwo};
  ArbiterOutputs outputs_;
};

/// Never ends a window.
class Stuck final : public Arbiter {
 public:
  void reset(std::uint32_t) override {}
  const ArbiterOutputs& evaluate(const ArbiterInputs&) override {
    outputs_.load = true;
    return outputs_;
  }
  void clock() override {}

 private:
  ArbiterOutputs outputs_;
};

class Dealers : public testing::TestWithParam<const char*> {};

TEST_P(Dealers, TakeTheNonZerosDividedByTheLanesAndNoLessThanACycle) {
  for (const std::uint32_t filters : {1u, 3u}) {
    const auto dealer = make_dealer(crossbar_engine(GetParam()), kEightTwo, filters);
    EXPECT_EQ(dealer->deal(0x00), 1);
    EXPECT_EQ(dealer->deal(0x80), 1);
    EXPECT_EQ(dealer->deal(0x55), 2);  // ceil(4 / 2)
    EXPECT_EQ(dealer->deal(0x57), 3);  // ceil(5 / 2)
    EXPECT_EQ(dealer->deal(0xff), 4);
  }
}
INSTANTIATE_TEST_SUITE_P(Engines, Dealers, testing::Values("fast", "step", "rtl", "lockstep"),
                         [](const auto& engine) { return engine.param; });

TEST(LockstepArbiter, NamesTheFirstDifference) {
  ArbiterDealer dealer(
      std::make_unique<LockstepArbiter>(std::make_unique<ArbiterStep>(kEightTwo), std::make_unique<WrongGrant>()), 1);
  EXPECT_EQ(dealer.deal(0x0f), 2);  // cycle 0 enters, 1 and 2 deal {0, 1}, {2, 3}
  try {
    dealer.deal(0xf0);  // cycle 3 enters, 4 deals {4, 5}
    FAIL() << "no difference";
  } catch (const ModelError& error) {
    EXPECT_STREQ(error.what(), "cycle 4: 2 windows entered: grant: expected [16, 32], seen [32, 32]");
  }
}

TEST(ArbiterDealer, RefusesAnArbiterThatNeverEndsAWindow) {
  ArbiterDealer dealer(std::make_unique<Stuck>(), 2);
  EXPECT_THROW(dealer.deal(0x3), ModelError);
}

TEST(CrossbarEngineNames, AreListedWhereOneIsWrong) {
  try {
    crossbar_engine("quick");
    FAIL();
  } catch (const InputError& error) {
    EXPECT_STREQ(error.what(), "crossbar quick: must be fast, step, rtl or lockstep");
  }
}

TEST(MakeDealer, KnowsWhichRtlWasBuilt) {
  const CrossbarShape odd{8, 3, false};
  EXPECT_NO_THROW(make_dealer(CrossbarEngine::step, odd, 1));
  EXPECT_THROW(make_dealer(CrossbarEngine::rtl, odd, 1), InputError);
  EXPECT_THROW(make_dealer(CrossbarEngine::lockstep, odd, 1), InputError);
}

}  // namespace
}  // namespace sparsim
