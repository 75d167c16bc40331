#include "sim/report/timeline.h"

#include <algorithm>
#include <map>
#include <nlohmann/json.hpp>

#include "models/core/cycles.h"

namespace sparsim {
namespace {

// Keeps the longest spans of each track, the same share of every track, in their order.
std::vector<Span> thinned(const std::vector<Span>& spans, std::size_t max_spans) {
  const double keep = static_cast<double>(max_spans) / static_cast<double>(spans.size());
  std::map<std::string, std::vector<std::size_t>> tracks;
  for (std::size_t i = 0; i < spans.size(); ++i) tracks[spans[i].track].push_back(i);
  std::vector<std::size_t> kept;
  for (auto& [track, members] : tracks) {
    const auto count = static_cast<std::size_t>(keep * static_cast<double>(members.size()));
    std::stable_sort(members.begin(), members.end(), [&](std::size_t a, std::size_t b) {
      return spans[a].end - spans[a].start > spans[b].end - spans[b].start;
    });
    kept.insert(kept.end(), members.begin(), members.begin() + static_cast<std::ptrdiff_t>(count));
  }
  std::sort(kept.begin(), kept.end());
  std::vector<Span> result;
  for (const std::size_t i : kept) result.push_back(spans[i]);
  return result;
}

}  // namespace

std::string chrome_trace(const std::vector<Span>& all, double clock_mhz, std::size_t max_spans) {
  using Json = nlohmann::ordered_json;
  const bool thin = all.size() > max_spans;
  const std::vector<Span> spans = thin ? thinned(all, max_spans) : all;
  std::map<std::string, int> track_ids;
  Json events = Json::array();
  for (const Span& span : spans) {
    const auto [track, fresh] = track_ids.emplace(span.track, static_cast<int>(track_ids.size()) + 1);
    if (fresh)
      events.push_back(
          {{"ph", "M"}, {"pid", 1}, {"tid", track->second}, {"name", "thread_name"}, {"args", {{"name", span.track}}}});
    events.push_back({{"ph", "X"},
                      {"pid", 1},
                      {"tid", track->second},
                      {"name", span.what},
                      {"ts", 1e6 * seconds(span.start, clock_mhz)},
                      {"dur", 1e6 * seconds(span.end - span.start, clock_mhz)},
                      {"args", {{"start_cycle", span.start}, {"cycles", span.end - span.start}}}});
  }
  Json file{{"displayTimeUnit", "ms"}};
  file["otherData"] = {{"clock_mhz", clock_mhz}, {"spans", all.size()}, {"spans_kept", spans.size()}};
  if (thin) file["otherData"]["thinned"] = "of each track the longest spans, the same share of every track";
  file["traceEvents"] = std::move(events);
  return file.dump() + "\n";
}

}  // namespace sparsim
