// A pipeline of 20 stages with random service times, item by item on sc_fifo + wait (the baseline) and on TimedFifos: a
// thread a stage, and in a region, single items and in bulk. The dates of all are compared before any is timed.
#define SC_INCLUDE_DYNAMIC_PROCESSES  // sc_spawn
#include <benchmark/benchmark.h>

#include <algorithm>
#include <array>
#include <memory>
#include <random>
#include <systemc>
#include <vector>

#include "models/core/region.h"
#include "models/core/timed_fifo.h"

namespace sparsim {
namespace {

constexpr std::size_t kStages = 20;
constexpr std::size_t kItems = 2048;  // a round
constexpr std::size_t kDepths[] = {1, 2, 4, 16, 64, 512};

/// Service times of one process, the same in every variant: 1 to 15 cycles, mean 8.
struct Service {
  std::vector<Cycles> table = std::vector<Cycles>(kItems);
  std::size_t next = 0;

  explicit Service(std::size_t seed) {
    std::mt19937 random(static_cast<std::mt19937::result_type>(seed));
    std::uniform_int_distribution<Cycles> cycles(1, 15);
    for (Cycles& c : table) c = cycles(random);
  }
  Cycles take() {
    const Cycles c = table[next];
    next = next + 1 == kItems ? 0 : next + 1;
    return c;
  }
};

/// A pipeline that runs another kItems items when asked, from the date at which it stands.
class Pipeline : public sc_core::sc_module {
 public:
  explicit Pipeline(const sc_core::sc_module_name& name) : sc_module(name) {}
  /// The dates at which the last stage gave its items away, relative to the start.
  const std::vector<Cycles>& run_round() {
    dates.clear();
    start();
    sc_core::sc_start();
    return dates;
  }

 protected:
  virtual void start() = 0;
  std::vector<Cycles> dates;
};

class NaivePipeline : public Pipeline {
 public:
  NaivePipeline(const sc_core::sc_module_name& name, std::size_t depth) : Pipeline(name) {
    for (std::size_t i = 0; i <= kStages; ++i)
      fifos_.push_back(std::make_unique<sc_core::sc_fifo<char>>(static_cast<int>(depth)));
    sc_core::sc_spawn([this] { source(); });
    for (std::size_t i = 0; i < kStages; ++i)
      sc_core::sc_spawn([this, i] { stage(*fifos_[i], *fifos_[i + 1], i + 1); });
    sc_core::sc_spawn([this] { sink(*fifos_.back()); });
  }

 private:
  void start() override { go_.notify(sc_core::SC_ZERO_TIME); }
  void source() {
    for (Service service(0);;) {
      sc_core::wait(go_);
      start_ = kernel_cycle();
      for (std::size_t i = 0; i < kItems; ++i) {
        sc_core::wait(kernel_time(service.take()));
        fifos_.front()->write(0);
      }
    }
  }
  void stage(sc_core::sc_fifo<char>& in, sc_core::sc_fifo<char>& out, std::size_t seed) {
    for (Service service(seed);;) {
      in.read();
      sc_core::wait(kernel_time(service.take()));
      out.write(0);
    }
  }
  void sink(sc_core::sc_fifo<char>& in) {
    for (;;) {
      in.read();
      dates.push_back(kernel_cycle() - start_);
    }
  }

  std::vector<std::unique_ptr<sc_core::sc_fifo<char>>> fifos_;
  sc_core::sc_event go_;
  Cycles start_ = 0;
};

class Source : public TimedProcess {
 public:
  TimedIn<> go_i{"go_i", *this};
  TimedOut<> out{"out", *this};
  Cycles start = 0;

  explicit Source(const sc_core::sc_module_name& name) : TimedProcess(name) {}

 private:
  bool step() override {
    for (;;) {
      if (left_ == 0) {
        if (!go_i.await()) return false;
        go_i.read();
        start = now();
        left_ = kItems;
      }
      for (; left_ != 0; --left_) {
        if (!out.await()) return false;
        advance(service_.take());
        out.write();
      }
    }
  }

  Service service_{0};
  std::size_t left_ = 0;
};

class Stage : public TimedProcess {
 public:
  TimedIn<> in{"in", *this};
  TimedOut<> out{"out", *this};

  Stage(const sc_core::sc_module_name& name, std::size_t seed, bool bulk)
      : TimedProcess(name), service_(seed), bulk_(bulk) {}

 private:
  bool step() override {
    for (;;) {
      if (!holds_item_) {
        if (bulk_) {
          const std::size_t n = std::min({in.ready(), out.ready(), kItems - service_.next});
          pass(in, out, service_.table.data() + service_.next, n);
          service_.next = service_.next + n == kItems ? 0 : service_.next + n;
        }
        if (!in.await()) return false;
        in.read();
        advance(service_.take());
        holds_item_ = true;
      }
      if (!out.await()) return false;
      out.write();
      holds_item_ = false;
    }
  }

  Service service_;
  const bool bulk_;
  bool holds_item_ = false;
};

class Sink : public TimedProcess {
 public:
  TimedIn<> in{"in", *this};

