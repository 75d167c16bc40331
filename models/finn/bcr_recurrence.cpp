#include "models/finn/bcr_recurrence.h"

#include <algorithm>

#include "models/core/error.h"

namespace sparsim {

Cycles BcrRecurrence::take(Cycles there) {
  SPARSIM_CHECK(taken_ < words_, "word {} of a vector of {}", taken_, words_);
  Cycles at = std::max(there, word_free_);
  if (taken_ == 0) at = std::max(at, bank_free_);
  ++taken_;
  word_free_ = at + 1;
  return at;
}

Cycles BcrRecurrence::begin() const {
  SPARSIM_CHECK(taken_ == words_, "{} of {} words were taken", taken_, words_);
  return std::max(word_free_, unit_free_);
}

void BcrRecurrence::end_vector(Cycles last_step) {
  taken_ = 0;
  bank_free_ = std::exchange(unit_free_, last_step + 1);
}

}  // namespace sparsim
