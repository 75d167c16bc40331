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

  std::size_t depth() const { return slots_.size(); }
  Cycles forward_cycles() const { return forward_; }
  Cycles backward_cycles() const { return backward_; }
  Counters counters() const;
  const char* kind() const override { return "sparsim::TimedFifo"; }

 protected:
  TimedFifoBase(const char* name, std::size_t depth, Cycles forward_cycles, Cycles backward_cycles);

  /// Adds room for an item to a ring that holds items [first, last), item i in slot i % depth.
  virtual void grow_payload(std::uint64_t first, std::uint64_t last) = 0;

 private:
  template <class>
  friend class TimedIn;
  template <class>
  friend class TimedOut;
  friend class TimedProcess;
  friend class TimedRun;
  friend void pass(TimedIn<Token>& in, TimedOut<Token>& out, const Cycles* service, std::size_t n);

  struct Slot {
    Cycles date;  // holding an item: when the reader may have it; free: when the writer may have the slot
  };

  // The reader's end. "In the ring" is an item that the writer, however far it ran ahead, has written.
  void set_reader(TimedProcess& process);
  bool await_item() { return front_ != front_stop_ || more_items(); }
  void reach_item();  // the reader's clock comes to the date of the front item
  void leave();       // the front item leaves at the reader's clock
  std::size_t front_index() const { return static_cast<std::size_t>(front_ - slots_.data()); }

  // The writer's end.
  void set_writer(TimedProcess& process);
  bool await_slot() { return back_ != back_stop_ || more_slots(); }
  void reach_slot();           // the writer's clock comes to the date of the free slot
  void enter(Cycles latency);  // an item enters it, `latency` after the writer's clock
  std::size_t back_index() const { return static_cast<std::size_t>(back_ - slots_.data()); }

  static void pass(TimedFifoBase& in, TimedFifoBase& out, const Cycles* service, std::size_t n);

  std::uint64_t written() const { return written_before_ + back_index(); }
  std::uint64_t read() const { return read_before_ + front_index(); }
  std::size_t items() const { return static_cast<std::size_t>(written() - read()); }
  std::size_t room() const { return slots_.size() - items(); }

  bool more_items();
  bool more_slots();
  void wake_reader();
  void wake_writer();
  void count_high_water() const;
  void limit_write_stretch() const;
  /// Adds a slot to a full ring. For the exploration of a deadlock: causes and high-water mark are no longer kept.
  void grow();
  [[noreturn]] void refuse(const char* operation) const;

  // For a run with a limit or a critical path: before the process waits for a slot's date, and with what it writes.
  void watch(TimedProcess& process, const Slot& slot) const;
  void watch_leave(TimedProcess& process);
  void watch_entry(TimedProcess& process, Cycles latency, Cycles entry);

  std::vector<Slot> slots_;  // [depth]
  const Cycles forward_, backward_;
  // Each side works through a stretch of slots, up to its stop, before it looks what the other did or where the ring
  // ends: that is when it counts, too.
  Slot *front_, *front_stop_;  // the next item to read
  Slot* back_;                 // the next slot to write
  mutable Slot* back_stop_;
  std::uint64_t written_before_ = 0, read_before_ = 0;  // up to the lap of the ring on which the side is
  mutable std::uint64_t counted_ = 0;                   // written items that high_water_ accounts for
  mutable std::size_t count_row_ = 1;
  mutable std::size_t high_water_ = 1;  // right from the first item on
  Cycles last_entry_ = 0;               // items stay in order
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
    if constexpr (!std::is_empty_v<T>) payload_.resize(depth);
  }

 private:
  template <class>
  friend class TimedIn;
  template <class>
  friend class TimedOut;

  void grow_payload([[maybe_unused]] std::uint64_t first, [[maybe_unused]] std::uint64_t last) override {
    if constexpr (!std::is_empty_v<T>) {
      std::vector<T> payload(payload_.size() + 1);
      for (std::uint64_t i = first; i < last; ++i)
        payload[static_cast<std::size_t>(i % payload.size())] =
            std::move(payload_[static_cast<std::size_t>(i % payload_.size())]);
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
    T item = std::move(front());
    pop();
    return item;
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
    fifo_->reach_slot();
    if constexpr (!std::is_empty_v<T>) fifo_->payload_[fifo_->back_index()] = std::move(item);
    fifo_->enter(latency);
  }
  /// Writes at max(now, freed), whatever the process's other ports wait for. The clock stays until meet(). An output
  /// that is independent of its neighbours.
  void put(T item = T{}) {
    process_.begin_side();
    write(std::move(item));
    process_.end_side();
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
  friend void pass(TimedIn<Token>& in, TimedOut<Token>& out, const Cycles* service, std::size_t n);

  TimedProcess& process_;
  TimedFifo<T>* fifo_ = nullptr;
};

/// `n` items in bulk, dated as by: for (k < n) { in.read(); advance(service[k]); out.write(); }. Both ports are those
/// of one process; `n` is at most the ready() of each.
inline void pass(TimedIn<Token>& in, TimedOut<Token>& out, const Cycles* service, std::size_t n) {
  TimedFifoBase::pass(*in.fifo_, *out.fifo_, service, n);
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

// Which of two dates is later is as good as random: no branch on it, except where somebody watches.

inline void TimedFifoBase::reach_item() {
  if (!await_item()) refuse("read");
  TimedProcess& p = *reader_;
  if (p.watched_) watch(p, *front_);
  const Cycles reached = std::max(p.now_, front_->date);
  starvation_ += reached - p.now_;
  p.now_ = reached;
}

inline void TimedFifoBase::leave() {
  TimedProcess& p = *reader_;
  const Cycles date = p.now_;
  if (front_ == front_stop_ || front_->date > date) refuse("pop before front");
  p.check_date(date);
  if (p.watched_) watch_leave(p);
  front_++->date = date + backward_;
  wake_writer();
}

inline void TimedFifoBase::reach_slot() {
  if (!await_slot()) refuse("write");
  TimedProcess& p = *writer_;
  if (p.watched_) watch(p, *back_);
  const Cycles reached = std::max(p.now_, back_->date);
  stall_ += reached - p.now_;
  p.now_ = reached;
}

inline void TimedFifoBase::enter(Cycles latency) {
  TimedProcess& p = *writer_;
  const Cycles entry = std::max(p.now_ + latency, last_entry_);
  p.check_date(p.now_);
  if (p.watched_) watch_entry(p, latency, entry);
  last_entry_ = entry;
  back_++->date = entry + forward_;
  wake_reader();
}

}  // namespace sparsim
