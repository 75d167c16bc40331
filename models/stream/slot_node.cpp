#include "models/stream/slot_node.h"

#include <algorithm>
#include <array>
#include <bitset>
#include <utility>

#include "models/core/timed_burst.h"

namespace sparsim {
namespace {

template <class Port>
auto make_port(TimedProcess& process) {
  return [&process](const char* name, std::size_t) { return new Port(name, process); };  // the sc_vector's own
}

// Two bits at most are the common case, and no processor is taken to count bits.
int count_set(std::uint32_t mask) {
  return static_cast<int>(mask < 4 ? mask - (mask >> 1) : std::bitset<32>(mask).count());
}

std::size_t nth_set(std::uint32_t mask, std::size_t n) {
  std::size_t i = 0;
  for (;; ++i)
    if ((mask >> i & 1u) != 0 && n-- == 0) return i;
}

}  // namespace

SlotNode::SlotNode(const sc_core::sc_module_name& name, SlotSchedule schedule, int input_count, int output_count,
                   Cycles latency, std::size_t images)
    : TimedProcess(name), schedule_(std::move(schedule)), latency_(latency), images_left_(images) {
  inputs.init(static_cast<unsigned>(input_count), make_port<TimedIn<>>(*this));
  outputs.init(static_cast<unsigned>(output_count), make_port<TimedOut<>>(*this));
}

bool SlotNode::step() {
  const bool through = !traced() && inputs.size() == 1 && outputs.size() == 1;
  while (images_left_ > 0) {
    if (!(through ? slots_through() : slots(schedule_.runs[run_]))) return false;
    end_run();
  }
  return true;
}

void SlotNode::end_run() {
  done_ = 0;
  if (++run_ < schedule_.runs.size()) return;
  run_ = 0;
  if (++repeat_ < schedule_.repeats) return;
  repeat_ = 0;
  --images_left_;
  image_.end = now();
  log_.push_back(image_);
  started_ = false;
}

// One input, one output: run after run to the end of the last run of an image, with the ports' counters in registers
// all the way. False where it blocks.
bool SlotNode::slots_through() {
  const auto look = [this](auto& port) {
    if (port.ready() == 0) wake_at(port);
  };
  {
    BurstIn in(inputs[0]);
    BurstOut out(outputs[0]);
    const Cycles last = limit();
    Cycles clock = now();
    CycleBuckets spent;
    for (;;) {
      const SlotRun run = schedule_.runs[run_];
      const bool reads = run.reads != 0, writes = run.writes != 0;
      std::int64_t count = run.count - done_;
      if (reads) count = std::min(count, static_cast<std::int64_t>(in.ready()));
      if (writes) count = std::min(count, static_cast<std::int64_t>(out.ready()));
      if (!reads && !writes) {
        begin(clock);
        clock += count;
      }
      for (std::int64_t n = 0; n < count && (reads || writes); ++n) {
        const Cycles there = reads ? std::max(clock, in.available()) : clock;
        const Cycles date = writes ? std::max(there, out.freed()) : there;
        if (date > last) {
          count = n;
          break;
        }
        if (reads) in.leave(date, clock);
        if (writes) out.enter(date, latency_, there);
        if (started_) {
          spent.waiting_input += there - clock;
          spent.waiting_output += date - there;
        } else {
          begin(date);
        }
        clock = date + 1;
      }
      spent.busy += count;
      done_ += count;
      const bool image_ends = run_ + 1 == schedule_.runs.size() && repeat_ + 1 == schedule_.repeats;
      if (done_ < run.count || image_ends) break;
      end_run();
    }
    advance_to(clock);
    image_.buckets.busy += spent.busy;
    image_.buckets.waiting_input += spent.waiting_input;
    image_.buckets.waiting_output += spent.waiting_output;
  }
  const SlotRun& run = schedule_.runs[run_];
  if (done_ == run.count) return true;
  const bool blocked = (run.reads != 0 && inputs[0].ready() == 0) || (run.writes != 0 && outputs[0].ready() == 0);
  if (!blocked) check_date(limit() + 1);  // the limit came
  if (run.writes != 0) look(outputs[0]);
  if (run.reads != 0) look(inputs[0]);
  return false;
}

// The rest of the run; false where it blocks.
bool SlotNode::slots(const SlotRun& run) {
  if (run.reads == 0 && run.writes == 0) {
    const Cycles count = run.count - done_;
    begin(now());
    advance(count);
    image_.buckets.busy += count;
    return true;
  }
  while (done_ < run.count) {
    const std::int64_t before = done_;
    burst_of(run);
    if (done_ == before) return false;
  }
  return true;
}

// As many slots as can be, or one where so many ports have no burst of their own.
void SlotNode::burst_of(const SlotRun& run) {
  if (traced()) return slot(run);
  switch (4 * count_set(run.reads) + count_set(run.writes)) {
    case 1:
      return burst<0, 1>(run);
    case 2:
      return burst<0, 2>(run);
    case 4:
      return burst<1, 0>(run);
    case 5:
      return burst<1, 1>(run);
    case 6:
      return burst<1, 2>(run);
    case 8:
      return burst<2, 0>(run);
    case 9:
      return burst<2, 1>(run);
    default:
      return slot(run);
  }
}

void SlotNode::begin(Cycles date) {
  if (started_) return;
  started_ = true;
  image_ = {date, date, {}};
}

// Wakes are asked for at every port that is not ready: a step costs more than a look at one of them too many.
bool SlotNode::ready(const SlotRun& run) {
  bool all = true;
  const auto look = [&](auto& ports, std::uint32_t mask) {
    for (std::size_t i = 0; mask >> i != 0; ++i) {
      if ((mask >> i & 1u) == 0 || ports[i].ready() != 0) continue;
      wake_at(ports[i]);
      all = false;
    }
  };
  look(outputs, run.writes);
  look(inputs, run.reads);
  return all;
}

void SlotNode::slot(const SlotRun& run) {
  if (!ready(run)) return;
  const auto each = [](auto& ports, std::uint32_t mask, auto&& act) {
    for (std::size_t i = 0; mask >> i != 0; ++i)
      if ((mask >> i & 1u) != 0) act(ports[i]);
  };
  const Cycles asked = now();
  each(inputs, run.reads, [](TimedIn<>& in) { in.front(); });
  const Cycles there = now();
  each(outputs, run.writes, [](TimedOut<>& out) { out.claim(); });
  if (started_) {
    image_.buckets.waiting_input += there - asked;
    image_.buckets.waiting_output += now() - there;
  }
  begin(now());
  ++image_.buckets.busy;
  each(inputs, run.reads, [](TimedIn<>& in) { in.pop(); });
  each(outputs, run.writes, [this](TimedOut<>& out) { out.write_after(latency_); });
  advance(1);
  ++done_;
}

template <std::size_t kInputs, std::size_t kOutputs>
void SlotNode::burst(const SlotRun& run) {
  burst(run, std::make_index_sequence<kInputs>(), std::make_index_sequence<kOutputs>());
}

// As many slots at once as there are words and places, with the ports' counters in registers.
template <std::size_t... kIn, std::size_t... kOut>
void SlotNode::burst(const SlotRun& run, std::index_sequence<kIn...>, std::index_sequence<kOut...>) {
  if (!ready(run)) return;
  std::array<BurstIn, sizeof...(kIn)> in{BurstIn(inputs[nth_set(run.reads, kIn)])...};
  std::array<BurstOut, sizeof...(kOut)> out{BurstOut(outputs[nth_set(run.writes, kOut)])...};
  auto count = static_cast<std::size_t>(run.count - done_);
  for (const BurstIn& port : in) count = std::min(count, port.ready());
  for (const BurstOut& port : out) count = std::min(count, port.ready());
  Cycles clock = now(), input_wait = 0, output_wait = 0;
  const Cycles last = limit();
  std::size_t n = 0;
  for (; n < count; ++n) {
    std::array<Cycles, sizeof...(kIn)> asked_in;
    std::array<Cycles, sizeof...(kOut)> asked_out;
    Cycles date = clock;
    for (std::size_t i = 0; i < in.size(); ++i) {
      asked_in[i] = date;
      date = std::max(date, in[i].available());
    }
    const Cycles there = date;
    for (std::size_t i = 0; i < out.size(); ++i) {
      asked_out[i] = date;
      date = std::max(date, out[i].freed());
    }
    if (n == 0)
      check_date(date);
    else if (date > last)
      break;
    for (std::size_t i = 0; i < in.size(); ++i) in[i].leave(date, asked_in[i]);
    for (std::size_t i = 0; i < out.size(); ++i) out[i].enter(date, latency_, asked_out[i]);
    if (started_) {
      input_wait += there - clock;
      output_wait += date - there;
    } else {
      begin(date);
    }
    clock = date + 1;
  }
  image_.buckets.busy += static_cast<Cycles>(n);
  image_.buckets.waiting_input += input_wait;
  image_.buckets.waiting_output += output_wait;
  done_ += static_cast<std::int64_t>(n);
  advance_to(clock);
}

}  // namespace sparsim
