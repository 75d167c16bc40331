// The co-simulation itself: what is wrong with an engine is found, in the cycle in which it shows, and called by name.
#include <gmock/gmock.h>

#include <functional>

#include "models/core/error.h"
#include "sim/cosim/fault.h"
#include "tests/sim/cosim/cosim_case.h"
#include "tests/sim/cosim/given_windows.h"

namespace sparsim {
namespace {

CosimSetup setup_of(const CrossbarShape& shape, double stall_probability = 0, std::uint64_t seed = 1) {
  CosimSetup setup;
  setup.shape = shape;
  setup.stall_probability = stall_probability;
  setup.seed = seed;
  return setup;
}

// ---- planted faults

/// The first window, from `from` on, that `fault` can spoil.
std::uint64_t spoilt_window(WindowSource& source, Fault fault, std::uint64_t from) {
  std::vector<std::int16_t> before(source.inputs()), window(source.inputs());
  source.rewind();
  for (std::uint64_t position = 0; position < source.windows(); ++position, before = window) {
    source.next(window);
    if (position < from) continue;
    for (std::size_t i = 0; i < window.size(); ++i)
      if (fault == Fault::drop ? window[i] != 0 : window[i] == 0 && before[i] != 0) return position;
  }
  ADD_FAILURE() << "no window to spoil";
  return 0;
}

class PlantedFault : public testing::TestWithParam<std::tuple<CrossbarShape, std::uint64_t, double>> {
 protected:
  static constexpr std::uint64_t kAfter = 50;

  PlantedFault() : source_(static_cast<std::size_t>(shape().inputs), 2, 200, 0.4, seed()) {}
  CrossbarShape shape() const { return std::get<0>(GetParam()); }
  std::uint64_t seed() const { return std::get<1>(GetParam()); }
  double stall_probability() const { return std::get<2>(GetParam()); }

  CosimResult run(Fault fault) {
    SparseDotStep model(shape());
    const auto rtl = rtl_sparse_dot(shape());
    FaultyDot faulty(*rtl, fault, kAfter);
    CosimResult result = cosimulate(source_, &model, faulty, setup_of(shape(), stall_probability(), seed()));
    EXPECT_TRUE(faulty.happened());
    return result;
  }

  RandomWindows source_;
};

TEST_P(PlantedFault, FlippedGrantIsFoundInItsCycle) {
  const CosimResult result = run(Fault::flip);
  ASSERT_TRUE(result.difference);
  EXPECT_EQ(result.difference->what, "grant");
  // In the beat after the 50th window entered, with the next at the input, or, where it stalls, still to come.
  EXPECT_LE(result.difference->window, kAfter);
  EXPECT_GE(result.difference->window, stall_probability() > 0 ? kAfter - 1 : kAfter);
}

TEST_P(PlantedFault, DroppedOrRepeatedRequestIsFoundInItsWindow) {
  for (const Fault fault : {Fault::drop, Fault::repeat}) {
    const std::uint64_t spoilt = spoilt_window(source_, fault, kAfter);
    const CosimResult result = run(fault);
    ASSERT_TRUE(result.difference) << to_string(fault);
    // It shows while the engine is at work on the window, and the next is at the input; behind zero windows that are
    // skipped in the meantime. Or at its entry, where it is a zero window, or ought to be one.
    EXPECT_GE(result.difference->window, spoilt) << to_string(fault);
    EXPECT_LE(result.difference->window, spoilt + 1 + (shape().skip_zero_window ? CrossbarShape::kSkipDepth : 0))
        << to_string(fault);
    // Other grants, or as many as before and then the next pass, or the next window, too soon or too late.
    EXPECT_THAT(result.difference->what, testing::AnyOf("grant", "weight_row", "window_ready")) << to_string(fault);
  }
}

INSTANTIATE_TEST_SUITE_P(Shapes, PlantedFault,
                         testing::Combine(testing::Values(CrossbarShape{4, 2, true}, CrossbarShape{9, 1, false},
                                                          CrossbarShape{9, 3, true}, CrossbarShape{9, 9, false},
                                                          CrossbarShape{16, 4, true}, CrossbarShape{49, 7, false}),
                                          testing::Values(1, 2, 3), testing::Values(0, 0.4)),
                         [](const auto& tested) {
                           return short_name(std::get<0>(tested.param)) + "seed" +
                                  std::to_string(std::get<1>(tested.param)) +
                                  (std::get<2>(tested.param) > 0 ? "stalls" : "");
                         });

TEST(Fault, HasAName) {
  for (const Fault fault : {Fault::flip, Fault::drop, Fault::repeat}) EXPECT_EQ(fault_named(to_string(fault)), fault);
  EXPECT_THROW(fault_named("flap"), InputError);
}

TEST(Fault, NeedsAnOpportunity) {
  const CrossbarShape shape{9, 3, false};
  RandomWindows dense(9, 1, 100, 1, 1), empty(9, 1, 100, 0, 1);
  const auto rtl = rtl_sparse_dot(shape);
  for (const Fault fault : {Fault::drop, Fault::repeat}) {  // nothing to drop; no zero to fill
    SparseDotStep model(shape);
    FaultyDot faulty(*rtl, fault, 10);
    EXPECT_FALSE(cosimulate(fault == Fault::drop ? empty : dense, &model, faulty, setup_of(shape)).difference);
    EXPECT_FALSE(faulty.happened());
  }
}

// ---- engines that are wrong in one pin, once

/// An engine whose pins a test changes, each cycle, on the way in and on the way out.
class Tampered final : public VectorDot {
 public:
  using Outputs = std::function<void(Cycles, DotOutputs&)>;
  using Inputs = std::function<void(Cycles, DotInputs&)>;

