#include "models/core/critical_path.h"

#include <algorithm>

#include "models/core/error.h"

namespace sparsim {

CriticalPath::CriticalPath() : events_{{0, kNone, 0}} {}

CauseId CriticalPath::cause(std::string_view name) {
  const auto known = std::find(names_.begin(), names_.end(), name);
  if (known == names_.end()) return names_.emplace_back(name), static_cast<CauseId>(names_.size() - 1);
  return static_cast<CauseId>(known - names_.begin());
}

EventId CriticalPath::append(EventId from, CauseId cause, Cycles date) {
  SPARSIM_CHECK(date > events_[from].date, "an event at cycle {} after one at {}", date, events_[from].date);
  events_.push_back({date, from, cause});
  return static_cast<EventId>(events_.size() - 1);
}

std::vector<CauseShare> CriticalPath::shares(EventId end) const {
  std::vector<CauseShare> shares;
  for (const std::string& name : names_) shares.push_back({name, 0});
  EventId event = end;
  for (; events_[event].from != kNone; event = events_[event].from)
    shares[events_[event].cause].cycles += events_[event].date - events_[events_[event].from].date;
  const auto sums = std::lower_bound(folded_.begin(), folded_.end(), event,
                                     [](const Sums& s, EventId wanted) { return s.event < wanted; });
  if (sums != folded_.end() && sums->event == event)
    for (std::size_t i = 0; i < sums->by_cause.size(); ++i) shares[i].cycles += sums->by_cause[i];

  shares.erase(std::remove_if(shares.begin(), shares.end(), [](const CauseShare& s) { return s.cycles == 0; }),
               shares.end());
  std::sort(shares.begin(), shares.end(), [](const CauseShare& a, const CauseShare& b) {
    return a.cycles != b.cycles ? a.cycles > b.cycles : a.cause < b.cause;
  });
  return shares;
}

void CriticalPath::collect_now() {
  // Backwards: what something leads back to, and from how many places.
  std::vector<std::uint32_t> followers(events_.size(), 0);
  const auto keep = [&](EventId event) { ++followers[event]; };
  keep(kStart);
  for (const EventId* place : places_) keep(*place);
  for (const auto* array : arrays_) std::for_each(array->begin(), array->end(), keep);
  for (std::size_t i = events_.size(); i-- > 1;)
    if (followers[i] != 0 && events_[i].from != kNone) keep(events_[i].from);

  // Forwards: renumber what stays. An event whose chain is in sums and that only one other leads back to gives that one
  // its place and its sums.
  std::vector<EventId> renumbered(events_.size(), kStart);
  std::vector<Event> kept = {events_[kStart]};
  std::vector<Sums> folded;
  const auto sums_of = [](std::vector<Sums>& all, EventId event) {
    return std::lower_bound(all.begin(), all.end(), event, [](const Sums& s, EventId id) { return s.event < id; });
  };
  for (std::size_t i = 1; i < events_.size(); ++i) {
    if (followers[i] == 0) continue;
    const Event& event = events_[i];
    const auto place = static_cast<EventId>(kept.size());
    if (event.from == kNone) {
      renumbered[i] = place;
      kept.push_back(event);
      folded.push_back({place, std::move(sums_of(folded_, static_cast<EventId>(i))->by_cause)});
      continue;
    }
    const EventId from = renumbered[event.from];
    const bool begins_here = from == kStart;
    if (begins_here || (kept[from].from == kNone && followers[event.from] == 1)) {
      renumbered[i] = begins_here ? place : from;
      if (begins_here) {
        kept.push_back({event.date, kNone, event.cause});
        folded.push_back({place, {}});
      }
      std::vector<Cycles>& sums = sums_of(folded, renumbered[i])->by_cause;
      sums.resize(names_.size());
      sums[event.cause] += event.date - (begins_here ? 0 : kept[from].date);
      kept[renumbered[i]].date = event.date;
    } else {
      renumbered[i] = place;
      kept.push_back({event.date, from, event.cause});
    }
  }

  for (EventId* place : places_) *place = renumbered[*place];
  for (auto* array : arrays_)
    for (EventId& place : *array) place = renumbered[place];
  events_ = std::move(kept);
  folded_ = std::move(folded);
  collect_at_ = std::max(kFirstCollection, 2 * events_.size());
}

}  // namespace sparsim
