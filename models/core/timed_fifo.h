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
#include "models/core/region.h"
#include "models/core/timed_process.h"

namespace sparsim {

/// A word that says only "there is one", and takes no room.
struct Token {};

template <class T = Token>
class TimedFifo;
template <class T = Token>
class TimedIn;
template <class T = Token>
class TimedOut;

/// A TimedFifo without its payload: dates, waiting, counters. Processes reach it through TimedIn and TimedOut.
class TimedFifoBase : public sc_core::sc_object, public virtual sc_core::sc_interface {
 public:
  struct Counters {
    std::uint64_t words = 0;              // written
    Cycles writer_stall_cycles = 0;       // the writer waited for a free slot
    Cycles reader_starvation_cycles = 0;  // the reader waited for an item
    std::size_t high_water = 0;           // most items at a time, each from the date it enters to the date it leaves
  };

  /// Before the run: `items` are there from date 0 on, as credits of a reader that asks for room elsewhere. They count
  /// among the words written. Throws ModelError where there is no room for them, or anything was written.
  void prefill(std::size_t items);

  std::size_t depth() const { return depth_; }
  Cycles forward_cycles() const { return forward_; }
  Cycles backward_cycles() const { return backward_; }
  Counters counters() const;
  const char* kind() const override { return "sparsim::TimedFifo"; }

 protected:
  TimedFifoBase(const char* name, std::size_t depth, Cycles forward_cycles, Cycles backward_cycles);

  /// Grows the payload to a ring of `size` items, a power of two; those before `written` stay, item i in i % size.
  virtual void grow_payload(std::uint64_t written, std::size_t size) = 0;
  std::size_t ring_size() const { return slots_.size(); }

 private:
  template <class>
  friend class TimedIn;
  template <class>
  friend class TimedOut;
  friend class TimedProcess;
  friend class TimedRun;
  friend class BurstIn;
  friend class BurstOut;
  friend void pass(TimedIn<Token>& in, TimedOut<Token>& out, const Cycles* service, std::size_t n);

  // An item's date: while it is in the FIFO, when the reader may have it; once it left, when the writer may have its
  // place.
  struct Slot {
    Cycles date;
  };
  std::size_t index(std::uint64_t item) const { return static_cast<std::size_t>(item) & mask_; }
  Slot& slot(std::uint64_t item) { return slots_[index(item)]; }
  const Slot& slot(std::uint64_t item) const { return slots_[index(item)]; }

  // The reader's end. "In the ring" is an item that the writer, however far it ran ahead, has written.
  void set_reader(TimedProcess& process);
  bool await_item() { return read_ != written_ || wait_for_item(); }
  void reach_item();  // the reader's clock comes to the date of the front item
  void leave();       // the front item leaves at the reader's clock
  void read_item();   // both
  std::size_t front_index() const { return index(read_); }

  // The writer's end.
  void set_writer(TimedProcess& process);
  bool await_slot() { return written_ - read_ != depth_ || wait_for_slot(); }
  void reach_slot();                // the writer's clock comes to the date of the free slot
  void enter(Cycles latency);       // an item enters it, `latency` after the writer's clock
  void write_item(Cycles latency);  // both
  std::size_t back_index() const { return index(written_); }
  std::size_t freed_index() const { return index(written_ - depth_); }

  static void pass(TimedFifoBase& in, TimedFifoBase& out, const Cycles* service, std::size_t n);
  static std::size_t pass_straight(TimedFifoBase& in, TimedFifoBase& out, const Cycles* service, std::size_t n);
  /// For `n` items from `first` on that have left, and were available at these dates.
  void count_high_water(std::uint64_t first, const Cycles* available, std::size_t n);

  std::size_t items() const { return static_cast<std::size_t>(written_ - read_); }
  std::size_t room() const { return depth_ - items(); }

