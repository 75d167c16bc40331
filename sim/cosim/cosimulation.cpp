#include "sim/cosim/cosimulation.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

namespace sparsim {
namespace {

constexpr std::size_t kWaveformCycles = 64;  // kept before a difference, or the end
constexpr int kTailCycles = 16;              // and recorded behind it
constexpr std::uint64_t kProgressWindows = 1 << 14;

/// An engine with its weight memory: synchronous, so that it shows in a cycle what was asked for in the one before.
class Station {
 public:
  Station(VectorDot& engine, const WindowSource& source) : engine_(engine), source_(source) {
    inputs_.weight.assign(source.inputs(), 0);
    inputs_.window.assign(source.inputs(), 0);
    engine.reset(source.filters());
  }

  const DotInputs& inputs() const { return inputs_; }
  const DotOutputs& outputs() const { return *outputs_; }
  void present(const WindowFeed& feed) {
    inputs_.window = feed.window();
    inputs_.last = feed.last();
  }
  void evaluate(bool window_valid, bool result_ready) {
    inputs_.window_valid = window_valid;
    inputs_.result_ready = result_ready;
    outputs_ = &engine_.evaluate(inputs_);
  }
  void clock() {
    const std::uint32_t row = outputs_->weight_row;
    engine_.clock();
    if (row == row_ || row >= source_.rows()) return;  // past the last row: not the row of any pass
    row_ = row;
    const auto begin = source_.weights().begin() + static_cast<std::ptrdiff_t>(row * source_.inputs());
    std::copy_n(begin, source_.inputs(), inputs_.weight.begin());
  }

 private:
  VectorDot& engine_;
  const WindowSource& source_;
  DotInputs inputs_;
  const DotOutputs* outputs_ = nullptr;
  std::uint32_t row_ = ~std::uint32_t{0};
};

/// What a result must be, and when it must leave.
struct ExpectedResult {
  Cycles leaves = 0;
  std::int64_t value = 0;
  bool end = false;  // of the last filter
};

class Cosimulation {
 public:
  Cosimulation(WindowSource& source, VectorDot* model, VectorDot& rtl, const CosimSetup& setup)
      : setup_(setup),
        source_(source),
        feed_(source, setup.stall_probability, setup.seed),
        ready_(setup.stall_probability, setup.seed),
        timing_(setup.shape, source.filters()),
        rtl_(rtl, source),
        sums_(source.filters(), 0) {
    if (model) model_.emplace(*model, source);
  }

  CosimResult run() {
    int tail = kTailCycles;
    for (cycle_ = 0; !(feed_.done() && expected_.empty() && cycle_ > timing_.end()) && tail > 0; ++cycle_) {
      begin_cycle();
      record();
      if (result_.difference) {
        --tail;
      } else {
        check();
        count();
      }
      end_cycle();
    }
    if (setup_.progress) setup_.progress(source_.windows(), source_.windows());
    for (std::size_t i = 0; i < waveform_.size(); ++i)
      result_.waveform.push_back(waveform_[(oldest_ + i) % waveform_.size()]);
    return std::move(result_);
  }

 private:
  void begin_cycle() {
    if (feed_.begin_cycle()) {
      rtl_.present(feed_);
      if (model_) model_->present(feed_);
      expect();
    }
    const bool ready = ready_.at(cycle_);
    rtl_.evaluate(feed_.valid(), ready);
    if (model_) model_->evaluate(feed_.valid(), ready);
  }

  // The window that has just appeared: when it enters, and the results that it completes.
  void expect() {
    if (feed_.nonzeros() == 0) ++result_.zero_windows;
    if (!setup_.dot_products) add_to_sums();
    std::uint32_t filter = 0;
    enters_ = timing_.enter(cycle_, setup_.dense ? setup_.shape.inputs : feed_.nonzeros(), feed_.last(),
                            [this, &filter](Cycles valid) {
                              const Cycles leaves = ready_.from(valid);
                              expected_.push_back({leaves, dot_product(filter), filter + 1 == source_.filters()});
                              ++filter;
                              return leaves;
                            });
    if (!feed_.last()) return;
    std::fill(sums_.begin(), sums_.end(), 0);
    channel_ = 0;
    ++groups_;
  }

  void add_to_sums() {
    const std::vector<std::int16_t>& window = feed_.window();
    for (std::uint32_t filter = 0; filter < source_.filters(); ++filter) {
      const std::int16_t* weights = &source_.weights()[(channel_ * source_.filters() + filter) * window.size()];
      for (std::size_t i = 0; i < window.size(); ++i) sums_[filter] += std::int64_t{window[i]} * weights[i];
    }
    ++channel_;
  }

