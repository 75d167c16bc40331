#include "models/stream/slots.h"

#include <algorithm>

namespace sparsim {
namespace {

void add(std::vector<SlotRun>& runs, std::int64_t count, std::uint32_t reads, std::uint32_t writes) {
  if (count == 0) return;
  if (!runs.empty() && runs.back().reads == reads && runs.back().writes == writes)
    runs.back().count += count;
  else
    runs.push_back({count, reads, writes});
}

template <class Wanted>
std::int64_t count_slots(const SlotSchedule& schedule, Wanted&& wanted) {
  std::int64_t sum = 0;
  for (const SlotRun& run : schedule.runs)
    if (wanted(run)) sum += run.count;
  return sum * schedule.repeats;
}

// One axis of a padded map.
struct Axis {
  std::int64_t extent, pad, values, first, stride, outputs;

  Axis(std::int64_t in, std::int64_t out, std::int64_t pad_before, std::int64_t kernel, std::int64_t dilation,
       std::int64_t step)
      : extent(std::max(pad_before + in, (out - 1) * step + (kernel - 1) * dilation + 1)),
        pad(pad_before),
        values(in),
        first((kernel - 1) * dilation),
        stride(step),
        outputs(out) {}
  bool holds_value(std::int64_t i) const { return i >= pad && i < pad + values; }
  bool completes(std::int64_t i) const {
    return i >= first && (i - first) % stride == 0 && (i - first) / stride < outputs;
  }
};

}  // namespace

std::int64_t SlotSchedule::slots() const {
  return count_slots(*this, [](const SlotRun&) { return true; });
}

std::int64_t SlotSchedule::reads(int input) const {
  return count_slots(*this, [&](const SlotRun& run) { return (run.reads >> input & 1u) != 0; });
}

std::int64_t SlotSchedule::writes(int output) const {
  return count_slots(*this, [&](const SlotRun& run) { return (run.writes >> output & 1u) != 0; });
}

SlotSchedule window_slots(const WindowShape& s, std::int64_t words_per_pixel) {
  const Axis rows(s.input.height, s.output.height, s.pad_top, s.kernel_h, s.dilation_h, s.stride_h);
  const Axis columns(s.input.width, s.output.width, s.pad_left, s.kernel_w, s.dilation_w, s.stride_w);
  std::vector<SlotRun> row;  // one that holds values and completes windows
  for (std::int64_t x = 0; x < columns.extent; ++x)
    add(row, words_per_pixel, columns.holds_value(x), columns.completes(x));
  SlotSchedule schedule;
  for (std::int64_t y = 0; y < rows.extent; ++y) {
    const bool reads = rows.holds_value(y), writes = rows.completes(y);
    for (const SlotRun& run : row) add(schedule.runs, run.count, reads ? run.reads : 0, writes ? run.writes : 0);
  }
  return schedule;
}

WindowShape without_padding(const WindowShape& shape) {
  WindowShape s = shape;
  s.input.height += s.pad_top + s.pad_bottom;
  s.input.width += s.pad_left + s.pad_right;
  s.pad_top = s.pad_left = s.pad_bottom = s.pad_right = 0;
  return s;
}

SlotSchedule padding_slots(const WindowShape& s, std::int64_t words_per_pixel) {
  SlotSchedule schedule;
  const std::int64_t sides = (s.pad_left + s.pad_right) * words_per_pixel;
  const std::int64_t row = s.input.width * words_per_pixel + sides;
  add(schedule.runs, s.pad_top * row + s.pad_left * words_per_pixel, 0, 1);
  for (std::int64_t y = 0; y < s.input.height; ++y) {
    add(schedule.runs, row - sides, 1, 1);
    if (y + 1 < s.input.height) add(schedule.runs, sides, 0, 1);
  }
  add(schedule.runs, s.pad_right * words_per_pixel + s.pad_bottom * row, 0, 1);
  return schedule;
}

SlotSchedule squeeze_slots(const StreamShape& in, std::int64_t out_streams) {
  SlotSchedule schedule;
  std::int64_t held = 0, taken = 0, given = 0;  // values
  do {
    const bool reads = held < out_streams;
    if (reads) held += in.streams, taken += in.streams;
    const bool writes = held >= out_streams;
    if (writes) held -= out_streams, given += out_streams;
    add(schedule.runs, 1, reads, writes);
  } while (taken != given);
  schedule.repeats = in.map.elements() / given;
  return schedule;
}

SlotSchedule split_slots(std::int64_t words, int outputs) { return {{{words, 1, (1u << outputs) - 1}}, 1}; }

SlotSchedule join_slots(std::int64_t words, int inputs) { return {{{words, (1u << inputs) - 1, 1}}, 1}; }

SlotSchedule concat_slots(std::int64_t pixels, const std::vector<std::int64_t>& words_per_pixel) {
  SlotSchedule schedule;
  for (std::size_t i = 0; i < words_per_pixel.size(); ++i) add(schedule.runs, words_per_pixel[i], 1u << i, 1);
  schedule.repeats = pixels;
  return schedule;
}

}  // namespace sparsim
