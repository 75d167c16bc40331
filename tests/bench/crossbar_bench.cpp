// How fast the windows of real layers pass the crossbar arbiter: its Verilated RTL in a batch (baseline), the step
// model, and the two fast forms, one under stalls (DotTiming) and one in bulk without (EagerTiming), which begins with
// the feature map's mask, as summed cycles and as a date a window. Nothing stalls in any of them, no window ends a
// group, and their cycles must be equal. With all filters of a layer it is what a pipeline's node does for an image.
#include <benchmark/benchmark.h>
#include <fmt/format.h>

#include <array>
#include <memory>
#include <string>
#include <vector>

#include "models/core/window_count.h"
#include "models/crossbar/arbiter.h"
#include "models/crossbar/dot_timing.h"
#include "models/crossbar/eager_timing.h"
#include "models/crossbar/rtl_engines.h"
#include "sim/workload/trace.h"

namespace sparsim {
namespace {

struct Case {
  const char* layer;
  CrossbarShape shape;
  bool all_filters;  // of the layer; else a single one
};
constexpr std::array kCases{
    Case{"fire5/expand3x3_1", {9, 3, false}, false}, Case{"fire5/expand3x3_1", {9, 3, true}, false},
    Case{"fire5/expand3x3_1", {9, 1, false}, false}, Case{"fire5/expand3x3_1", {9, 4, false}, false},
    Case{"fire8/expand3x3_1", {9, 3, true}, false},  Case{"fire8/squeeze1x1_1", {16, 4, false}, false},
    Case{"fire5/expand3x3_1", {9, 3, false}, true},  Case{"fire5/expand3x3_1", {9, 3, true}, true},
    Case{"fire8/squeeze1x1_1", {16, 4, true}, true},
};

// A layer of the trace's first image.
struct Stream {
  explicit Stream(const Case& chosen) : shape(chosen.shape) {
    const Trace trace = Trace::open(std::string(SPARSIM_SOURCE_DIR) + "/traces/squeezenet1.1.h5");
    const std::vector<Layer>& layers = trace.graph().layers;
    std::size_t position = 0;
    while (layers[position].name != chosen.layer) ++position;
    window = layers[position].shape;
    nonzero = trace.nonzero(0, position);
    filters = chosen.all_filters ? window.output.channels : 1;
    const std::int64_t per_window = window.kernel_h == 1 ? shape.inputs : 1;
    for (std::int64_t y = 0; y < window.output.height; ++y)
      for (std::int64_t x = 0; x < window.output.width; ++x)
        for (std::int64_t c = 0; c < window.input.channels; c += per_window) requests.push_back(request(y, x, c));
  }

  WindowCounter counter() const {
    return window.kernel_h == 1 ? WindowCounter(window, shape.inputs) : WindowCounter(window);
  }

  CrossbarShape shape;
  WindowShape window;
  BitMask nonzero;
  std::int64_t filters = 1;
  std::vector<std::uint64_t> requests;

