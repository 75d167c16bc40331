// Images a second of the forms of the input reduction, 63x63 pixels of 8 bits, 16 slots: drawn ones with the share of
// active pixels that an event has (0.7 %). All give the same lists in the same cycles before they are timed.
#include <benchmark/benchmark.h>

#include "tests/models/sparsepixels/drawn_pixels.h"

namespace sparsim {
namespace {

using Form = std::unique_ptr<InputReduction> (*)(const ReductionShape&);

void measure(benchmark::State& state, Form form) {
  ReductionShape shape;
  shape.height = shape.width = 63;
  shape.slots = 16;
  shape.early_exit = state.range(0) != 0;
  Random random(1, 0);
  std::vector<std::vector<std::int64_t>> images;
  for (int i = 0; i < 100; ++i) images.push_back(drawn_pixels(shape, 0.007, random));
  const auto reduction = form(shape), fast = fast_reduction(shape);
  Cycles cycles = 0;
  for (const auto& image : images) {
    const ReducedImage seen = reduction->reduce(image), expected = fast->reduce(image);
    if (seen.cycles != expected.cycles || seen.list.values != expected.list.values)
      return state.SkipWithError("another list, or in other cycles, than the fast form");
    cycles += seen.cycles;
  }
  for (auto _ : state)
    for (const auto& image : images) benchmark::DoNotOptimize(reduction->reduce(image));
  const auto rate = [&state](double work) {
    return benchmark::Counter(work * static_cast<double>(state.iterations()), benchmark::Counter::kIsRate);
  };
  state.counters["images"] = rate(static_cast<double>(images.size()));
  state.counters["cycles"] = rate(static_cast<double>(cycles));
}

void fast(benchmark::State& state) { measure(state, fast_reduction); }
void step(benchmark::State& state) { measure(state, step_reduction); }
void rtl(benchmark::State& state) { measure(state, rtl_reduction); }
BENCHMARK(fast)->ArgName("early_exit")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);
BENCHMARK(step)->ArgName("early_exit")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);
BENCHMARK(rtl)->ArgName("early_exit")->Arg(0)->Arg(1)->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace sparsim
