#include "models/crossbar/sparse_dot.h"

#include <utility>

namespace sparsim {

SparseDot::SparseDot(const sc_core::sc_module_name& name, const CrossbarShape& shape, std::int64_t filters,
                     std::unique_ptr<Dealer> dealer, std::uint64_t count)
    : TimedProcess(name),
      shape_(shape),
      filters_(filters),
      dealer_(std::move(dealer)),
      timing_(shape, filters),
      left_(count) {}

// The clock is that of the input; results are written beside it, at dates of their own.
bool SparseDot::step() {
  for (;;) {
    while (timing_.sending()) {
      if (!results.await()) return false;
      timing_.sent(results.put_at(timing_.result_valid()));
    }
    if (left_ == 0) break;
    if (!windows.await()) return false;
    const CrossbarWindow window = windows.front();
    const bool skipped = shape_.skip_zero_window && window.requests == 0;
    const Cycles pass = skipped ? 0 : dealer_->deal(window.requests);
    busy_ += filters_ * pass;
    advance_to(timing_.begin(now(), pass, window.last));
    windows.pop();
    --left_;
  }
  advance_to(timing_.end() + 1);
  meet();
  return true;
}

}  // namespace sparsim
