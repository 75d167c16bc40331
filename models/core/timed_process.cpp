#include "models/core/timed_process.h"

#include "models/core/error.h"
#include "models/core/region.h"

#if defined(__SANITIZE_ADDRESS__)
#include <sanitizer/asan_interface.h>

// The stacks of SC_THREADs are unknown to the address sanitizer: before a throw it would clear the poison of the wrong
// one (https://github.com/google/sanitizers/issues/189). Clear what lies above the throwing frame instead.
extern "C" __attribute__((no_sanitize("address"), visibility("default"))) void __asan_handle_no_return() {
  constexpr std::size_t kStackBytes = std::size_t{1} << 18;
  __asan_unpoison_memory_region(__builtin_frame_address(0), kStackBytes);
}
#endif

namespace sparsim {

TimedProcess::TimedProcess(const sc_core::sc_module_name& name)
    : sc_module(name), kernel_now_(&sc_core::sc_time_stamp()) {}

void TimedProcess::end_of_elaboration() {
  if (region_) return;
  SC_HAS_PROCESS(TimedProcess);
  SC_THREAD(run);
}

void TimedProcess::advance(Cycles duration, std::string_view cause) {
  if (duration > limit_ - now_) {
    if (now_ < limit_) advance(limit_ - now_, cause);
    stop();
  }
  if (path_) follow(event(), path_->cause(cause), now_ + duration);
  now_ += duration;
}

void TimedProcess::meet() {
  if (side_date_ <= now_) return;
  now_ = side_date_;
  origin_ = side_event_;
}

void TimedProcess::begin_side() {
  main_date_ = now_;
  main_origin_ = origin_;
  if (held_dates_.empty() || held_dates_.back() <= now_) return;
  now_ = held_dates_.back();
  origin_ = held_events_.back();
}

void TimedProcess::end_side() {
  if (now_ > side_date_) {
    side_date_ = now_;
    if (path_) side_event_ = event();
  }
  now_ = main_date_;
  origin_ = main_origin_;
}

void TimedProcess::hold_up() {
  if (!path_) return;
  if (held_dates_.size() == kHoldUps) {
    held_dates_.erase(held_dates_.begin());
    held_events_.erase(held_events_.begin());
  }
  held_dates_.push_back(side_date_);
  held_events_.push_back(side_event_);
}

void TimedProcess::follow_hold_up(Cycles date) {
  for (std::size_t i = held_dates_.size(); i-- > 0 && held_dates_[i] > now_;) {
    if (held_dates_[i] > date) continue;
    now_ = held_dates_[i];
    origin_ = held_events_[i];
    return;
  }
}

void TimedProcess::sync() {
  SPARSIM_CHECK(!region_, "{} at cycle {}: a process in a region has no kernel time", name(), now_);
  if (now_ > limit_) stop();
  const sc_core::sc_time date = kernel_time(now_);
  if (date > sc_core::sc_time_stamp()) sc_core::wait(date - sc_core::sc_time_stamp());
}

void TimedProcess::catch_up(std::string_view cause) {
  const Cycles date = kernel_cycle();
  if (date > now_) advance(date - now_, cause);
}

void TimedProcess::run() {
  try {
    while (!step()) {
    }
    finish();
  } catch (const sc_core::sc_unwind_exception&) {
    throw;
  } catch (...) {
    error_ = std::current_exception();  // past the kernel, which would turn it into a report of its own
    sc_core::sc_stop();
  }
}

void TimedProcess::end_run() {
  if (now_ > limit_) stop();
  ends_run_ = true;
  sc_core::sc_stop();
}

void TimedProcess::finish() {
  if (now_ > limit_) stop();
  finished_ = true;
}

bool TimedProcess::suspend() {
  if (now_ > limit_) stop();
  if (region_) return false;
  sc_core::wait(wake_);
  return true;
}

void TimedProcess::refuse_date(Cycles date) {
  if (date > limit_) stop();
  throw ModelError(
      fmt::format("{}: a date of cycle {} while the kernel stands at {}: a process that waits for kernel time "
                  "has to sync() or catch_up()",
                  name(), date, kernel_cycle()));
}

void TimedProcess::stop() {
  now_ = limit_;
  stopped_ = true;
  if (region_) throw LimitReached{};
  for (;;) sc_core::wait(never_);
}

void TimedProcess::stop_at_limit() {
  if (path_) follow(event(), cause_, limit_);
  now_ = limit_;
  stopped_ = true;
}

EventId TimedProcess::event() {
  follow(origin_, cause_, now_);
  return origin_;
}

}  // namespace sparsim
