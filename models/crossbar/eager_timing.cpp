#include "models/crossbar/eager_timing.h"

#include <algorithm>
#include <cstring>
#include <vector>

#include "models/core/error.h"
#include "models/core/window_count.h"

namespace sparsim {
namespace {

constexpr std::uint8_t kSkipped = 255;

// What a window means for those behind it, for find_skipped: its count + 1, so that a zero window is kZero; and kClosed
// for a zero window behind which nothing is skipped, since it ends its group.
constexpr std::uint8_t kClosed = 0, kZero = 1;

struct Sums {
  std::uint32_t passes, nonzeros, zeros;
};

// For vectors of 16-bit numbers. With c the count, but 1 for a zero window, a window takes ceil(c / lanes) passes,
// which is 1 + floor((2c - 1) / (2 lanes)). The division is a multiplication by `reciprocal`, 2^16 / (2 lanes) rounded
// down: it gives too little by less than (2c - 1) / 2^16, at most 127 / 65536, whereas an odd number over 2 lanes lies
// at least 1 / 128 above an integer.
Sums sum(const std::uint8_t* counts, std::size_t windows, std::uint16_t reciprocal) {
  std::uint16_t odds = 0, more_passes = 0, nonzeros = 0;
  for (std::size_t i = 0; i < windows; ++i) {
    const auto odd = static_cast<std::uint8_t>(2 * std::max<std::uint8_t>(counts[i], 1) - 1);
    odds = static_cast<std::uint16_t>(odds + odd);
    more_passes = static_cast<std::uint16_t>(more_passes + (std::uint32_t{odd} * reciprocal >> 16));
    nonzeros = static_cast<std::uint16_t>(nonzeros + counts[i]);
  }
  const auto n = static_cast<std::uint32_t>(windows);
  return {n + more_passes, nonzeros, (odds + n) / 2 - nonzeros};
}

}  // namespace

EagerTiming::EagerTiming(const CrossbarShape& shape, std::int64_t filters, std::int64_t group)
    : shape_(shape), filters_(filters), group_(group), reciprocal_(static_cast<std::uint16_t>(32768 / shape.lanes)) {
  for (int count = 0; count <= shape.inputs; ++count)
    cycles_[static_cast<std::size_t>(count)] =
        count == 0 && shape.skip_zero_window ? 1 : filters * pass_cycles(shape, count);
  // A window of c cycles is at work in c - 1 before that in which the next may enter the engine.
  for (int k = 1; k <= CrossbarShape::kSkipDepth; ++k) {
    int& count = leaves_[static_cast<std::size_t>(k - 1)];
    for (count = 1; count <= shape.inputs && cycles_[static_cast<std::size_t>(count)] <= k;) ++count;
  }
}

void EagerTiming::run(const std::uint8_t* counts, std::size_t windows, Cycles* ends) {
  for (std::size_t i = 0; i < windows; i += kBlock)
    run_block(counts + i, std::min(kBlock, windows - i), ends == nullptr ? nullptr : ends + i);
}

void EagerTiming::run_block(const std::uint8_t* counts, std::size_t windows, Cycles* ends) {
  const Sums sums = sum(counts, windows, reciprocal_);
  const std::size_t skipped = shape_.skip_zero_window ? find_skipped(counts, windows) : 0;

  if (ends != nullptr) set_ends(shape_.skip_zero_window ? codes_.data() : counts, windows, ends);
  // As `sums` has it, a zero window takes a pass; where they are skipped, those that are not take a beat instead.
  work_.cycles += filters_ * sums.passes;
  if (shape_.skip_zero_window) work_.cycles -= filters_ * sums.zeros - static_cast<Cycles>(sums.zeros - skipped);
  work_.windows += static_cast<std::int64_t>(windows);
  work_.zero_windows += sums.zeros;
  work_.skipped_windows += static_cast<std::int64_t>(skipped);
  work_.macs += filters_ * sums.nonzeros;
}

void EagerTiming::set_ends(const std::uint8_t* codes, std::size_t windows, Cycles* ends) const {
  Cycles end = work_.cycles;
  std::size_t i = 0;
  for (; i + 4 <= windows; i += 4) {  // one addition in four waits for the one before
    const Cycles one = cycles_[codes[i]], two = one + cycles_[codes[i + 1]];
    const Cycles three = cycles_[codes[i + 2]], four = three + cycles_[codes[i + 3]];
    ends[i] = end + one;
    ends[i + 1] = end + two;
    ends[i + 2] = end + (two + three);
    ends[i + 3] = end += two + four;
  }
  for (; i < windows; ++i) ends[i] = end += cycles_[codes[i]];
}

// A zero window is skipped where the last window that was not lies k <= kSkipDepth windows back and leaves time for k,
// and no window between ends its group. That looks back over four windows and needs no state: no carried dependence.
std::size_t EagerTiming::find_skipped(const std::uint8_t* counts, std::size_t windows) {
  constexpr std::size_t kDepth = CrossbarShape::kSkipDepth;
  static_assert(kDepth == 4, "the loop below looks back over four windows");
  std::uint8_t* states = states_.data() + kDepth;
  for (std::size_t i = 0; i < windows; ++i) states[i] = static_cast<std::uint8_t>(counts[i] + 1);
  const auto group = static_cast<std::size_t>(group_);
  std::size_t last = group - 1 - static_cast<std::size_t>(in_group_);
  for (; last < windows; last += group) states[last] = states[last] == kZero ? kClosed : states[last];
  in_group_ = static_cast<std::int64_t>(windows + group - 1 - last);

  std::array<std::uint8_t, kDepth> time_for;
  for (std::size_t k = 0; k < kDepth; ++k) time_for[k] = static_cast<std::uint8_t>(leaves_[k] + 1);
  std::uint16_t skipped = 0;
  for (std::size_t i = 0; i < windows; ++i) {
    const std::uint8_t* window = states + i;  // window[-k]: k windows back
    int skip = window[-4] >= time_for[3];
    skip = (window[-3] >= time_for[2]) | (skip & (window[-3] == kZero));
    skip = (window[-2] >= time_for[1]) | (skip & (window[-2] == kZero));
    skip = (window[-1] >= time_for[0]) | (skip & (window[-1] == kZero));
    skip &= counts[i] == 0;
    codes_[i] = skip != 0 ? kSkipped : counts[i];
    skipped = static_cast<std::uint16_t>(skipped + skip);
  }
  std::memmove(states_.data(), states_.data() + windows, kDepth);
  return skipped;
}

DotWork layer_work(const BitMask& nonzero, const WindowShape& layer, const CrossbarShape& shape) {
  const bool pointwise = layer.kernel_h * layer.kernel_w == 1;
  const std::int64_t streams = pointwise ? shape.inputs : 1;
  SPARSIM_CHECK(pointwise || layer.kernel_h * layer.kernel_w == shape.inputs, "a kernel of {}x{} on {}", layer.kernel_h,
                layer.kernel_w, to_string(shape));
  SPARSIM_CHECK(layer.groups == 1 || layer.channels_per_group() % streams == 0,
                "clusters of {} streams in groups of {} channels", streams, layer.channels_per_group());
  WindowCounter counter = pointwise ? WindowCounter(layer, shape.inputs) : WindowCounter(layer);
  EagerTiming timing(shape, layer.filters_per_group(), ceil_div(layer.channels_per_group(), streams));
  std::vector<std::uint8_t> counts(static_cast<std::size_t>(counter.windows_per_row()));
  for (std::int64_t y = 0; y < layer.output.height; ++y) {
    counter.count_row(nonzero, y, counts.data());
    timing.run(counts.data(), counts.size());
  }
  return timing.work();
}

}  // namespace sparsim