  std::int64_t dot_product(std::uint32_t filter) const {
    return wrapped_result(setup_.dot_products ? setup_.dot_products->at(groups_ * source_.filters() + filter)
                                              : sums_[filter]);
  }

  void record() {
    if (waveform_.size() < kWaveformCycles) waveform_.emplace_back();
    CycleRecord& record = waveform_[oldest_];
    oldest_ = (oldest_ + 1) % kWaveformCycles;
    record.cycle = cycle_;
    record.window = feed_.position();
    record.inputs = rtl_.inputs();
    record.seen = rtl_.outputs();
    if (model_) record.expected = model_->outputs();
  }

  template <class T>
  void hold(const char* what, const T& expected, const T& seen) {
    if (expected == seen || result_.difference) return;
    result_.difference =
        Difference{cycle_, feed_.position(), what, fmt::format("{}", expected), fmt::format("{}", seen)};
  }

  void check() {
    const DotOutputs& seen = rtl_.outputs();
    if (model_) hold_pins(model_->outputs(), seen);
    if (feed_.valid()) hold("window enters (fast form)", cycle_ == enters_, seen.window_ready);
    const bool leaves = seen.result_valid && rtl_.inputs().result_ready;
    hold("result leaves (fast form)", !expected_.empty() && expected_.front().leaves == cycle_, leaves);
    if (!leaves || expected_.empty()) return;
    hold("dot product (integer arithmetic)", expected_.front().value, seen.result);
    hold("result_end", expected_.front().end, seen.result_end);
  }

  void hold_pins(const DotOutputs& expected, const DotOutputs& seen) {
    hold("window_ready", expected.window_ready, seen.window_ready);
    hold("beat", expected.beat, seen.beat);
    if (expected.beat) {
      hold("grant", expected.grant, seen.grant);
      hold("lane_data", expected.lane_data, seen.lane_data);
      hold("lane_weight", expected.lane_weight, seen.lane_weight);
      hold("pass", expected.pass, seen.pass);
      hold("ended", expected.ended, seen.ended);
    }
    hold("weight_row", expected.weight_row, seen.weight_row);
    hold("result_valid", expected.result_valid, seen.result_valid);
    if (!expected.result_valid) return;
    hold("result", expected.result, seen.result);
    hold("result_end", expected.result_end, seen.result_end);
  }

  void count() {
    const DotOutputs& seen = rtl_.outputs();
    result_.toggles.look(rtl_.inputs(), seen);
    if (feed_.valid() && seen.window_ready) {
      ++result_.windows;
      result_.dense_macs += source_.inputs() * source_.filters();
      if (setup_.progress && result_.windows % kProgressWindows == 0)
        setup_.progress(result_.windows, source_.windows());
    }
    if (seen.beat) {
      ++result_.beats;
      result_.macs += static_cast<std::uint64_t>(seen.lane_data.size()) -
                      static_cast<std::uint64_t>(std::count(seen.lane_data.begin(), seen.lane_data.end(), 0));
    }
    if (seen.result_valid && rtl_.inputs().result_ready) {
      ++result_.results;
      result_.cycles = cycle_ + 1;
    }
  }

  void end_cycle() {
    const DotOutputs& seen = rtl_.outputs();
    if (feed_.valid() && seen.window_ready) feed_.take();
    if (seen.result_valid && rtl_.inputs().result_ready && !expected_.empty()) expected_.pop_front();
    rtl_.clock();
    if (model_) model_->clock();
    ready_.forget(cycle_);
  }

  const CosimSetup setup_;
  WindowSource& source_;
  WindowFeed feed_;
  ReadyPattern ready_;
  DotTiming timing_;
  Station rtl_;
  std::optional<Station> model_;

  Cycles cycle_ = 0;
  Cycles enters_ = 0;  // of the window at the input
  // Of the group that windows are entering.
  std::size_t groups_ = 0;  // before it
  std::size_t channel_ = 0;
  std::vector<std::int64_t> sums_;  // [filter]
  std::deque<ExpectedResult> expected_;

  CosimResult result_;
  std::vector<CycleRecord> waveform_;  // a ring
  std::size_t oldest_ = 0;
};

}  // namespace

CosimResult cosimulate(WindowSource& source, VectorDot* model, VectorDot& rtl, const CosimSetup& setup) {
  return Cosimulation(source, model, rtl, setup).run();
}

}  // namespace sparsim
