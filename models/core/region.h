#pragma once

#include <exception>
#include <systemc>
#include <vector>

#include "models/core/timed_process.h"

namespace sparsim {

/// Processes that only meet through TimedFifos, run in one SC_THREAD: a ready queue of step() calls in place of kernel
/// switches (8-16 ns against 41). Its FIFOs may lead to SC_THREADs outside.
class Region : public sc_core::sc_module {
 public:
  explicit Region(const sc_core::sc_module_name& name);

  /// During elaboration; `process` must outlive the run.
  void add(TimedProcess& process);

 private:
  friend class TimedProcess;
  friend class TimedRun;

  void run();
  void make_ready(TimedProcess& process);

  std::vector<TimedProcess*> processes_;
  std::vector<TimedProcess*> ready_;  // a ring: a process waits for one thing, so it is in here once at most
  std::size_t first_ = 0, count_ = 0;
  bool idle_ = false;
  sc_core::sc_event work_;
  std::exception_ptr error_;
};

inline void Region::make_ready(TimedProcess& process) {
  const std::size_t last = first_ + count_ < ready_.size() ? first_ + count_ : first_ + count_ - ready_.size();
  ready_[last] = &process;
  ++count_;
  if (idle_) {
    idle_ = false;
    work_.notify();
  }
}

inline void TimedProcess::wake() {
  waits_on_ = nullptr;
  if (region_) {
    if (ready_ || finished_ || stopped_) return;  // it asked for more than one thing
    ready_ = true;
    region_->make_ready(*this);
  } else {
    wake_.notify();
  }
}

}  // namespace sparsim