  // Whether the item `left`, which has left, was still there when one entered that was available at this date. The mark
  // rises where the item `high_water_` before one was: by one an item at most.
  bool was_there(std::uint64_t left, Cycles available) const {
    return slot(left).date - backward_ > available - forward_;
  }
  bool wait_for_item();
  bool wait_for_slot();
  void wake_at(TimedProcess& process);
  void wake_reader();
  void wake_writer();
  /// Adds a slot to a full ring, for the exploration of a deadlock.
  void grow();
  [[noreturn]] void refuse(const char* operation) const;

  // For a run with a limit or a critical path: before the process waits for a slot's date, and with what it writes.
  void watch(TimedProcess& process, std::size_t index) const;
  void watch_leave(TimedProcess& process);
  void watch_entry(TimedProcess& process, Cycles latency, Cycles entry);

  // Twice the depth and a power of two: an item's date stays until the item `depth` behind it has been read, for the
  // high-water mark.
  std::vector<Slot> slots_;
  std::size_t mask_;
  std::size_t depth_;
  const Cycles forward_, backward_;
  std::uint64_t written_ = 0, read_ = 0;
  std::size_t high_water_ = 1;  // of the items read; right from the first one on
  Cycles last_entry_ = 0;       // items stay in order
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
template <class T>
class TimedFifo final : public TimedFifoBase {
 public:
  /// Throws InputError unless `depth` is at least one item and the latencies are not negative.
  TimedFifo(const char* name, std::size_t depth, Cycles forward_cycles, Cycles backward_cycles)
      : TimedFifoBase(name, depth, forward_cycles, backward_cycles) {
    if constexpr (!std::is_empty_v<T>) payload_.resize(ring_size());
  }

 private:
  template <class>
  friend class TimedIn;
  template <class>
  friend class TimedOut;

  void grow_payload([[maybe_unused]] std::uint64_t written, [[maybe_unused]] std::size_t size) override {
    if constexpr (!std::is_empty_v<T>) {
      std::vector<T> payload(size);
      for (std::uint64_t i = written - payload_.size(); i != written; ++i)
        payload[i & (size - 1)] = std::move(payload_[i & (payload_.size() - 1)]);
      payload_ = std::move(payload);
    }
  }

  std::vector<T> payload_;
};

/// The port through which `process` reads a TimedFifo.
///
/// In an SC_THREAD every call blocks until there is an item. In a Region a step asks `await()` first and returns false
/// when it says so: it will be stepped again once there is an item.
template <class T>
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
      return fifo_->payload_[fifo_->front_index()];
  }
  /// Gives the slot of the item that front() showed back, now.
  void pop() { fifo_->leave(); }
  T read() {
    if constexpr (std::is_empty_v<T>) {
      fifo_->read_item();
      return T{};
    } else {
      if (!fifo_->await_item()) fifo_->refuse("read");
      T item = std::move(fifo_->payload_[fifo_->front_index()]);
      fifo_->read_item();
      return item;
    }
  }
  /// Reads as a part of its own does that started together with its process: at max(now, available), whatever the
  /// process's other ports wait for. The clock stays until meet(). An input that is independent of its neighbours.
  T take() {
    process_.begin_side();
    T item = read();
    process_.end_side();
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
  friend class BurstIn;
  friend class TimedProcess;
  friend void pass(TimedIn<Token>& in, TimedOut<Token>& out, const Cycles* service, std::size_t n);

  TimedProcess& process_;
  TimedFifo<T>* fifo_ = nullptr;
  T token_{};
};

/// The port through which `process` writes a TimedFifo. Blocking is as in TimedIn.
template <class T>
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
    if constexpr (!std::is_empty_v<T>) {
      if (!fifo_->await_slot()) fifo_->refuse("write");
      fifo_->payload_[fifo_->back_index()] = std::move(item);
    }
    fifo_->write_item(latency);
  }
  /// Writes at max(now, freed), whatever the process's other ports wait for. The clock stays until meet(). An output
  /// that is independent of its neighbours.
  void put(T item = T{}) {
    process_.begin_side();
    write(std::move(item));
    process_.end_side();
  }

  /// The same, but no sooner than `date`, and as write_after(latency); returns the date at which it is written.
  Cycles put_at(Cycles date, Cycles latency = 0, T item = T{}) {
    process_.begin_side();
    process_.advance_to(date);
    write_after(latency, std::move(item));
    const Cycles written = process_.now();
    process_.end_side();
    return written;
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
  friend class BurstOut;
  friend class TimedProcess;
  friend void pass(TimedIn<Token>& in, TimedOut<Token>& out, const Cycles* service, std::size_t n);

  TimedProcess& process_;
  TimedFifo<T>* fifo_ = nullptr;
};

