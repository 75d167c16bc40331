#include "models/core/timed_run.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <string>
#include <systemc>

#include "models/core/error.h"
#include "models/core/region.h"
#include "models/core/timed_fifo.h"

namespace sparsim {
namespace {

template <class T>
void find(const std::vector<sc_core::sc_object*>& objects, std::vector<T*>& found) {
  for (sc_core::sc_object* object : objects) {
    if (T* wanted = dynamic_cast<T*>(object)) found.push_back(wanted);
    find(object->get_child_objects(), found);
  }
}

/// All objects of a kind in the design, in the order of elaboration.
template <class T>
std::vector<T*> find_all() {
  std::vector<T*> found;
  find(sc_core::sc_get_top_level_objects(), found);
  return found;
}

}  // namespace

void TimedRun::run() {
  const auto processes = find_all<TimedProcess>();
  for (TimedProcess* process : processes) {
    process->watched_ = options_.max_cycles || options_.critical_path;
    if (options_.max_cycles) process->limit_ = *options_.max_cycles;
    if (!options_.critical_path) continue;
    process->path_ = &path_;
    process->cause_ = path_.cause(process->name());
    path_.hold(process->origin_);
    path_.hold(process->side_event_);
    path_.hold(process->main_origin_);
    path_.hold(process->held_events_);
  }
  for (TimedFifoBase* fifo : find_all<TimedFifoBase>()) {
    if (!options_.critical_path) continue;
    fifo->cause_ = path_.cause(std::string("FIFO ") + fifo->name());
    fifo->events_.assign(fifo->ring_size(), CriticalPath::kStart);
    path_.hold(fifo->events_);
    path_.hold(fifo->last_entry_event_);
  }

  start();

  // A process that waits for kernel time (a register write, an answer of the memory) cannot see the limit come.
  const bool cut_off = options_.max_cycles && sc_core::sc_pending_activity();
  TimedProcess* last = nullptr;
  bool deadlock = false;
  const auto ended =
      std::find_if(processes.begin(), processes.end(), [](const TimedProcess* process) { return process->ends_run_; });
  if (ended != processes.end()) last = *ended;
  for (TimedProcess* process : processes) {
    if (last && last->ends_run_) break;
    if (cut_off && !process->finished_ && !process->waits_on_) process->stop_at_limit();
    reached_limit_ = reached_limit_ || process->stopped_;
    deadlock = deadlock || !process->finished_;
    if (!last || process->now_ > last->now_) last = process;
  }
  if (deadlock && !reached_limit_) report_deadlock();
  if (!last) return;
  end_ = last->now_;
  if (options_.critical_path) shares_ = path_.shares(last->event());
}

void TimedRun::start() {
  if (options_.max_cycles)
    sc_core::sc_start(kernel_time(*options_.max_cycles + 1), sc_core::SC_EXIT_ON_STARVATION);
  else
    sc_core::sc_start();
  for (const TimedProcess* process : find_all<TimedProcess>())
    if (process->error_) std::rethrow_exception(process->error_);
  for (const Region* region : find_all<Region>())
    if (region->error_) std::rethrow_exception(region->error_);
}

void TimedRun::report_deadlock() {
  const auto processes = find_all<TimedProcess>();
  const auto waiting = [](const TimedProcess* process) { return !process->finished_; };
  std::string report = "deadlock: nothing can move and work is left";
  for (const TimedProcess* process : processes) {
    if (!waiting(process)) continue;
    const TimedFifoBase* fifo = process->waits_on_;
    report += fmt::format("\n  {} at cycle {} waits for ", process->name(), process->now());
    if (!fifo)
      report += "an event that never came";
    else if (fifo->writer_ == process && fifo->writer_waits_)
      report += fmt::format("room in FIFO {} (depth {}, full)", fifo->name(), fifo->depth());
    else
      report += fmt::format("an item in FIFO {} (depth {}, empty)", fifo->name(), fifo->depth());
  }

  // Go on with room added where the least is (T. M. Parks, Bounded Scheduling of Process Networks, 1995) until the work
  // is done, or no writer waits.
  std::map<std::string, std::size_t> enough;
  for (int attempts = 1 << 16; std::any_of(processes.begin(), processes.end(), waiting); --attempts) {
    TimedFifoBase* smallest = nullptr;
    for (TimedFifoBase* fifo : find_all<TimedFifoBase>())
      if (fifo->writer_waits_ && (!smallest || fifo->depth() < smallest->depth())) smallest = fifo;
    if (!smallest || attempts == 0) throw InputError(report + "\nmore depth alone does not resolve it");
    smallest->grow();
    enough[smallest->name()] = smallest->depth();
    // Dates mean nothing any more, and may lie behind the kernel, which went on without those who waited.
    for (TimedProcess* process : processes)
      if (!process->region_) process->advance_to(kernel_cycle());
    smallest->writer_waits_ = false;
    smallest->writer_->wake();
    start();
  }
  report += "\nthe run would have finished with";
  for (const auto& [name, depth] : enough) report += fmt::format("\n  FIFO {}: depth {}", name, depth);
  throw InputError(report);
}

void run_to_end(const RunOptions& options, RunRecord& record) {
  TimedRun run({options.max_cycles, options.critical_path});
  run.run();
  record.end = run.end();
  record.reached_limit = run.reached_limit();
  record.critical_path = run.critical_path();
}

}  // namespace sparsim
