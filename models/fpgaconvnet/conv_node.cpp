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
      schedule_(window_slots(design.shape, design.groups() * design.steps())),
      images_(images),
      streams_(static_cast<std::size_t>(design.streams())),
      steps_(design.steps()),
      filters_(design.filters()),
      image_rows_(design.shape.output.height),
      image_results_(design.filters() * design.groups() * design.shape.output.pixels()),
      window_depth_(static_cast<std::uint64_t>(design.window_depth)),
      result_depth_(static_cast<std::uint64_t>(design.result_depth)),
      latency_(latency + (design.streams() == 1 ? 0 : design.join_latency())),
      windows_(design, workload, layer, std::move(order)),
      row_windows_(windows_.per_row()),
      window_dates_(ring(design.window_depth)),
      window_places_(ring(design.window_depth)),
      result_dates_(ring(design.result_depth)),
      result_places_(ring(design.result_depth)) {
  if (design.weights_streamed) weights = std::make_unique<TimedIn<>>("weights", *this);
  // Streams of dense engines never differ.
  const std::size_t engines = design.engine == DotEngine::dense ? 1 : streams_;
  for (std::size_t e = 0; e < engines; ++e) engines_.push_back({DotTiming(design.crossbar(), filters_), 0, 0});
  next_valid_.resize(engines);
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

// Until all images are through, or it blocks: false.
bool ConvNode::run(Ports& ports) {
  for (;;) {
    if (!send_results(ports)) {
      while (emitted_ - begun_ < window_depth_ && advance_slot(ports)) {
      }
      return false;
    }
    if (image_ == images_) break;
    if (begun_ == emitted_ && !next_window(ports)) {
      if (input_over_ && joined_ == sent_) check_date(limit() + 1);
      return false;
    }
    begin_window();
  }
  while (advance_slot(ports)) {
  }
  if (slot_image_ != images_ || joined_ != sent_) return false;
  advance_to(slot_clock_);  // words behind the last window are the last thing that it takes
  return true;
}

// Slots until a window is in its FIFO. False: a word is missing, or the limit came.
bool ConvNode::next_window(Ports& ports) {
  const std::uint64_t before = emitted_;
  while (emitted_ == before)
    if (!advance_slot(ports)) return false;
  return true;
}

// A slot, or at once a run of those that only pass time. False: a word is missing, the limit came, or none is left.
bool ConvNode::advance_slot(Ports& ports) {
  if (slot_image_ == images_) return false;
  const SlotRun& run = schedule_.runs[run_];
  const bool reads = run.reads != 0, writes = run.writes != 0;
  if (!reads && !writes) {
    slot_clock_ += run.count;
    slot_ = run.count;
  } else {
    Cycles date = slot_clock_;
    if (reads) {
      if (ports.in.ready() == 0) return false;
      date = std::max(date, ports.in.available());
    }
    const Cycles there = date;
    if (writes) {
      if (ports.weights) {
        if (ports.weights->ready() == 0) return false;
        date = std::max(date, ports.weights->available());
      }
      date = std::max(date, at(window_places_, emitted_ - window_depth_));
    }
    if (date > limit()) {
      input_over_ = true;
      return false;
    }
    if (reads) ports.in.leave(date, slot_clock_);
    if (writes) {
      if (ports.weights) ports.weights->leave(date, there);
      at(window_dates_, emitted_++) = date + 1;
    }
    slot_clock_ = date + 1;
    ++slot_;
  }
  if (slot_ < run.count) return true;
  slot_ = 0;
  if (++run_ < schedule_.runs.size()) return true;
  run_ = 0;
  ++slot_image_;
  return true;
}

// The next window of every stream enters its engines.
void ConvNode::begin_window() {
  if (window_ == 0) {
    if (row_ == 0) windows_.load(image_);
    passes_ = windows_.passes(row_);
  }
  const bool last = ++step_ == steps_;
  if (last) {
    step_ = 0;
    unsent_ = filters_;
  }
  const Cycles arrival = at(window_dates_, begun_);
  Cycles first_entered = std::numeric_limits<Cycles>::max(), entered = 0;
  const std::uint16_t* pass = passes_;
  for (Engine& engine : engines_) {
    const Cycles date = engine.timing.begin(arrival, *pass, last);
    first_entered = std::min(first_entered, date);
    entered = std::max(entered, date);
    engine.busy += *pass++;
  }
  passes_ += streams_;
  at(window_places_, begun_++) = entered + 1;
  if (!image_begun_) {
    image_begun_ = true;
    image_start_ = first_entered;
  }
  if (++window_ < row_windows_) return;
  window_ = 0;
  if (++row_ < image_rows_) return;
  row_ = 0;
  ++image_;
}

// What has to leave the engines, as far as there is room. False: not all of it did.
bool ConvNode::send_results(Ports& ports) { return streams_ == 1 ? send_directly(ports) : send_to_join(ports); }

bool ConvNode::send_directly(Ports& ports) {
  Engine& engine = engines_[0];
  while (unsent_ > 0) {
    if (ports.out.ready() == 0) return false;
    if (engine.timing.unhindered()) send_in_time(ports);
    if (ports.out.ready() == 0) return false;
    const Cycles valid = engine.timing.result_valid(), date = std::max(valid, ports.out.freed());
    check_date(date);
    ports.out.enter(date, latency_, valid);
    engine.timing.sent(date);
    engine.stalled += date - valid;
    count_sent();
    count_left(date);
  }
  return true;
}

// Results that find room as soon as they are valid, at once; the last one of a group is left to the caller.
void ConvNode::send_in_time(Ports& ports) {
  DotTiming& timing = engines_[0].timing;
  const Cycles stride = timing.stride(), last = limit();
  const std::int64_t most = std::min(unsent_ - 1, static_cast<std::int64_t>(ports.out.ready()));
  Cycles date = timing.result_valid();
  std::int64_t count = 0;
  for (; count < most && ports.out.freed() <= date && date <= last; ++count, date += stride)
    ports.out.enter(date, latency_, date);
  timing.sent_in_time(count);
  unsent_ -= count;
  results_left_ += count;
}

bool ConvNode::send_to_join(Ports& ports) {
  do {
    gather_in_time();
    while (unsent_ > 0 && sent_ - joined_ < result_depth_) {
      const Cycles place = at(result_places_, sent_ - result_depth_);
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

// The same towards the join.
void ConvNode::gather_in_time() {
  for (std::size_t e = 0; e < engines_.size(); ++e) {
    const DotTiming& timing = engines_[e].timing;
    if (!timing.unhindered()) return;
    next_valid_[e] = {timing.result_valid(), timing.stride()};
  }
  const std::int64_t most = std::min(unsent_ - 1, static_cast<std::int64_t>(result_depth_ - (sent_ - joined_)));
  std::int64_t count = 0;
  for (; count < most; ++count) {
    const Cycles place = at(result_places_, sent_ - result_depth_);
    Cycles all = 0, first = std::numeric_limits<Cycles>::max();
    for (auto& [valid, stride] : next_valid_) {
      all = std::max(all, valid);
      first = std::min(first, valid);
      valid += stride;
    }
    if (first < place) break;
    at(result_dates_, sent_++) = all + 1;
  }
  for (Engine& engine : engines_) engine.timing.sent_in_time(count);
  unsent_ -= count;
}

// The join, as far as there are results and room. Whether it moved.
bool ConvNode::join_results(Ports& ports) {
  const std::uint64_t before = joined_;
  while (joined_ != sent_ && ports.out.ready() != 0) {
    const Cycles there = std::max(join_clock_, at(result_dates_, joined_));
    const Cycles date = std::max(there, ports.out.freed());
    check_date(date);
    ports.out.enter(date, latency_, there);
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
  image.buckets.busy = most->busy * filters_;
  image.buckets.waiting_output = most->stalled;
  leaving_.push_back(image);
  for (Engine& engine : engines_) engine.busy = engine.stalled = 0;
  image_begun_ = false;
}

// A result left the node.
void ConvNode::count_left(Cycles date) {
  if (++results_left_ < image_results_) return;
  results_left_ = 0;
  NodeImage image = leaving_.front();
  leaving_.erase(leaving_.begin());
  image.end = date + 1;
  image.buckets.waiting_input = image.end - image.start - image.buckets.total();
  log_.push_back(image);
}

}  // namespace sparsim
