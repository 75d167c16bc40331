#include "models/core/timed_fifo.h"

#include <array>

#include "models/core/error.h"

namespace sparsim {

namespace {

std::size_t ring_size_for(std::size_t depth) {
  std::size_t size = 2;
  while (size < 2 * depth) size *= 2;
  return size;
}

}  // namespace

TimedFifoBase::TimedFifoBase(const char* name, std::size_t depth, Cycles forward_cycles, Cycles backward_cycles)
    : sc_object(name),
      slots_(ring_size_for(depth), Slot{0}),
      mask_(slots_.size() - 1),
      depth_(depth),
      forward_(forward_cycles),
      backward_(backward_cycles) {
  if (depth < 1) input_error("{}: a FIFO of depth 0, must be at least 1", this->name());
  if (forward_cycles < 0 || backward_cycles < 0)
    input_error("{}: FIFO latencies {} forward and {} backward, must not be negative", this->name(), forward_cycles,
                backward_cycles);
}

void TimedFifoBase::prefill(std::size_t items) {
  SPARSIM_CHECK(written_ == 0 && items <= depth_, "FIFO {}: {} items to begin with, depth {}", name(), items, depth_);
  written_ = items;
}

TimedFifoBase::Counters TimedFifoBase::counters() const {
  std::size_t high_water = written_ != 0 ? high_water_ : 0;
  for (std::uint64_t item = read_; item != written_; ++item)  // what nobody has read is still there
    if (read_ + high_water <= item || was_there(item - high_water, slot(item).date)) ++high_water;
  return {written_, stall_, starvation_, high_water};
}

void TimedFifoBase::set_reader(TimedProcess& process) {
  SPARSIM_CHECK(!reader_, "FIFO {}: a second reader, {}, beside {}", name(), process.name(), reader_->name());
  reader_ = &process;
}

void TimedFifoBase::set_writer(TimedProcess& process) {
  SPARSIM_CHECK(!writer_, "FIFO {}: a second writer, {}, beside {}", name(), process.name(), writer_->name());
  writer_ = &process;
}

bool TimedFifoBase::wait_for_item() {
  do {
    reader_waits_ = true;
    reader_->waits_on_ = this;
    if (!reader_->suspend()) return false;
  } while (items() == 0);
  return true;
}

bool TimedFifoBase::wait_for_slot() {
  do {
    writer_waits_ = true;
    writer_->waits_on_ = this;
    if (!writer_->suspend()) return false;
  } while (room() == 0);
  return true;
}

void TimedFifoBase::wake_at(TimedProcess& process) {
  const bool empty = reader_ == &process && items() == 0, full = writer_ == &process && room() == 0;
  if (!empty && !full) return;
  reader_waits_ = reader_waits_ || empty;
  writer_waits_ = writer_waits_ || full;
  if (!process.waits_on_) process.waits_on_ = this;  // the first one stands in a report
}

void TimedFifoBase::refuse(const char* operation) const {
  throw ModelError(fmt::format("FIFO {}: {} where it cannot be, after {} writes and {} reads of depth {}", name(),
                               operation, written_, read_, depth_));
}

void TimedFifoBase::watch(TimedProcess& p, std::size_t index) const {
  const Cycles date = slots_[index].date;
  if (p.path_ && date > p.now_) {
    const EventId event = events_[index];
    if (p.path_->date(event) <= p.limit_) p.follow(event, cause_, std::min(date, p.limit_));
  }
  if (std::max(date, p.now_) > p.limit_) p.stop();
}

void TimedFifoBase::watch_leave(TimedProcess& p) {
  if (!p.path_) return;
  events_[front_index()] = p.event();
  p.path_->collect();
}

void TimedFifoBase::watch_entry(TimedProcess& p, Cycles latency, Cycles entry) {
  if (!p.path_) return;
  if (p.now_ + latency == entry) last_entry_event_ = p.path_->extend(p.event(), p.cause_, entry);
  events_[back_index()] = last_entry_event_;
  p.path_->collect();
}

void TimedFifoBase::grow() {
  const std::size_t old_size = slots_.size(), size = ring_size_for(++depth_);
  if (size != old_size) {
    const auto grown = [&](const auto& old) {
      std::decay_t<decltype(old)> ring(size);
      for (std::uint64_t i = written_ - old_size; i != written_; ++i) ring[i & (size - 1)] = old[i & mask_];
      return ring;
    };
    grow_payload(written_, size);
    slots_ = grown(slots_);
    if (!events_.empty()) events_ = grown(events_);
    mask_ = size - 1;
  }
  Slot& added = slot(written_ - depth_);
  added.date = std::max(added.date, kernel_cycle());
}

void TimedFifoBase::pass(TimedFifoBase& in, TimedFifoBase& out, const Cycles* service, std::size_t n) {
  TimedProcess& p = *in.reader_;
  SPARSIM_CHECK(out.writer_ == &p, "{} reads {} and {} writes {}", p.name(), in.name(), out.writer_->name(),
                out.name());
  if (n > in.items()) in.refuse("bulk read");
  if (n > out.room()) out.refuse("bulk write");
  constexpr std::size_t kFew = 4;  // not worth the effort
  for (; n != 0 && (n < kFew || p.watched_ || out.last_entry_ > p.now_); --n) {
    in.read_item();
    p.now_ += *service++;
    out.write_item(0);
  }
  if (n == 0) return;
  p.check_date(std::max(p.now_, in.slot(in.read_).date));  // the first date written; no later one is earlier
  while (n != 0) {
    const std::size_t passed = pass_straight(in, out, service, n);
    service += passed;
    n -= passed;
  }
  in.wake_writer();
  out.wake_reader();
}

// As far as no index wraps. Each date is loaded before any is stored, and sums stay in local variables: the compiler
// has to assume that a store to a slot changes them otherwise.
std::size_t TimedFifoBase::pass_straight(TimedFifoBase& in, TimedFifoBase& out, const Cycles* service, std::size_t n) {
  std::array<Cycles, 64> entered;
  const auto to_wrap = [](const TimedFifoBase& fifo, std::size_t index) { return fifo.slots_.size() - index; };
  n = std::min({n, entered.size(), to_wrap(in, in.front_index()), to_wrap(out, out.back_index()),
                to_wrap(out, out.freed_index())});
  TimedProcess& p = *in.reader_;
  Slot* const from = &in.slot(in.read_);
  Slot* const to = &out.slot(out.written_);
  const Slot* const freed = &out.slot(out.written_ - out.depth_);
  const Cycles backward = in.backward_, forward = out.forward_, start = p.now_;
  Cycles now = start, starvation = 0, served = 0;
  for (std::size_t k = 0; k < n; ++k) {
    const Cycles available = from[k].date, free = freed[k].date, duration = service[k];
    const Cycles reached = std::max(now, available);
    const Cycles next = std::max(reached + duration, free);
    starvation += reached - now;
    served += duration;
    now = next;
    entered[k] = available;
    from[k].date = reached + backward;
    to[k].date = next + forward;
  }
  p.now_ = now;
  in.count_high_water(in.read_, entered.data(), n);
  in.read_ += n;
  in.starvation_ += starvation;
  out.written_ += n;
  out.stall_ += now - start - starvation - served;
  out.last_entry_ = now;
  return n;
}

// Where the last of a row had left before the first entered, all of them had.
void TimedFifoBase::count_high_water(std::uint64_t first, const Cycles* available, std::size_t n) {
  if (high_water_ == depth_ || !was_there(first + n - 1 - high_water_, available[0])) return;
  if (n > 8) {
    count_high_water(first, available, n / 2);
    count_high_water(first + n / 2, available + n / 2, n - n / 2);
    return;
  }
  for (std::size_t k = 0; k < n; ++k)
    if (was_there(first + k - high_water_, available[k])) ++high_water_;
}

}  // namespace sparsim
