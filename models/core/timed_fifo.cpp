#include "models/core/timed_fifo.h"

#include "models/core/error.h"

namespace sparsim {

TimedFifoBase::TimedFifoBase(const char* name, std::size_t depth, Cycles forward_cycles, Cycles backward_cycles)
    : sc_object(name), slots_(depth, Slot{0}), forward_(forward_cycles), backward_(backward_cycles) {
  if (depth < 1) input_error("{}: a FIFO of depth 0, must be at least 1", this->name());
  if (forward_cycles < 0 || backward_cycles < 0)
    input_error("{}: FIFO latencies {} forward and {} backward, must not be negative", this->name(), forward_cycles,
                backward_cycles);
}

TimedFifoBase::Counters TimedFifoBase::counters() const {
  return {written_, stall_, starvation_, written_ != 0 ? high_water_ : 0};
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
  } while (written_ == read_);
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

void TimedFifoBase::refuse(const char* operation) const {
  throw ModelError(fmt::format("FIFO {}: {} where it cannot be, after {} writes and {} reads of depth {}", name(),
                               operation, written_, read_, depth()));
}

void TimedFifoBase::stop_waiting(TimedProcess& process, std::size_t index) const {
  if (process.path_ && process.path_->date(events_[index]) <= process.limit_)
    process.follow(events_[index], cause_, process.limit_);
  process.stop();
}

void TimedFifoBase::grow() {
  const auto at = static_cast<std::ptrdiff_t>(back_);
  slots_.insert(slots_.begin() + at, Slot{kernel_cycle()});
  if (!events_.empty()) events_.insert(events_.begin() + at, CriticalPath::kStart);
  grow_payload(back_);
  ++front_;  // it stood at the same slot: the ring was full
}

}  // namespace sparsim