  Tampered(
      VectorDot& engine, Outputs outputs, Inputs inputs = [](Cycles, DotInputs&) {})
      : engine_(engine), tamper_outputs_(std::move(outputs)), tamper_inputs_(std::move(inputs)) {}
  void reset(std::uint32_t filters) override { engine_.reset(filters); }
  const DotOutputs& evaluate(const DotInputs& inputs) override {
    DotInputs passed = inputs;
    tamper_inputs_(cycle_, passed);
    outputs_ = engine_.evaluate(passed);
    tamper_outputs_(cycle_, outputs_);
    return outputs_;
  }
  void clock() override {
    engine_.clock();
    ++cycle_;
  }

 private:
  VectorDot& engine_;
  const Outputs tamper_outputs_;
  const Inputs tamper_inputs_;
  Cycles cycle_ = 0;
  DotOutputs outputs_;
};

using Spoil = std::function<bool(DotOutputs&)>;  // whether there was something to spoil

/// Once, at the first opportunity from `from` on; `spoilt` tells when that was.
Tampered::Outputs once(Cycles from, Spoil spoil, Cycles& spoilt) {
  spoilt = -1;
  return [from, spoil = std::move(spoil), &spoilt](Cycles cycle, DotOutputs& outputs) {
    if (spoilt < 0 && cycle >= from && spoil(outputs)) spoilt = cycle;
  };
}

struct Pin {
  const char* what;  // of the difference beside the step model
  Spoil spoil;
};
void PrintTo(const Pin& pin, std::ostream* os) { *os << pin.what; }

class EveryPin : public testing::TestWithParam<Pin> {};

TEST_P(EveryPin, IsHeldInEveryCycle) {
  for (const CrossbarShape& shape : {CrossbarShape{9, 3, false}, CrossbarShape{8, 2, true}})
    for (const double stall_probability : {0.0, 0.3}) {
      RandomWindows source(static_cast<std::size_t>(shape.inputs), 3, 100, 0.3, 7);
      SparseDotStep model(shape);
      const auto rtl = rtl_sparse_dot(shape);
      Cycles spoilt;
      Tampered wrong(*rtl, once(100, GetParam().spoil, spoilt));
      const CosimResult result = cosimulate(source, &model, wrong, setup_of(shape, stall_probability));
      ASSERT_TRUE(result.difference);
      EXPECT_EQ(result.difference->what, GetParam().what);
      EXPECT_EQ(result.difference->cycle, spoilt);
      EXPECT_NE(result.difference->expected, result.difference->seen);
      EXPECT_GE(spoilt, 100);
    }
}

INSTANTIATE_TEST_SUITE_P(
    Sparse, EveryPin,
    testing::Values(Pin{"window_ready", [](DotOutputs& o) { return o.window_ready = !o.window_ready, true; }},
                    Pin{"beat", [](DotOutputs& o) { return o.beat = !o.beat, true; }},
                    Pin{"grant", [](DotOutputs& o) { return o.beat && (o.grant.back() ^= 1, true); }},
                    Pin{"lane_data", [](DotOutputs& o) { return o.beat && (++o.lane_data.back(), true); }},
                    Pin{"lane_weight", [](DotOutputs& o) { return o.beat && (++o.lane_weight.back(), true); }},
                    Pin{"pass", [](DotOutputs& o) { return o.beat && (o.pass ^= 1, true); }},
                    Pin{"ended", [](DotOutputs& o) { return o.beat && (o.ended ^= 1, true); }},
                    Pin{"weight_row", [](DotOutputs& o) { return ++o.weight_row, true; }},
                    Pin{"result_valid", [](DotOutputs& o) { return o.result_valid = !o.result_valid, true; }},
                    Pin{"result", [](DotOutputs& o) { return o.result_valid && (o.result ^= 1, true); }},
                    Pin{"result_end",
                        [](DotOutputs& o) { return o.result_valid && (o.result_end = !o.result_end, true); }}),
    [](const auto& tested) { return std::string(tested.param.what); });

class DenseEngine : public testing::TestWithParam<Pin> {};

// Without a model beside it: by the fast form's dates and by arithmetic.
TEST_P(DenseEngine, IsHeldToDatesAndArithmetic) {
  const CrossbarShape shape{9, 2, false};
  RandomWindows source(9, 3, 100, 0.5, 5);
  const auto rtl = rtl_dense_dot(shape);
  Cycles spoilt;
  Tampered wrong(*rtl, once(100, GetParam().spoil, spoilt));
  CosimSetup setup = setup_of(shape);
  setup.dense = true;
  const CosimResult result = cosimulate(source, nullptr, wrong, setup);
  ASSERT_TRUE(result.difference);
  EXPECT_EQ(result.difference->what, GetParam().what);
}

INSTANTIATE_TEST_SUITE_P(
    Wrong, DenseEngine,
    testing::Values(
        Pin{"window enters (fast form)",
            [](DotOutputs& o) { return o.window_ready && (o.window_ready = false, true); }},
        Pin{"result leaves (fast form)",
            [](DotOutputs& o) { return o.result_valid && (o.result_valid = false, true); }},
        Pin{"dot product (integer arithmetic)", [](DotOutputs& o) { return o.result_valid && (o.result ^= 1, true); }},
        // The row of another filter.
        Pin{"dot product (integer arithmetic)", [](DotOutputs& o) { return o.weight_row = 0, false; }},
        Pin{"result_end", [](DotOutputs& o) { return o.result_valid && (o.result_end = !o.result_end, true); }}));

TEST(Cosimulation, HoldsTheResultsThatItIsGiven) {
  const GivenWindows::Window window{{1, 2, 3, 4}, true};
  GivenWindows source({window, window}, 1, {10, 20, 30, 40});
  CosimSetup setup = setup_of({4, 2, false});
  const std::vector<std::int64_t> right{300, 300}, wrong{300, 301};  // 10 + 40 + 90 + 160
  setup.dot_products = &right;
  EXPECT_EQ(cosimulate_sparse(source, setup).results, 2u);
  EXPECT_EQ(cosimulate_dense(source, setup).results, 2u);

  setup.dot_products = &wrong;
  SparseDotStep model(setup.shape);
  const CosimResult result = cosimulate(source, &model, *rtl_sparse_dot(setup.shape), setup);
  ASSERT_TRUE(result.difference);
  EXPECT_EQ(result.difference->what, "dot product (integer arithmetic)");
  EXPECT_EQ(result.difference->expected, "301");
  EXPECT_EQ(result.difference->seen, "300");
  // The second window enters in cycle 2; its beats are 3 and 4; 3 stages, and out a cycle later.
  EXPECT_EQ(result.difference->cycle, 8);
}

// ---- engines whose streams behave wrong

class StreamOf : public testing::TestWithParam<bool> {  // of the sparse engine or the dense one
 protected:
  // Three beats a window: 0 enters in cycle 0, 1 in 3, 2 in 6, ...; each is a group, and leaves 5 cycles behind its
  // last beat: in 8, 11, 14, ...
  Difference difference(
      Tampered::Outputs outputs, Tampered::Inputs inputs = [](Cycles, DotInputs&) {}) {
    const std::vector<std::int16_t> operands{1, 2, 3, 4, 5, 6, 7, 8, 9};
    GivenWindows source(std::vector<GivenWindows::Window>(20, {operands, true}), 1, operands);
    CosimSetup setup = setup_of({9, 3, false});
    setup.dense = !GetParam();
    SparseDotStep model(setup.shape);
    const auto rtl = GetParam() ? rtl_sparse_dot(setup.shape) : rtl_dense_dot(setup.shape);
    Tampered tampered(*rtl, std::move(outputs), std::move(inputs));
    const CosimResult result = cosimulate(source, GetParam() ? &model : nullptr, tampered, setup);
    EXPECT_TRUE(result.difference);
    return result.difference.value_or(Difference());
  }
  /// What a difference is called beside the step model, and without it.
  std::string either(const char* pin, const char* date) const { return GetParam() ? pin : date; }
};

TEST_P(StreamOf, NeverTakesAWindow) {
  const Difference found = difference([](Cycles, DotOutputs& o) { o.window_ready = false; },
                                      [](Cycles, DotInputs& i) { i.window_valid = false; });
  EXPECT_EQ(found.what, either("window_ready", "window enters (fast form)"));
  EXPECT_EQ(found.cycle, 0);
  EXPECT_EQ(found.window, 0u);
  EXPECT_EQ(found.expected, "true");
  EXPECT_EQ(found.seen, "false");
}

TEST_P(StreamOf, TakesAWindowOneCycleLate) {
  const Difference found = difference([](Cycles cycle, DotOutputs& o) { o.window_ready &= cycle != 3; },
                                      [](Cycles cycle, DotInputs& i) { i.window_valid &= cycle != 3; });
  EXPECT_EQ(found.what, either("window_ready", "window enters (fast form)"));
  EXPECT_EQ(found.cycle, 3);
  EXPECT_EQ(found.window, 1u);
}

TEST_P(StreamOf, TakesAWindowOneCycleEarly) {
  const Difference found = difference([](Cycles cycle, DotOutputs& o) { o.window_ready |= cycle == 2; });
  EXPECT_EQ(found.what, either("window_ready", "window enters (fast form)"));
  EXPECT_EQ(found.cycle, 2);
  EXPECT_EQ(found.expected, "false");
}

TEST_P(StreamOf, Hangs) {
  const Difference found = difference([](Cycles cycle, DotOutputs& o) {
    if (cycle >= 7) o.window_ready = o.beat = o.result_valid = false;
  });
  EXPECT_EQ(found.what, either("beat", "result leaves (fast form)"));
  EXPECT_EQ(found.cycle, GetParam() ? 7 : 8);  // the dense engine's beats are not held against anything
}

TEST_P(StreamOf, SendsResultsOneCycleLate) {
  DotOutputs before;
  const Difference found = difference([&before](Cycles, DotOutputs& o) {
    const DotOutputs now = o;
    o.result_valid = before.result_valid;
    o.result = before.result;
    o.result_end = before.result_end;
    before = now;
  });
  EXPECT_EQ(found.what, either("result_valid", "result leaves (fast form)"));
  EXPECT_EQ(found.cycle, 8);
  EXPECT_EQ(found.expected, "true");
}

TEST_P(StreamOf, LosesTheLastResult) {
  // Window 19 enters in 57, its last beat is in 60: due in 65, and without it the run would not end.
  const Difference found = difference([](Cycles cycle, DotOutputs& o) { o.result_valid &= cycle < 65; });
  EXPECT_EQ(found.what, either("result_valid", "result leaves (fast form)"));
  EXPECT_EQ(found.cycle, 65);
}

TEST_P(StreamOf, SendsAResultTwice) {
  const Difference found = difference([](Cycles cycle, DotOutputs& o) { o.result_valid |= cycle == 9; });
  EXPECT_EQ(found.what, either("result_valid", "result leaves (fast form)"));
  EXPECT_EQ(found.cycle, 9);
  EXPECT_EQ(found.expected, "false");
}

INSTANTIATE_TEST_SUITE_P(Engines, StreamOf, testing::Bool(),
                         [](const auto& tested) { return tested.param ? "Sparse" : "Dense"; });

// ---- what is kept of a run

TEST(Cosimulation, KeepsTheCyclesAroundADifference) {
  RandomWindows source(9, 1, 1000, 0.5, 1);
  SparseDotStep model({9, 3, false});
  const auto rtl = rtl_sparse_dot({9, 3, false});
  Tampered wrong(*rtl, [](Cycles cycle, DotOutputs& o) { o.beat ^= cycle == 200; });
  const CosimResult result = cosimulate(source, &model, wrong, setup_of({9, 3, false}));
  // 64 cycles, of which 16 behind it.
  ASSERT_EQ(result.waveform.size(), 64u);
  for (std::size_t i = 0; i < 64; ++i) EXPECT_EQ(result.waveform[i].cycle, 153 + static_cast<Cycles>(i));
  EXPECT_NE(result.waveform[47].expected.beat, result.waveform[47].seen.beat);  // 200
  EXPECT_EQ(result.waveform[46].expected.beat, result.waveform[46].seen.beat);
}

TEST(Cosimulation, KeepsTheLastCyclesOfARunWithoutOne) {
  RandomWindows source(9, 1, 1000, 0.5, 1);
  const CosimResult result = cosimulate_sparse(source, setup_of({9, 3, false}));
  ASSERT_EQ(result.waveform.size(), 64u);
  EXPECT_EQ(result.waveform.back().cycle, result.cycles - 1);
  EXPECT_TRUE(result.waveform.back().seen.result_valid);
}

TEST(Cosimulation, IsTheSameAgain) {
  RandomWindows source(9, 2, 500, 0.3, 1);
  const CosimSetup setup = setup_of({9, 3, true}, 0.3, 9);
  const CosimResult once = cosimulate_sparse(source, setup), again = cosimulate_sparse(source, setup);
  EXPECT_EQ(once.cycles, again.cycles);
  EXPECT_EQ(once.beats, again.beats);
  EXPECT_EQ(once.toggles.multiplier_toggles(), again.toggles.multiplier_toggles());
  EXPECT_NE(once.cycles, cosimulate_sparse(source, setup_of({9, 3, true}, 0.3, 10)).cycles);
}

}  // namespace
}  // namespace sparsim
