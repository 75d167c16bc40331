// Cycles a second of the Verilated arbiter, M inputs and N lanes. The baseline is the same model in an sc_module on an
// sc_clock, its pins sc_signals, as a pipeline of such modules would hold it (and as verilator --sc makes it); in
// one_method nothing but the clock is left of that: pins, windows and all in a single method. A batch toggles the clock
// in a plain loop. Random windows, half of their operands zero; all take the same cycles before they are timed.
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
class BehindSignals final : public ClockedArbiter {
 public:
  explicit BehindSignals(const sc_core::sc_module_name& name) : ClockedArbiter(name) {
    SC_HAS_PROCESS(BehindSignals);
    SC_METHOD(arbiter);
    sensitive << clk_i << window_valid_ << request_;
    SC_METHOD(source);
    sensitive << clk_i.pos();
  }

 private:
  void begin() override {
    rtl_.reset(kPasses);
    rtl_->beat_ready_i = 1;
    next_ = 0;
    beats_ = 0;
    running_ = true;
    show_next();
  }
  void arbiter() {
    if (!running_) return next_trigger(start_);  // other shapes use the clock, too
    rtl_->clk_i = clk_i.read();
    rtl_->window_valid_i = window_valid_.read();
    write_port(rtl_->request_i, request_.read());
    rtl_->eval();
    window_ready_.write(rtl_->window_ready_o);
    beat_valid_.write(rtl_->beat_valid_o);
  }
  void source() {
    if (!running_) return next_trigger(start_);
    if (!clk_i.posedge()) return;  // just started
    if (!window_valid_.read() && !beat_valid_.read()) {
      running_ = false;
      sc_core::sc_pause();
    }
    beats_ += beat_valid_.read();
    next_ += window_valid_.read() && window_ready_.read();
    show_next();
  }
  void show_next() {
    window_valid_.write(next_ < kWindows);
    if (next_ < kWindows) request_.write(windows_[next_]);
  }

  const std::vector<std::uint64_t> windows_ = random_windows(Built::kShape.inputs);
  RtlModel<typename Built::Arbiter> rtl_;
  sc_core::sc_signal<bool> window_valid_, window_ready_, beat_valid_;
  sc_core::sc_signal<std::uint64_t> request_;
  std::size_t next_ = 0;
  bool running_ = false;
};

template <class Built>
class OneMethod final : public ClockedArbiter {
 public:
  explicit OneMethod(const sc_core::sc_module_name& name) : ClockedArbiter(name) {
    SC_HAS_PROCESS(OneMethod);
    SC_METHOD(on_clock);
    sensitive << clk_i.pos();
  }

 private:
  void begin() override {
    rtl_.reset(kPasses);
    rtl_->beat_ready_i = 1;
    next_ = 0;
    beats_ = 0;
    running_ = true;
    show_next();
  }
  void on_clock() {
    if (!running_) return next_trigger(start_);
    if (!rtl_->window_valid_i && !rtl_->beat_valid_o) {
      running_ = false;
      sc_core::sc_pause();
    }
    beats_ += rtl_->beat_valid_o;
    next_ += rtl_->window_valid_i && rtl_->window_ready_o;
    rtl_.clock();
    show_next();
  }
  void show_next() {
    rtl_->window_valid_i = next_ < kWindows;
    if (next_ < kWindows) write_port(rtl_->request_i, windows_[next_]);
    rtl_.settle();
  }

  const std::vector<std::uint64_t> windows_ = random_windows(Built::kShape.inputs);
  RtlModel<typename Built::Arbiter> rtl_;
  std::size_t next_ = 0;
  bool running_ = false;
};

template <template <class> class Module>
std::unique_ptr<ClockedArbiter> clocked(const CrossbarShape& shape, sc_core::sc_clock& clock) {
  auto module = make_built<ClockedArbiter>(VerilatedModels{}, shape, [](auto built) {
    return std::make_unique<Module<decltype(built)>>(sc_core::sc_gen_unique_name("arbiter"));
  });
  module->clk_i(clock);
  return module;
}

struct Variants {
  std::vector<std::uint64_t> windows;
  std::unique_ptr<RtlBatch> batch;
  std::unique_ptr<ClockedArbiter> behind_signals, one_method;

  Cycles deal() const { return batch->deal(windows.data(), windows.size(), kPasses); }
};

/// SystemC elaborates once, so all shapes are built before the first runs.
const Variants& variants(const benchmark::State& state) {
  static sc_core::sc_clock clock("clock", 1, sc_core::SC_NS);
  static const std::map<std::int64_t, Variants> all = [] {
    std::map<std::int64_t, Variants> built;
    for (const CrossbarShape& shape : built_shapes())
      built[100 * shape.inputs + shape.lanes] = {random_windows(shape.inputs), rtl_batch(shape),
                                                 clocked<BehindSignals>(shape, clock),
                                                 clocked<OneMethod>(shape, clock)};
    sc_core::sc_start(sc_core::SC_ZERO_TIME);  // until all wait for their first run
    return built;
  }();
  return all.at(100 * state.range(0) + state.range(1));
}

void measure(benchmark::State& state, std::unique_ptr<ClockedArbiter> Variants::*form) {
  const Variants& v = variants(state);
  const Cycles cycles = v.deal();
  if ((v.*form)->deal() != cycles) return state.SkipWithError("on the clock it takes other cycles than in a batch");
  for (auto _ : state) benchmark::DoNotOptimize((v.*form)->deal());
  state.SetItemsProcessed(state.iterations() * cycles);
}

void baseline(benchmark::State& state) { measure(state, &Variants::behind_signals); }
void one_method(benchmark::State& state) { measure(state, &Variants::one_method); }
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
BENCHMARK(one_method)->Apply(shapes);
BENCHMARK(batch)->Apply(shapes);

}  // namespace
}  // namespace sparsim
