#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <systemc>
#include <type_traits>
#include <utility>
#include <vector>

#include "models/core/cycles.h"
#include "models/core/error.h"
#include "models/core/timed_process.h"

namespace sparsim {

/// A word that says only "there is one", and takes no room.
struct Token {};

/// A TimedFifo without its payload: dates, waiting, counters. Processes reach it through TimedIn and TimedOut.
class TimedFifoBase : public sc_core::sc_object, public virtual sc_core::sc_interface {
 public:
  struct Counters {
    std::uint64_t words = 0;              // written
    Cycles writer_stall_cycles = 0;       // the writer waited for a free slot
    Cycles reader_starvation_cycles = 0;  // the reader waited for an item
    std::size_t high_water = 0;           // most items at a time, each from the date it enters to the date it leaves
  };

  std::size_t depth() const { return slots_.size(); }
  Cycles forward_cycles() const { return forward_; }
  Cycles backward_cycles() const { return backward_; }
  Counters counters() const;
  const char* kind() const override { return "sparsim::TimedFifo"; }

 protected:
  TimedFifoBase(const char* name, std::size_t depth, Cycles forward_cycles, Cycles backward_cycles);

  /// Adds room for an item in front of slot `index`.
  virtual void grow_payload(std::size_t index) = 0;

 private:
  template <class>
  friend class TimedIn;
  template <class>
  friend class TimedOut;
  friend class TimedProcess;
  friend class TimedRun;

  struct Slot {
    Cycles date;  // holding an item: when the reader may have it; free: when the writer may have the slot
  };

  // The reader's end. "In the ring" is an item that the writer, however far it ran ahead, has written.
  void set_reader(TimedProcess& process);
  std::size_t items() const { return static_cast<std::size_t>(written_ - read_); }
  bool await_item() { return written_ != read_ || wait_for_item(); }
  void reach_item();  // the reader's clock comes to the date of the front item
  void leave();       // the front item leaves at the reader's clock

  // The writer's end.
  void set_writer(TimedProcess& process);
  std::size_t room() const { return slots_.size() - items(); }
  bool await_slot() { return room() != 0 || wait_for_slot(); }
  void reach_slot();           // the writer's clock comes to the date of the free slot
  void enter(Cycles latency);  // an item enters it, `latency` after the writer's clock

  bool wait_for_item();
  bool wait_for_slot();
  [[noreturn]] void stop_waiting(TimedProcess& process, std::size_t index) const;
  [[noreturn]] void refuse(const char* operation) const;
  void grow();

  std::size_t next(std::size_t index) const { return index + 1 == slots_.size() ? 0 : index + 1; }
  std::size_t ahead(std::size_t index, std::size_t n) const {  // n <= depth
    return index + n >= slots_.size() ? index + n - slots_.size() : index + n;
  }
  std::size_t behind(std::size_t index, std::size_t n) const {
    return index >= n ? index - n : index + slots_.size() - n;
  }

  std::vector<Slot> slots_;
  const Cycles forward_, backward_;
  std::uint64_t written_ = 0, read_ = 0;
  std::size_t back_ = 0, front_ = 0;  // slots of the next item to write and to read
  std::size_t high_water_ = 1;        // right from the first item on
  Cycles last_entry_ = 0;             // items stay in order
  Cycles stall_ = 0, starvation_ = 0;
  bool reader_waits_ = false, writer_waits_ = false;
  TimedProcess* reader_ = nullptr;
  TimedProcess* writer_ = nullptr;
  std::vector<EventId> events_;  // beside slots_, where a critical path is asked for: what led to a slot's date
  EventId last_entry_event_ = CriticalPath::kStart;
  CauseId cause_ = 0;
};

/// A point-to-point FIFO between processes with local clocks (the Smart FIFO of Helmstetter, Cornet, Galilee, Moy,
/// Vivet, DATE 2013). Whoever reads or writes runs ahead until the ring is really empty or full; dates say when things
/// happen:
///   - a write waits until the slot is free: the writer's clock becomes max(own, freed);
///   - the item is available `forward_cycles` later; a read moves the reader's clock to max(own, available);
///   - the slot is free for the writer `backward_cycles` after the item left.
/// sc_fifo is 0/0, a registered FIFO 1/1, or 1/0 with combinational ready.
///
/// Exact for one writer and one reader that block in a fixed order. There is no try-read and no look at the fill:
/// what depends on the order of arrival belongs behind the arbitration of shared resources.
template <class T = Token>
class TimedFifo final : public TimedFifoBase {
 public:
  /// Throws InputError unless `depth` is at least one item and the latencies are not negative.
  TimedFifo(const char* name, std::size_t depth, Cycles forward_cycles, Cycles backward_cycles)
      : TimedFifoBase(name, depth, forward_cycles, backward_cycles) {
    if constexpr (!std::is_empty_v<T>) payload_.resize(depth);
  }

 private:
  template <class>
  friend class TimedIn;
  template <class>
  friend class TimedOut;

  void grow_payload([[maybe_unused]] std::size_t index) override {
    if constexpr (!std::is_empty_v<T>) payload_.emplace(payload_.begin() + static_cast<std::ptrdiff_t>(index));
  }

  std::vector<T> payload_;
};

/// The port through which `process` reads a TimedFifo.
///
/// In an SC_THREAD every call blocks until there is an item. In a Region a step asks `await()` first and returns false
/// when it says so: it will be stepped again once there is an item.
template <class T = Token>
class TimedIn : public sc_core::sc_port<TimedFifo<T>> {
 public:
  TimedIn(const char* name, TimedProcess& process) : sc_core::sc_port<TimedFifo<T>>(name), process_(process) {}