 private:
  // Bit i: value i of the kernel is not zero; of a 1x1 kernel, channel c + i.
  std::uint64_t request(std::int64_t y, std::int64_t x, std::int64_t c) const {
    const MapShape& map = window.input;
    std::uint64_t bits = 0;
    for (int i = 0; i < shape.inputs; ++i) {
      const bool pointwise = window.kernel_h == 1;
      const std::int64_t row = y * window.stride_h - window.pad_top + (pointwise ? 0 : i / window.kernel_w);
      const std::int64_t column = x * window.stride_w - window.pad_left + (pointwise ? 0 : i % window.kernel_w);
      const std::int64_t channel = pointwise ? c + i : c;
      if (row < 0 || row >= map.height || column < 0 || column >= map.width || channel >= map.channels) continue;
      const auto value = static_cast<std::size_t>((row * map.width + column) * map.channels + channel);
      bits |= std::uint64_t{nonzero.test(value)} << i;
    }
    return bits;
  }
};

Cycles step_model(const Stream& stream) {
  ArbiterStep arbiter(stream.shape);
  arbiter.reset(static_cast<std::uint32_t>(stream.filters));
  ArbiterInputs inputs;
  inputs.window_valid = true;
  Cycles cycles = 0;
  for (std::size_t next = 0; next < stream.requests.size(); ++cycles) {
    inputs.request = stream.requests[next];
    next += arbiter.evaluate(inputs).window_ready;
    arbiter.clock();
  }
  for (inputs.window_valid = false; arbiter.evaluate(inputs).beat_valid; ++cycles) arbiter.clock();
  return cycles - 1;  // the first beat is in cycle 1
}

Cycles recurrence(const Stream& stream) {
  DotTiming timing(stream.shape, stream.filters);
  for (const std::uint64_t request : stream.requests)
    timing.enter(0, __builtin_popcountll(request), false, [](Cycles valid) { return valid; });
  return timing.end();
}

Cycles bulk(const Stream& stream, bool with_dates) {
  WindowCounter counter = stream.counter();
  const auto row = static_cast<std::size_t>(counter.windows_per_row());
  std::vector<std::uint8_t> counts(row);
  std::vector<Cycles> ends(with_dates ? row : 0);
  EagerTiming timing(stream.shape, stream.filters, static_cast<std::int64_t>(stream.requests.size()) + 1);
  for (std::int64_t y = 0; y < stream.window.output.height; ++y) {
    counter.count_row(stream.nonzero, y, counts.data());
    timing.run(counts.data(), row, with_dates ? ends.data() : nullptr);
    benchmark::DoNotOptimize(ends.data());
  }
  return timing.work().cycles;
}

// `form` gives the cycles of a stream, and so does `other`.
template <class Form, class Other>
void measure(benchmark::State& state, Form&& form, Other&& other) {
  const Case& chosen = kCases[static_cast<std::size_t>(state.range(0))];
  const Stream stream(chosen);
  state.SetLabel(fmt::format("{}, {}, filters: {}", chosen.layer, to_string(stream.shape), stream.filters));
  Cycles cycles = 0;
  for (auto _ : state) {
    cycles = form(stream);
    benchmark::ClobberMemory();  // DoNotOptimize() of a variable loses it at -O1
  }
  if (cycles != other(stream)) return state.SkipWithError("the forms differ in cycles");
  const auto rounds = static_cast<double>(state.iterations());
  const auto rate = [&](double count) { return benchmark::Counter(rounds * count, benchmark::Counter::kIsRate); };
  state.counters["windows/s"] = rate(static_cast<double>(stream.requests.size()));
  state.counters["cycles/s"] = rate(static_cast<double>(cycles));
}

Cycles bulk_sum(const Stream& stream) { return bulk(stream, false); }
Cycles bulk_dates(const Stream& stream) { return bulk(stream, true); }

void baseline(benchmark::State& state) {
  const std::unique_ptr<RtlBatch> rtl = rtl_batch(kCases[static_cast<std::size_t>(state.range(0))].shape);
  const auto deal = [&](const Stream& stream) {
    return rtl->deal(stream.requests.data(), stream.requests.size(), static_cast<std::uint32_t>(stream.filters));
  };
  measure(state, deal, bulk_sum);
}
void step(benchmark::State& state) { measure(state, step_model, bulk_sum); }
void fast_stalls(benchmark::State& state) { measure(state, recurrence, bulk_sum); }
void fast_dates(benchmark::State& state) { measure(state, bulk_dates, recurrence); }
void fast(benchmark::State& state) { measure(state, bulk_sum, recurrence); }

void cases(benchmark::internal::Benchmark* bench) {
  bench->ArgName("case")->DenseRange(0, static_cast<int>(kCases.size()) - 1)->Unit(benchmark::kMicrosecond);
}
BENCHMARK(baseline)->Apply(cases);
BENCHMARK(step)->Apply(cases);
BENCHMARK(fast_stalls)->Apply(cases);
BENCHMARK(fast_dates)->Apply(cases);
BENCHMARK(fast)->Apply(cases);

}  // namespace
}  // namespace sparsim
