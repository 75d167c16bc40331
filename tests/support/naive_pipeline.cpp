#include "tests/support/naive_pipeline.h"

#include <algorithm>
#include <utility>

#include "models/core/error.h"

namespace sparsim::naive {

Clock::Clock(const sc_core::sc_module_name& name, Cycles limit) : sc_module(name), limit_(limit) {
  SC_HAS_PROCESS(Clock);
  SC_THREAD(run);
}

bool Clock::all_done() const {
  return std::all_of(parts_.begin(), parts_.end(), [](const Part* part) { return part->done(); });
}

void Clock::run() {
  const sc_core::sc_time half = sc_core::sc_time::from_value(1);
  while (!all_done() && kernel_cycle() < limit_) {
    cycle.notify();
    sc_core::wait(half);
    end_of_cycle.notify();
    sc_core::wait(half);
  }
}

Fifo::Fifo(const sc_core::sc_module_name& name, Clock& clock, std::size_t depth) : sc_module(name), depth_(depth) {
  SC_HAS_PROCESS(Fifo);
  SC_METHOD(change);
  sensitive << clock.end_of_cycle;
  dont_initialize();
}

void Fifo::write(Cycles latency) {
  SPARSIM_CHECK(has_room() && (writes_.empty() || writes_.back() < kernel_cycle()), "{}: a write", name());
  writes_.push_back(kernel_cycle());
  on_the_way_.push_back(kernel_cycle() + latency);
}

void Fifo::read() {
  SPARSIM_CHECK(has_word() && !read_, "{}: a read", name());
  reads_.push_back(kernel_cycle());
  read_ = true;
}

void Fifo::change() {
  if (!on_the_way_.empty() && on_the_way_.front() == kernel_cycle()) {
    on_the_way_.pop_front();
    ++words_;
  }
  if (read_) --words_;
  read_ = false;
  high_water_ = std::max(high_water_, words_);
}

Part::Part(const sc_core::sc_module_name& name, Clock& clock) : sc_module(name) {
  clock.add(*this);
  SC_HAS_PROCESS(Part);
  SC_METHOD(on_cycle);
  sensitive << clock.cycle;
  dont_initialize();
}

void Part::on_cycle() {
  if (!done()) act();
}

Source::Source(const sc_core::sc_module_name& name, Clock& clock, std::vector<Cycles> gaps, Fifo& out)
    : Part(name, clock), gaps_(std::move(gaps)), out_(out), waits_(gaps_.front()) {}

void Source::act() {
  if (waits_ > 0) {
    --waits_;
  } else if (!out_.has_room()) {
    out_.stall();
  } else {
    out_.write(0);
    if (!done()) waits_ = gaps_[out_.writes().size()] - 1;  // this cycle is the first of the gap
  }
}

Sink::Sink(const sc_core::sc_module_name& name, Clock& clock, std::vector<Cycles> gaps, Fifo& in)
    : Part(name, clock), gaps_(std::move(gaps)), in_(in), waits_(gaps_.front()) {}

void Sink::act() {
  if (waits_ > 0) {
    --waits_;
  } else if (!in_.has_word()) {
    in_.starve();
  } else {
    in_.read();
    if (!done()) waits_ = gaps_[in_.reads().size()] - 1;
  }
}

SlotNode::SlotNode(const sc_core::sc_module_name& name, Clock& clock, const SlotSchedule& schedule,
                   std::vector<Fifo*> inputs, std::vector<Fifo*> outputs, Cycles latency, std::size_t images)
    : Part(name, clock),
      inputs_(std::move(inputs)),
      outputs_(std::move(outputs)),
      latency_(latency),
      images_left_(images) {
  for (std::int64_t repeat = 0; repeat < schedule.repeats; ++repeat)
    for (const SlotRun& run : schedule.runs) slots_.insert(slots_.end(), static_cast<std::size_t>(run.count), run);
}

// Of all that a slot waits for, the first is to blame: inputs, then outputs, in their order.
void SlotNode::act() {
  const auto of = [](const std::vector<Fifo*>& fifos, std::uint32_t mask) {
    std::vector<Fifo*> found;
    for (std::size_t i = 0; i < fifos.size(); ++i)
      if ((mask >> i & 1u) != 0) found.push_back(fifos[i]);
    return found;
  };
  const std::vector<Fifo*> reads = of(inputs_, slots_[next_].reads), writes = of(outputs_, slots_[next_].writes);
  for (Fifo* input : reads)
    if (!input->has_word()) return wait_for_input(*input);
  for (Fifo* output : writes)
    if (!output->has_room()) return wait_for_output(*output);

  for (Fifo* input : reads) input->read();
  for (Fifo* output : writes) output->write(latency_);
  if (next_ == 0) image_ = {kernel_cycle(), 0, {}};
  ++image_.buckets.busy;
  if (++next_ < slots_.size()) return;
  next_ = 0;
  --images_left_;
  image_.end = kernel_cycle() + 1;
  log_.push_back(image_);
}

void SlotNode::wait_for_input(Fifo& input) {
  input.starve();
  if (next_ != 0) ++image_.buckets.waiting_input;
}

void SlotNode::wait_for_output(Fifo& output) {
  output.stall();
  if (next_ != 0) ++image_.buckets.waiting_output;
}

}  // namespace sparsim::naive
