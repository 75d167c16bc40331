#include "models/crossbar/sparse_dot.h"

#include <utility>

namespace sparsim {

SparseDot::SparseDot(const sc_core::sc_module_name& name, const CrossbarShape& shape, std::int64_t filters,
                     std::unique_ptr<Dealer> dealer, std::uint64_t image_windows, std::size_t images, Cycles latency)
    : TimedProcess(name),
      shape_(shape),
      filters_(filters),
      dealer_(std::move(dealer)),
      image_windows_(image_windows),
      latency_(latency),
      timing_(shape, filters),
      windows_left_(image_windows),
      images_left_(image_windows == 0 ? 0 : images) {}

// The clock is that of the input; results are written beside it, at dates of their own.
bool SparseDot::step() {
  for (;;) {
    while (timing_.sending()) {
      if (!results.await()) return false;
      const Cycles valid = timing_.result_valid(), date = results.put_at(valid, latency_);
      if (date > valid) hold_up();
      image_.buckets.waiting_output += date - valid;
      image_.end = date + 1;
      timing_.sent(date);
    }
    if (windows_left_ == 0) {
      image_.buckets.waiting_input = image_.end - image_.start - image_.buckets.total();
      log_.push_back(image_);
      windows_left_ = image_windows_;
      --images_left_;
    }
    if (images_left_ == 0) break;
    if (!windows.await()) return false;
    const Moment before = moment();
    const CrossbarWindow window = windows.front();
    const bool skipped = shape_.skip_zero_window && window.requests == 0;
    const Cycles pass = skipped ? 0 : dealer_->deal(window.requests);
    const Cycles arrival = now(), entry = timing_.begin(arrival, pass, window.last);
    if (entry > arrival) {  // the engine was at work, or stood still
      go_on_from(before);
      follow_hold_up(entry);
      advance_to(entry);
    }
    if (windows_left_ == image_windows_) image_ = {now(), now(), {}};
    image_.buckets.busy += filters_ * pass;
    windows.pop();
    --windows_left_;
  }
  advance_to(timing_.end() + 1);
  meet();
  return true;
}

}  // namespace sparsim