  Sink(const sc_core::sc_module_name& name, const Cycles& start, std::vector<Cycles>& dates)
      : TimedProcess(name), start_(start), dates_(dates) {}

 private:
  bool step() override {
    for (;;) {
      if (!in.await()) return false;
      in.read();
      dates_.push_back(now() - start_);
    }
  }

  const Cycles& start_;
  std::vector<Cycles>& dates_;
};

enum class Form { threads, region, bulk };

class TimedPipeline : public Pipeline {
 public:
  TimedPipeline(const sc_core::sc_module_name& name, std::size_t depth, Form form)
      : Pipeline(name), region_("region"), source_("source"), sink_("sink", source_.start, dates) {
    for (std::size_t i = 0; i <= kStages; ++i)
      fifos_.push_back(std::make_unique<TimedFifo<>>(sc_core::sc_gen_unique_name("fifo"), depth, 0, 0));
    go_o_(go_fifo_);
    source_.go_i(go_fifo_);
    source_.out(*fifos_.front());
    for (std::size_t i = 0; i < kStages; ++i) {
      stages_.push_back(std::make_unique<Stage>(sc_core::sc_gen_unique_name("stage"), i + 1, form == Form::bulk));
      stages_.back()->in(*fifos_[i]);
      stages_.back()->out(*fifos_[i + 1]);
    }
    sink_.in(*fifos_.back());
    if (form == Form::threads) return;
    region_.add(source_);
    for (auto& stage : stages_) region_.add(*stage);
    region_.add(sink_);
  }

 private:
  void start() override { start_.notify(sc_core::SC_ZERO_TIME); }
  void go() {
    for (;;) {
      sc_core::wait(start_);
      go_thread_.advance_to(std::max(kernel_cycle(), sink_.now()));  // the last round is over by then
      go_o_.write();
    }
  }

  Region region_;
  Source source_;
  Sink sink_;
  TimedFifo<> go_fifo_{"go_fifo", 1, 0, 0};
  TimedThread go_thread_{"go_thread", [this] { go(); }};
  TimedOut<> go_o_{"go_o", go_thread_};
  std::vector<std::unique_ptr<TimedFifo<>>> fifos_;
  std::vector<std::unique_ptr<Stage>> stages_;
  sc_core::sc_event start_;
};

/// All variants of one depth. SystemC elaborates once, so all are built before the first runs.
struct Variants {
  std::size_t depth;
  std::unique_ptr<Pipeline> baseline, threads, region, bulk;

  explicit Variants(std::size_t d)
      : depth(d),
        baseline(std::make_unique<NaivePipeline>(sc_core::sc_gen_unique_name("baseline"), d)),
        threads(std::make_unique<TimedPipeline>(sc_core::sc_gen_unique_name("threads"), d, Form::threads)),
        region(std::make_unique<TimedPipeline>(sc_core::sc_gen_unique_name("region"), d, Form::region)),
        bulk(std::make_unique<TimedPipeline>(sc_core::sc_gen_unique_name("bulk"), d, Form::bulk)) {}
};

std::vector<Variants>& all_variants() {
  static std::vector<Variants> all = [] {
    std::vector<Variants> built;
    for (const std::size_t depth : kDepths) built.emplace_back(depth);
    sc_core::sc_start();  // until all wait for their first round
    return built;
  }();
  return all;
}

/// Whether all variants give the same dates, item by item; compared once a depth, before anything is timed.
bool same_dates(const Variants& v) {
  static std::vector<std::size_t> compared;
  if (std::find(compared.begin(), compared.end(), v.depth) != compared.end()) return true;
  const std::vector<Cycles> expected = v.baseline->run_round();
  compared.push_back(v.depth);
  return expected.size() == kItems && v.threads->run_round() == expected && v.region->run_round() == expected &&
         v.bulk->run_round() == expected;
}

void measure(benchmark::State& state, std::unique_ptr<Pipeline> Variants::*variant) {
  for (Variants& v : all_variants()) {
    if (v.depth != static_cast<std::size_t>(state.range(0))) continue;
    if (!same_dates(v)) return state.SkipWithError("the dates differ from those of sc_fifo + wait");
    for (auto _ : state) benchmark::DoNotOptimize((v.*variant)->run_round().data());
  }
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(kItems * kStages));
}

void baseline(benchmark::State& state) { measure(state, &Variants::baseline); }
void threads(benchmark::State& state) { measure(state, &Variants::threads); }
void region(benchmark::State& state) { measure(state, &Variants::region); }
void bulk(benchmark::State& state) { measure(state, &Variants::bulk); }

void depths(benchmark::internal::Benchmark* b) {
  b->ArgName("depth")->Unit(benchmark::kMillisecond);
  for (const std::size_t depth : kDepths) b->Arg(static_cast<std::int64_t>(depth));
}
BENCHMARK(baseline)->Apply(depths);
BENCHMARK(threads)->Apply(depths);
BENCHMARK(region)->Apply(depths);
BENCHMARK(bulk)->Apply(depths);

}  // namespace
}  // namespace sparsim
