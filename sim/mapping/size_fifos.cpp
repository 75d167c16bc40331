#include "sim/mapping/size_fifos.h"

#include <algorithm>

#include "models/core/error.h"
#include "models/cost/storage.h"

namespace sparsim {
namespace {

double bram18(std::int64_t depth, std::int64_t bits) { return fifo_resources(depth, bits).bram18; }

}  // namespace

std::vector<std::int64_t> cost_steps(std::int64_t bits, std::int64_t most) {
  std::vector<std::int64_t> steps;
  for (std::int64_t depth = 1; depth < most;) {
    // The deepest of the same cost: doubled until it is too deep, then halved in between.
    const double cost = bram18(depth, bits);
    std::int64_t same = depth, more = depth;
    while (more < most && bram18(more, bits) <= cost) same = more, more = std::min(2 * more, most);
    if (bram18(more, bits) <= cost) break;  // up to `most`
    while (more - same > 1) {
      const std::int64_t middle = same + (more - same) / 2;
      (bram18(middle, bits) <= cost ? same : more) = middle;
    }
    steps.push_back(same);
    depth = more;
  }
  steps.push_back(std::max<std::int64_t>(most, 1));
  return steps;
}

double bram18_of(const std::vector<FifoToSize>& fifos, const FifoDepths& depths) {
  double sum = 0;
  for (const FifoToSize& fifo : fifos) sum += bram18(depths.at(fifo.name), fifo.bits);
  return sum;
}

FifoDepths size_fifos(const std::vector<FifoToSize>& fifos, double interval, const IntervalsOf& intervals_of) {
  const auto keeps_up = [&](const std::optional<double>& found) { return found && *found <= interval; };
  FifoDepths depths;
  for (const FifoToSize& fifo : fifos) depths[fifo.name] = std::max<std::int64_t>(fifo.high_water, 1);
  constexpr int kDoublings = 4;
  for (int doubling = 0; !keeps_up(intervals_of({depths})[0]); ++doubling) {
    if (doubling == kDoublings)
      input_error("FIFOs {} times as deep as they are ever filled do not keep {:.0f} cycles an image", 1 << kDoublings,
                  interval);
    for (auto& [name, depth] : depths) depth *= 2;
  }

  std::vector<FifoToSize> order = fifos;
  const auto saving = [&](const FifoToSize& f) { return bram18(depths[f.name], f.bits) - bram18(1, f.bits); };
  std::stable_sort(order.begin(), order.end(),
                   [&](const FifoToSize& a, const FifoToSize& b) { return saving(a) > saving(b); });
  for (const FifoToSize& fifo : order) {
    const std::vector<std::int64_t> steps = cost_steps(fifo.bits, depths[fifo.name]);
    // steps[high] keeps up; two at a time, as two runs take no longer than one.
    for (std::size_t low = 0, high = steps.size() - 1; low < high;) {
      const std::size_t first = low + (high - low) / 3, second = low + (high - low) * 2 / 3;
      std::vector<FifoDepths> tried(second > first ? 2 : 1, depths);
      tried.front()[fifo.name] = steps[first];
      tried.back()[fifo.name] = steps[second];
      const std::vector<std::optional<double>> found = intervals_of(tried);
      if (keeps_up(found.front()))
        high = first;
      else if (keeps_up(found.back()))
        low = first + 1, high = second;
      else
        low = second + 1;
      depths[fifo.name] = steps[high];
    }
  }
  return depths;
}

}  // namespace sparsim
