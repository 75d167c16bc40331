#include "models/fpgaconvnet/conv_node.h"

#include <algorithm>
#include <limits>
#include <utility>

#include "models/core/error.h"

namespace sparsim {
namespace {

// A ring that holds `depth` dates behind the newest one.
std::vector<Cycles> ring(std::int64_t depth) {
  std::size_t size = 2;
  while (size <= static_cast<std::size_t>(depth)) size *= 2;
  return std::vector<Cycles>(size, 0);
}

Cycles& at(std::vector<Cycles>& dates, std::uint64_t item) {
  return dates[static_cast<std::size_t>(item) & (dates.size() - 1)];
}

}  // namespace

struct ConvNode::Ports {
  explicit Ports(ConvNode& node) : in(node.input), out(node.output) {
    if (node.weights) weights.emplace(*node.weights);
  }
  BurstIn in;
  std::optional<BurstIn> weights;
  BurstOut out;
};

ConvNode::ConvNode(const sc_core::sc_module_name& name, const ConvDesign& design, const Workload& workload,
                   std::size_t layer, ChannelOrder order, Cycles latency, std::size_t images)
    : TimedProcess(name),
      design_(design),
      schedule_(window_slots(design.shape, design.groups() * design.steps())),
      latency_(latency),
      images_(images),
      windows_(design, workload, layer, std::move(order)),
      window_dates_(ring(design.window_depth)),
      window_places_(ring(design.window_depth)),
      result_dates_(ring(design.result_depth)),
      result_places_(ring(design.result_depth)) {
  if (design.weights_streamed) weights = std::make_unique<TimedIn<>>("weights", *this);
  // Streams of dense engines never differ.
  const std::int64_t streams = design.engine == DotEngine::dense ? 1 : design.streams();
  for (std::int64_t s = 0; s < streams; ++s) engines_.push_back({DotTiming(design.crossbar(), design.filters()), 0, 0});
}

bool ConvNode::step() {
  SPARSIM_CHECK(!traced(), "{}: a fused node keeps no critical path", name());
  {
    Ports ports(*this);
    if (run(ports)) return true;
  }
  wake_at(output);
  wake_at(input);
  if (weights) wake_at(*weights);
  return false;
}

// Until it blocks: false; or until all images are through.
bool ConvNode::run(Ports& ports) {
  for (;;) {
    if (!send_results(ports)) {
      while (window_fits() && emit_window(ports)) {
      }
      return false;
    }
    if (image_ == images_) break;
    if (begun_ == emitted_ && !emit_window(ports)) {
      if (input_over_) check_date(limit() + 1);
      return false;
    }
    begin_window();
  }
  const bool swept = run_slots(ports, std::numeric_limits<std::uint64_t>::max());
  return swept && joined_ == sent_;
}

// Slots until a window is in its FIFO. False: a word is missing, the limit came, or all windows are out.
bool ConvNode::emit_window(Ports& ports) {
  const std::uint64_t before = emitted_;
  run_slots(ports, before + 1);
  return emitted_ != before;
}

// Slots until `windows` are in their FIFO in all, or none is left.
bool ConvNode::run_slots(Ports& ports, std::uint64_t windows) {
  while (slot_image_ < images_) {
    const SlotRun& run = schedule_.runs[run_];
    if (run.reads == 0 && run.writes == 0) {
      slot_clock_ += run.count;
      slot_ = run.count;
    }
    for (; slot_ < run.count; ++slot_) {
      if (emitted_ == windows) return true;
      if ((run.reads != 0 && ports.in.ready() == 0) ||
          (run.writes != 0 && ports.weights && ports.weights->ready() == 0))
        return false;
      Cycles date = slot_clock_;
      if (run.reads != 0) date = std::max(date, ports.in.available());
      if (run.writes != 0) {
        if (ports.weights) date = std::max(date, ports.weights->available());
        date = std::max(date, at(window_places_, emitted_ - static_cast<std::uint64_t>(design_.window_depth)));
      }
      if (date > limit()) {
        input_over_ = true;
        return false;
      }
      if (run.reads != 0) ports.in.leave(date, slot_clock_);
      if (run.writes != 0) {
        if (ports.weights) ports.weights->leave(date, slot_clock_);
        at(window_dates_, emitted_++) = date + 1;
      }
      slot_clock_ = date + 1;
    }
    slot_ = 0;
    if (++run_ < schedule_.runs.size()) continue;
    run_ = 0;
    ++slot_image_;
  }
  return true;
}

// The next window of every stream enters its engines.
void ConvNode::begin_window() {
  if (window_ == 0) {
    if (row_ == 0) windows_.load(image_);
    passes_ = windows_.passes(row_);
  }
  const bool last = ++step_ == design_.steps();
  if (last) step_ = 0;
  const Cycles arrival = at(window_dates_, begun_);
  const std::uint16_t* const passes = passes_ + window_ * design_.streams();
  Cycles entered = 0;
  for (std::size_t s = 0; s < engines_.size(); ++s) {
    entered = std::max(entered, engines_[s].timing.begin(arrival, passes[s], last));
    engines_[s].busy += passes[s];
  }
  at(window_places_, begun_++) = entered + 1;
  if (!image_begun_) {
    image_begun_ = true;
    image_start_ = entered;
  }
  if (last) unsent_ = design_.filters();
  if (++window_ < windows_.per_row()) return;
  window_ = 0;
  if (++row_ < design_.shape.output.height) return;
  row_ = 0;
  ++image_;
}

// What has to leave the engines, as far as there is room. False: not all of it did.
bool ConvNode::send_results(Ports& ports) {
  if (design_.streams() == 1) {
    DotTiming& timing = engines_[0].timing;
    while (unsent_ > 0) {
      if (ports.out.ready() == 0) return false;
      const Cycles valid = timing.result_valid(), date = std::max(valid, ports.out.freed());
      check_date(date);
      ports.out.enter(date, latency_, valid);
      timing.sent(date);
      engines_[0].stalled += date - valid;
      count_sent();
      count_left(date);
    }
    return true;
  }
  do {
    while (unsent_ > 0 && sent_ - joined_ < static_cast<std::uint64_t>(design_.result_depth)) {
      const Cycles place = at(result_places_, sent_ - static_cast<std::uint64_t>(design_.result_depth));
      Cycles all = 0;
      for (Engine& engine : engines_) {
        const Cycles valid = engine.timing.result_valid(), date = std::max(valid, place);
        engine.timing.sent(date);
        engine.stalled += date - valid;
        all = std::max(all, date + 1);
      }
      at(result_dates_, sent_++) = all;
      count_sent();
    }
  } while (join_results(ports) && unsent_ > 0);
  return unsent_ == 0;
}

// The join, as far as there are results and room. Whether it moved.
bool ConvNode::join_results(Ports& ports) {
  const Cycles latency = design_.join_latency() + latency_;
  const std::uint64_t before = joined_;
  while (joined_ != sent_ && ports.out.ready() != 0) {
    const Cycles there = std::max(join_clock_, at(result_dates_, joined_));
    const Cycles date = std::max(there, ports.out.freed());
    check_date(date);
    ports.out.enter(date, latency, there);
    at(result_places_, joined_++) = date + 1;
    join_clock_ = date + 1;
    count_left(date);
  }
  return joined_ != before;
}

// A result of the group at hand was sent. Behind the last one of an image, what its engines did is known.
void ConvNode::count_sent() {
  if (--unsent_ > 0 || row_ != 0 || window_ != 0) return;
  const auto most = std::max_element(engines_.begin(), engines_.end(),
                                     [](const Engine& a, const Engine& b) { return a.busy < b.busy; });
  NodeImage image;
  image.start = image_start_;
  image.buckets.busy = most->busy * design_.filters();
  image.buckets.waiting_output = most->stalled;
  leaving_.push_back(image);
  for (Engine& engine : engines_) engine.busy = engine.stalled = 0;
  image_begun_ = false;
}

// A result left the node.
void ConvNode::count_left(Cycles date) {
  if (++results_left_ < design_.filters() * design_.groups() * design_.shape.output.pixels()) return;
  results_left_ = 0;
  NodeImage image = leaving_.front();
  leaving_.erase(leaving_.begin());
  image.end = date + 1;
  image.buckets.waiting_input = image.end - image.start - image.buckets.total();
  log_.push_back(image);
}

}  // namespace sparsim
