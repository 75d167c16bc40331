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

}  // namespace sparsim
