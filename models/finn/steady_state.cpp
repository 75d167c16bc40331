#include "models/finn/steady_state.h"

#include <algorithm>
#include <cmath>

namespace sparsim {
namespace {

bool works_without_pause(const NodeImage& image, const NodeImage& before, Cycles interval) {
  return image.buckets.busy == interval && image.start == before.end && image.end == before.end + interval;
}

bool repeats(const NodeImage& image, const NodeImage& before, Cycles interval) {
  return image.start == before.start + interval && image.end == before.end + interval &&
         image.buckets.busy == before.buckets.busy && image.buckets.waiting_input == before.buckets.waiting_input;
}

template <class Alike>
bool all_images(const NodeLog& log, std::size_t results, Alike&& alike) {
  if (log.size() < results) return false;
  for (std::size_t i = results - kSteadyImages; i < results; ++i)
    if (!alike(log[i], log[i - 1])) return false;
  return true;
}

}  // namespace

std::optional<Cycles> steady_interval(const std::vector<Cycles>& starts, const std::vector<Cycles>& ends,
                                      const std::vector<const NodeLog*>& nodes) {
  const std::size_t results = ends.size();
  if (results <= kSteadyImages) return {};
  const Cycles interval = ends[results - 1] - ends[results - 2];
  for (std::size_t i = results - kSteadyImages; i < results; ++i) {
    if (ends[i] - ends[i - 1] != interval) return {};
    const auto off = static_cast<double>(starts[i] - starts[i - 1] - interval);
    if (std::abs(off) > 0.01 * static_cast<double>(interval)) return {};
  }
  const auto paces = [&](const NodeLog* log) {
    return all_images(*log, results,
                      [&](const NodeImage& a, const NodeImage& b) { return works_without_pause(a, b, interval); });
  };
  const auto periodic = [&](const NodeLog* log) {
    return all_images(*log, results, [&](const NodeImage& a, const NodeImage& b) { return repeats(a, b, interval); });
  };
  const bool steady =
      std::any_of(nodes.begin(), nodes.end(), paces) || std::all_of(nodes.begin(), nodes.end(), periodic);
  return steady ? std::optional(interval) : std::nullopt;
}

void extrapolate(RunRecord& record, Cycles interval, std::size_t images) {
  const std::size_t simulated = record.images.size(), added = images - simulated;
  const auto first = std::find_if(record.layers.begin(), record.layers.end(),
                                  [&](const LayerRecord& layer) { return layer.image + 1 == simulated; });
  const std::vector<LayerRecord> last(first, record.layers.end());
  for (std::size_t n = 1; n <= added; ++n) {
    const Cycles later = static_cast<Cycles>(n) * interval;
    ImageRecord image = record.images[simulated - 1];
    image.start += later;
    image.end += later;
    record.images.push_back(image);
    for (LayerRecord layer : last) {
      layer.image += n;
      layer.start += later;
      layer.end += later;
      for (PartRecord& part : layer.parts) {
        part.start += later;
        part.end += later;
      }
      record.layers.push_back(std::move(layer));
    }
  }
  const Cycles later = static_cast<Cycles>(added) * interval;
  record.end += later;
  if (record.accelerated) *record.accelerated += later;
}

}  // namespace sparsim
