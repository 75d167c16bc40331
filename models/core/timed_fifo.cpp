#include "models/core/timed_fifo.h"

#include "models/core/error.h"

namespace sparsim {

TimedFifoBase::TimedFifoBase(const char* name, std::size_t depth, Cycles forward_cycles, Cycles backward_cycles)
    : sc_object(name),
      slots_(depth, Slot{0}),
      forward_(forward_cycles),
      backward_(backward_cycles),
      front_(slots_.data()),
      front_stop_(front_),
      back_(front_),
      back_stop_(front_) {
  if (depth < 1) input_error("{}: a FIFO of depth 0, must be at least 1", this->name());
  if (forward_cycles < 0 || backward_cycles < 0)
    input_error("{}: FIFO latencies {} forward and {} backward, must not be negative", this->name(), forward_cycles,
                backward_cycles);
}

TimedFifoBase::Counters TimedFifoBase::counters() const {
  count_high_water();
  return {written(), stall_, starvation_, written() != 0 ? high_water_ : 0};
}

void TimedFifoBase::set_reader(TimedProcess& process) {
  SPARSIM_CHECK(!reader_, "FIFO {}: a second reader, {}, beside {}", name(), process.name(), reader_->name());
  reader_ = &process;
}

void TimedFifoBase::set_writer(TimedProcess& process) {
  SPARSIM_CHECK(!writer_, "FIFO {}: a second writer, {}, beside {}", name(), process.name(), writer_->name());
  writer_ = &process;
}

bool TimedFifoBase::more_items() {
  for (;;) {
    count_high_water();
    if (front_ == slots_.data() + slots_.size()) {
      front_ = front_stop_ = slots_.data();
      read_before_ += slots_.size();
    }
    if (const std::size_t n = items()) {
      // No further than `high_water_` items, for the dates count_high_water() will ask for.
      const std::size_t to_end = slots_.size() - front_index();
      front_stop_ = front_ + std::min({n, to_end, high_water_});
      return true;
    }
    reader_waits_ = true;
    reader_->waits_on_ = this;
    if (!reader_->suspend()) return false;
  }
}

bool TimedFifoBase::more_slots() {
  for (;;) {
    count_high_water();
    if (back_ == slots_.data() + slots_.size()) {
      back_ = back_stop_ = slots_.data();
      written_before_ += slots_.size();
    }
    if (const std::size_t n = room()) {
      back_stop_ = back_ + std::min(n, slots_.size() - back_index());
      limit_write_stretch();
      return true;
    }
    writer_waits_ = true;
    writer_->waits_on_ = this;
    if (!writer_->suspend()) return false;
  }
}

// Item i found more than h others there if item i - h left after it entered. Both dates are known once the one is
// written and the other read; each still stands in its slot if neither side worked through more slots in between than
// its stretch may have. One item raises the mark by one at most.
void TimedFifoBase::count_high_water() const {
  const std::size_t depth = slots_.size();
  if (high_water_ == depth) return;
  const std::uint64_t all_written = written(), all_read = read();
  counted_ = std::max(counted_, std::min<std::uint64_t>(all_written, high_water_));  // nobody is that far ahead
  const auto around = [&](std::size_t i) { return i < depth ? i : i - depth; };
  for (std::size_t at = static_cast<std::size_t>(counted_ % depth);;) {
    const std::uint64_t known = std::min(all_written, all_read + high_water_);
    if (counted_ >= known) break;
    // Where the last of a row left before the first entered, all of them did: rows as long as that mostly holds.
    const std::size_t row = static_cast<std::size_t>(std::min<std::uint64_t>(count_row_, known - counted_));
    const std::size_t other = around(around(at + depth - high_water_) + row - 1);
    if (slots_[other].date - backward_ <= slots_[at].date - forward_) {
      counted_ += row;
      at = around(at + row);
      if (row == count_row_ && row < depth) ++count_row_;
    } else if (row > 1) {
      count_row_ = row / 2;
    } else {
      ++counted_;
      at = around(at + 1);
      if (++high_water_ == depth) break;
    }
  }
  limit_write_stretch();
}

void TimedFifoBase::limit_write_stretch() const {
  const auto stretch = static_cast<std::ptrdiff_t>(slots_.size() - high_water_);
  if (stretch != 0 && back_stop_ - back_ > stretch) back_stop_ = back_ + stretch;
}

void TimedFifoBase::refuse(const char* operation) const {
  throw ModelError(fmt::format("FIFO {}: {} where it cannot be, after {} writes and {} reads of depth {}", name(),
                               operation, written(), read(), depth()));
}

void TimedFifoBase::watch(TimedProcess& p, const Slot& slot) const {
  if (p.path_ && slot.date > p.now_) {
    const EventId event = events_[static_cast<std::size_t>(&slot - slots_.data())];
    if (p.path_->date(event) <= p.limit_) p.follow(event, cause_, std::min(slot.date, p.limit_));
  }
  if (std::max(slot.date, p.now_) > p.limit_) p.stop();
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
  const std::uint64_t first = read(), last = written();
  const std::size_t depth = slots_.size() + 1;
  std::vector<Slot> slots(depth, Slot{kernel_cycle()});
  for (std::uint64_t item = first; item < last; ++item)
    slots[static_cast<std::size_t>(item % depth)] = slots_[static_cast<std::size_t>(item % slots_.size())];
  grow_payload(first, last);
  slots_ = std::move(slots);
  if (!events_.empty()) events_.assign(depth, CriticalPath::kStart);
  front_ = front_stop_ = slots_.data() + first % depth;
  back_ = back_stop_ = slots_.data() + last % depth;
  read_before_ = first - first % depth;
  written_before_ = last - last % depth;
  high_water_ = depth;  // no longer counted
}

void TimedFifoBase::pass(TimedFifoBase& in, TimedFifoBase& out, const Cycles* service, std::size_t n) {
  TimedProcess& p = *in.reader_;
  SPARSIM_CHECK(out.writer_ == &p, "{} reads {} and {} writes {}", p.name(), in.name(), out.writer_->name(),
                out.name());
  while (n != 0) {
    if (!in.await_item()) in.refuse("bulk read");
    if (!out.await_slot()) out.refuse("bulk write");
    if (p.watched_ || out.last_entry_ > p.now_) {
      in.reach_item();
      in.leave();
      p.now_ += *service++;
      out.reach_slot();
      out.enter(0);
      --n;
      continue;
    }
    // The same with everything in registers: as members, dates would be loaded again after every store to a slot.
    p.check_date(std::max(p.now_, in.front_->date));  // the first date written; no later one is earlier
    const std::size_t m = std::min({n, static_cast<std::size_t>(in.front_stop_ - in.front_),
                                    static_cast<std::size_t>(out.back_stop_ - out.back_)});
    Slot* const from = in.front_;
    Slot* const to = out.back_;
    const Cycles backward = in.backward_, forward = out.forward_;
    Cycles now = p.now_, starvation = 0, stall = 0;
    for (std::size_t k = 0; k < m; ++k) {
      const Cycles reached = std::max(now, from[k].date);
      starvation += reached - now;
      from[k].date = reached + backward;
      const Cycles done = reached + service[k];
      now = std::max(done, to[k].date);
      stall += now - done;
      to[k].date = now + forward;
    }
    p.now_ = now;
    in.front_ += m;
    in.starvation_ += starvation;
    out.back_ += m;
    out.stall_ += stall;
    out.last_entry_ = now;
    in.wake_writer();
    out.wake_reader();
    service += m;
    n -= m;
  }
}

}  // namespace sparsim
