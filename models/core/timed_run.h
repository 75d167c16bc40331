#pragma once

#include <optional>
#include <vector>

#include "models/core/architecture.h"
#include "models/core/critical_path.h"
#include "models/core/cycles.h"

namespace sparsim {

/// Runs everything that was elaborated, from date 0 to its end.
class TimedRun {
 public:
  struct Options {
    std::optional<Cycles> max_cycles;  // nothing later than this happens; what is earlier does, all of it
    bool critical_path = false;        // keep the cause of each date
  };
  TimedRun() : TimedRun(Options{}) {}
  explicit TimedRun(const Options& options) : options_(options) {}

  /// Starts the kernel and returns when every process is finished, one ends the run (TimedProcess::end_run), or the
  /// limit has stopped those that are not.
  /// A deadlock is an InputError that says who waits on which FIFO, and which depths would have been enough where more
  /// depth helps. What a process throws comes out of here unchanged.
  void run();

  /// The last date any process came to, or the limit.
  Cycles end() const { return end_; }
  bool reached_limit() const { return reached_limit_; }
  /// What the end waited for: adds up to end(). Empty where not asked for.
  const std::vector<CauseShare>& critical_path() const { return shares_; }

 private:
  void start();
  [[noreturn]] void report_deadlock();

  const Options options_;
  CriticalPath path_;
  Cycles end_ = 0;
  bool reached_limit_ = false;
  std::vector<CauseShare> shares_;
};

/// A TimedRun as an accelerator makes it: fills in end, limit and critical path of `record`.
void run_to_end(const RunOptions& options, RunRecord& record);

}  // namespace sparsim
