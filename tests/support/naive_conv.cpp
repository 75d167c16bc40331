#include "tests/support/naive_conv.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "models/crossbar/vector_dot_step.h"

namespace sparsim::naive {
namespace {

class SparseEngine final : public Dot {
 public:
  SparseEngine(const CrossbarShape& shape, std::int64_t filters) : dot_(shape) {
    dot_.reset(static_cast<std::uint32_t>(filters));
    pins_.weight.assign(static_cast<std::size_t>(shape.inputs), 1);
  }
  DotPins evaluate(bool window_valid, const Window& window, bool result_ready) override {
    pins_.window_valid = window_valid;
    pins_.window = window.operands;
    pins_.last = window.last;
    pins_.result_ready = result_ready;
    const DotOutputs& seen = dot_.evaluate(pins_);
    return {seen.window_ready, seen.result_valid};
  }
  void clock() override { dot_.clock(); }

 private:
  SparseDotStep dot_;
  DotInputs pins_;
};

std::unique_ptr<Dot> engine(const ConvDesign& design) {
  if (design.engine == DotEngine::dense)
    return std::make_unique<DenseEngine>(design.operands(), design.folding.fine, design.filters());
  const CrossbarShape shape{static_cast<int>(design.operands()), static_cast<int>(design.folding.fine),
                            design.skip_zero_window};
  return sparse_engine(shape, design.filters());
}

}  // namespace

std::unique_ptr<Dot> sparse_engine(const CrossbarShape& shape, std::int64_t filters) {
  return std::make_unique<SparseEngine>(shape, filters);
}

// Operands and products are registered, then a register a level of the adder tree (rtl/multiply_accumulate.sv).
DenseEngine::DenseEngine(std::int64_t operands, std::int64_t lanes, std::int64_t filters)
    : beats_(ceil_div(operands, lanes)), filters_(filters), sends_(2) {
  for (std::int64_t terms = lanes; terms > 1; terms = ceil_div(terms, 2)) sends_.push_back(false);
}

DotPins DenseEngine::evaluate(bool window_valid, const Window& window, bool result_ready) {
  moves_ = !result_ || result_ready;  // the pipeline stands still as a whole
  pass_ends_ = beat_ == beats_ - 1;
  const bool window_ready = !busy_ || (moves_ && pass_ends_ && pass_ == filters_ - 1);
  enters_ = window_valid && window_ready;
  entering_last_ = window.last;
  free_ = window_ready;
  return {window_ready, result_};
}

void DenseEngine::clock() {
  if (moves_) {
    result_ = sends_.back();
    sends_.pop_back();
    sends_.insert(sends_.begin(), busy_ && last_ && pass_ends_);
    if (busy_) {
      if (pass_ends_) ++pass_;
      beat_ = pass_ends_ ? 0 : beat_ + 1;
    }
  }
  if (free_) busy_ = false;
  if (!enters_) return;
  busy_ = true;
  beat_ = pass_ = 0;
  last_ = entering_last_;
}

std::vector<Window> windows(const ConvDesign& design, const Workload& workload, std::size_t layer,
                            const std::vector<std::int64_t>& order, std::int64_t stream, std::size_t images) {
  const WindowShape& s = design.shape;
  std::vector<Window> found;
  for (std::size_t image = 0; image < images; ++image) {
    const BitMask mask = workload.nonzero(image % workload.images(), layer);
    const auto value = [&](std::int64_t y, std::int64_t x, std::int64_t position) {
      if (y < 0 || y >= s.input.height || x < 0 || x >= s.input.width) return std::int16_t{0};
      const std::int64_t channel = order.empty() ? position : order[static_cast<std::size_t>(position)];
      const std::int64_t index = (y * s.input.width + x) * s.input.channels + channel;
      return static_cast<std::int16_t>(mask.test(static_cast<std::size_t>(index)));
    };
    for (std::int64_t oy = 0; oy < s.output.height; ++oy)
      for (std::int64_t ox = 0; ox < s.output.width; ++ox)
        for (std::int64_t group = 0; group < design.groups(); ++group)
          for (std::int64_t step = 0; step < design.steps(); ++step) {
            const std::int64_t y = oy * s.stride_h - s.pad_top, x = ox * s.stride_w - s.pad_left;
            Window window;
            window.last = step == design.steps() - 1;
            if (design.clustered()) {
              for (std::int64_t i = 0; i < design.folding.coarse_in; ++i)
                window.operands.push_back(value(y, x, design.channel(stream, group, step, i)));
            } else {
              for (std::int64_t ky = 0; ky < s.kernel_h; ++ky)
                for (std::int64_t kx = 0; kx < s.kernel_w; ++kx)
                  window.operands.push_back(
                      value(y + ky * s.dilation_h, x + kx * s.dilation_w, design.channel(stream, group, step, 0)));
            }
            found.push_back(std::move(window));
          }
  }
  return found;
}

Engine::Engine(const sc_core::sc_module_name& name, Clock& clock, std::unique_ptr<Dot> dot, std::vector<Window> all,
               std::int64_t filters, Fifo& in, Fifo& out, Cycles latency)
    : Part(name, clock), dot_(std::move(dot)), windows_(std::move(all)), in_(in), out_(out), latency_(latency) {
  for (const Window& window : windows_)
    if (window.last) results_ += static_cast<std::size_t>(filters);
}

void Engine::act() {
  const bool window_valid = in_.has_word(), result_ready = out_.has_room();
  const Window& window = windows_[std::min(in_.reads().size(), windows_.size() - 1)];
  const DotPins pins = dot_->evaluate(window_valid, window, result_ready);
  if (window_valid && pins.window_ready) in_.read();
  if (pins.result_valid && result_ready) out_.write(latency_);
  if (pins.result_valid && !result_ready) out_.stall();
  dot_->clock();
}

Conv::Conv(const sc_core::sc_module_name& name, Clock& clock, const ConvDesign& design, const Workload& workload,
           std::size_t layer, const std::vector<std::int64_t>& order, Cycles latency, std::size_t images, Fifo& input,
           Fifo* weights, Fifo& output)
    : sc_module(name) {
  const std::int64_t streams = design.streams();
  const auto fifos = [&](const char* kind, std::int64_t depth) {
    std::vector<std::unique_ptr<Fifo>> made;
    for (std::int64_t s = 0; s < streams; ++s)
      made.push_back(
          std::make_unique<Fifo>(fmt::format("{}_{}", kind, s).c_str(), clock, static_cast<std::size_t>(depth)));
    return made;
  };
  const auto pointers = [](const std::vector<std::unique_ptr<Fifo>>& owned) {
    std::vector<Fifo*> found;
    for (const auto& fifo : owned) found.push_back(fifo.get());
    return found;
  };

  // A slot that completes a window writes it to all streams, and takes a token of weights.
  window_fifos_ = fifos("windows", design.window_depth);
  SlotSchedule slots = window_slots(design.shape, design.groups() * design.steps());
  std::vector<Fifo*> inputs{&input};
  if (weights) inputs.push_back(weights);
  for (SlotRun& run : slots.runs) {
    if (run.writes == 0) continue;
    run.writes = static_cast<std::uint32_t>((std::uint64_t{1} << streams) - 1);
    if (weights) run.reads |= 2;
  }
  line_buffers_ = std::make_unique<SlotNode>("line_buffers", clock, slots, inputs, pointers(window_fifos_), 0, images);

  const bool joined = streams > 1;
  if (joined) {
    result_fifos_ = fifos("results", design.result_depth);
    const std::int64_t results = design.shape.output.elements() / design.out_streams();
    join_ = std::make_unique<SlotNode>("join", clock, join_slots(results, static_cast<int>(streams)),
                                       pointers(result_fifos_), std::vector<Fifo*>{&output},
                                       design.join_latency() + latency, images);
  }
  for (std::int64_t s = 0; s < streams; ++s) {
    const auto i = static_cast<std::size_t>(s);
    engines_.push_back(std::make_unique<Engine>(
        fmt::format("engine_{}", s).c_str(), clock, engine(design), windows(design, workload, layer, order, s, images),
        design.filters(), *window_fifos_[i], joined ? *result_fifos_[i] : output, joined ? 0 : latency));
  }
}

}  // namespace sparsim::naive
