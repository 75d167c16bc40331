#pragma once

#include <exception>
#include <functional>
#include <limits>
#include <string_view>
#include <systemc>
#include <utility>
#include <vector>

#include "models/core/critical_path.h"
#include "models/core/cycles.h"

namespace sparsim {

class Region;
class TimedFifoBase;

/// A process with a local clock that runs ahead of the kernel and meets others through TimedFifos.
///
/// Its work is `step()`: it runs until it blocks or all is done. A process that was added to a Region is stepped by it
/// and never suspends inside step(); one that was not is an SC_THREAD of its own, suspends inside FIFO calls, and may
/// also synchronise with kernel time to reach what is shared (buses, memories).
class TimedProcess : public sc_core::sc_module {
 public:
  /// The local clock.
  Cycles now() const { return now_; }
  /// Works for `duration` cycles; they count for this process, or for `cause`, in a critical path.
  void advance(Cycles duration) { now_ += duration; }
  void advance(Cycles duration, std::string_view cause);
  /// Works until `date`, if that is still to come.
  void advance_to(Cycles date) {
    if (date > now_) now_ = date;
  }
  /// Waits for every take() and put() since the last meet().
  void meet();

  /// The last put_at() was held up by its FIFO, and with it what this process does beside its clock: a pipeline that
  /// stands still. Puts from now on go on from there.
  void hold_up();
  /// The clock goes on from the last hold_up() not after `date`, if that is still to come.
  void follow_hold_up(Cycles date);

  /// Waits until the kernel stands at the local clock: call it before touching what is shared. SC_THREADs only.
  void sync();
  /// Its dates may lie behind the kernel's, because they come from FIFOs of a region: a process there that waits for
  /// room behind an SC_THREAD may do what it could have done before only when the kernel has gone on. What it then asks
  /// of what is shared it asks that much late.
  void may_lag() { kernel_now_ = &sc_core::SC_ZERO_TIME; }
  /// Sets the local clock to kernel time, after a call that let the kernel advance (a blocking transport, an event).
  /// The cycles count for `cause`.
  void catch_up(std::string_view cause);

  /// A critical path is kept: dates have to be made one by one.
  bool traced() const { return path_ != nullptr; }
  /// Nothing later than this happens.
  Cycles limit() const { return limit_; }

  /// The run is over with this process at its clock: whatever others are at does not count any more. SC_THREADs only.
  void end_run();

  bool finished() const { return finished_; }
  /// The run's limit came before its work was done.
  bool stopped() const { return stopped_; }

 protected:
  explicit TimedProcess(const sc_core::sc_module_name& name);

  /// Runs until it blocks: false, once a port's await() has returned false. True when all work is done. An SC_THREAD's
  /// await() blocks instead, so the same code serves both.
  virtual bool step() = 0;

  void end_of_elaboration() override;

  /// In a region: to be stepped again once the FIFO behind `port` has an item, or room. A step may ask for several
  /// before it returns false.
  template <class Port>
  void wake_at(Port& port) {
    port.fifo_->wake_at(*this);
  }
  /// The clock as it stands, and what led there. Good until a FIFO moves.
  struct Moment {
    Cycles date;
    EventId origin;
  };
  Moment moment() const { return {now_, origin_}; }
  /// Back to `moment`: what was waited for since was not the last thing that mattered.
  void go_on_from(const Moment& moment) {
    now_ = moment.date;
    origin_ = moment.origin;
  }

  /// Guards a date about to be written where others read it: past the limit, the process ends there.
  void check_date(Cycles date) {
    if ((watched_ && date > limit_) || date < cycles(*kernel_now_)) refuse_date(date);
  }

 private:
  friend class Region;
  friend class TimedFifoBase;
  template <class>
  friend class TimedIn;
  template <class>
  friend class TimedOut;
  friend class TimedRun;

  struct LimitReached {};  // ends a step that would go past the limit

  // Around what a port does on its own (TimedIn::take, TimedOut::put).
  void begin_side();
  void end_side();

  void run();
  void finish();
  bool suspend();  // false where step() has to return instead
  void wake();

  [[noreturn]] void refuse_date(Cycles date);
  [[noreturn]] void stop();
  void stop_at_limit();  // from outside, while it waits for kernel time

  // The critical path: what ends at `origin_`, and from there to now_ this process's own work.
  EventId event();
  void follow(EventId event, CauseId cause, Cycles date) { origin_ = path_->extend(event, cause, date); }

  Cycles now_ = 0;
  bool watched_ = false;  // there is a limit or a critical path
  Cycles limit_ = std::numeric_limits<Cycles>::max();
  const sc_core::sc_time* kernel_now_;
  CriticalPath* path_ = nullptr;  // null where nobody asked for it
  EventId origin_ = CriticalPath::kStart;
  CauseId cause_ = 0;
  Cycles side_date_ = 0;  // the latest take() or put(), and where the clock stays meanwhile
  EventId side_event_ = CriticalPath::kStart;
  Cycles main_date_ = 0;
  EventId main_origin_ = CriticalPath::kStart;
  // The last hold_up()s: as many as results can be on their way between clock and FIFO.
  static constexpr std::size_t kHoldUps = 16;
  std::vector<Cycles> held_dates_;
  std::vector<EventId> held_events_;

  Region* region_ = nullptr;
  sc_core::sc_event wake_, never_;
  const TimedFifoBase* waits_on_ = nullptr;
  bool finished_ = false, stopped_ = false, ends_run_ = false;
  bool ready_ = true;  // in a region: in its queue
  std::exception_ptr error_;
};

/// An SC_THREAD with a local clock: `TimedThread dma_{"dma", [this] { load_tiles(); }};`
class TimedThread final : public TimedProcess {
 public:
  TimedThread(const sc_core::sc_module_name& name, std::function<void()> body)
      : TimedProcess(name), body_(std::move(body)) {}

 private:
  bool step() override {
    body_();
    return true;
  }

  const std::function<void()> body_;
};

}  // namespace sparsim
