#include "models/finn/unit_slots.h"

#include <algorithm>
#include <limits>
#include <vector>

#include "models/core/error.h"

namespace sparsim {
namespace {

class Slots {
 public:
  void add(std::int64_t count, std::uint32_t reads, std::uint32_t writes) {
    std::vector<SlotRun>& runs = schedule_.runs;
    if (count == 0) return;
    if (!runs.empty() && runs.back().reads == reads && runs.back().writes == writes)
      runs.back().count += count;
    else
      runs.push_back({count, reads, writes});
  }
  SlotSchedule done(std::int64_t repeats = 1) {
    schedule_.repeats = repeats;
    return std::move(schedule_);
  }

 private:
  SlotSchedule schedule_;
};

// Words of the padded map in the order in which windows put them out.
template <class Visit>
void visit_words(const WindowShape& s, std::int64_t words_per_pixel, bool depthwise, Visit&& visit) {
  const std::int64_t channels = depthwise ? words_per_pixel : 1, words = depthwise ? 1 : words_per_pixel;
  for (std::int64_t y = 0; y < s.output.height; ++y)
    for (std::int64_t x = 0; x < s.output.width; ++x)
      for (std::int64_t c = 0; c < channels; ++c)
        for (std::int64_t ky = 0; ky < s.kernel_h; ++ky)
          for (std::int64_t kx = 0; kx < s.kernel_w; ++kx) {
            const std::int64_t row = y * s.stride_h + ky * s.dilation_h, column = x * s.stride_w + kx * s.dilation_w;
            const std::int64_t first = (row * s.input.width + column) * words_per_pixel + c;
            for (std::int64_t w = 0; w < words; ++w) visit(first + w);
          }
}

}  // namespace

SlotSchedule matrix_slots(const MatrixUnit& unit, bool weights_streamed) {
  constexpr std::uint32_t kWord = 1, kWeights = 2, kResult = 1;
  const std::int64_t words = unit.synapse_folds();
  Slots slots;
  for (std::int64_t n = 0; n < unit.neuron_folds(); ++n) {
    const std::uint32_t reads = n == 0 ? kWord : 0;
    std::int64_t left = words;
    if (weights_streamed) {
      --left;
      slots.add(1, reads | kWeights, left == 0 ? kResult : 0);
    }
    if (left == 0) continue;
    slots.add(left - 1, reads, 0);
    slots.add(1, reads, kResult);
  }
  return slots.done(unit.vectors());
}

BcrSlots bcr_slots(const MatrixUnit& unit, const BcrTiming& timing) {
  constexpr std::uint32_t kWord = 1, kFreeBank = 2, kLoaded = 1, kResult = 1, kFreed = 2;
  Slots loader, engine;
  const std::int64_t words = unit.synapse_folds();
  if (words == 1) {
    loader.add(1, kWord | kFreeBank, kLoaded);
  } else {
    loader.add(1, kWord | kFreeBank, 0);
    loader.add(words - 2, kWord, 0);
    loader.add(1, kWord, kLoaded);
  }
  Cycles before = 0;
  for (const Cycles done : timing.word_done) {
    const bool first = before == 0;
    const std::uint32_t writes = kResult | (done == timing.word_done.back() ? kFreed : 0);
    const Cycles count = done - before;
    if (count > 1) {
      engine.add(1, first ? kLoaded : 0, 0);
      engine.add(count - 2, 0, 0);
    }
    engine.add(1, first && count == 1 ? kLoaded : 0, writes);
    before = done;
  }
  return {loader.done(unit.vectors()), engine.done(unit.vectors())};
}

// Word w of an image is needed for the first time by the slot that finds it the newest; it makes room once no later
// slot needs it or one before it. Both are told of ranges of words: a token each.
WindowSlots sliding_window_slots(const WindowShape& shape, std::int64_t words_per_pixel, bool depthwise,
                                 std::int64_t side_by_side) {
  constexpr std::uint32_t kWord = 1, kRoom = 2, kNeeded = 1;  // of fill: reads, writes
  constexpr std::uint32_t kThere = 1, kOut = 1, kFreed = 2;   // of emit
  const WindowShape s = without_padding(shape);
  const std::int64_t words = s.input.pixels() * words_per_pixel;
  WindowSlots result;
  result.ring_words = ((s.kernel_h - 1) * s.dilation_h + 1 + s.stride_h) * s.input.width * words_per_pixel;

  // Of each slot the newest word that it needs, and the oldest that it or a later one needs. In 32 bits, which
  // is half of the memory.
  SPARSIM_CHECK(words <= std::numeric_limits<std::int32_t>::max(), "a map of {} words", words);
  const auto slots =
      static_cast<std::size_t>(s.output.pixels() * s.kernel_h * s.kernel_w * words_per_pixel / side_by_side);
  std::vector<std::int32_t> latest(slots), oldest(slots + 1, static_cast<std::int32_t>(words));
  std::size_t at = 0;
  std::int64_t in_slot = 0;
  visit_words(s, words_per_pixel, depthwise, [&](std::int64_t index) {
    const auto word = static_cast<std::int32_t>(index);
    latest[at] = std::max(latest[at], word);
    oldest[at] = std::min(oldest[at], word);
    if (++in_slot < side_by_side) return;
    in_slot = 0;
    ++at;
  });
  for (std::size_t slot = slots; slot-- > 0;) oldest[slot] = std::min(oldest[slot], oldest[slot + 1]);

  std::vector<bool> needed(static_cast<std::size_t>(words)), freed(static_cast<std::size_t>(words));
  Slots emit;
  std::int32_t newest = -1, free = 0;
  for (std::size_t slot = 0; slot < slots; ++slot) {
    const bool waits = latest[slot] > newest, frees = oldest[slot + 1] > free;
    if (waits) needed[static_cast<std::size_t>(latest[slot])] = true;
    if (frees) freed[static_cast<std::size_t>(free)] = true;  // from there on
    newest = std::max(newest, latest[slot]);
    free = oldest[slot + 1];
    emit.add(1, waits ? kThere : 0, frees ? kOut | kFreed : kOut);
  }
  result.emit = emit.done();

  // What takes the place of a word `ring_words` before it.
  const auto taken_from = [&](std::int64_t word) {
    const std::int64_t before = (word - result.ring_words) % words;
    return static_cast<std::size_t>(before < 0 ? before + words : before);
  };
  Slots fill;
  for (std::int64_t word = 0; word < words; ++word)
    fill.add(1, kWord | (freed[taken_from(word)] ? kRoom : 0), needed[static_cast<std::size_t>(word)] ? kNeeded : 0);
  result.fill = fill.done();
  for (std::int64_t word = 0; word < result.ring_words; ++word) result.credits += freed[taken_from(word)];
  return result;
}

}  // namespace sparsim