  bool await() { return fifo_->await_item(); }

  /// Waits for the next item and leaves it where it is, so that its slot stays taken until pop().
  T& front() {
    fifo_->reach_item();
    if constexpr (std::is_empty_v<T>)
      return token_;
    else
      return fifo_->payload_[fifo_->front_];
  }
  /// Gives the slot of the item that front() showed back, now.
  void pop() { fifo_->leave(); }
  T read() {
    T item = std::move(front());
    pop();
    return item;
  }
  /// Reads as a part of its own does that started together with its process: at max(now, available), whatever the
  /// process's other ports wait for. The clock stays until meet(). An input that is independent of its neighbours.
  T take() {
    const TimedProcess::Position start = process_.position();
    T item = read();
    process_.return_to(start);
    return item;
  }

  /// Items that can be read without blocking the simulation. It says nothing about hardware: use it for how many to
  /// handle at a time, never for what to do.
  std::size_t ready() const { return fifo_->items(); }

  const TimedFifoBase& fifo() const { return *fifo_; }

 protected:
  void end_of_elaboration() override {
    fifo_ = this->operator->();
    fifo_->set_reader(process_);
  }

 private:
  TimedProcess& process_;
  TimedFifo<T>* fifo_ = nullptr;
  T token_{};
};

/// The port through which `process` writes a TimedFifo. Blocking is as in TimedIn.
template <class T = Token>
class TimedOut : public sc_core::sc_port<TimedFifo<T>> {
 public:
  TimedOut(const char* name, TimedProcess& process) : sc_core::sc_port<TimedFifo<T>>(name), process_(process) {}

  bool await() { return fifo_->await_slot(); }

  /// Waits for a free slot without writing yet: a buffer to be filled while the clock goes on until write().
  void claim() { fifo_->reach_slot(); }
  void write(T item = T{}) { write_after(0, std::move(item)); }
  /// Writes an item that is still `latency` cycles away from the FIFO. It has its slot from now on, as in a pipeline
  /// that starts nothing without room for the result; the writer goes on at once. An item never overtakes another.
  void write_after(Cycles latency, T item = T{}) {
    fifo_->reach_slot();
    if constexpr (!std::is_empty_v<T>) fifo_->payload_[fifo_->back_] = std::move(item);
    fifo_->enter(latency);
  }
  /// Writes at max(now, freed), whatever the process's other ports wait for. The clock stays until meet(). An output
  /// that is independent of its neighbours.
  void put(T item = T{}) {
    const TimedProcess::Position start = process_.position();
    write(std::move(item));
    process_.return_to(start);
  }

  /// Slots that can be written without blocking the simulation; see TimedIn::ready().
  std::size_t ready() const { return fifo_->room(); }

  const TimedFifoBase& fifo() const { return *fifo_; }

 protected:
  void end_of_elaboration() override {
    fifo_ = this->operator->();
    fifo_->set_writer(process_);
  }

 private:
  TimedProcess& process_;
  TimedFifo<T>* fifo_ = nullptr;
};

inline void TimedFifoBase::reach_item() {
  if (!await_item()) refuse("read");
  TimedProcess& p = *reader_;
  const Cycles available = slots_[front_].date;
  if (available > p.now_) {
    if (available > p.limit_) stop_waiting(p, front_);
    starvation_ += available - p.now_;
    p.now_ = available;
    if (p.path_) p.follow(events_[front_], cause_, available);
  }
}

inline void TimedFifoBase::leave() {
  TimedProcess& p = *reader_;
  const Cycles date = p.now_;
  if (written_ == read_ || slots_[front_].date > date) refuse("pop before front");
  p.check_date(date);
  // The item `high_water_` places behind entered before this one left: there were more at a time than ever.
  while (high_water_ < items() && slots_[ahead(front_, high_water_)].date - forward_ < date) ++high_water_;
  slots_[front_].date = date + backward_;
  if (p.path_) events_[front_] = p.event();
  front_ = next(front_);
  ++read_;
  if (writer_waits_) {
    writer_waits_ = false;
    writer_->wake();
  }
}

inline void TimedFifoBase::reach_slot() {
  if (!await_slot()) refuse("write");
  TimedProcess& p = *writer_;
  const Cycles freed = slots_[back_].date;
  if (freed > p.now_) {
    if (freed > p.limit_) stop_waiting(p, back_);
    stall_ += freed - p.now_;
    p.now_ = freed;
    if (p.path_) p.follow(events_[back_], cause_, freed);
  }
}

inline void TimedFifoBase::enter(Cycles latency) {
  TimedProcess& p = *writer_;
  const Cycles entry = std::max(p.now_ + latency, last_entry_);
  p.check_date(p.now_);
  // The item `high_water_` places ahead has left the ring, but at a later date than this one enters. (One that is still
  // in the ring meets the same question when it leaves.)
  if (high_water_ < slots_.size() && items() < high_water_ && written_ >= high_water_ &&
      slots_[behind(back_, high_water_)].date - backward_ > entry)
    ++high_water_;
  if (p.path_) {
    if (p.now_ + latency == entry) last_entry_event_ = p.path_->extend(p.event(), p.cause_, entry);
    events_[back_] = last_entry_event_;
  }
  last_entry_ = entry;
  slots_[back_].date = entry + forward_;
  back_ = next(back_);
  ++written_;
  if (reader_waits_) {
    reader_waits_ = false;
    reader_->wake();
  }
}

}  // namespace sparsim
