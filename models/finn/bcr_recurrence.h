#pragma once

#include <cstdint>
#include <utility>
#include <vector>

#include "models/core/cycles.h"
#include "models/finn/bcr.h"

namespace sparsim {

/// The cycles of a matrix-vector unit for weights pruned in blocks (bcr.h): when it takes the words of its vectors and
/// when it takes the steps that complete those of its output. Vector by vector: all of its words, then complete().
class BcrRecurrence {
 public:
  /// `words` of a vector.
  BcrRecurrence(BcrTiming timing, std::int64_t words) : timing_(std::move(timing)), words_(words) {}

  /// When the next word is taken, which is there from cycle `there` on.
  Cycles take(Cycles there);

  /// When the output words of the vector are completed whose last word was taken just now. `room_from(cycle)`: the
  /// first cycle at or after this one in which there is room behind.
  template <class RoomFrom>
  std::vector<Cycles> complete(RoomFrom&& room_from) {
    std::vector<Cycles> completed;
    Cycles at = begin() - 1, before = 0;
    for (const Cycles done : timing_.word_done) {
      at = room_from(at + done - std::exchange(before, done));
      completed.push_back(at);
    }
    end_vector(at);
    return completed;
  }

 private:
  Cycles begin() const;  // of the vector that was taken last
  void end_vector(Cycles last_step);

  const BcrTiming timing_;
  const std::int64_t words_;
  std::int64_t taken_ = 0;  // words of the vector that comes in
  // From when on the next word can come; the next vector can begin; it can be loaded: into the bank of the one before
  // the last.
  Cycles word_free_ = 0, unit_free_ = 0, bank_free_ = 0;
};

}  // namespace sparsim
