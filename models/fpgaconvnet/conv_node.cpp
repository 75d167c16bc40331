#include "models/fpgaconvnet/conv_node.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <utility>

#include "models/core/error.h"
#include "models/core/timed_burst.h"

namespace sparsim {
// A power of two that is more than `depth`.
ConvNode::DateRing::DateRing(std::int64_t depth) {
  std::size_t size = 2;
  while (size <= static_cast<std::size_t>(depth)) size *= 2;
  dates_.resize(size);
}

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
      window_dates_(design.window_depth),
      window_places_(design.window_depth),
      result_dates_(design.result_depth),
      result_places_(design.result_depth) {
  if (design.weights_streamed) weights = std::make_unique<TimedIn<>>("weights", *this);
  // Streams of dense engines never differ.
  const std::size_t engines = design.engine == DotEngine::dense ? 1 : streams_;
  for (std::size_t e = 0; e < engines; ++e) engines_.push_back({DotTiming(design.crossbar(), filters_), 0, 0});
}

bool ConvNode::step() {
  SPARSIM_CHECK(!traced(), "{}: a fused node keeps no critical path", name());
  if (run()) return true;
  wake_at(output);
  wake_at(input);
  if (weights) wake_at(*weights);
  return false;
}

// Until all images are through, or it blocks: false.
bool ConvNode::run() {
  for (;;) {
    const bool sent = send_results(), over = image_ == images_;
    if (!sent || over) advance_slots(static_cast<std::int64_t>(window_depth_));
    if (!sent) return false;
    if (over) break;
    if (begun_ == emitted_) {
      pass_windows();
      advance_slots(steps_ - step_);  // those behind the group can pass
    }
    if (begun_ == emitted_) {
      if (input_over_ && joined_ == sent_) check_date(limit() + 1);
      return false;
    }
    begin_windows();
  }
  if (slot_image_ != images_ || joined_ != sent_) return false;
  advance_to(slot_clock_);  // words behind the last window are the last thing that it takes
  return true;
}

// Where there is one engine: a word completes a window, and this enters it at once. Not a row's first, nor the
// last of a group or of a run of slots: those take the general way.
void ConvNode::pass_windows() {
  const SlotRun& run = schedule_.runs[run_];
  if (engines_.size() != 1 || weights || run.reads == 0 || run.writes == 0 || window_ == 0) return;
  if (!engines_[0].timing.straight()) return;
  BurstIn in(input);
  DotTiming::Passes engine(engines_[0].timing);
  const std::int64_t most =
      std::min({run.count - slot_ - 1, steps_ - step_ - 1, static_cast<std::int64_t>(in.ready())});
  const Cycles last = limit();
  Cycles clock = slot_clock_, busy = 0;
  std::uint64_t window = begun_;
  const std::uint16_t* pass = passes_;
  for (std::int64_t n = 0; n < most; ++n, ++window, pass += streams_) {
    const Cycles date = std::max({clock, in.available(), window_places_[window - window_depth_]});
    if (date > last || *pass == 0) break;
    in.leave(date, clock);
    clock = date + 1;
    window_places_[window] = engine.begin(clock, *pass) + 1;
    busy += *pass;
  }
  const auto count = static_cast<std::int64_t>(window - begun_);
  emitted_ = begun_ = window;
  passes_ = pass;
  slot_ += count;
  window_ += count;
  step_ += count;
  slot_clock_ = clock;
  engines_[0].busy += busy;
}

// The line buffers, until so many windows wait for the engines, a word or a place is missing, the limit came, or
// nothing is left.
void ConvNode::advance_slots(std::int64_t most) {
  BurstIn in(input);
  std::optional<BurstIn> weight;
  if (weights) weight.emplace(*weights);
  most = std::min(most, static_cast<std::int64_t>(window_depth_));
  const Cycles last = limit();
  Cycles clock = slot_clock_;
  while (slot_image_ != images_) {
    const SlotRun& run = schedule_.runs[run_];
    const bool reads = run.reads != 0, writes = run.writes != 0;
    std::int64_t count = run.count - slot_;
    if (reads) count = std::min(count, static_cast<std::int64_t>(in.ready()));
    if (writes) count = std::min(count, most - static_cast<std::int64_t>(emitted_ - begun_));
    if (writes && weight) count = std::min(count, static_cast<std::int64_t>(weight->ready()));
    if (!reads && !writes) clock += count;
    for (std::int64_t n = 0; n < count && (reads || writes); ++n) {
      const Cycles there = reads ? std::max(clock, in.available()) : clock;
      Cycles date = there;
      if (writes) date = std::max(date, window_places_[emitted_ - window_depth_]);
      if (writes && weight) date = std::max(date, weight->available());
      if (date > last) {
        input_over_ = true;
        count = n;
        break;
      }
      if (reads) in.leave(date, clock);
      if (writes && weight) weight->leave(date, there);
      clock = date + 1;
      if (writes) window_dates_[emitted_++] = clock;
    }
    slot_ += count;
    if (slot_ < run.count) break;
    slot_ = 0;
    if (++run_ < schedule_.runs.size()) continue;
    run_ = 0;
    ++slot_image_;
  }
  slot_clock_ = clock;
}

// Windows of every stream enter its engines, as far as they are there, to the end of a group at the most.
void ConvNode::begin_windows() {
  while (begun_ != emitted_ && unsent_ == 0) {
    if (window_ == 0) {
      if (row_ == 0) windows_.load(image_);
      passes_ = windows_.passes(row_);
    }
    const bool last = ++step_ == steps_;
    if (last) {
      step_ = 0;
      unsent_ = filters_;
    }
    const Cycles arrival = window_dates_[begun_];
    Cycles first_entered = std::numeric_limits<Cycles>::max(), entered = 0;
    const std::uint16_t* pass = passes_;
    for (Engine& engine : engines_) {
      const Cycles date = engine.timing.begin(arrival, *pass, last);
      first_entered = std::min(first_entered, date);
      entered = std::max(entered, date);
      engine.busy += *pass++;
    }
    passes_ += streams_;
    window_places_[begun_++] = entered + 1;
    if (!image_begun_) {
      image_begun_ = true;
      image_start_ = first_entered;
    }
    if (++window_ < row_windows_) continue;
    window_ = 0;
    if (++row_ < image_rows_) continue;
    row_ = 0;
    ++image_;
  }
}

// What has to leave the engines, as far as there is room. False: not all of it did.
bool ConvNode::send_results() { return streams_ == 1 ? send_directly() : send_to_join(); }

bool ConvNode::send_directly() {
  if (unsent_ == 0) return true;
  BurstOut out(output);
  Engine& engine = engines_[0];
  DotTiming& timing = engine.timing;
  const auto send = [&](Cycles valid) {
    const Cycles date = std::max(valid, out.freed());
    check_date(date);
    out.enter(date, latency_, valid);
    engine.stalled += date - valid;
    return date;
  };
  const std::int64_t early = std::min(timing.early_results(), static_cast<std::int64_t>(out.ready()));
  if (early > 0) {
    Cycles date = send(timing.result_valid());
    for (std::int64_t n = 1; n < early; ++n) date = send(date + timing.stride());
    timing.sent_early(early, date);
    unsent_ -= early;
    count_left(early, date);
  }
  while (unsent_ > 0 && out.ready() != 0) {
    const Cycles date = send(timing.result_valid());
    timing.sent(date);
    count_sent();
    count_left(1, date);
  }
  return unsent_ == 0;
}

bool ConvNode::send_to_join() {
  do {
    gather_early();
    while (unsent_ > 0 && sent_ - joined_ < result_depth_) {
      const Cycles place = result_places_[sent_ - result_depth_];
      Cycles all = 0;
      for (Engine& engine : engines_) {
        const Cycles valid = engine.timing.result_valid(), date = std::max(valid, place);
        engine.timing.sent(date);
        engine.stalled += date - valid;
        all = std::max(all, date + 1);
      }
      result_dates_[sent_++] = all;
      count_sent();
    }
  } while (join_results() && unsent_ > 0);
  return unsent_ == 0;
}

// Results that are early in all engines: stream by stream. Streams whose results are valid at the same dates send
// alike.
void ConvNode::gather_early() {
  auto count = static_cast<std::int64_t>(result_depth_ - (sent_ - joined_));
  for (const Engine& engine : engines_) count = std::min(count, engine.timing.early_results());
  if (unsent_ == 0 || count <= 0) return;
  const std::uint64_t first = sent_, end = first + static_cast<std::uint64_t>(count), depth = result_depth_;
  const DateRing::View dates = result_dates_.view(), places = result_places_.view();
  for (std::uint64_t result = first; result != end; ++result) dates[result] = 0;
  Cycles sent_valid = -1, sent_stride = 0, stalled = 0, date = 0;
  for (Engine& engine : engines_) {
    const Cycles stride = engine.timing.stride();
    Cycles valid = engine.timing.result_valid();
    if (valid != sent_valid || stride != sent_stride) {
      sent_valid = valid;
      sent_stride = stride;
      stalled = 0;
      for (std::uint64_t result = first; result != end; ++result) {
        date = std::max(valid, places[result - depth]);
        stalled += date - valid;
        dates[result] = std::max(dates[result], date + 1);
        valid = date + stride;
      }
    }
    engine.timing.sent_early(count, date);
    engine.stalled += stalled;
  }
  sent_ = end;
  unsent_ -= count;
}

// The join, as far as there are results and room: whether it moved. A burst ends with its image.
bool ConvNode::join_results() {
  const std::uint64_t before = joined_;
  if (before == sent_) return false;
  BurstOut out(output);
  const DateRing::View dates = result_dates_.view(), places = result_places_.view();
  const Cycles last = limit(), latency = latency_;
  while (joined_ != sent_ && out.ready() != 0) {
    const auto most = std::min({static_cast<std::int64_t>(sent_ - joined_), static_cast<std::int64_t>(out.ready()),
                                image_results_ - results_left_});
    const std::uint64_t first = joined_;
    Cycles clock = join_clock_;
    std::int64_t count = 0;
    for (; count < most; ++count) {
      const std::uint64_t result = first + static_cast<std::uint64_t>(count);
      const Cycles there = std::max(clock, dates[result]), date = std::max(there, out.freed());
      if (count == 0)
        check_date(date);
      else if (date > last)
        break;
      out.enter(date, latency, there);
      clock = date + 1;
      places[result] = clock;
    }
    joined_ += static_cast<std::uint64_t>(count);
    join_clock_ = clock;
    count_left(count, clock - 1);
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

// Results left the node, the last of them at this date.
void ConvNode::count_left(std::int64_t results, Cycles date) {
  results_left_ += results;
  if (results_left_ < image_results_) return;
  results_left_ = 0;
  NodeImage image = leaving_.front();
  leaving_.erase(leaving_.begin());
  image.end = date + 1;
  image.buckets.waiting_input = image.end - image.start - image.buckets.total();
  log_.push_back(image);
}

}  // namespace sparsim
