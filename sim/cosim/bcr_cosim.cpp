#include "sim/cosim/bcr_cosim.h"

#include <fmt/format.h>

#include <deque>

#include "models/core/random.h"
#include "models/finn/bcr.h"
#include "models/finn/bcr_recurrence.h"
#include "sim/cosim/stimulus.h"

namespace sparsim {
namespace {

constexpr std::size_t kLastCycles = 16;
enum Use : std::uint64_t { kWordStalls = 0x6263'7277 };

class BcrCosim {
 public:
  BcrCosim(const BcrWork& work, BcrMvauPins& rtl, const BcrCosimSetup& setup)
      : work_(work),
        setup_(setup),
        rtl_(rtl),
        model_(step_bcr_mvau_pins(setup.shape, bcr_mvau_program(setup.shape, work.layer, work.weights))),
        recurrence_(bcr_timing(work.layer, setup.shape.pe, setup.shape.simd), setup.shape.words),
        out_room_(setup.stall_probability, setup.seed),
        word_stalls_(setup.seed, kWordStalls) {}

  BcrCosimResult run() {
    for (cycle_ = 0; result_.vectors < work_.vectors.size() && !result_.difference; ++cycle_) {
      if (words_.empty() && planned_ < work_.vectors.size()) plan_vector();
      begin_cycle();
      record();
      check();
      end_cycle();
    }
    return std::move(result_);
  }

 private:
  struct Word {
    Cycles there, taken;
    std::vector<std::int64_t> values;
  };

  /// Draws when the words of the next vector are there; the rest follows.
  void plan_vector() {
    const std::vector<std::int64_t>& vector = work_.vectors[planned_++];
    Cycles there = cycle_;
    for (auto value = vector.begin(); value != vector.end(); value += setup_.shape.simd) {
      while (word_stalls_.chance(setup_.stall_probability)) ++there;
      const Cycles taken = recurrence_.take(there);
      words_.push_back({there, taken, {value, value + setup_.shape.simd}});
      there = taken + 1;
    }
    for (const Cycles step : recurrence_.complete([this](Cycles cycle) { return out_room_.from(cycle); }))
      leaves_.push_back(step + setup_.shape.latency());
  }

  void begin_cycle() {
    inputs_.word_valid = !words_.empty() && cycle_ >= words_.front().there;
    if (inputs_.word_valid) inputs_.word = words_.front().values;
    inputs_.out_room = out_room_.at(cycle_);
    expected_ = &model_->evaluate(inputs_);
    seen_ = &rtl_.evaluate(inputs_);
  }

  void record() {
    auto& last = result_.last_cycles;
    if (last.size() == kLastCycles) last.erase(last.begin());
    last.push_back({cycle_, result_.vectors, inputs_.word_valid, inputs_.out_room, *expected_, *seen_});
  }

  template <class T>
  void hold(const std::string& what, const T& expected, const T& seen) {
    if (expected == seen || result_.difference) return;
    result_.difference =
        Difference{cycle_, result_.vectors, what, fmt::format("{}", expected), fmt::format("{}", seen)};
  }

  bool word_enters() const { return inputs_.word_valid && seen_->word_ready; }

  void check() {
    if (const auto pin = first_difference(*expected_, *seen_)) hold(pin->pin, pin->expected, pin->seen);
    hold("a word is taken (recurrence)", !words_.empty() && cycle_ == words_.front().taken, word_enters());
    hold("an output word leaves (recurrence)", !leaves_.empty() && cycle_ == leaves_.front(), seen_->out_valid);
    if (!seen_->out_valid) return;
    for (std::int64_t pe = 0; pe < setup_.shape.pe; ++pe) {
      const std::int64_t filter = pe * setup_.shape.rows + row_;
      hold(fmt::format("dot product of filter {}", filter), dot_product(filter),
           seen_->out[static_cast<std::size_t>(pe)]);
    }
  }

  std::int64_t dot_product(std::int64_t filter) const {
    const std::vector<std::int64_t>& vector = work_.vectors[result_.vectors];
    auto weight = work_.weights.begin() + filter * setup_.shape.columns();
    std::int64_t sum = 0;
    for (const std::int64_t value : vector) sum += value * *weight++;
    return sum;
  }

  void end_cycle() {
    if (result_.difference) return;
    if (word_enters()) {
      words_.pop_front();
      ++result_.words_in;
    }
    if (seen_->out_valid) count_word();
    model_->clock();
    rtl_.clock();
    out_room_.forget(cycle_);
  }

  void count_word() {
    result_.cycles = cycle_ + 1;
    result_.predicted = leaves_.front() + 1;
    result_.dot_products += setup_.shape.pe;
    ++result_.words_out;
    leaves_.pop_front();
    if (++row_ < setup_.shape.rows) return;
    row_ = 0;
    ++result_.vectors;
    if (setup_.progress) setup_.progress(result_.vectors, work_.vectors.size());
  }

  const BcrWork& work_;
  const BcrCosimSetup setup_;
  BcrMvauPins& rtl_;
  const std::unique_ptr<BcrMvauPins> model_;
  BcrRecurrence recurrence_;
  ReadyPattern out_room_;
  Random word_stalls_;

  Cycles cycle_ = 0;
  std::size_t planned_ = 0;  // vectors
  std::deque<Word> words_;   // of the vector that comes in
  std::deque<Cycles> leaves_;
  std::int64_t row_ = 0;  // of the output word that leaves next
  BcrMvauInputs inputs_;
  const BcrMvauOutputs *expected_ = nullptr, *seen_ = nullptr;
  BcrCosimResult result_;
};

}  // namespace

BcrCosimResult cosimulate_bcr(const BcrWork& work, BcrMvauPins& rtl, const BcrCosimSetup& setup) {
  return BcrCosim(work, rtl, setup).run();
}

void FaultyBcrMvau::reset() {
  unit_.reset();
  left_ = 0;
  happened_ = false;
}

const BcrMvauOutputs& FaultyBcrMvau::evaluate(const BcrMvauInputs& inputs) {
  outputs_ = unit_.evaluate(inputs);
  word_leaves_ = outputs_.out_valid;
  spoiling_ = !happened_ && left_ >= words_ && word_leaves_ != (fault_ == Fault::repeat);
  if (!spoiling_) return outputs_;
  if (fault_ == Fault::flip)
    outputs_.out.front() ^= 1;
  else
    outputs_.out_valid = !outputs_.out_valid;
  return outputs_;
}

void FaultyBcrMvau::clock() {
  left_ += word_leaves_;
  happened_ = happened_ || spoiling_;
  unit_.clock();
}

}  // namespace sparsim
