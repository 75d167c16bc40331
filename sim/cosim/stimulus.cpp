#include "sim/cosim/stimulus.h"

#include <algorithm>

namespace sparsim {
namespace {

enum Use : std::uint64_t { kArrivals = 100, kReady };

}  // namespace

WindowFeed::WindowFeed(WindowSource& source, double stall_probability, std::uint64_t seed)
    : source_(source), stall_probability_(stall_probability), random_(seed, kArrivals), window_(source.inputs()) {
  source.rewind();
}

bool WindowFeed::begin_cycle() {
  if (valid_ || done() || random_.chance(stall_probability_)) return false;
  last_ = source_.next(window_);
  ++presented_;
  return valid_ = true;
}

int WindowFeed::nonzeros() const {
  return static_cast<int>(window_.size()) -
         static_cast<int>(std::count(window_.begin(), window_.end(), std::int16_t{0}));
}

ReadyPattern::ReadyPattern(double stall_probability, std::uint64_t seed)
    : stall_probability_(stall_probability), random_(seed, kReady) {}

bool ReadyPattern::at(Cycles cycle) {
  while (begin_ + static_cast<Cycles>(ready_.size()) <= cycle) ready_.push_back(!random_.chance(stall_probability_));
  return ready_[static_cast<std::size_t>(cycle - begin_)];
}

Cycles ReadyPattern::from(Cycles cycle) {
  while (!at(cycle)) ++cycle;
  return cycle;
}

void ReadyPattern::forget(Cycles cycle) {
  while (begin_ < cycle && !ready_.empty()) {
    ready_.pop_front();
    ++begin_;
  }
}

}  // namespace sparsim
