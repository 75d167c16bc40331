#include "models/finn/steady_state.h"

#include <algorithm>
#include <cmath>

namespace sparsim {
namespace {

bool works_without_pause(const NodeLog& unit, std::size_t results, Cycles interval) {
  for (std::size_t i = results - kSteadyImages; i < results; ++i) {
    const NodeImage& image = unit[i];
    if (image.buckets.busy != interval || image.buckets.total() != interval || image.end - unit[i - 1].end != interval)
      return false;
  }
  return true;
}

}  // namespace

std::optional<Cycles> steady_interval(const std::vector<Cycles>& starts, const std::vector<Cycles>& ends,
                                      const std::vector<const NodeLog*>& units) {
  const std::size_t results = ends.size();
  if (results <= kSteadyImages) return {};
  const Cycles interval = ends[results - 1] - ends[results - 2];
  for (std::size_t i = results - kSteadyImages; i < results; ++i) {
    if (ends[i] - ends[i - 1] != interval) return {};
    const auto off = static_cast<double>(starts[i] - starts[i - 1] - interval);
    if (std::abs(off) > 0.01 * static_cast<double>(interval)) return {};
  }
  const bool paced = std::any_of(units.begin(), units.end(), [&](const NodeLog* unit) {
    return unit->size() >= results && works_without_pause(*unit, results, interval);
  });
  return paced ? std::optional(interval) : std::nullopt;
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
