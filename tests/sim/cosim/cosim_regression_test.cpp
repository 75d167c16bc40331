// RTL = step model = fast form = integer arithmetic, on drawn windows: 47'000 for each of 22 shapes, 1'034'000 in all.
// With SPARSIM_COSIM_WINDOWS=K it is K for each of the 220 cases.
#include <gmock/gmock.h>

#include <charconv>
#include <cstdlib>

#include "tests/sim/cosim/cosim_case.h"

namespace sparsim {
namespace {

struct Setting {
  const char* name;
  double density;
  std::uint32_t filters;
  double stall_probability;
  std::uint64_t windows;
};

constexpr Setting kSettings[] = {
    {"Half", 0.5, 1, 0, 12000},
    {"Empty", 0, 1, 0, 4000},
    {"Dense", 1, 1, 0, 4000},
    {"SparseStalls", 0.2, 1, 0.2, 12000},
    {"ThinThreeFiltersStalls", 0.05, 3, 0.2, 8000},
    {"HalfLongStalls", 0.5, 1, 0.7, 4000},
    {"ManyFilters", 0.3, 17, 0, 1000},
    {"DenseManyFiltersStalls", 1, 17, 0.2, 500},
    {"EmptyManyFiltersLongStalls", 0, 17, 0.7, 500},
    {"ThinManyFiltersLongStalls", 0.02, 17, 0.7, 1000},
};

struct Case {
  CrossbarShape shape;
  Setting setting;
};
std::string name_of(const Case& c) { return short_name(c.shape) + c.setting.name; }
void PrintTo(const Case& c, std::ostream* os) { *os << name_of(c); }

std::vector<Case> all_cases() {
  std::vector<Case> cases;
  for (const CrossbarShape& shape : built_shapes())
    for (const bool skip : {false, true})
      for (const Setting& setting : kSettings) cases.push_back({{shape.inputs, shape.lanes, skip}, setting});
  return cases;
}

std::uint64_t windows_of(const Setting& setting) {
  const char* const given = std::getenv("SPARSIM_COSIM_WINDOWS");
  if (given == nullptr) return setting.windows;
  const std::string_view text(given);
  std::uint64_t windows = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), windows);
  EXPECT_TRUE(error == std::errc() && end == text.data() + text.size() && windows > 0)
      << "SPARSIM_COSIM_WINDOWS=" << text << ": must be a whole number above 0";
  return windows;
}

/// Counted from the windows themselves.
struct Facts {
  std::uint64_t windows = 0, zero_windows = 0, groups = 0, nonzeros = 0;
  std::uint64_t passes = 0;       // beats of one filter, a zero window taking one
  std::uint64_t dense_beats = 0;  // of one filter in the dense engine
};

Facts facts_of(WindowSource& source, int lanes) {
  Facts facts;
  const auto n = static_cast<std::uint64_t>(lanes);
  std::vector<std::int16_t> window(source.inputs());
  source.rewind();
  for (; facts.windows < source.windows(); ++facts.windows) {
    facts.groups += source.next(window);
    std::uint64_t nonzeros = 0;
    for (const std::int16_t value : window) nonzeros += value != 0;
    facts.zero_windows += nonzeros == 0;
    facts.nonzeros += nonzeros;
    facts.passes += nonzeros == 0 ? 1 : (nonzeros + n - 1) / n;
    facts.dense_beats += (window.size() + n - 1) / n;
  }
  return facts;
}

class CosimRegression : public testing::TestWithParam<Case> {};

TEST_P(CosimRegression, FindsNoDifference) {
  const auto& [shape, setting] = GetParam();
  RandomWindows source(static_cast<std::size_t>(shape.inputs), setting.filters, windows_of(setting), setting.density,
                       static_cast<std::uint64_t>(100 * shape.inputs + shape.lanes));
  const Facts facts = facts_of(source, shape.lanes);
  CosimSetup setup;
  setup.shape = shape;
  setup.stall_probability = setting.stall_probability;
  const bool stalls = setting.stall_probability > 0;

  const CosimResult sparse = cosimulate_sparse(source, setup);
  EXPECT_EQ(sparse.windows, facts.windows);
  EXPECT_EQ(sparse.zero_windows, facts.zero_windows);
  EXPECT_EQ(sparse.results, facts.groups * setting.filters);
  EXPECT_EQ(sparse.macs, facts.nonzeros * setting.filters);
  EXPECT_EQ(sparse.dense_macs, facts.windows * source.inputs() * setting.filters);
  if (shape.skip_zero_window) {
    // A zero window takes a beat where the engine would stand still, else none.
    const std::uint64_t dealt = (facts.passes - facts.zero_windows) * setting.filters;
    EXPECT_GE(sparse.beats, dealt);
    EXPECT_LE(sparse.beats, dealt + facts.zero_windows);
    return;
  }
  EXPECT_EQ(sparse.beats, facts.passes * setting.filters);
  if (!stalls) {
    EXPECT_EQ(sparse.cycles, cycles_without_stalls(sparse.beats, shape.lanes));
  }

  const CosimResult dense = cosimulate_dense(source, setup);
  EXPECT_EQ(dense.windows, facts.windows);
  EXPECT_EQ(dense.results, sparse.results);
  EXPECT_EQ(dense.macs, sparse.macs);
  EXPECT_EQ(dense.beats, facts.dense_beats * setting.filters);
  if (!stalls) {
    EXPECT_EQ(dense.cycles, cycles_without_stalls(dense.beats, shape.lanes));
  }
}

INSTANTIATE_TEST_SUITE_P(Drawn, CosimRegression, testing::ValuesIn(all_cases()),
                         [](const auto& tested) { return name_of(tested.param); });

TEST(CosimRegression, CoversTheShapesOfTheLiterature) {
  EXPECT_THAT(built_shapes(), testing::IsSupersetOf(std::vector<CrossbarShape>{{8, 2, false},
                                                                               {9, 1, false},
                                                                               {9, 2, false},
                                                                               {9, 3, false},
                                                                               {9, 4, false},
                                                                               {9, 9, false},
                                                                               {16, 4, false},
                                                                               {25, 5, false},
                                                                               {32, 8, false},
                                                                               {49, 7, false}}));
}

TEST(CosimRegression, RunsAMillionWindows) {
  std::uint64_t windows = 0;
  for (const Case& c : all_cases()) windows += c.setting.windows;
  EXPECT_EQ(windows, 1'034'000u);
}

}  // namespace
}  // namespace sparsim
