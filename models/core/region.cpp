#include "models/core/region.h"

#include "models/core/error.h"

namespace sparsim {

Region::Region(const sc_core::sc_module_name& name) : sc_module(name) {
  SC_HAS_PROCESS(Region);
  SC_THREAD(run);
}

void Region::add(TimedProcess& process) {
  SPARSIM_CHECK(!process.region_, "{} is added to region {}, but is in {}", process.name(), name(),
                process.region_->name());
  process.region_ = this;
  process.may_lag();
  processes_.push_back(&process);
  ready_.push_back(&process);
  ++count_;
}

void Region::run() {
  try {
    for (;;) {
      while (count_ != 0) {
        TimedProcess& process = *ready_[first_];
        first_ = first_ + 1 == ready_.size() ? 0 : first_ + 1;
        --count_;
        process.ready_ = false;
        try {
          if (process.step()) process.finish();
        } catch (const TimedProcess::LimitReached&) {
        }
      }
      idle_ = true;
      sc_core::wait(work_);
    }
  } catch (const sc_core::sc_unwind_exception&) {
    throw;
  } catch (...) {
    error_ = std::current_exception();
    sc_core::sc_stop();
  }
}

}  // namespace sparsim
