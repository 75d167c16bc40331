#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "models/core/architecture.h"
#include "models/core/cycles.h"

namespace sparsim {

using CauseId = std::uint32_t;  ///< what cycles were spent on: a process, a FIFO's latency, a memory
using EventId = std::uint32_t;  ///< a date together with the chain of causes that led to it

/// Why each date is not earlier. A run is a graph of dated events; of all that an event waited for one was the last,
/// and the way back along the last ones from the end of the run to date 0 is its critical path: the shares of the
/// causes along it add up to the end date exactly.
///
/// Events are kept only as far as something can still lead back to them: what all living chains have in common is
/// folded into sums, so memory follows what is in flight and not the length of the run.
class CriticalPath {
 public:
  static constexpr EventId kStart = 0;  ///< date 0

  CriticalPath();

  /// The number of a cause, the same for the same name.
  CauseId cause(std::string_view name);

  /// The event that `cause` held back from the date of `from` until `date`, not before it; `from` itself where no time
  /// passed.
  EventId extend(EventId from, CauseId cause, Cycles date) {
    if (date == events_[from].date) return from;
    return append(from, cause, date);
  }
  Cycles date(EventId event) const { return events_[event].date; }

  /// Registers a place that keeps an event: collect() follows and renumbers it. The place must outlive the last event.
  void hold(EventId& place) { places_.push_back(&place); }
  void hold(std::vector<EventId>& places) { arrays_.push_back(&places); }

  /// Forgets what nothing leads back to any more, once that is worth the effort. Events held nowhere become invalid.
  void collect() {
    if (events_.size() >= collect_at_) collect_now();
  }
  void collect_now();
  std::size_t events() const { return events_.size(); }

  /// Cycles by cause on the way to `end`, the largest first, equal ones by name.
  std::vector<CauseShare> shares(EventId end) const;

 private:
  static constexpr EventId kNone = ~EventId{0};
  static constexpr std::size_t kFirstCollection = std::size_t{1} << 16;

  struct Event {
    Cycles date;
    EventId from;  // kNone: its chain begins here, or is folded into sums
    CauseId cause;
  };
  struct Sums {  // cycles by cause from date 0 to an event whose chain was folded
    EventId event;
    std::vector<Cycles> by_cause;
  };

  EventId append(EventId from, CauseId cause, Cycles date);

  std::vector<std::string> names_;
  std::vector<Event> events_;  // an event stands behind the one it came from
  std::vector<Sums> folded_;   // by ascending event
  std::vector<EventId*> places_;
  std::vector<std::vector<EventId>*> arrays_;
  std::size_t collect_at_ = kFirstCollection;
};

}  // namespace sparsim
