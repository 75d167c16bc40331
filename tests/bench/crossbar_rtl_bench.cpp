// Cycles a second of the Verilated arbiter, M inputs and N lanes: in a batch, its clock toggled in a plain loop,
// against the same model in an sc_module on an sc_clock (the baseline). Random windows, half of their operands zero.
// Both have to take the same number of cycles before they are timed.
#include <benchmark/benchmark.h>
#include <verilated_models.h>  // before SystemC

#include <map>
#include <memory>
#include <random>
#include <systemc>
#include <vector>

#include "models/crossbar/rtl_engines.h"
#include "models/crossbar/rtl_model.h"

namespace sparsim {
namespace {

constexpr std::size_t kWindows = 2048;
constexpr std::uint32_t kPasses = 4;

std::vector<std::uint64_t> random_windows(int inputs) {
  std::mt19937_64 random(1);
  std::vector<std::uint64_t> windows(kWindows);
  for (std::uint64_t& window : windows) window = random() & low_bits(inputs);
  return windows;
}

/// All of `windows` once, when asked.
class ClockedArbiter : public sc_core::sc_module {
 public:
  sc_core::sc_in<bool> clk_i{"clk_i"};

  using sc_module::sc_module;
  Cycles deal() {
    begin();
    start_.notify(sc_core::SC_ZERO_TIME);
    sc_core::sc_start();
    return beats_;
  }

 protected:
  virtual void begin() = 0;
  sc_core::sc_event start_;
  Cycles beats_ = 0;
};

template <class Built>
class VerilatedOnClock final : public ClockedArbiter {
 public:
  explicit VerilatedOnClock(const sc_core::sc_module_name& name) : ClockedArbiter(name) {
    SC_HAS_PROCESS(VerilatedOnClock);
    SC_METHOD(on_clock);
    sensitive << clk_i.pos();
  }

 private:
  void begin() override {
    rtl_.reset(kPasses);
    rtl_->beat_ready_i = 1;
    next_ = 0;
    beats_ = 0;
    show_next();
  }
  void show_next() {
    rtl_->window_valid_i = next_ < kWindows;
    if (next_ < kWindows) write_port(rtl_->request_i, windows_[next_]);
    rtl_.settle();
  }
  void on_clock() {
    if (next_ == kWindows && !rtl_->beat_valid_o) {
      sc_core::sc_pause();
      next_trigger(start_);  // other shapes use the clock, too
      return;
    }
    beats_ += rtl_->beat_valid_o;
    next_ += rtl_->window_valid_i && rtl_->window_ready_o;
    rtl_.clock();
    show_next();
  }

  const std::vector<std::uint64_t> windows_ = random_windows(Built::kShape.inputs);
  RtlModel<typename Built::Arbiter> rtl_;
  std::size_t next_ = kWindows;
};

struct Variants {
  std::vector<std::uint64_t> windows;
  std::unique_ptr<RtlBatch> batch;
  std::unique_ptr<ClockedArbiter> clocked;

  explicit Variants(const CrossbarShape& shape)
      : windows(random_windows(shape.inputs)),
        batch(rtl_batch(shape)),
        clocked(make_built<ClockedArbiter>(VerilatedModels{}, shape, [](auto built) {
          return std::make_unique<VerilatedOnClock<decltype(built)>>(sc_core::sc_gen_unique_name("arbiter"));
        })) {}
  Cycles deal() const { return batch->deal(windows.data(), windows.size(), kPasses); }
};

/// SystemC elaborates once, so all shapes are built before the first runs.
const Variants& variants(const benchmark::State& state) {
  static sc_core::sc_clock clock("clock", 1, sc_core::SC_NS);
  static const std::map<std::int64_t, Variants> all = [] {
    std::map<std::int64_t, Variants> built;
    for (const CrossbarShape& shape : built_shapes())
      built.emplace(100 * shape.inputs + shape.lanes, shape).first->second.clocked->clk_i(clock);
    sc_core::sc_start(sc_core::SC_ZERO_TIME);  // until all wait for their first run
    return built;
  }();
  return all.at(100 * state.range(0) + state.range(1));
}

void baseline(benchmark::State& state) {
  const Variants& v = variants(state);
  const Cycles cycles = v.deal();
  if (v.clocked->deal() != cycles) return state.SkipWithError("on the clock it takes other cycles than in a batch");
  for (auto _ : state) benchmark::DoNotOptimize(v.clocked->deal());
  state.SetItemsProcessed(state.iterations() * cycles);
}

void batch(benchmark::State& state) {
  const Variants& v = variants(state);
  for (auto _ : state) benchmark::DoNotOptimize(v.deal());
  state.SetItemsProcessed(state.iterations() * v.deal());
}

void shapes(benchmark::internal::Benchmark* b) {
  b->ArgNames({"M", "N"})->Unit(benchmark::kMillisecond);
  for (const CrossbarShape& shape : built_shapes()) b->Args({shape.inputs, shape.lanes});
}
BENCHMARK(baseline)->Apply(shapes);
BENCHMARK(batch)->Apply(shapes);

}  // namespace
}  // namespace sparsim