/// `n` items in bulk, dated as by: for (k < n) { in.read(); advance(service[k]); out.write(); }. Both ports are those
/// of one process; `n` is at most the ready() of each.
inline void pass(TimedIn<Token>& in, TimedOut<Token>& out, const Cycles* service, std::size_t n) {
  if (n != 0) TimedFifoBase::pass(*in.fifo_, *out.fifo_, service, n);
}

inline void TimedFifoBase::wake_reader() {
  if (!reader_waits_) return;
  reader_waits_ = false;
  reader_->wake();
}

inline void TimedFifoBase::wake_writer() {
  if (!writer_waits_) return;
  writer_waits_ = false;
  writer_->wake();
}

// Which of two dates is later is as good as random: no branch on it, except where somebody watches.

inline void TimedFifoBase::reach_item() {
  if (!await_item()) refuse("read");
  TimedProcess& p = *reader_;
  if (p.watched_) watch(p, front_index());
  const Cycles reached = std::max(p.now_, slot(read_).date);
  starvation_ += reached - p.now_;
  p.now_ = reached;
}

inline void TimedFifoBase::leave() {
  TimedProcess& p = *reader_;
  Slot& item = slot(read_);
  const Cycles date = p.now_;
  if (read_ == written_ || item.date > date) refuse("pop before front");
  p.check_date(date);
  if (p.watched_) watch_leave(p);
  if (was_there(read_ - high_water_, item.date)) ++high_water_;
  item.date = date + backward_;
  ++read_;
  wake_writer();
}

inline void TimedFifoBase::read_item() {
  TimedProcess& p = *reader_;
  if (read_ == written_ || p.watched_) {
    reach_item();
    return leave();
  }
  // The common case by itself: no call comes between the dates, so that they stay in registers.
  Slot& item = slot(read_);
  const Cycles now = p.now_, available = item.date;
  const Cycles reached = std::max(now, available);
  p.check_date(reached);
  if (was_there(read_ - high_water_, available)) ++high_water_;
  item.date = reached + backward_;
  ++read_;
  starvation_ += reached - now;
  p.now_ = reached;
  wake_writer();
}

inline void TimedFifoBase::reach_slot() {
  if (!await_slot()) refuse("write");
  TimedProcess& p = *writer_;
  if (p.watched_) watch(p, freed_index());
  const Cycles reached = std::max(p.now_, slot(written_ - depth_).date);
  stall_ += reached - p.now_;
  p.now_ = reached;
}

inline void TimedFifoBase::enter(Cycles latency) {
  TimedProcess& p = *writer_;
  const Cycles entry = std::max(p.now_ + latency, last_entry_);
  p.check_date(p.now_);
  if (p.watched_) watch_entry(p, latency, entry);
  last_entry_ = entry;
  slot(written_).date = entry + forward_;
  ++written_;
  wake_reader();
}

inline void TimedFifoBase::write_item(Cycles latency) {
  TimedProcess& p = *writer_;
  if (written_ - read_ == depth_ || p.watched_) {
    reach_slot();
    return enter(latency);
  }
  const Cycles now = p.now_;
  const Cycles reached = std::max(now, slot(written_ - depth_).date);
  const Cycles entry = std::max(reached + latency, last_entry_);
  p.check_date(reached);
  slot(written_).date = entry + forward_;
  ++written_;
  stall_ += reached - now;
  last_entry_ = entry;
  p.now_ = reached;
  wake_reader();
}

}  // namespace sparsim
